"""Triggers that make the database itself refuse to change or delete a row of history."""

from collections.abc import Iterable

from sqlalchemy import Connection, text

_POSTGRES_FUNCTION = """
CREATE OR REPLACE FUNCTION dunghan_refuse() RETURNS trigger AS $$
BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$ LANGUAGE plpgsql
"""


def protect(connection: Connection, tables: Iterable[str]) -> None:
    """Refuse UPDATE and DELETE on these tables from now on."""
    postgres = connection.dialect.name == "postgresql"
    if postgres:
        connection.execute(text(_POSTGRES_FUNCTION))
    for table in tables:
        if postgres:
            connection.execute(
                text(
                    f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
                    "FOR EACH STATEMENT EXECUTE FUNCTION dunghan_refuse()"
                )
            )
            continue
        for act in ("UPDATE", "DELETE"):
            connection.execute(
                text(
                    f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
                )
            )


def unprotect(connection: Connection, tables: Iterable[str]) -> None:
    """Lift what :func:`protect` laid on."""
    for table in tables:
        if connection.dialect.name == "postgresql":
            connection.execute(text(f"DROP TRIGGER {table}_append_only ON {table}"))
        else:
            for act in ("update", "delete"):
                connection.execute(text(f"DROP TRIGGER {table}_no_{act}"))


def forget(connection: Connection) -> None:
    """Remove what the triggers called, once the last of them is gone."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("DROP FUNCTION dunghan_refuse()"))
