"""Contacts from a table's rows: each bad row is told, good ones become values."""

import re
from collections.abc import Iterable

from dunghan.core.tabular import Row
from models.contact import ROLES, Contact
from models.errors import Problem, nearest
from models.office import OfficeTree

_EMAIL = re.compile(r"^[^@\s<>,;:\"()]+@[^@\s<>,;:\"()]+\.[^@\s<>,;:\"()]+$")
_PHONE = re.compile(r"^\+?\d{8,15}$")
_ZALO = re.compile(r"^[A-Za-z0-9_.-]{3,64}$")


def _padded(code: str, tree: OfficeTree) -> list[str]:
    """What a code may have been before a spreadsheet dropped its leading zeros."""
    if not code.isdigit():
        return []
    return [p for width in (2, 3, 5) if len(code) < width and (p := code.zfill(width)) in tree]


def _office(code: str, tree: OfficeTree, zeros_lost: bool) -> str:
    if not code:
        return "no office: give its code (see `dunghan office list`)"
    near = [f"{p} ({tree.title(p)})" for p in _padded(code, tree)]
    if code in tree:
        if not (zeros_lost and near):
            return ""
        shown = " or ".join(near)
        return f"{code!r} is {tree.title(code)}, but codes of this file have lost their zeros: was it {shown}?"
    if near:
        return f"no office has the code {code!r}; a spreadsheet may have dropped zeros: {' or '.join(near)}?"
    return f"no office has the code {code!r}. {nearest(code, tree.codes, 'dunghan office list')}"


def doubtful(contacts: Iterable[Contact], tree: OfficeTree) -> list[str]:
    """What to look at again: codes that are an office's, and another's from which a spreadsheet dropped the zeros."""
    codes = sorted({c.office for c in contacts if c.office.isdigit() and not c.office.startswith("0")})
    return [
        f"{code} was taken as {tree.title(code)}; if {' or '.join(f'{p} ({tree.title(p)})' for p in other)} was meant, "
        "a spreadsheet dropped its zeros: correct the file and import it again"
        for code in codes
        if (other := _padded(code, tree))
    ]


def _faults(cells: dict[str, str], tree: OfficeTree, zeros_lost: bool) -> Iterable[tuple[str, str]]:
    if why := _office(cells.get("office", ""), tree, zeros_lost):
        yield "office", why
    if not cells.get("name"):
        yield "name", "no name: the contact is known by (office, name)"
    if (role := cells.get("role", "")) and role not in ROLES:
        yield "role", f"{role!r} is no role: write {', '.join(ROLES)}"
    if (email := cells.get("email", "")) and not _EMAIL.match(email):
        yield "email", "not an e-mail address: write one address as name@office.example"
    elif not email.rpartition("@")[0].isascii():  # SMTPUTF8 is never assumed
        yield "email", "e-mail does not carry letters with marks before the @: ask the office for one in plain letters"
    if (phone := cells.get("phone", "")) and not _PHONE.match(_digits(phone)):
        yield "phone", "not a phone number: write its digits, as text (a spreadsheet may have rounded it)"
    if (zalo := cells.get("zalo", "")) and not _ZALO.match(zalo):
        yield "zalo", "not a Zalo user id: it holds letters and digits only"
    if (language := cells.get("language", "")) and language not in ("vi", "en"):
        yield "language", f"{language!r} is not offered: write vi or en"


def _digits(phone: str) -> str:
    return re.sub(r"[\s.\-()]", "", phone)


def contacts(rows: Iterable[Row], tree: OfficeTree, file: str) -> tuple[list[Contact], list[Problem]]:
    """The good rows as contacts, and every fault of the bad ones.

    Where one code has visibly lost its zeros, every code that may have is told: ``24`` is Bắc Giang, but
    beside a ``28`` it was Hà Giang's ``024``.
    """
    rows = list(rows)
    codes = {row.cells.get("office", "") for row in rows}
    zeros_lost = any(code not in tree and _padded(code, tree) for code in codes)
    good: list[Contact] = []
    problems: list[Problem] = []
    seen: dict[tuple[str, str], int] = {}
    for row in rows:
        cells = row.cells
        faults = list(_faults(cells, tree, zeros_lost))
        key = (cells.get("office", ""), cells.get("name", ""))
        if not faults and key in seen:
            faults = [("name", f"the same contact stands on line {seen[key]}: keep one of the two")]
        if faults:
            problems += [Problem(file, row.line, field, message) for field, message in faults]
            continue
        seen[key] = row.line
        good.append(
            Contact(
                office=cells["office"],
                name=cells["name"],
                role=cells.get("role") or "officer",  # type: ignore[arg-type]  # held to ROLES above
                email=cells.get("email", ""),
                zalo=cells.get("zalo", ""),
                phone=_digits(cells.get("phone", "")),
                language=cells.get("language") or "vi",
            )
        )
    return good, problems
