"""The file of a backup: it has its name when it is whole and on the disk, and is never half there."""

import hashlib
import os
import secrets
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO

from dunghan.engine.backup_format import Member
from models.errors import UsageError
from models.timezone import VIETNAM


def free(path: Path) -> Path:
    """The path, or UsageError where something has that name already."""
    if path.exists():
        raise _taken(path)
    return path


def _taken(path: Path) -> UsageError:
    return UsageError(f"{path} exists already and stays as it is: name another file, or a folder.")


@contextmanager
def published(path: Path) -> Iterator[IO[bytes]]:
    """A file to write to, readable by its owner alone. Raises OSError, and UsageError where the name was taken.

    1. Write under another name beside it.
    2. Sync.
    3. Give it its name, and sync that.

    Whatever fails, nothing stays; a process killed meanwhile leaves a ``.….part``, which may be deleted.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    descriptor = os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        _name(part, path)
    finally:
        part.unlink(missing_ok=True)


def _name(part: Path, path: Path) -> None:
    """Rename without replacing: a link refuses a name that is taken. FAT knows no links, and there we look first."""
    try:
        os.link(part, path)
    except FileExistsError:
        raise _taken(path) from None
    except OSError:
        part.rename(free(path))
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


class Writer:
    """Writes members into a zip and keeps their sizes and hashes."""

    def __init__(self, archive: zipfile.ZipFile, made_at: datetime) -> None:
        self._archive = archive
        when = made_at.astimezone(VIETNAM)
        self._when = (when.year, when.month, when.day, when.hour, when.minute, when.second)
        self.members: dict[str, Member] = {}

    def add(self, name: str, pieces: Iterable[bytes]) -> Member:
        """Write a member piece by piece; a table's pieces are its rows.

        Reports come as docx and PDF, which no compression makes smaller.
        """
        is_file = name.startswith("files/")
        held = zipfile.ZipInfo(name, self._when)
        held.external_attr = 0o600 << 16
        held.compress_type = zipfile.ZIP_STORED if is_file else zipfile.ZIP_DEFLATED
        found, size, count = hashlib.sha256(), 0, 0
        with self._archive.open(held, "w", force_zip64=True) as member:
            for piece in pieces:
                member.write(piece)
                found.update(piece)
                size, count = size + len(piece), count + 1
        rows = count if name.startswith("tables/") else None
        self.members[name] = Member(bytes=size, sha256=found.hexdigest(), rows=rows)
        return self.members[name]
