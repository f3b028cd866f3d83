"""The database into which a backup goes: empty, at the backup's revision, and brought to today's afterwards."""

from collections.abc import Sequence
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, Integer, Table, func, inspect, select, text

from dunghan.engine.backup_rows import revision, tables
from dunghan.store import trouble
from dunghan.store.database import place
from models.errors import NotPossible

SCRIPTS = "models:migrations"
"""Where the migrations are."""


def _config(scripts: str) -> Config:
    config = Config()
    config.set_main_option("script_location", scripts)
    return config


def revisions(scripts: str = SCRIPTS) -> list[str]:
    """Every revision that this software knows, the first one first."""
    found = ScriptDirectory.from_config(_config(scripts)).walk_revisions()
    return [script.revision for script in found][::-1]


def bring(connection: Connection, wanted: str, scripts: str = SCRIPTS) -> None:
    """Bring the schema up or down to a revision, in the caller's transaction."""
    stands_at = revision(connection)
    if stands_at == wanted:
        return
    known = revisions(scripts)
    if stands_at is not None and stands_at not in known:
        trouble.require_version(stands_at, place(connection.engine))
    config = _config(scripts)
    config.attributes["connection"] = connection
    down = stands_at is not None and known.index(stands_at) > known.index(wanted)
    (command.downgrade if down else command.upgrade)(config, wanted)


def require_place(db: Engine) -> None:
    """Make the folder of a SQLite file. NotPossible where a journal was left behind, which would be played into it."""
    name = db.url.database
    if db.dialect.name != "sqlite" or not name or name == ":memory:":
        return
    file, journal = Path(name), Path(f"{name}-wal")
    if journal.exists() and not file.exists():
        raise NotPossible(
            f"{journal} belongs to a database that was moved away, and nothing was restored: move it along, with its "
            "-shm."
        )
    file.parent.mkdir(parents=True, exist_ok=True)


def require_empty(connection: Connection) -> None:
    """NotPossible where the database holds rows, or tables that are not ours; other writers wait from here on."""
    where = place(connection.engine)
    if revision(connection) is None:
        if foreign := inspect(connection).get_table_names():
            raise NotPossible(
                f"The database at {where} holds tables of another program ({foreign[0]}), and nothing was restored: "
                "make a new one and name it in DUNGHAN_DATABASE_URL."
            )
        return
    held = tables(connection)
    hold(connection, held)
    full = {table.name: count for table in held if (count := count_of(connection, table))}
    if full:
        told = ", ".join(f"{count} in {name}" for name, count in full.items())
        raise NotPossible(
            f"The database at {where} holds rows already ({told}), and nothing was restored: a backup goes into an "
            "empty one. Name a new one in DUNGHAN_DATABASE_URL, or move this one away (a SQLite file with its -wal and "
            "-shm)."
        )


def hold(connection: Connection, held: Sequence[Table]) -> None:
    """Keep other writers out until the end of the transaction. SQLite's BEGIN IMMEDIATE already does."""
    if connection.dialect.name == "postgresql" and held:
        quote = connection.dialect.identifier_preparer.format_table
        connection.execute(text(f"LOCK TABLE {', '.join(map(quote, held))} IN SHARE ROW EXCLUSIVE MODE"))


def count_of(connection: Connection, table: Table) -> int:
    """How many rows a table holds."""
    return int(connection.scalar(select(func.count()).select_from(table)) or 0)


def renumber(connection: Connection, held: Sequence[Table]) -> None:
    """Let PostgreSQL's numbers go on where the rows end. SQLite takes the next number by itself."""
    if connection.dialect.name != "postgresql":
        return
    for table in held:
        keys = list(table.primary_key.columns)
        if len(keys) == 1 and isinstance(keys[0].type, Integer):
            counter = func.pg_get_serial_sequence(table.name, keys[0].name)
            # An empty table has no maximum, and then nothing is set.
            connection.execute(select(func.setval(counter, select(func.max(keys[0])).scalar_subquery())))
