"""The schema on both databases: up, down and up again; as the models say; history that refuses to change."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, Engine, Table, delete, event, insert, inspect, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlmodel import SQLModel

from dunghan import outbox
from dunghan.core.times import instant
from dunghan.engine.context import Context
from dunghan.engine.sweep import open_only
from dunghan.store import facts
from dunghan.store.acts import DECISION, PLAN_DECISION, SUBMISSION
from dunghan.store.audit import AUDIT
from dunghan.store.database import connect, migrate, reading, writing
from dunghan.store.messages import ATTEMPT, MESSAGE, REMINDER
from models.errors import DatabaseTrouble

NOW = instant("2018-12-03", "now")
PLAN = "ha-giang-168-2016"
ONE = f"{PLAN}/annual/2018/024"


@pytest.fixture
def bare(request: pytest.FixtureRequest, tmp_path: Path, database_url: str) -> Iterator[Engine]:
    """A database without any schema."""
    if database_url.startswith("sqlite"):
        engine = connect(f"sqlite:///{tmp_path / 'bare' / 'new.db'}")
        yield engine
        engine.dispose()
        return
    server = request.getfixturevalue("postgres")
    name = server.create("template1")
    engine = connect(server.url(name))
    yield engine
    engine.dispose()
    server.drop(name)


def tables(engine: Engine) -> set[str]:
    return set(inspect(engine).get_table_names()) - {"alembic_version"}


def test_the_migrations_go_up_and_down_and_up_again(bare: Engine) -> None:
    for _ in range(2):
        migrate(bare)
        assert tables(bare) == set(SQLModel.metadata.tables)
        migrate(bare)
        migrate(bare, "base")
        assert tables(bare) == set()


def test_coming_down_leaves_no_trigger_and_no_function_behind(bare: Engine) -> None:
    migrate(bare)
    migrate(bare, "base")
    left = (
        "SELECT proname FROM pg_proc WHERE proname LIKE 'dunghan%'"
        if bare.dialect.name == "postgresql"
        else "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    )
    with bare.connect() as connection:
        assert connection.execute(text(left)).all() == []


def test_the_schema_is_what_the_models_say(db: Engine) -> None:
    with db.connect() as connection:
        found = MigrationContext.configure(connection, opts={"compare_type": True, "target_metadata": None})
        assert compare_metadata(found, SQLModel.metadata) == []


def given(connection: Connection, contact: int) -> dict[str, tuple[Table, dict[str, Any]]]:
    """A row of each table of history."""
    queued = {"contact_id": contact, "office": "024", "plan": PLAN, "day": date(2018, 12, 3), "kind": "reminder"}
    queued |= {"channel": "email", "not_before": NOW, "created_at": NOW, "status": "queued", "attempts": 0}
    texts = {"message_id": "<1@x.example>", "answer": "", "subject": "", "body": ""}
    message = connection.execute(insert(MESSAGE).values(**queued, **texts).returning(MESSAGE.c.id)).scalar_one()
    when = {"at": NOW, "recorded_at": NOW, "by": "A", "because": "x"}
    handed = {"obligation_id": ONE, "version": 1, "kind": "report", "received_at": NOW, "recorded_at": NOW}
    told = {"who": "A", "what": "x", "subject": "x", "why": "", "detail": {}, "previous": "", "digest": "x"}
    attempt = {"message_id": message, "channel": "email", "outcome": "delivered", "detail": ""}
    return {
        "submission": (SUBMISSION, {**handed, "files": [], "reference": "", "note": "", "by": ""}),
        "decision": (DECISION, {"obligation_id": ONE, "kind": "accept", **when}),
        "plan_decision": (PLAN_DECISION, {"plan": PLAN, "kind": "pause", **when}),
        "attempt": (ATTEMPT, {**attempt, "at": NOW}),
        "audit": (AUDIT, {**told, "at": NOW}),
    }


@pytest.mark.parametrize("name", ["submission", "decision", "plan_decision", "attempt", "audit"])
def test_history_refuses_to_be_changed_or_removed(
    name: str, context: Context, db: Engine, introduce: Callable[..., Any], daily_pass: None
) -> None:
    (person,) = introduce("024")
    with writing(db) as connection:
        table, row = given(connection, person.id)[name]
        connection.execute(insert(table), [row])
    for statement in (update(table).values(**{next(iter(row)): row[next(iter(row))]}), delete(table)):
        with pytest.raises((DBAPIError, DatabaseTrouble), match="append-only"), writing(db) as connection:
            connection.execute(statement)
    with reading(db) as connection:
        assert connection.execute(table.select()).first() is not None


@pytest.fixture
def daily_pass(context: Context) -> None:
    """The obligations of 2018 are open."""
    open_only(context, PLAN, NOW)


def reminder(**fields: Any) -> dict[str, Any]:
    return {
        "obligation_id": ONE, "last_day": date(2018, 12, 9), "rung": "-7d", "kind": "reminder", "fired": True,
        "reason": "rung_due", "decided_at": NOW, "contact_id": None, "message_id": None,
    } | fields  # fmt: skip


@pytest.mark.usefixtures("daily_pass")
def test_a_reminder_is_unique_on_obligation_last_day_rung_and_contact(
    db: Engine, introduce: Callable[..., Any]
) -> None:
    one, other = introduce("024", "026")
    allowed = [
        reminder(contact_id=one.id),
        reminder(contact_id=other.id),
        reminder(contact_id=one.id, rung="-3d"),
        reminder(contact_id=one.id, last_day=date(2018, 12, 19)),
        reminder(),
        reminder(kind="escalation"),
    ]
    with writing(db) as connection:
        connection.execute(insert(REMINDER), allowed)
    for twice in (reminder(contact_id=one.id, reason="caught_up"), reminder(fired=False, reason="unreachable")):
        with pytest.raises(IntegrityError), writing(db) as connection:
            connection.execute(insert(REMINDER), [twice])


def test_a_message_has_one_place_a_contact_plan_day_and_kind(db: Engine, introduce: Callable[..., Any]) -> None:
    (one,) = introduce("024")
    row = {
        "contact_id": one.id, "office": "024", "plan": PLAN, "day": date(2018, 12, 3), "kind": "reminder",
        "channel": "email", "status": "queued", "not_before": NOW, "created_at": NOW, "attempts": 0, "answer": "",
        "subject": "", "body": "",
    }  # fmt: skip
    with writing(db) as connection:
        connection.execute(insert(MESSAGE), [row | {"message_id": "<1@x.example>"}])
        connection.execute(insert(MESSAGE), [row | {"message_id": "<2@x.example>", "kind": "digest"}])
    for wrong in ({"message_id": "<3@x.example>"}, {"message_id": "<1@x.example>", "day": date(2018, 12, 4)}):
        with pytest.raises(IntegrityError), writing(db) as connection:
            connection.execute(insert(MESSAGE), [row | wrong])


def test_a_row_names_only_what_exists(db: Engine) -> None:
    with pytest.raises(IntegrityError), writing(db) as connection:
        connection.execute(insert(REMINDER), [reminder(obligation_id="nobody/owes/2018/this")])


def test_instants_come_back_aware_and_equal(db: Engine) -> None:
    moments = [instant(t, "t") for t in ("2018-12-09T23:59:59", "2018-12-10T00:00:00", "2020-02-29T08:00")]
    moments.append(moments[0].replace(microsecond=123456))
    with writing(db) as connection:
        for number, moment in enumerate(moments):
            row = {"code": f"x{number}", "name": "x", "level": "x"}
            connection.execute(insert(SQLModel.metadata.tables["office"]), [row])
            connection.execute(
                insert(PLAN_DECISION), [{"plan": "p", "kind": "x", "at": moment, "recorded_at": moment, "by": "",
                                         "because": ""}]
            )  # fmt: skip
        found = connection.execute(PLAN_DECISION.select().order_by(PLAN_DECISION.c.id)).all()
    assert [row.at for row in found] == moments
    assert all(row.at.tzinfo is not None for row in found)


def test_an_instant_without_a_zone_is_refused(db: Engine) -> None:
    naive = NOW.replace(tzinfo=None)
    row = {"plan": "p", "kind": "x", "at": naive, "recorded_at": NOW, "by": "", "because": ""}
    with pytest.raises(Exception, match="no time zone"), writing(db) as connection:
        connection.execute(insert(PLAN_DECISION), [row])


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_due_query_and_the_claim_use_their_indexes(
    context: Context, db: Engine, database_url: str, daily_pass: None
) -> None:
    """Their plans hold no scan of a table, however large it grows."""
    asked: list[tuple[str, Any]] = []

    @sqlalchemy_listens(db)
    def _asked(statement: str, values: Any) -> None:
        asked.append((statement, values))

    with reading(db) as connection:
        facts.due(connection, PLAN, NOW, 100)
        facts.events_of_ids(connection, [ONE])
        facts.events_of(connection, ONE)
    outbox.claim(db, now=NOW, real=NOW, owner="x", channels=["email", "zalo"], plan=PLAN)
    outbox.claim(db, now=NOW, real=NOW, owner="x", channels=["email"], plan=None)
    seen = 0
    with closing(sqlite3.connect(database_url.removeprefix("sqlite:///"))) as raw:
        for statement, values in asked:
            if statement.startswith(("SELECT", "\nSELECT", "UPDATE")) and "alembic_version" not in statement:
                plan = [row[3] for row in raw.execute(f"EXPLAIN QUERY PLAN {statement}", values)]
                scans = [step for step in plan if step.startswith("SCAN") and "json_each" not in step]
                assert not scans, (statement, plan)
                seen += 1
    assert seen == 10


def sqlalchemy_listens(db: Engine) -> Callable[..., Any]:
    """Hear every statement and its values."""

    def listen(hear: Callable[[str, Any], None]) -> None:
        @event.listens_for(db, "before_cursor_execute")
        def _heard(connection: Any, cursor: Any, statement: str, values: Any, *rest: Any) -> None:
            hear(statement, values)

    return listen
