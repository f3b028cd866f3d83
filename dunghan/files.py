"""Files handed in: content-addressed under ``FILES_URL``, written before the row that names them."""

import hashlib
from pathlib import Path
from typing import Any

import fsspec

from models.errors import NotPossible, UsageError


def keep(files_url: str, path: Path) -> dict[str, Any]:
    """Store a file's content under its SHA-256 and return ``{name, size, sha256}``. The same content is kept once."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path} cannot be read ({error.strerror}): check the path.") from None
    if not content:
        raise UsageError(f"{path} is empty: send the report itself, or use --nothing-to-report.")
    digest = hashlib.sha256(content).hexdigest()
    target = f"{files_url.rstrip('/')}/{digest[:2]}/{digest}"
    try:
        filesystem, place = fsspec.core.url_to_fs(target)
        if not filesystem.exists(place):
            filesystem.makedirs(place.rpartition("/")[0], exist_ok=True)
            partial = f"{place}.part"
            filesystem.pipe_file(partial, content)
            filesystem.mv(partial, place)
    except OSError as error:
        raise NotPossible(
            f"The file could not be kept under DUNGHAN_FILES_URL ({error.strerror}); nothing was recorded."
        ) from None
    return {"name": path.name, "size": len(content), "sha256": digest}
