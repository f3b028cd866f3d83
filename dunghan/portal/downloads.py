"""Files on their way out: always as attachments, never shown, and what left the store is what was handed in."""

from collections.abc import Iterator, Mapping
from typing import IO, Any
from urllib.parse import quote

from fastapi.responses import Response, StreamingResponse

from dunghan import files

OPAQUE = "application/octet-stream"
"""What every file is to a browser: nothing that it opens by itself."""


def attachment(name: str) -> dict[str, str]:
    """The header that makes a browser keep a file instead of showing it; a name in any script (RFC 6266)."""
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "_" for c in name)
    return {"Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"}


def handed_in(files_url: str, kept: Mapping[str, Any]) -> Response:
    """A file as it was handed in, compared with its SHA-256 before anything leaves. Raises NotPossible, OSError."""
    content = files.verified(files_url, kept["sha256"])
    headers = attachment(files.safe_name(kept["name"])) | {"Content-Length": str(kept["size"])}
    return StreamingResponse(content, media_type=OPAQUE, headers=headers)


def pieces(file: IO[bytes]) -> Iterator[bytes]:
    """An open file, piece by piece; it is closed at the end."""
    with file:
        while chunk := file.read(files.CHUNK):
            yield chunk
