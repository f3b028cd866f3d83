"""Read one file, named by the only argument, under hard limits; print what was found as JSON."""

import json
import resource
import sys
import zipfile
from pathlib import Path
from typing import BinaryIO
from xml.etree.ElementTree import ParseError

from dunghan.checks.found import CPU_SECONDS, MEMORY, Bomb, Encrypted, Found, TooMuch

_ZIP, _OLE, _PDF = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"%PDF-"
_PACKAGE = "EncryptedPackage".encode("utf-16-le")
"""The stream in which Word and Excel put a file that has a password."""


def _limit() -> None:
    """No more memory and time than one file needs, and no file written."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _ole(handle: BinaryIO) -> Found:
    before = b""
    while chunk := handle.read(1 << 20):
        if _PACKAGE in before + chunk:
            raise Encrypted
        before = chunk[-len(_PACKAGE) :]
    return Found("ole")


def look(handle: BinaryIO) -> Found:
    """What a file is by its first bytes, and what it holds."""
    head = handle.read(1024)
    handle.seek(0)
    if head.startswith(_ZIP):
        return _tried("zip", handle)
    if head.startswith(_OLE):
        return _tried("ole", handle)
    return _tried("pdf", handle) if _PDF in head else Found("")


def _tried(what: str, handle: BinaryIO) -> Found:
    kind: dict[str, Found] = {"zip": Found("zip"), "ole": Found("ole"), "pdf": Found("pdf")}
    try:
        if what == "ole":
            return _ole(handle)
        if what == "zip":
            from dunghan.checks import documents

            return documents.read(handle)
        from dunghan.checks import pdf

        return pdf.read(handle)
    except Encrypted:
        return kind[what]._replace(problem="encrypted")
    except Bomb:
        return kind[what]._replace(problem="bomb")
    except (TooMuch, MemoryError, RecursionError):
        return kind[what]._replace(problem="too_much")
    except (zipfile.BadZipFile, ParseError) as error:
        return kind[what]._replace(problem="unreadable", detail=str(error)[:200])
    except Exception as error:  # noqa: BLE001 - what a stranger's file sets off is that file's fault
        return kind[what]._replace(problem="unreadable", detail=type(error).__name__)


def main() -> None:
    """Read, and tell."""
    _limit()
    with Path(sys.argv[1]).open("rb") as handle:
        found = look(handle)
    sys.stdout.write(json.dumps(found._asdict()))


if __name__ == "__main__":
    main()
