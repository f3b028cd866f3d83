"""Files handed in: content-addressed under ``FILES_URL``, written before the row that names them."""

import errno
import hashlib
import os
import re
import secrets
import tempfile
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, TypedDict

import fsspec
from fsspec.implementations.local import LocalFileSystem

from models.errors import BadSettings, DunghanError, NotPossible, UsageError

CHUNK = 1 << 20
"""Bytes read at a time."""
LONGEST_NAME = 150


MOST_BYTES = 25 << 20
"""The largest file that is taken: 25 MB."""

_PROGRAMS = (
    b"MZ",
    b"\x7fELF",
    b"#!",
    b"\xfe\xed\xfa\xce",
    b"\xfe\xed\xfa\xcf",
    b"\xce\xfa\xed\xfe",
    b"\xcf\xfa\xed\xfe",
    b"\xca\xfe\xba\xbe",
)
"""How programs begin: Windows, Linux, scripts, macOS (either way round, and for several processors at once)."""


_OURS = re.compile(r"[0-9a-f]{64}(\.[0-9a-f]{8}\.part)?")
"""How files in the store are called, and those that are being written."""


class Kept(TypedDict):
    """A file in the store, as a submission names it."""

    name: str
    size: int
    sha256: str


class Refused(UsageError):
    """A file that is not taken at all. ``code``: ``unreadable``, ``empty``, ``too_large``, ``program``, ``bomb``."""

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        super().__init__(message)


class StoreTrouble(NotPossible):
    """The store cannot be read or written now, or has lost a file: nothing is put on record."""


def keep(files_url: str, path: Path, name: str | None = None) -> Kept:
    """Store a file's content under its SHA-256, piece by piece. The same content is kept once.

    ``name`` is what its sender calls it, the file's own by default. Raises Refused for one that is empty, larger than
    ``MOST_BYTES`` or a program, StoreTrouble where the store does not take it.
    """
    shown = safe_name(name if name is not None else path.name)
    try:
        with path.open("rb") as handle:
            digest, size = _measured(handle, shown)
            handle.seek(0)
            _keep(files_url, digest, handle)
    except OSError as error:
        raise Refused("unreadable", f"{path} cannot be read ({error.strerror}): check the path.") from None
    return Kept(name=shown, size=size, sha256=digest)


def _keep(files_url: str, digest: str, handle: BinaryIO) -> None:
    try:
        with _plainly():
            filesystem, place = _place(files_url, digest)
            if not _renewed(filesystem, files_url, digest, place):
                _write(filesystem, place, iter(lambda: handle.read(CHUNK), b""))
    except OSError as error:
        raise StoreTrouble(
            f"The file could not be kept under DUNGHAN_FILES_URL ({error.strerror}); nothing was recorded."
        ) from None


def _renewed(filesystem: Any, files_url: str, digest: str, place: str) -> bool:
    """Whether it lies there whole already; if so it is from now on as young as if it had been written now.

    Who removes what nobody named for hours must not take what somebody is just handing in anew. Stores that know no
    other way to say so have it written again, and so is what a power cut or the disk has spoilt.
    """
    try:
        if not isinstance(filesystem, LocalFileSystem):
            return False
        os.utime(place)
    except (FileNotFoundError, PermissionError):
        return False
    return digest_of(files_url, digest) == digest


def _measured(handle: BinaryIO, shown: str) -> tuple[str, int]:
    """The SHA-256 and the size of what may be taken."""
    found, size = hashlib.sha256(), 0
    while chunk := handle.read(CHUNK):
        if not size and chunk.startswith(_PROGRAMS):
            raise Refused("program", f"{shown} is a program, whatever its name says: send the report itself.")
        found.update(chunk)
        size += len(chunk)
        if size > MOST_BYTES:
            raise Refused("too_large", f"{shown} is larger than {MOST_BYTES >> 20} MB: send it in parts.")
    if not size:
        raise Refused("empty", f"{shown} is empty: send the report itself, or use --nothing-to-report.")
    return found.hexdigest(), size


def safe_name(name: str) -> str:
    r"""A file's name without folders, control characters or marks that turn the writing round; never empty.

    >>> safe_name("..\\..\\etc/báo\x00 cáo.docx"), safe_name("  ")
    ('báo cáo.docx', 'tep')
    """
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    plain = "".join(letter for letter in last if unicodedata.category(letter)[0] != "C").strip(" .")
    stem, dot, ending = plain.rpartition(".")
    if len(plain) > LONGEST_NAME:
        plain = f"{stem[: LONGEST_NAME - 1 - len(ending)]}{dot}{ending}" if len(ending) < 10 else plain[:LONGEST_NAME]
    return plain or "tep"


def put(files_url: str, digest: str, chunks: Iterable[bytes]) -> None:
    """Store content whose SHA-256 has been checked. Raises OSError."""
    with _plainly():
        filesystem, place = _place(files_url, digest)
        _write(filesystem, place, chunks)


def content(files_url: str, digest: str) -> Iterator[bytes]:
    """A stored file, piece by piece. Raises FileNotFoundError where there is none, or another OSError."""
    with _plainly():
        filesystem, place = _place(files_url, digest)
        with filesystem.open(place, "rb") as handle:
            while chunk := handle.read(CHUNK):
                yield chunk


def verified(files_url: str, digest: str) -> Iterator[bytes]:
    """A stored file, piece by piece, once all of it was found to be what its name says. Raises NotPossible, OSError."""
    if digest_of(files_url, digest) != digest:
        raise NotPossible(f"The file {digest[:12]} is lost or damaged: restore it from a backup. See `dunghan doctor`.")
    return content(files_url, digest)


@contextmanager
def opened(files_url: str, digest: str) -> Iterator[Path]:
    """A stored file as one of this machine's, for as long as it is looked at. Raises OSError."""
    filesystem, place = _place(files_url, digest)
    if isinstance(filesystem, LocalFileSystem):
        path = Path(place)
        path.stat()  # raises where it is not there
        yield path
        return
    with tempfile.NamedTemporaryFile(prefix="dunghan-") as copy:
        for chunk in content(files_url, digest):
            copy.write(chunk)
        copy.flush()
        yield Path(copy.name)


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
    filesystem, root = _filesystem(files_url)
    found: dict[str, dict[str, Any]] = {}
    with _plainly(), suppress(FileNotFoundError):  # nothing was ever handed in
        found = filesystem.find(root, detail=True)
    return {name.removeprefix(root).lstrip("/"): int(info["size"]) for name, info in found.items()}


def folders(files_url: str) -> Iterator[list[str]]:
    """The places of everything in the store that is named as ours are, one folder at a time. Raises OSError."""
    filesystem, root = _filesystem(files_url)
    for first in range(256):
        folder = f"{root.rstrip('/')}/{first:02x}"
        with _plainly(), suppress(FileNotFoundError):
            names = (str(name).rstrip("/").rpartition("/")[2] for name in filesystem.ls(folder, detail=False))
            yield sorted(f"{first:02x}/{name}" for name in names if _OURS.fullmatch(name))


def digest_at(place: str) -> str | None:
    """The SHA-256 of a file by its place; None for one that was never finished."""
    name = place.rpartition("/")[2]
    return None if name.endswith(".part") else name


def remove(files_url: str, place: str) -> None:
    """Remove one file of the store. Raises OSError."""
    filesystem, root = _filesystem(files_url)
    with _plainly():
        filesystem.rm_file(f"{root.rstrip('/')}/{place}")


def look(files_url: str, place: str) -> Stored | None:
    """One file of the store, or None where it is not there (any more). Raises OSError."""
    filesystem, root = _filesystem(files_url)
    path = f"{root.rstrip('/')}/{place}"
    with _plainly():
        try:
            size = int(filesystem.size(path))
        except FileNotFoundError:
            return None
        changed_at: datetime | None = None
        with suppress(NotImplementedError, FileNotFoundError):
            changed_at = filesystem.modified(path)
    return Stored(size, changed_at)


def _place(files_url: str, digest: str) -> tuple[Any, str]:
    return _filesystem(f"{files_url.rstrip('/')}/{where(digest)}")


def _filesystem(url: str) -> tuple[Any, str]:
    try:
        # Other machines write there too: what was listed a while ago says nothing.
        filesystem, place = fsspec.core.url_to_fs(url, use_listings_cache=False)
    except (ImportError, ValueError) as error:  # a library that is not installed, a protocol that there is not
        raise BadSettings(f"DUNGHAN_FILES_URL cannot be used: {error}.") from None
    return filesystem, place


@contextmanager
def _plainly() -> Iterator[None]:
    """What the library of an object store raises when it is away, as the OSError that callers look for."""
    try:
        yield
    except (OSError, DunghanError):
        raise
    except Exception as error:
        raise OSError(errno.EIO, f"{type(error).__name__}: {error}"[:200]) from error


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
