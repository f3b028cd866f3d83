"""Supervision, with small processes of our own in the place of server and runner."""

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from deployments import child
from deployments.logbook import Logbook
from deployments.supervisor import Patience, Service, Supervisor
from models.errors import ServerTrouble
from tests.deployments.conftest import wait_for

QUICK = Patience(start=10, pause=0.05, quick=30, deaths=3, silence=0.6, glance=0.1)

UP = "print('up', flush=True)"
STAY = f"import time; {UP}; time.sleep(60)"
ASKED = (
    "import signal, sys, time; signal.signal(signal.SIGTERM, lambda *_: (print('asked', flush=True), sys.exit(0))); "
    f"{UP}; time.sleep(60)"
)


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Logbook]:
    made = Logbook(tmp_path / "log" / "dunghan.log")
    yield made
    made.close()


@pytest.fixture
def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], Service]:
    """A service that runs this Python; it is up when it says so."""
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))

    def write(name: str, code: str) -> Service:
        (tmp_path / f"service_{name}.py").write_text(code)
        return Service(name, (f"service_{name}",), up=lambda said: "up" in said.tail, finish=5)

    return write


def _told(book: Logbook) -> list[str]:
    return [re.sub(r"^\S+ (\S+) +", r"\1: ", line) for line in book.path.read_text().splitlines()]


def test_they_start_in_order_and_stop_in_the_opposite_one(book: Logbook, script: Callable[[str, str], Service]) -> None:
    kept = Supervisor([script("first", ASKED), script("second", ASKED)], {}, book, QUICK)
    kept.start()
    kept.stop()
    told = [line for line in _told(book) if not line.startswith("serve: first is up")]
    assert told[:4] == ["serve: starting first", "first: up", "serve: starting second", "second: up"]
    assert [line for line in told if line.endswith("asked")] == ["second: asked", "first: asked"]


def test_one_that_dies_is_started_again(book: Logbook, script: Callable[[str, str], Service], tmp_path: Path) -> None:
    once = (
        f"import os, sys, time; {UP}; time.sleep(0.3); p = '{tmp_path}/died'\n"
        "if not os.path.exists(p): open(p, 'w').close(); sys.exit(3)\n"
    )
    answering, enough = threading.Event(), threading.Event()
    answering.set()
    weak = script("weak", once + "import time; time.sleep(60)")._replace(answers=_asked(answering, enough))
    kept = Supervisor([weak], {}, book, QUICK)
    kept.start()
    with _watched(kept, enough):
        assert wait_for(lambda: _told(book).count("weak: up") == 2, 10)
    assert "serve: weak ended with exit code 3: starting it again in 0.05 s" in _told(book)


@contextmanager
def _watched(kept: Supervisor, enough: threading.Event) -> Iterator[None]:
    """Watch in a thread until the block ends, then stop."""

    def watch() -> None:
        with pytest.raises(KeyboardInterrupt):
            kept.watch()

    watching = threading.Thread(target=watch)
    watching.start()
    try:
        yield
    finally:
        enough.set()
        watching.join(10)
        kept.stop()


def _asked(answering: threading.Event, enough: threading.Event) -> Callable[[], bool]:
    def ask() -> bool:
        if enough.is_set():
            raise KeyboardInterrupt
        return answering.is_set()

    return ask


def test_one_that_dies_again_and_again_ends_it_in_one_line(
    book: Logbook, script: Callable[[str, str], Service]
) -> None:
    kept = Supervisor(
        [script("firm", STAY), script("weak", f"{UP}; import time; time.sleep(0.3); raise SystemExit(4)")],
        {},
        book,
        QUICK,
    )
    try:
        kept.start()
        with pytest.raises(ServerTrouble) as caught:
            kept.watch()
        assert re.fullmatch(r"The weak .* 3 times in a row\. Its words are in .*dunghan\.log\.", str(caught.value))
    finally:
        kept.stop()


def test_a_cause_that_a_person_must_mend_is_told_at_once(book: Logbook, script: Callable[[str, str], Service]) -> None:
    newer = "print(\"alembic.util.exc.CommandError: Can't locate revision identified by 'f00'\"); raise SystemExit(1)"
    kept = Supervisor([script("server", newer)], {}, book, QUICK)
    with pytest.raises(ServerTrouble, match=r"newer Prefect\. Upgrade dunghan; or: .*move prefect\.db away"):
        kept.start()
    assert _told(book).count("serve: starting server") == 1


def test_one_that_answers_no_more_is_started_again(book: Logbook, script: Callable[[str, str], Service]) -> None:
    answering, enough = threading.Event(), threading.Event()
    answering.set()
    kept = Supervisor([script("mute", STAY)._replace(answers=_asked(answering, enough))], {}, book, QUICK)
    kept.start()
    with _watched(kept, enough):
        time.sleep(1)
        assert _told(book).count("mute: up") == 1, "as long as it answers it is left alone"
        answering.clear()
        assert wait_for(lambda: any("has not answered for 0.6 s" in line for line in _told(book)), 10)
        answering.set()
        assert wait_for(lambda: _told(book).count("mute: up") == 2, 10)


def test_one_that_will_not_end_is_made_to_with_all_that_it_started(
    book: Logbook, script: Callable[[str, str], Service], tmp_path: Path
) -> None:
    deaf = (
        "import signal, subprocess, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "of_it = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        f"open('{tmp_path}/pid', 'w').write(str(of_it.pid)); {UP}; time.sleep(60)"
    )
    kept = Supervisor([script("deaf", deaf)._replace(finish=0.5)], {}, book, QUICK)
    kept.start()
    kept.stop()
    assert "serve: deaf did not end within 0.5 s and was killed." in _told(book)
    assert wait_for(lambda: not _alive(int((tmp_path / "pid").read_text())), 5)


def test_nothing_outlives_a_starter_that_is_killed(tmp_path: Path) -> None:
    (tmp_path / "stays.py").write_text(
        "import subprocess, sys, time\n"
        "of_it = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        "print(of_it.pid, flush=True); time.sleep(60)"
    )
    starter = (
        "import subprocess, sys, time; from deployments import child\n"
        "one = child.start(['stays'], {'PYTHONPATH': sys.argv[1]}, subprocess.PIPE)\n"
        "print(one.pid, one.stdout.readline().decode(), flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", starter, str(tmp_path)], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout
        pids = [int(word) for word in parent.stdout.readline().split()]
        assert len(pids) == 2 and all(_alive(pid) for pid in pids)
        parent.send_signal(signal.SIGKILL)
        assert wait_for(lambda: not [pid for pid in pids if _alive(pid)], 5)


def test_the_log_is_bounded(tmp_path: Path) -> None:
    book = Logbook(tmp_path / "dunghan.log", size=2000, files=2)
    for number in range(500):
        book.write("server", f"line {number}")
    book.close()
    kept = sorted(tmp_path.iterdir())
    assert [file.name for file in kept] == ["dunghan.log", "dunghan.log.1", "dunghan.log.2"]
    assert sum(file.stat().st_size for file in kept) < 6100
    assert (tmp_path / "dunghan.log").read_text().endswith("server  line 499\n")


def test_a_child_says_farewell_before_it_is_stopped(tmp_path: Path) -> None:
    (tmp_path / "polite.py").write_text(ASKED)
    one = child.start(["polite"], {"PYTHONPATH": str(tmp_path)}, subprocess.PIPE)
    assert one.stdout and one.stdout.readline() == b"up\n"
    assert child.stop(one) and one.stdout.read() == b"asked\n"
    one.stdout.close()


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
