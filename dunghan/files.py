"""Files handed in: content-addressed under ``FILES_URL``, written before the row that names them."""

import hashlib
import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import fsspec
from fsspec.implementations.local import LocalFileSystem

from models.errors import NotPossible, UsageError

CHUNK = 1 << 20
"""Bytes read at a time."""


def keep(files_url: str, path: Path) -> dict[str, Any]:
    """Store a file's content under its SHA-256 and return ``{name, size, sha256}``. The same content is kept once."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path} cannot be read ({error.strerror}): check the path.") from None
    if not content:
        raise UsageError(f"{path} is empty: send the report itself, or use --nothing-to-report.")
    digest = hashlib.sha256(content).hexdigest()
    try:
        filesystem, place = _place(files_url, digest)
        # A power cut may have left less than what was written.
        if not filesystem.exists(place) or filesystem.size(place) != len(content):
            _write(filesystem, place, [content])
    except OSError as error:
        raise NotPossible(
            f"The file could not be kept under DUNGHAN_FILES_URL ({error.strerror}); nothing was recorded."
        ) from None
    return {"name": path.name, "size": len(content), "sha256": digest}


def put(files_url: str, digest: str, chunks: Iterable[bytes]) -> None:
    """Store content whose SHA-256 has been checked. Raises OSError."""
    filesystem, place = _place(files_url, digest)
    _write(filesystem, place, chunks)


def content(files_url: str, digest: str) -> Iterator[bytes]:
    """A stored file, piece by piece. Raises FileNotFoundError where there is none, or another OSError."""
    filesystem, place = _place(files_url, digest)
    with filesystem.open(place, "rb") as handle:
        while chunk := handle.read(CHUNK):
            yield chunk


def digest_of(files_url: str, digest: str) -> str | None:
    """The SHA-256 of what is stored under a SHA-256, which ought to be the same; None where nothing is."""
    found = hashlib.sha256()
    try:
        for chunk in content(files_url, digest):
            found.update(chunk)
    except FileNotFoundError:
        return None
    return found.hexdigest()


class Stored(NamedTuple):
    """A file as it lies in the store; ``changed_at`` is None where the store keeps no times."""

    size: int
    changed_at: datetime | None


def where(digest: str) -> str:
    """The place of a file inside the store: ``ab12…`` lies at ``ab/ab12…``."""
    return f"{digest[:2]}/{digest}"


def listing(files_url: str) -> dict[str, int]:
    """Everything that lies in the store, by its place there, with its size in bytes. Raises OSError."""
    filesystem, root = fsspec.core.url_to_fs(files_url)
    found: dict[str, dict[str, Any]] = {}
    with suppress(FileNotFoundError):  # nothing was ever handed in
        found = filesystem.find(root, detail=True)
    return {name.removeprefix(root).lstrip("/"): int(info["size"]) for name, info in found.items()}


def look(files_url: str, place: str) -> Stored | None:
    """One file of the store, or None where it is not there (any more). Raises OSError."""
    filesystem, root = fsspec.core.url_to_fs(files_url)
    path = f"{root.rstrip('/')}/{place}"
    try:
        size = int(filesystem.size(path))
    except FileNotFoundError:
        return None
    changed_at: datetime | None = None
    with suppress(NotImplementedError, FileNotFoundError):
        changed_at = filesystem.modified(path)
    return Stored(size, changed_at)


def _place(files_url: str, digest: str) -> tuple[Any, str]:
    filesystem, place = fsspec.core.url_to_fs(f"{files_url.rstrip('/')}/{where(digest)}")
    return filesystem, place


def _write(filesystem: Any, place: str, chunks: Iterable[bytes]) -> None:
    """Write under a name of its own, and give it its place when it is whole and on the disk."""
    filesystem.makedirs(place.rpartition("/")[0], exist_ok=True)
    partial = f"{place}.{secrets.token_hex(4)}.part"  # two may hand in the same at once
    try:
        with filesystem.open(partial, "wb") as handle:
            for chunk in chunks:
                handle.write(chunk)
            if isinstance(filesystem, LocalFileSystem):
                handle.flush()
                os.fsync(handle.fileno())
        filesystem.mv(partial, place)
    except BaseException:
        with suppress(OSError):
            filesystem.rm_file(partial)
        raise
