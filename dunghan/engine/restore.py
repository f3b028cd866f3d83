"""Restore: a backup into an empty database, all of it or nothing, with its files put back."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection, Engine, func, insert, select
from sqlalchemy.exc import DatabaseError, IntegrityError

from dunghan import files
from dunghan.engine.backup_format import Manifest
from dunghan.engine.backup_rows import BATCH, tables
from dunghan.engine.context import Context
from dunghan.engine.restore_archive import Archive, opened
from dunghan.engine.restore_schema import (
    SCRIPTS,
    bring,
    count_of,
    hold,
    renumber,
    require_empty,
    require_place,
    revisions,
)
from dunghan.engine.views import stamp
from dunghan.store import acts, audit, facts, trouble
from dunghan.store.database import place
from dunghan.store.messages import MESSAGE, WAITING
from models.errors import NotPossible


class Restored(NamedTuple):
    """What was restored: the backup's manifest, files put back and found there already, and mail that still waits.

    ``waiting`` counts messages that had not left when the backup was made, ``held`` names the plans that were paused.
    """

    database: str
    manifest: Manifest
    put_back: int
    there_already: int
    waiting: int
    held: tuple[str, ...]


class Files(NamedTuple):
    """The files of a backup: those to be put back, and how many are in the store already."""

    to_put: tuple[str, ...]
    there: int


def restore(
    context: Context, path: Path, *, by: str, hold_plans: bool = False, accept_broken_audit: bool = False,
    scripts: str = SCRIPTS,
) -> Restored:  # fmt: skip
    """Restore a backup of either database into an empty one, in one transaction.

    1. Verify the whole backup, and look at the files in the store; what is there is never overwritten.
    2. Refuse a database that holds rows; bring an empty one to the backup's revision.
    3. Load every table in order of reference, let the numbers go on after the last row, bring the schema to today's.
    4. Check the audit trail; put the restore on record, and pause every plan if asked to.
    5. Put the files back, and commit.

    ``scripts`` is where the migrations are. Raises NotPossible; nothing but files, which nobody names yet, may stay.
    """
    known = revisions(scripts)
    plans = frozenset(context.catalog.plan_files) if hold_plans else frozenset[str]()
    with opened(path, known) as archive:
        manifest = archive.manifest
        if manifest.audit_break is not None and not accept_broken_audit:
            raise NotPossible(
                f"The audit trail was broken at row {manifest.audit_break} when {path} was made, and nothing was "
                "restored: take an earlier backup, or take it as it is with --accept-broken-audit."
            )
        found = _survey(context.settings.files_url, archive)
        with _whole(context.db) as connection:
            require_empty(connection)
            bring(connection, manifest.schema_revision, scripts)
            _load(connection, archive)
            bring(connection, known[-1], scripts)
            _require_same_trail(connection, manifest)
            waiting = int(connection.scalar(select(func.count()).select_from(MESSAGE).where(WAITING)) or 0)
            _record(context, connection, archive, by)
            held = _pause(context, connection, plans, manifest, by) if hold_plans else ()
            _put_back(context.settings.files_url, archive, found.to_put)
    context.forget_offices()
    return Restored(place(context.db), manifest, len(found.to_put), found.there, waiting, held)


@contextmanager
def _whole(db: Engine) -> Iterator[Connection]:
    """A transaction on a database that may have no schema yet: all that is done in it, or nothing."""
    require_place(db)
    try:
        with db.connect().execution_options(writes=True) as connection, connection.begin():
            yield connection
    except IntegrityError as error:
        raise NotPossible(
            f"The backup's rows do not fit together ({' '.join(str(error.orig).split())}), and nothing was restored: "
            "take another backup."
        ) from error
    except DatabaseError as error:
        raise trouble.told(place(db), str(error.orig)) from error


def _survey(files_url: str, archive: Archive) -> Files:
    """Which files are to be put back. NotPossible where another content has a file's place."""
    to_put, there = [], 0
    whole = [digest for digest in archive.manifest.files if digest not in archive.manifest.damaged]
    for digest in whole:
        try:
            lies = files.digest_of(files_url, digest)
        except OSError as error:
            raise _not_put(digest, error) from None
        if lies is None:
            to_put.append(digest)
        elif lies == digest:
            there += 1
        else:
            raise NotPossible(
                f"{files.where(digest)} under DUNGHAN_FILES_URL has other content than the backup's, and nothing was "
                "restored or overwritten: move it away, and restore again."
            )
    return Files(tuple(to_put), there)


def _load(connection: Connection, archive: Archive) -> None:
    """Load every table, in the order of reference, and count what came in."""
    held = tables(connection)
    hold(connection, held)
    strange = archive.manifest.tables.keys() ^ {table.name for table in held}
    if strange:
        raise NotPossible(
            f"{archive.path} and schema {archive.manifest.schema_revision} do not have the same tables "
            f"({', '.join(sorted(strange))}), and nothing was restored: take another backup."
        )
    for table in held:
        rows = archive.rows(table)
        while batch := list(islice(rows, BATCH)):
            connection.execute(insert(table), batch)
        if (count := count_of(connection, table)) != archive.manifest.tables[table.name]:
            raise NotPossible(f"{table.name} came out with {count} rows, and nothing was restored: restore again.")
    renumber(connection, held)


def _require_same_trail(connection: Connection, manifest: Manifest) -> None:
    """The audit trail is whole, or broken exactly where it was when the backup was made."""
    broken = audit.first_break(connection)
    if broken != manifest.audit_break:
        raise NotPossible(
            f"Row {broken} of the audit trail does not follow from the one before it, though it did when the backup "
            "was made: somebody changed the backup, and nothing was restored. Take another one."
        )


def _record(context: Context, connection: Connection, archive: Archive, by: str) -> None:
    manifest = archive.manifest
    audit.record(
        connection, context.now(), by, "restore", "database", f"from the backup of {stamp(manifest.made_at)}",
        file=archive.path.name, made_at=manifest.made_at.isoformat(), rows=sum(manifest.tables.values()),
        audit_break=manifest.audit_break,
    )  # fmt: skip


def _pause(
    context: Context, connection: Connection, plans: frozenset[str], manifest: Manifest, by: str
) -> tuple[str, ...]:
    """Pause every plan that is not paused, so that no mail leaves before what the backup does not know is entered."""
    now, because = context.now(), f"restored from the backup of {stamp(manifest.made_at)}"
    known = set(connection.scalars(select(MESSAGE.c.plan).distinct()))
    held = tuple(sorted((plans | known) - facts.paused_plans(connection)))
    for plan in held:
        acts.decide_plan(connection, plan, "pause", now, now, by, because)
        audit.record(connection, now, by, "pause", plan, because, decided_at=now.isoformat())
    return held


def _put_back(files_url: str, archive: Archive, digests: tuple[str, ...]) -> None:
    for digest in digests:
        try:
            files.put(files_url, digest, archive.file(digest))
        except OSError as error:
            raise _not_put(digest, error) from None


def _not_put(digest: str, error: OSError) -> NotPossible:
    return NotPossible(
        f"{files.where(digest)} under DUNGHAN_FILES_URL cannot be read or written ({error.strerror or error}), and "
        "nothing was restored: check its place and its disk."
    )
