"""What reading a document gives, why one is refused, and the bounds within which documents are read."""

from typing import Literal, NamedTuple

Kind = Literal["docx", "pdf", "html", "text"]

MOST_FILE = 30 << 20
"""Bytes of a file."""
MOST_TEXT = 3_000_000
"""Characters of text: a thousand pages."""
MOST_PAGES = 1500
"""Pages of a PDF."""
MOST_UNPACKED = 128 << 20
"""Bytes to which a Word file may unpack, pictures included."""
CPU_SECONDS = 20
WALL_SECONDS = 40


class Document(NamedTuple):
    """A document's text and what kind of file it stood in.

    A blank line ends a paragraph; " | " stands between the cells of a table's row; a page's end that ends a paragraph
    is a form feed. Plain text is exactly what ``open(path, encoding=...)`` reads from the file.
    """

    text: str
    kind: Kind


class Refused(Exception):
    """It is not read; the argument is one of ``refusals.WHY``."""
