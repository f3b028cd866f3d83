"""Read one document, named by the only argument, under hard limits; print its text, or the problem, as JSON."""

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from dunghan.checks import apart, old
from dunghan.checks.found import MEMORY, OLE, PDF, ZIP, Bomb, Encrypted, TooMuch
from dunghan.documents import plain
from dunghan.documents.document import CPU_SECONDS, MOST_TEXT, Document, Refused

_HTML = re.compile(
    r"(?>\s+|<!--.*?-->|<\?xml[^>]*>)*+"
    r"<(?:!doctype\s+html|html|head|body|meta|title|div|p|table|article|main|section|h[1-6])\b",
    re.IGNORECASE | re.DOTALL,
)
_MAIL = re.compile(rb"(?:from|mime-version|subject|date|snapshot-content-location):", re.IGNORECASE)
_NO_MEMORY = 2
"""libxml2's XML_ERR_NO_MEMORY."""
_LONE = re.compile("[\ud800-\udfff]")


def look(handle: BinaryIO) -> Document:
    """A document by what its first bytes say that it is. Raises Refused and what the readers raise."""
    head = handle.read(1024)
    handle.seek(0)
    if head.startswith(ZIP):
        from dunghan.documents import word

        return word.read(handle)
    if head.startswith(OLE):
        old.read(handle)
        raise Refused("old")
    if PDF in head:
        from dunghan.documents import paged

        return paged.read(handle)
    if head.startswith(b"{\\rtf"):
        raise Refused("rtf")
    if _MAIL.match(head) and b"multipart/related" in head.lower():
        raise Refused("mht")
    content = handle.read()
    if not _HTML.match(plain.head(content)):
        return plain.read(content)
    from dunghan.documents import web

    return web.read(content)


def tried(reading: Callable[[BinaryIO], Document], handle: BinaryIO) -> dict[str, str]:
    """The document as a table, or its problem."""
    try:
        document = reading(handle)
        if not document.text.strip():
            raise Refused("empty")
        if len(document.text) > MOST_TEXT:
            raise Refused("long")
    except Refused as refused:
        return {"problem": str(refused)}
    except Encrypted:
        return {"problem": "encrypted"}
    except Bomb:
        return {"problem": "harmful"}
    except (TooMuch, MemoryError, RecursionError):
        return {"problem": "slow"}
    except SyntaxError as error:  # so lxml calls its own
        return {"problem": "slow" if getattr(error, "code", None) == _NO_MEMORY else "damaged"}
    except Exception:  # noqa: BLE001 - what a stranger's file sets off is that file's fault
        return {"problem": "damaged"}
    return document._replace(text=_LONE.sub("\ufffd", document.text))._asdict()


def main() -> None:
    """Read, and tell."""
    apart.confine(MEMORY, CPU_SECONDS)
    with Path(sys.argv[1]).open("rb") as handle:
        told = tried(look, handle)
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main()
