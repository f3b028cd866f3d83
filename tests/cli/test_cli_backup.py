"""`dunghan backup` and `dunghan restore`, as an operator meets them."""

import os
import resource
import subprocess
import zipfile
from pathlib import Path

import pytest

from dunghan.demo.mailbox import Mailbox
from models.migrations import HEAD
from tests.checks import made
from tests.cli.conftest import SCRIPT, Desk, clean_environment

PLAN = "ha-giang-168-2016"
ONE = f"{PLAN}/annual/2018/024"
REPORT = made.word("Kế hoạch 168/KH-UBND, năm 2018")


@pytest.fixture
def busy(staffed: Desk) -> Desk:
    """An installation with a secret, a morning behind it, mail that waits for a gateway, and a report with a file."""
    staffed.ok("init")
    staffed.ok("run", PLAN, "--as-of", "2018-11-09")
    report = staffed.write("báo cáo năm.docx", REPORT)
    staffed.ok("submit", ONE, report, "--reference", "45/BC-UBND", "--received-at", "2018-11-20", "--by", "chị Mai")
    return staffed


def moved(desk: Desk, database: str = "sqlite:///new/dunghan.db") -> Desk:
    """The same folder, another database and another store of files."""
    desk.set(database_url=database, files_url="new/files")
    return desk


def test_a_backup_says_what_it_holds_and_what_it_does_not(busy: Desk) -> None:
    said = busy.ok("backup")
    first, *rest = said.splitlines()
    (path,) = (busy.folder / "var" / "backup").iterdir()
    assert first.startswith(f"var/backup/{path.name}: ") and "1 files handed in" in first
    for word in ("DUNGHAN_SECRET_KEY", "Prefect", "DUNGHAN_CONFIG_DIR"):
        assert word in "\n".join(rest)
    secret = (busy.folder / ".env").read_text().strip().partition("=")[2]
    with zipfile.ZipFile(path) as archive:
        assert not any(secret.encode() in archive.read(name) for name in archive.namelist())


def test_a_folder_that_was_lost_comes_back_from_its_backup(busy: Desk) -> None:
    at = ("--as-of", "2018-12-10")
    asked = (("explain", ONE, *at), ("status", PLAN, *at), ("outbox", "list"), ("contact", "list"))
    before = [busy.json(*words) for words in asked]
    made = busy.json("backup", "safe.zip")
    assert (made["file"], made["files"], made["missing"], made["schema"]) == ("safe.zip", 1, [], HEAD)
    (busy.folder / "var").rename(busy.folder / "lost")
    busy("status", PLAN).refused(1, "dunghan init")
    said = busy.ok("restore", "safe.zip", "--by", "anh Sơn")
    assert "1 files put back" in said and "same Message-ID" in said and "dunghan pause" in said
    after = [busy.json(*words) for words in asked]
    assert after == before
    again = busy.json("run", PLAN, "--as-of", "2018-11-09")
    assert (again["opened"], again["messages"]) == (0, 0)
    assert busy.json("run", PLAN, "--as-of", "2018-11-23")["messages"] > 0
    assert next((busy.folder / "var" / "files").rglob("*/*")).read_bytes() == REPORT


def test_held_mail_leaves_when_its_plan_is_resumed(busy: Desk, tmp_path: Path) -> None:
    waiting = len(busy.json("outbox", "list"))
    made = busy.json("backup", "safe.zip")
    done = moved(busy).json("restore", "safe.zip", "--hold")
    assert done["tables"] == made["tables"] and done["made_at"] == made["made_at"]
    assert (done["put_back"], done["there_already"], done["waiting"]) == (1, 0, waiting)
    assert PLAN in done["held"] and done["into"] == "sqlite:///new/dunghan.db"
    paused = [f["message"] for f in busy("doctor", "--json").document["findings"] if f["about"] == "paused"]
    assert any(f"dunghan resume {PLAN}" in message for message in paused)
    with Mailbox(tmp_path / "mail") as box:
        busy.set(email_url=f"mailto://127.0.0.1:{box.port}?from=bao-cao@so-ldtbxh.example")
        assert busy.json("run", PLAN, "--as-of", "2018-11-09")["delivered"] == 0
        assert box.received == []
        busy.ok("resume", PLAN)
        assert busy.json("run", PLAN, "--as-of", "2018-11-09")["delivered"] == len(box.received) > 0


def test_a_name_that_is_taken_stays(busy: Desk) -> None:
    name = busy.write("safe.zip", b"precious")
    busy("backup", name).refused(2, "safe.zip", "exists already")
    assert (busy.folder / name).read_bytes() == b"precious"


def test_a_folder_that_is_not_there_is_not_made_a_file(busy: Desk) -> None:
    busy("backup", "mnt/usb/").refused(2, "mnt/usb is no folder", "mount")
    assert not (busy.folder / "mnt").exists()


def test_a_database_with_rows_is_refused_with_the_remedy(busy: Desk) -> None:
    busy.ok("backup", "safe.zip")
    busy("restore", "safe.zip").refused(1, "sqlite:///var/dunghan.db", "holds rows already", "DUNGHAN_DATABASE_URL")


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"a letter"])
def test_what_is_no_backup_is_refused_in_one_line(empty_desk: Desk, content: bytes) -> None:
    empty_desk("restore", empty_desk.write("x.zip", content)).refused(1, "x.zip", "no whole backup")
    assert not (empty_desk.folder / "var").exists()


def test_a_backup_that_is_not_there_is_wrong_use(empty_desk: Desk) -> None:
    empty_desk("restore", "none.zip").refused(2, "none.zip", "check the path")
    empty_desk("backup").refused(1, "dunghan init")


def test_files_that_are_missing_are_told_on_stderr_and_the_backup_is_made_all_the_same(busy: Desk) -> None:
    next((busy.folder / "var" / "files").rglob("*/*")).unlink()
    said = busy("backup", "poor.zip", "--json")
    assert (said.code, len(said.document["missing"])) == (0, 1)
    assert said.err == "warning: 1 files named by submissions are missing: see `dunghan doctor`.\n"
    assert moved(busy)("restore", "poor.zip").err == said.err


def test_a_disk_that_fills_up_leaves_no_half_backup(desk: Desk) -> None:
    """A limit on the size of a file is the kernel's own refusal, in the middle of a write."""
    assert desk("submit", ONE, desk.write("big.pdf", b"%PDF-" + os.urandom(3_000_000))).code == 0

    def little_room() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, 2_000_000))

    done = subprocess.run(
        [SCRIPT, "backup"], cwd=desk.folder, env=clean_environment(), capture_output=True, text=True, timeout=60,
        check=False, preexec_fn=little_room,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (1, "")
    assert "could not be written" in done.stderr and "no half backup" in done.stderr and done.stderr.count("\n") == 1
    assert list((desk.folder / "var" / "backup").iterdir()) == []
    desk.ok("backup")
