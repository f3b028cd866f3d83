"""Files on their way out: always as attachments, never shown, and what left the store is what was handed in."""

import hashlib
from collections.abc import Iterator
from tempfile import SpooledTemporaryFile
from typing import IO
from urllib.parse import quote

from dunghan import files
from models.errors import NotPossible

_IN_MEMORY = 1 << 20


class Damaged(NotPossible):
    """The store does not hold the content that was handed in any more."""


def attachment(name: str) -> dict[str, str]:
    """The header that makes a browser keep a file instead of showing it; a name in any script (RFC 6266)."""
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "_" for c in name)
    return {"Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"}


def checked(files_url: str, digest: str) -> IO[bytes]:
    """A stored file, read once and compared with its SHA-256 before the first byte leaves. Raises Damaged."""
    held: IO[bytes] = SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - it is read out by the answer
    found = hashlib.sha256()
    try:
        for chunk in files.content(files_url, digest):
            found.update(chunk)
            held.write(chunk)
    except OSError:
        held.close()
        raise Damaged("The file is not in the store.") from None
    if found.hexdigest() != digest:
        held.close()
        raise Damaged("The file in the store is not the one that was handed in.")
    held.seek(0)
    return held


def pieces(file: IO[bytes]) -> Iterator[bytes]:
    """An open file, piece by piece; it is closed at the end."""
    with file:
        while chunk := file.read(files.CHUNK):
            yield chunk
