"""Plain text in the encodings that Vietnamese texts come in."""

import codecs
import re

from dunghan.documents.document import MOST_TEXT, Document, Refused

_BOMS = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
_NOT_TEXT = re.compile("[\x00-\x08\x0e-\x1f\x7f]")


def read(content: bytes) -> Document:
    """A plain text, its line ends as Python reads them (a line feed). Raises Refused."""
    if len(content) > 4 * MOST_TEXT + 4:
        raise Refused("long")
    text = _decoded(content)
    if "\0" in text or 100 * len(_NOT_TEXT.findall(text)) > len(text):
        raise Refused("foreign")
    return Document(text.replace("\r\n", "\n").replace("\r", "\n"), "text")


def _decoded(content: bytes) -> str:
    """A text by its byte order mark, or as UTF-8, or as Windows-1258. Raises Refused."""
    marked = marked_as(content)
    try:
        return content.decode(marked or "utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError:
        if marked:
            raise Refused("encoding") from None
    if b"\x00" in content:
        raise Refused("foreign")
    try:
        return content.decode("cp1258")
    except UnicodeDecodeError:
        raise Refused("encoding") from None


def marked_as(content: bytes) -> str:
    """The encoding that a byte order mark tells, or nothing."""
    return next((encoding for bom, encoding in _BOMS.items() if content.startswith(bom)), "")


def head(content: bytes) -> str:
    """The first few thousand signs, well enough to tell what they begin."""
    encoding = marked_as(content) or "latin-1"
    return content[:4096].decode(encoding, errors="replace").removeprefix("\ufeff")
