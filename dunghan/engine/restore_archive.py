"""A backup as it is read back: nothing in it is believed before every name, size, hash and count has been checked."""

import hashlib
import json
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

from pydantic import ValidationError
from sqlalchemy import Table

from dunghan import files
from dunghan.engine.backup_format import FORMAT, MANIFEST, Manifest, table_member
from dunghan.engine.backup_rows import reader
from models.errors import NotPossible, UsageError

MOST_MANIFEST = 1 << 28
"""Bytes: a manifest of a million files holds less."""

_UNREADABLE = (
    zipfile.BadZipFile, zlib.error, EOFError, KeyError, NotImplementedError, RuntimeError, ValueError, OSError,
)  # fmt: skip
"""What `zipfile` raises, in its own words, where a file is cut short, damaged, or none of ours."""


class Archive:
    """A backup whose content has been verified. Its members are read as bytes and never by their own paths."""

    def __init__(self, path: Path, archive: zipfile.ZipFile, manifest: Manifest) -> None:
        self.path, self.manifest = path, manifest
        self._archive = archive

    def rows(self, table: Table) -> Iterator[dict[str, Any]]:
        """A table's rows, one by one."""
        read: Callable[[bytes], dict[str, Any]] = reader(table)
        with _undamaged(self.path), self._archive.open(table_member(table.name)) as lines:
            for line in lines:
                yield read(line)

    def file(self, digest: str) -> Iterator[bytes]:
        """A file that was handed in, piece by piece."""
        with _undamaged(self.path), self._archive.open(f"files/{files.where(digest)}") as member:
            while piece := member.read(files.CHUNK):
                yield piece


@contextmanager
def opened(path: Path, known_revisions: Sequence[str]) -> Iterator[Archive]:
    """Open a backup and verify all of it: NotPossible says what is wrong with it, and nothing was written.

    1. The manifest is of a format and of a schema that this software knows.
    2. The members are those that it lists, each once, under names that a backup has.
    3. Each has the size, the SHA-256 and the number of rows that it lists.
    """
    try:
        file = path.open("rb")
    except OSError as error:
        raise UsageError(f"{path} cannot be read ({error.strerror}): check the path.") from None
    with file:
        with _undamaged(path):
            archive = zipfile.ZipFile(file)
        with archive:
            manifest = _manifest(path, archive, known_revisions)
            _verify_names(path, archive, manifest)
            _verify_content(path, archive, manifest)
            yield Archive(path, archive, manifest)


@contextmanager
def _undamaged(path: Path) -> Iterator[None]:
    try:
        yield
    except _UNREADABLE as error:
        _refuse(path, str(error) or type(error).__name__)


def _refuse(path: Path, why: str) -> NoReturn:
    why = " ".join(why.split())
    raise NotPossible(f"{path} is no whole backup ({why}), and nothing was restored: take another one.") from None


def _manifest(path: Path, archive: zipfile.ZipFile, known_revisions: Sequence[str]) -> Manifest:
    with _undamaged(path):
        if archive.getinfo(MANIFEST).file_size > MOST_MANIFEST:
            _refuse(path, f"its {MANIFEST} is too large")
        document = archive.read(MANIFEST)
        said = json.loads(document)
    form = said.get("format") if isinstance(said, dict) else None
    if isinstance(form, int) and form > FORMAT:
        raise _newer(path, f"format {form}", f"format {FORMAT}")
    try:
        manifest = Manifest.model_validate_json(document)
    except ValidationError as error:
        first = error.errors()[0]
        _refuse(path, f"{MANIFEST}: {'.'.join(map(str, first['loc']))}: {first['msg']}")
    if manifest.schema_revision not in known_revisions:
        raise _newer(path, f"schema {manifest.schema_revision}", f"schema {known_revisions[-1]}")
    return manifest


def _newer(path: Path, theirs: str, ours: str) -> NotPossible:
    return NotPossible(
        f"{path} was made by a newer version of the software ({theirs}, this one knows {ours}), and nothing was "
        "restored: upgrade the software."
    )


def _verify_names(path: Path, archive: zipfile.ZipFile, manifest: Manifest) -> None:
    names = [held.filename for held in archive.infolist()]
    listed = {MANIFEST, *manifest.members}
    if strange := sorted(set(names) - listed):
        _refuse(path, f"it holds {strange[0]!r}, of which its manifest does not speak")
    if lost := sorted(listed - set(names)):
        _refuse(path, f"{lost[0]} is not in it")
    if len(names) != len(listed):
        twice = next(name for name in names if names.count(name) > 1)
        _refuse(path, f"it holds {twice} twice")


def _verify_content(path: Path, archive: zipfile.ZipFile, manifest: Manifest) -> None:
    for name, member in manifest.members.items():
        found, size, lines = hashlib.sha256(), 0, 0
        with _undamaged(path), archive.open(name) as source:
            while size <= member.bytes and (piece := source.read(files.CHUNK)):
                found.update(piece)
                size, lines = size + len(piece), lines + piece.count(b"\n")
        if (size, found.hexdigest()) != (member.bytes, member.sha256):
            _refuse(path, f"{name} is not what its manifest says")
        if name.startswith("tables/") and lines != member.rows:
            _refuse(path, f"{name} has {lines} rows, and its manifest says {member.rows}")
    damaged = set(manifest.damaged)
    for digest, member in manifest.files.items():
        if (digest != member.sha256) != (digest in damaged):
            _refuse(path, f"files/{files.where(digest)} is not what was handed in")
