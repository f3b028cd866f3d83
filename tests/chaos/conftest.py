"""What the chaos tests share: the stage, the sink, and a process that forks senders and kills them."""

import json
import os
import random
import select
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple, Self

import pytest
from sqlalchemy import Engine

from dunghan.core.times import instant
from dunghan.outbox import LEASE
from dunghan.store.database import connect, migrate
from tests.chaos.sink import Sink
from tests.chaos.stage import PLAN, Left, Stage, bring_in, build, left
from tests.conftest import SettableClock

COMMUNES = 24
PATIENCE = 120.0


class Answer(NamedTuple):
    """How one forked sender ended."""

    killed: bool
    done: int
    said: list[Any]
    error: str
    seconds: float


class Forker:
    """The forking process, spoken to by lines of JSON."""

    def __init__(self, folder: Path, config_dir: Path) -> None:
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("DUNGHAN_", "PREFECT_", "PYTEST_", "COV_"))}
        kept |= {"SSL_CERT_FILE": os.devnull, "SSL_CERT_DIR": os.devnull}  # reading all CAs takes 25 ms; no TLS here
        script = Path(__file__).with_name("forker.py")
        self._process = subprocess.Popen(
            [sys.executable, str(script), str(config_dir), PLAN], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            cwd=folder, env=kept, text=True,
        )  # fmt: skip
        assert self._read() == "ready\n"

    def _read(self) -> str:
        assert self._process.stdout
        readable, _, _ = select.select([self._process.stdout], [], [], PATIENCE)
        assert readable, "the forking process says nothing"
        return self._process.stdout.readline()

    def race(self, *orders: dict[str, Any]) -> list[Answer]:
        """Carry out orders at once, each by a child of its own."""
        assert self._process.stdin
        self._process.stdin.write(json.dumps(orders) + "\n")
        self._process.stdin.flush()
        line = self._read()
        assert line, "the forking process is gone: see its traceback above"
        return [Answer(**one) for one in json.loads(line)]

    def close(self) -> None:
        """Let it end."""
        assert self._process.stdin and self._process.stdout
        self._process.stdin.close()
        try:
            self._process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self._process.kill()
        self._process.stdout.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *failure: object) -> None:
        self.close()


@pytest.fixture(scope="session")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """The plan ``chaos`` for some communes and the districts of Hà Giang, and its people."""
    return build(tmp_path_factory.mktemp("chaos") / "config", COMMUNES)


@pytest.fixture(scope="session")
def forker(stage: Stage, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Forker]:
    """The session's forking process."""
    with Forker(tmp_path_factory.mktemp("forker"), stage.folder) as process:
        yield process


@pytest.fixture(scope="session")
def migrated(_migrated_file: Path) -> Path:
    """An empty SQLite file of today's schema, to be copied."""
    return _migrated_file


@pytest.fixture
def sink() -> Iterator[Sink]:
    """A mail server that notes what it accepts; it offers PIPELINING."""
    with Sink() as server:
        yield server


class Installation:
    """A database with the stage's people, and orders for senders on it."""

    def __init__(
        self, stage: Stage, db: Engine, url: str, sink: Sink, clock: SettableClock, forker: Forker, folder: Path
    ) -> None:
        self.stage, self.db, self.sink, self.forker = stage, db, sink, forker
        self.clock, self.folder = clock, folder
        self.settings = stage.settings(url, sink.url)
        bring_in(db, stage.people)

    def order(self, *steps: Sequence[Any], **more: Any) -> dict[str, Any]:
        """An order for a child: ``order(("run", PLAN, now), kill_after=0.1)``; its clock starts at ``clock``."""
        told = [(kind, plan, now.isoformat()) for kind, plan, now in steps]
        return {"settings": self.settings, "steps": told, "clock": self.clock().isoformat()} | more

    def one(self, *steps: Sequence[Any], **more: Any) -> Answer:
        """Carry out one order; what came of it."""
        (answer,) = self.forker.race(self.order(*steps, **more))
        return answer

    def let_leases_end(self) -> None:
        """Move the real clock beyond every lease."""
        self.clock.time += LEASE + timedelta(seconds=90)


@pytest.fixture
def installation(
    stage: Stage, db: Engine, database_url: str, sink: Sink, clock: SettableClock, forker: Forker, tmp_path: Path
) -> Installation:
    """An installation on ``db`` whose mail goes to ``sink``."""
    return Installation(stage, db, database_url, sink, clock, forker, tmp_path)


MORNINGS = tuple(
    instant(day, "day")
    for day in (
        "2018-11-30", "2018-12-04", "2018-12-06", "2018-12-07", "2018-12-10", "2018-12-12", "2018-12-17", "2018-12-24",
    )
)  # fmt: skip
"""First notices, rungs of several stages on one day, rungs caught up, escalations, digests."""


class Whole(NamedTuple):
    """What an undisturbed sender does: what it leaves, what arrives, and how long a morning takes it."""

    left: Left
    arrived: Counter[str]
    seconds: float


@pytest.fixture(scope="session")
def whole(stage: Stage, forker: Forker, tmp_path_factory: pytest.TempPathFactory) -> Whole:
    """``MORNINGS`` by an undisturbed sender, once for all databases."""
    folder = tmp_path_factory.mktemp("whole")
    url = f"sqlite:///{folder}/dunghan.db"
    db = connect(url)
    migrate(db)
    with Sink() as sink:
        slow_down(sink)
        calm = Installation(stage, db, url, sink, SettableClock("2026-07-01"), forker, folder)
        start = time.monotonic()
        for morning in MORNINGS:
            answer = calm.one(("run", PLAN, morning), ("deliver", PLAN, morning))
            assert not answer.error, answer.error
        seconds = (time.monotonic() - start) / len(MORNINGS)
        found = Whole(left(db), sink.counts(), seconds)
    db.dispose()
    return found


def slow_down(sink: Sink, seconds: float = 0.002) -> None:
    """Make it take a moment for each message, so that sending is a good part of a run."""
    sink.accepting = lambda _: time.sleep(seconds)


@pytest.fixture
def chance() -> random.Random:
    """A seeded generator; CHAOS_SEED chooses another seed, which a failing test prints."""
    seed = int(os.environ.get("CHAOS_SEED", "168"))
    sys.stdout.write(f"CHAOS_SEED={seed}\n")  # pytest shows it where the test fails
    return random.Random(seed)
