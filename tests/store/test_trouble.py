"""What can be wrong with the database is told in one line, with what to do."""

import sqlite3
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Engine, event, text
from sqlalchemy.exc import SQLAlchemyError

from config.settings import Settings
from dunghan.engine.context import Context
from dunghan.engine.owed import Wanted, owed
from dunghan.store import trouble
from dunghan.store.database import connect, migrate, place, reading, writing
from dunghan.store.rows import reading_file, sqlite_file
from models.errors import BadSettings, DatabaseMissing, DatabaseTrouble, DunghanError

SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def both_ways(url: str) -> list[str]:
    """What SQLAlchemy's reader and the fast one say."""
    said = []
    for read in (lambda: reading(connect(url)), lambda: reading_file(sqlite_file(url) or "")):
        with pytest.raises(DunghanError) as caught, read():
            pass
        said.append(str(caught.value))
    assert all(len(one.splitlines()) == 1 for one in said)
    return said


def test_a_missing_file(tmp_path: Path) -> None:
    said = both_ways(f"sqlite:///{tmp_path}/none.db")
    assert said == [f"There is no database at {tmp_path}/none.db. Run `dunghan init`."] * 2
    assert not (tmp_path / "none.db").exists()


def test_an_empty_file(tmp_path: Path) -> None:
    (tmp_path / "empty.db").touch()
    assert all("is empty. Run `dunghan init`." in one for one in both_ways(f"sqlite:///{tmp_path}/empty.db"))


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "letter.db").write_bytes(b"Dear sir or madam, " * 200)
    url = f"sqlite:///{tmp_path}/letter.db"
    assert all("file is not a database" in one and "DUNGHAN_DATABASE_URL" in one for one in both_ways(url))
    with pytest.raises(DatabaseTrouble, match="not a database"):
        migrate(connect(url))


@pytest.mark.parametrize(
    ("version", "said"), [("0000", "older version (0000"), ("9999", "newer version (9999) than this software")]
)
@SQLITE
def test_a_database_of_another_version(version: str, said: str, db: Engine, database_url: str) -> None:
    with writing(db) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :v"), {"v": version})
    assert all(said in one for one in both_ways(database_url))


def test_a_database_of_another_version_on_both(db: Engine, database_url: str) -> None:
    with writing(db) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    fresh = connect(database_url)
    with pytest.raises(DatabaseTrouble, match="Upgrade the software"), reading(fresh):
        pass
    fresh.dispose()


def test_a_database_without_our_schema(request: pytest.FixtureRequest, postgres: object) -> None:
    name = postgres.create("template1")  # type: ignore[attr-defined]
    engine = connect(postgres.url(name))  # type: ignore[attr-defined]
    with pytest.raises(DatabaseMissing, match="is empty"), reading(engine):
        pass
    engine.dispose()
    postgres.drop(name)  # type: ignore[attr-defined]


def test_a_server_that_does_not_answer_is_told_without_its_password() -> None:
    engine = connect("postgresql+psycopg://dunghan:geheim@127.0.0.1:1/dunghan")
    with pytest.raises(DatabaseTrouble) as caught, reading(engine):
        pass
    assert "geheim" not in str(caught.value) and len(str(caught.value).splitlines()) == 1
    assert "geheim" not in place(engine)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("database or disk is full", "The disk is full"),
        (
            'could not extend file "base/5/16466": No space left on device HINT: Check free disk space.',
            "The disk is full",
        ),
        ("disk I/O error", "full or over quota"),
        ("server closed the connection unexpectedly", "start it and run again"),
    ],
)
def test_a_full_disk_and_a_dead_server_have_their_own_remedies(said: str, told: str) -> None:
    line = str(trouble.told("sqlite:///var/dunghan.db", said))
    assert told in line and "DUNGHAN_DATABASE_URL" not in line


def test_a_url_that_cannot_be_read() -> None:
    with pytest.raises(BadSettings, match="DUNGHAN_DATABASE_URL"):
        connect("not a url")


@SQLITE
def test_a_database_that_stays_locked(db: Engine, database_url: str) -> None:
    impatient = connect(database_url)

    @event.listens_for(impatient, "connect")
    def _shorter(connection: sqlite3.Connection, _: object) -> None:
        connection.execute("PRAGMA busy_timeout = 200")

    with closing(sqlite3.connect(sqlite_file(database_url) or "", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(DatabaseTrouble, match="stayed locked") as caught, writing(impatient):
            pass
        assert "wait for it" in str(caught.value)
        with reading(impatient) as connection:
            assert connection.scalar(text("SELECT 1")) == 1


@SQLITE
def test_a_writer_waits_for_another(db: Engine) -> None:
    entered = threading.Event()

    def hold() -> None:
        with writing(db):
            entered.set()
            time.sleep(0.3)

    thread = threading.Thread(target=hold)
    thread.start()
    entered.wait()
    with writing(db) as connection:
        connection.execute(text("DELETE FROM office"))
    thread.join()


def test_an_error_in_a_transaction_undoes_it(db: Engine) -> None:
    def fail() -> None:
        with writing(db) as connection:
            connection.execute(text("INSERT INTO office (code, name, level) VALUES ('x', 'x', 'x')"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with reading(db) as connection:
        assert connection.execute(text("SELECT 1 FROM office")).first() is None


def test_an_error_of_the_database_shows_no_address(db: Engine) -> None:
    with pytest.raises(SQLAlchemyError) as wrong, writing(db) as connection:
        connection.execute(
            text("INSERT INTO handed_in_file (sha256, submission_id) VALUES (:address, 1)"),
            {"address": "hoa@024.ha-giang.example"},
        )
    assert "hoa@" not in str(wrong.value)


def test_agenda_and_plans_are_readable_without_a_database_but_the_agenda_says_what_to_do(tmp_path: Path) -> None:
    context = Context(Settings(database_url=f"sqlite:///{tmp_path}/none.db"))
    assert context.catalog.plan("ha-giang-168-2016").lead == "ha-giang.so-ldtbxh"
    with pytest.raises(DatabaseMissing, match="dunghan init"):
        next(owed(context, Wanted(), context.now()))


def test_migrating_makes_the_folder(tmp_path: Path) -> None:
    engine = connect(f"sqlite:///{tmp_path}/a/b/new.db")
    migrate(engine)
    with reading(engine):
        pass
