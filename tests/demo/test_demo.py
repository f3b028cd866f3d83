"""`dunghan demo`, once, as anybody runs it."""

import email
import json
import os
import sqlite3
import subprocess
import sys
from email import policy
from pathlib import Path

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.prefect, pytest.mark.xdist_group("demo")]

SCRIPT = Path(sys.executable).parent / "dunghan"


def test_the_season_plays_to_its_end_and_leaves_what_it_promises(tmp_path: Path) -> None:
    """One story, so that it is played once wherever its checks would be sent."""
    env = {k: v for k, v in os.environ.items() if not k.startswith(("DUNGHAN_", "PREFECT_"))}
    env |= {"HOME": str(tmp_path / "home"), "DUNGHAN_EMAIL_URL": "mailto://never:used@127.0.0.1:1"}
    done = subprocess.run(
        [str(SCRIPT), "demo"], cwd=tmp_path, env=env, capture_output=True, text=True, timeout=240, check=False,
        stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, ""), (done.stdout, done.stderr)
    it_prints_the_table_of_the_chain(tmp_path, done.stdout)
    it_says_where_everything_lies(tmp_path, done.stdout)
    everything_lies_under_var(tmp_path, done.stdout)
    the_mails_are_vietnamese_and_go_to_invented_addresses(tmp_path, done.stdout)
    some_came_by_zalo(tmp_path, done.stdout)
    the_database_knows_what_became_of_every_message(tmp_path, done.stdout)
    no_process_of_it_is_left(tmp_path, done.stdout)


def it_prints_the_table_of_the_chain(folder: Path, said: str) -> None:
    table = said.partition("The chain of Hà Giang on 31 December 2018\n")[2].partition("\n\n")[0].splitlines()
    assert len(table) > 6
    communes, districts = (
        next(line.split() for line in table if line.startswith("annual") and stage in line)
        for stage in ("Cấp xã", "Cấp huyện")
    )
    assert "193" in communes and "11" in districts
    assert "Overdue" in said and "messages, delivered" in said


def it_says_where_everything_lies(folder: Path, said: str) -> None:
    for place in ("var/demo/mail", "var/demo/zalo.jsonl", "var/demo/dunghan.db"):
        assert place in said
        assert (folder / place).exists()
    assert "dunghan demo --ui" in said and "dunghan explain" in said


def everything_lies_under_var(folder: Path, said: str) -> None:
    assert [p.name for p in folder.iterdir()] == ["var"]
    assert (folder / "var" / "demo" / "prefect" / "prefect.db").is_file()


def the_mails_are_vietnamese_and_go_to_invented_addresses(folder: Path, said: str) -> None:
    files = sorted((folder / "var" / "demo" / "mail").glob("*.eml"))
    assert len(files) > 1000
    ids = set()
    for file in files:
        mail = email.message_from_bytes(file.read_bytes(), policy=policy.default)
        ids.add(mail["Message-ID"])
        assert mail["To"].addresses[0].domain.endswith(".example")
        assert not mail.defects
    assert len(ids) == len(files), "no message came twice"
    first = email.message_from_bytes(files[0].read_bytes(), policy=policy.default)
    assert "báo cáo" in first["Subject"].lower()
    text = first.get_body(("plain",))
    assert text and "Kính gửi" in text.get_content()
    assert first.get_body(("html",))


def some_came_by_zalo(folder: Path, said: str) -> None:
    lines = (folder / "var" / "demo" / "zalo.jsonl").read_text().splitlines()
    assert lines
    assert all("báo cáo" in json.loads(line)["body"]["message"]["text"].lower() for line in lines)


def the_database_knows_what_became_of_every_message(folder: Path, said: str) -> None:
    with sqlite3.connect(folder / "var" / "demo" / "dunghan.db") as connection:
        fates = dict(connection.execute("SELECT status, count(*) FROM message GROUP BY status").fetchall())
        submitted = connection.execute("SELECT count(*) FROM submission").fetchone()[0]
    connection.close()
    assert submitted > 200
    assert set(fates) <= {"delivered", "withdrawn", "queued"}, fates
    mails = len(list((folder / "var" / "demo" / "mail").glob("*.eml")))
    zalos = len((folder / "var" / "demo" / "zalo.jsonl").read_text().splitlines())
    assert fates["delivered"] == mails + zalos
    assert f"{mails} e-mails and {zalos} Zalo messages delivered" in said


def no_process_of_it_is_left(folder: Path, said: str) -> None:
    listed = subprocess.run(["ps", "-eo", "args="], capture_output=True, text=True, check=True).stdout
    assert str(folder) not in listed
