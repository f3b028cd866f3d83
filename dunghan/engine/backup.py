"""Backup: everything on record and every file handed in, in one file, while the engine goes on."""

import zipfile
from collections.abc import Iterable, Iterator
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection, Table, select

from dunghan import files
from dunghan.engine.backup_format import FORMAT, MANIFEST, Manifest, table_member
from dunghan.engine.backup_rows import revision, rows, snapshot, tables, written
from dunghan.engine.backup_target import Writer, free, published
from dunghan.engine.context import Context
from dunghan.store import audit, incoming, trouble
from dunghan.store.database import place
from dunghan.store.incoming import INCOMING
from models.errors import NotPossible, UsageError
from models.migrations import HEAD
from models.timezone import VIETNAM

FOLDER = Path("var/backup")
NOT_INCLUDED = (
    "DUNGHAN_SECRET_KEY (.env): without it the sealed gateway tokens cannot be opened; keep a copy in another place",
    "the other settings of .env, and DUNGHAN_CONFIG_DIR with plans and offices of your own",
    "Prefect's own database, which holds no record",
)


class Made(NamedTuple):
    """A backup that was made: where it lies, its size in bytes, and what it says of itself."""

    path: Path
    size: int
    manifest: Manifest


def backup(context: Context, target: Path | None = None) -> Made:
    """Write a backup to a file, into a folder under a name of the moment, or into ``var/backup``.

    1. Write under another name beside the target, readable by the owner alone.
    2. Read every table in one transaction that sees one instant, and note which files its rows name.
    3. Read those files, which are only ever added.
    4. Sync, and give the file its name; UsageError where something has that name already.

    An older revision is backed up as well: before `dunghan init` upgrades it. Whatever fails leaves no half file.
    Raises NotPossible where a disk is full, or a file handed in cannot be read.
    """
    made_at = context.now()
    name = f"dunghan-{made_at.astimezone(VIETNAM):%Y%m%d-%H%M%S}.zip"
    path = free(_path(target or FOLDER, name))
    try:
        with published(path) as file, zipfile.ZipFile(file, "w") as archive:
            out = Writer(archive, made_at)
            manifest = _gathered(context, out, made_at)
            out.add(MANIFEST, [manifest.model_dump_json(indent=1).encode()])
        return Made(path, path.stat().st_size, manifest)
    except OSError as error:
        raise NotPossible(
            f"{path} could not be written ({error.strerror or error}), and no half backup was left: "
            "free some space, or name another place."
        ) from error


def _path(target: Path, name: str) -> Path:
    """The file to write. A folder that is not there is more often a disk that is not mounted than a file's name."""
    if target.is_dir() or target == FOLDER:
        return target / name
    if target.suffix != ".zip":
        raise UsageError(f"{target} is no folder: make or mount it, or name a file that ends in .zip.")
    return target


def _gathered(context: Context, out: Writer, made_at: datetime) -> Manifest:
    named: dict[str, None] = {}
    with snapshot(context.db) as connection:
        stands_at = revision(connection)
        if stands_at is None or stands_at > HEAD:
            trouble.require_version(stands_at, place(context.db))
        held = {table.name: table for table in tables(connection)}
        for table in held.values():
            out.add(table_member(table.name), _lines(connection, table, named))
            if table.name == INCOMING.name:
                mails = select(INCOMING.c.raw_sha256).where(incoming.kept(connection))
                named |= dict.fromkeys(connection.scalars(mails))
        broken = audit.first_break(connection, held["audit"])
    missing, damaged = _add_files(context.settings.files_url, out, sorted(named))
    return Manifest(
        format=FORMAT,
        software=version("dunghan"),
        schema_revision=str(stands_at),
        made_at=made_at,
        database=context.db.dialect.name,
        audit_break=broken,
        members=out.members,
        missing=missing,
        damaged=damaged,
    )


def _lines(connection: Connection, table: Table, named: dict[str, None]) -> Iterator[bytes]:
    """A table's lines; ``named`` gathers the files of which its column ``files``, where it has one, speaks."""
    for row in rows(connection, table):
        for file in row.get("files") or ():
            named[file["sha256"]] = None
        yield written(row)


def _add_files(files_url: str, out: Writer, named: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Add the files; returns those that are not in the store, and those that are not what was handed in."""
    missing, damaged = [], []
    for digest in named:
        pieces = _pieces(files_url, digest)
        if pieces is None:
            missing.append(digest)
        elif out.add(f"files/{files.where(digest)}", pieces).sha256 != digest:
            damaged.append(digest)
    return tuple(missing), tuple(damaged)


def _pieces(files_url: str, digest: str) -> Iterator[bytes] | None:
    """A file's content, or None where there is none."""
    source = _read(files_url, digest)
    try:
        head = next(source, b"")
    except FileNotFoundError:
        return None
    return _after(head, source)


def _after(head: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield head
    yield from rest


def _read(files_url: str, digest: str) -> Iterator[bytes]:
    """A file's content. FileNotFoundError: it is not there; NotPossible: it is, and cannot be read."""
    try:
        yield from files.content(files_url, digest)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise NotPossible(
            f"{files.where(digest)} under DUNGHAN_FILES_URL cannot be read ({error.strerror or error}), and no backup "
            "was made: check its disk, or move that file away to have a backup of the rest."
        ) from None
