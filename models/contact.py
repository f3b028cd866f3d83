"""The people who can be reached at an office."""

from typing import Literal, NamedTuple

Role = Literal["officer", "coordinator", "leader"]
ROLES: tuple[Role, ...] = ("officer", "coordinator", "leader")
FIELDS = ("office", "name", "role", "email", "zalo", "phone", "language")
"""The header of a contacts file, in this order."""

AddressKind = Literal["email", "zalo", "phone"]


class Contact(NamedTuple):
    """One person at one office; known by (office, name). Addresses are personal data: never log them."""

    office: str
    name: str
    role: Role = "officer"
    email: str = ""
    zalo: str = ""
    phone: str = ""
    language: str = "vi"
    id: int = 0
    links: int = 0

    def addresses(self, kinds: frozenset[str]) -> tuple[tuple[AddressKind, str], ...]:
        """The usable addresses in the order in which they are tried; ``kinds`` says what can be sent to.

        >>> Contact("024", "A", email="a@x.example", phone="0912").addresses(frozenset({"email", "zalo"}))
        (('email', 'a@x.example'),)
        """
        held: tuple[tuple[AddressKind, str], ...] = ("email", self.email), ("zalo", self.zalo), ("phone", self.phone)
        return tuple([way for way in held if way[1] and way[0] in kinds])
