"""The format of a backup, the same for both databases, and what a backup says of itself.

Format 1 is a zip with ``tables/<name>.jsonl`` (a row a line; instants in UTC and days as ISO 8601, bytes in Base64),
``files/<ab>/<sha256>`` (files handed in), and ``manifest.json``.
"""

from datetime import datetime
from typing import Annotated

from pydantic import StringConstraints

from models.base import Value

FORMAT = 1
MANIFEST = "manifest.json"

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
MemberName = Annotated[str, StringConstraints(pattern=r"^(tables/[a-z0-9_]+\.jsonl|files/[0-9a-f]{2}/[0-9a-f]{64})$")]


class Member(Value):
    """One member of the zip: its size in bytes and SHA-256 before compression; ``rows`` where it is a table."""

    bytes: int
    sha256: Sha256
    rows: int | None = None


class Manifest(Value):
    """What a backup says of itself.

    ``schema_revision`` is the migration at which the database stood, ``audit_break`` the first row of the audit trail
    that did not follow from the one before it (None: whole). Files named by submissions may have been ``missing`` from
    the store already, or ``damaged``: those are kept as they were found.
    """

    format: int
    software: str
    schema_revision: str
    made_at: datetime
    database: str
    audit_break: int | None
    members: dict[MemberName, Member]
    missing: tuple[Sha256, ...]
    damaged: tuple[Sha256, ...]

    @property
    def tables(self) -> dict[str, int]:
        """How many rows each table holds."""
        return {
            name.removeprefix("tables/").removesuffix(".jsonl"): member.rows
            for name, member in self.members.items()
            if member.rows is not None
        }

    @property
    def files(self) -> dict[str, Member]:
        """The files handed in, by the SHA-256 that they were handed in under."""
        return {name[-64:]: member for name, member in self.members.items() if name.startswith("files/")}


def table_member(table: str) -> str:
    """Where a table lies in the zip."""
    return f"tables/{table}.jsonl"
