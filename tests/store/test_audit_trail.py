"""The audit trail: each row's digest covers the one before it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, select, text

from dunghan.core.times import instant
from dunghan.store import audit
from dunghan.store.database import reading, writing

NOW = instant("2018-12-03", "now")


def note(db: Engine, number: int) -> None:
    with writing(db) as connection:
        audit.record(connection, NOW + timedelta(minutes=number), "A", "submit", f"s{number}", "vì", version=number)


def first_break(db: Engine) -> int | None:
    with reading(db) as connection:
        return audit.first_break(connection)


def test_an_empty_trail_is_whole(db: Engine) -> None:
    assert first_break(db) is None


def test_a_trail_is_whole_and_holds_who_did_what_when_and_why(db: Engine) -> None:
    for number in range(3):
        note(db, number)
    assert first_break(db) is None
    with reading(db) as connection:
        (row,) = audit.of_subject(connection, "s1")
    assert (row.who, row.what, row.why, row.detail) == ("A", "submit", "vì", {"version": 1})
    assert row.at == NOW + timedelta(minutes=1)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE audit SET who = 'B' WHERE seq = 3",
        "UPDATE audit SET why = '' WHERE seq = 3",
        "UPDATE audit SET detail = '{\"version\": 9}' WHERE seq = 3",
        "DELETE FROM audit WHERE seq = 2",
    ],
)
def test_a_row_changed_or_taken_out_breaks_the_trail_there(
    change: str, db: Engine, tamper: Callable[[str], None]
) -> None:
    for number in range(5):
        note(db, number)
    tamper(change)
    assert first_break(db) == 3


def test_writers_at_once_make_one_chain(db: Engine) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda number: note(db, number), range(24)))
    assert first_break(db) is None
    with reading(db) as connection:
        assert len(connection.execute(select(audit.AUDIT.c.seq)).all()) == 24


def test_the_trail_is_whole_whatever_zone_the_writer_or_the_server_keeps(db: Engine) -> None:
    note(db, 1)
    with writing(db) as connection:
        audit.record(connection, datetime(2018, 12, 3, 5, tzinfo=UTC), "A", "x", "y")
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL TIME ZONE 'Asia/Ho_Chi_Minh'"))
        assert audit.first_break(connection) is None


def test_what_is_rolled_back_leaves_no_row(db: Engine) -> None:
    def fail() -> None:
        with writing(db) as connection:
            audit.record(connection, NOW, "A", "x", "y")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with reading(db) as connection:
        assert audit.of_subject(connection, "y") == []
