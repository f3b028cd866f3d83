"""A full disk costs a run one clear line; nothing is half recorded, and all goes on after room was made."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from dunghan.store.database import connect, reading
from tests.chaos.conftest import MORNINGS, Forker, Installation, Whole
from tests.chaos.sink import Sink
from tests.chaos.stage import PLAN, Stage, left, require_sound, sending
from tests.chaos.torment import MOST_PER_KILL, Kill, resent
from tests.conftest import SettableClock

pytestmark = pytest.mark.xdist_group("chaos")
SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
LINE = "DatabaseTrouble: The disk is full. Free some space; what was accepted before is safe."
MOST_TRIES = 60


class Squeeze:
    """Runs mornings with hardly any room, and with a little more after each failure, until they succeed."""

    def __init__(self, installation: Installation, whole: Whole, look: Callable[[], Engine] | None = None) -> None:
        self.installation, self.whole = installation, whole
        self._look = look or (lambda: installation.db)
        self.lines: list[str] = []
        self.failures: list[Kill] = []

    def morning(self, now: datetime, room: Callable[[int], dict[str, Any]]) -> None:
        """One morning; ``room(n)`` makes room for the n-th try and returns what the order says about it."""
        installation = self.installation
        for number in range(MOST_TRIES):
            answer = installation.one(("run", PLAN, now), ("deliver", PLAN, now), **room(number))
            installation.sink.wait_until_quiet()
            self._nothing_by_halves(now)
            if not answer.error:
                return
            self.lines.append(answer.error)
            self.failures.append(Kill(len(installation.sink.accepted), sending(self._look()), "full"))
            installation.let_leases_end()
        raise AssertionError(f"there was room, and yet: {self.lines[-1]}")

    def _nothing_by_halves(self, now: datetime) -> None:
        found = [r for r in left(self._look()).reminders if r[6] == now]
        assert found in ([], [r for r in self.whole.left.reminders if r[6] == now])

    def require_all_well(self, last: datetime) -> None:
        """The record is that of an undisturbed run, and the sink got all, once but for what was in flight."""
        sink, db = self.installation.sink, self.installation.db
        assert left(db).until(last) == self.whole.left.until(last)
        assert set(sink.counts()) == set(self.whole.left.until(last).messages)
        assert max(resent(self.failures, sink.accepted).values(), default=0) <= MOST_PER_KILL
        require_sound(db)


def _most_pages(begin: int, number: int) -> dict[str, Any]:
    return {"pages": begin + 4 * number}


@SQLITE
def test_sqlite_that_may_not_grow(installation: Installation, whole: Whole, db: Engine) -> None:
    """Everywhere, without any right: the database itself says that the disk is full."""
    squeeze = Squeeze(installation, whole)
    with reading(db) as connection:
        pages = int(connection.scalar(text("PRAGMA page_count")) or 0)
    for morning in MORNINGS[:2]:
        begin = pages + 4 * len(squeeze.lines)
        squeeze.morning(morning, partial(_most_pages, begin))
    assert len(squeeze.lines) >= 4 and set(squeeze.lines) == {LINE}
    assert any(f.held for f in squeeze.failures), "it never failed between sending and settling"
    assert not all(f.held for f in squeeze.failures), "it never failed while deciding"
    squeeze.require_all_well(MORNINGS[1])


@SQLITE
def test_files_that_may_not_grow(installation: Installation, whole: Whole, database_url: str) -> None:
    """The operating system refuses each byte beyond a size."""
    squeeze = Squeeze(installation, whole)
    size = Path(database_url.removeprefix("sqlite:///")).stat().st_size
    squeeze.morning(MORNINGS[0], lambda number: {"largest": size // 4 + number * 24_000})
    assert len(squeeze.lines) >= 4
    for line in squeeze.lines:
        assert line.startswith("DatabaseTrouble: ") and "disk I/O error" in line and "\n" not in line
    squeeze.require_all_well(MORNINGS[0])


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 3 MB, where we may mount one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = shutil.which("mount")
    if os.geteuid() != 0 or mount is None:
        pytest.skip("only root mounts a disk; the other tests here run everywhere")
    done = subprocess.run(
        [mount, "-t", "tmpfs", "-o", "size=3m", "dunghan-test", folder], capture_output=True, check=False
    )
    if done.returncode:
        pytest.skip(f"this machine lets nobody mount a disk: {done.stderr.decode().strip()}")
    yield folder
    subprocess.run(["umount", folder], check=True)


def test_a_disk_that_is_really_full(
    stage: Stage, small_disk: Path, migrated: Path, sink: Sink, clock: SettableClock, forker: Forker,
    whole: Whole, tmp_path: Path,
) -> None:  # fmt: skip
    """A file of somebody else's takes all the room, and is cut a little shorter after each failure."""
    file, other = small_disk / "dunghan.db", small_disk / "other"
    shutil.copy(migrated, file)
    db = connect(f"sqlite:///{file}")

    def copied() -> Engine:
        """Where there is no room at all, SQLite cannot even be read: it wants 32 KB for its index of the WAL."""
        for name in ("dunghan.db", "dunghan.db-wal"):
            (tmp_path / name).unlink(missing_ok=True)
            if (small_disk / name).exists():
                shutil.copy(small_disk / name, tmp_path / name)
        return connect(f"sqlite:///{tmp_path}/dunghan.db")

    squeeze = Squeeze(Installation(stage, db, f"sqlite:///{file}", sink, clock, forker, tmp_path), whole, copied)
    disk = os.statvfs(small_disk)
    other.write_bytes(b"x" * (disk.f_bavail * disk.f_frsize))

    def cut(number: int) -> dict[str, Any]:
        os.truncate(other, max(other.stat().st_size - 24_000, 0))
        return {}

    for morning in MORNINGS[:2]:
        squeeze.morning(morning, cut)
    assert len(squeeze.lines) >= 4 and LINE in squeeze.lines
    for line in set(squeeze.lines) - {LINE}:
        assert line.startswith("DatabaseTrouble: ") and "disk I/O error" in line and "\n" not in line
    squeeze.require_all_well(MORNINGS[1])
    db.dispose()
