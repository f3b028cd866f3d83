"""What reading a file found, and the bounds within which files are read."""

from typing import Literal, NamedTuple

Kind = Literal["docx", "xlsx", "odt", "pdf", "ole", "zip", ""]
"""What a file is by its content. ``ole`` is the container of old Word and Excel files; empty is none of these."""
Problem = Literal["", "unreadable", "encrypted", "too_much", "bomb"]
"""``too_much`` may be an honest file; a ``bomb`` was made to harm whoever opens it."""

ZIP, OLE, PDF = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"%PDF-"
"""What the three containers begin with; before a PDF's there may be something else."""
MOST_MEMBERS = 4000
"""Parts that an office file may have."""
MOST_BYTES = 48 << 20
"""Bytes that are unpacked of one file."""
MOST_SWELLING = 200
"""How many times its own size an office file may unpack to, if over ``MOST_BYTES``; honest ones stay below 50."""
MOST_TEXT = 400_000
"""Characters of text that are read of one file: some 150 pages."""
MOST_PAGES = 60
"""Pages that are read of one PDF."""
CPU_SECONDS = 10
WALL_SECONDS = 20
MEMORY = 512 << 20
"""Bytes of address space that reading one file may take."""


class Found(NamedTuple):
    """A file by its content: its kind, what is wrong with it, and its text as far as it was read."""

    kind: Kind
    problem: Problem = ""
    detail: str = ""
    text: str = ""


class TooMuch(Exception):
    """There is more in it than is read."""


class Bomb(Exception):
    """It swells beyond all measure, or declares XML entities, which no office program writes."""


class Encrypted(Exception):
    """It has a password."""
