"""Read one file, named by the only argument, under hard limits; print what was found as JSON."""

import json
import sys
import zipfile
from pathlib import Path
from typing import BinaryIO
from xml.etree.ElementTree import ParseError

from dunghan.checks import apart, old
from dunghan.checks.found import CPU_SECONDS, MEMORY, OLE, PDF, ZIP, Bomb, Encrypted, Found, TooMuch


def look(handle: BinaryIO) -> Found:
    """What a file is by its first bytes, and what it holds."""
    head = handle.read(1024)
    handle.seek(0)
    if head.startswith(ZIP):
        return _tried("zip", handle)
    if head.startswith(OLE):
        return _tried("ole", handle)
    return _tried("pdf", handle) if PDF in head else Found("")


def _tried(what: str, handle: BinaryIO) -> Found:
    kind: dict[str, Found] = {"zip": Found("zip"), "ole": Found("ole"), "pdf": Found("pdf")}
    try:
        if what == "ole":
            return old.read(handle)
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
    apart.confine(MEMORY, CPU_SECONDS)
    with Path(sys.argv[1]).open("rb") as handle:
        found = look(handle)
    sys.stdout.write(json.dumps(found._asdict()))


if __name__ == "__main__":
    main()
