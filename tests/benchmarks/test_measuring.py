"""The measuring itself: the sink counts, a recording holds all that changed, and the report reckons by its goals."""

import shutil
import smtplib
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest

from dunghan.channels.outcome import Delivered
from dunghan.channels.smtp import Mail, Relay, SmtpPool
from tests.benchmarks import plans, raw, recording, report
from tests.benchmarks.sink import flood, sink

TEXT = b"Subject: x\r\n\r\n..dots\r\nare kept\r\n"


def test_the_sink_counts_mails_and_connections_and_keeps_their_very_bytes() -> None:
    with sink() as taking:
        with taking.keeping() as kept, smtplib.SMTP("127.0.0.1", taking.port) as server:
            assert server.has_extn("pipelining") or server.ehlo()[0] == 250
            for number in range(3):
                server.sendmail("a@zz.example", [f"c{number}@zz.example"], "Subject: x\r\n\r\n.dots\r\nare kept\r\n")
        assert taking.count() == (3, 1)
        assert [mail.text for mail in kept] == [TEXT + b".\r\n"] * 3
        assert kept[1].commands.upper().count(b"<C1@ZZ.EXAMPLE>") == 1

        flood(taking.port, kept)
        assert taking.count() == (6, 2)


def test_the_sink_takes_texts_ahead_of_its_answers_at_one_port_and_not_at_the_other() -> None:
    with sink() as taking:
        letters = [Mail(f"c{number}@zz.example", TEXT) for number in range(60)]
        for port, ahead in ((taking.port, True), (taking.plain_port, False)):
            pool = SmtpPool(Relay("127.0.0.1", port, "insecure", "", "", True, 5, 5))
            with taking.keeping() as kept:
                assert {type(outcome) for outcome in pool.deliver("a@zz.example", letters)} == {Delivered}
            pool.close()
            assert [(b"BDAT" in mail.commands) for mail in kept] == [ahead] * 60
            assert {mail.text for mail in kept} == {TEXT if ahead else TEXT.replace(b"..", b"...") + b".\r\n"}
            flood(taking.port, kept)
        assert taking.count() == (240, 4)


def _database(file: Path, *statements: str) -> Path:
    with closing(sqlite3.connect(file)) as db:
        for statement in statements:
            db.execute(statement)
        db.commit()
    return file


def _content(file: Path) -> list[str]:
    with closing(sqlite3.connect(file)) as db:
        return list(db.iterdump())


def test_a_recording_brings_one_database_to_the_state_of_the_other(tmp_path: Path) -> None:
    before = _database(
        tmp_path / "before.db",
        # the child's name sorts first, but its parent must be written first
        'CREATE TABLE a_child (id INTEGER PRIMARY KEY, parent TEXT NOT NULL REFERENCES parent (id), "by" TEXT)',
        "CREATE TABLE parent (id TEXT PRIMARY KEY, state TEXT, kept TEXT)",
        "INSERT INTO parent VALUES ('p1', 'old', 'k'), ('p2', 'old', 'k'), ('p3', NULL, 'k')",
        "INSERT INTO a_child VALUES (1, 'p1', 'x'), (2, 'p2', 'y')",
    )
    shutil.copyfile(before, tmp_path / "after.db")
    after = _database(
        tmp_path / "after.db",
        "UPDATE parent SET state = 'new' WHERE id IN ('p1', 'p3')",
        "INSERT INTO parent VALUES ('p4', NULL, 'k')",
        "DELETE FROM a_child WHERE id = 2",
        "INSERT INTO a_child VALUES (7, 'p4', NULL)",
    )
    found = recording.changes(before, after)
    assert [c.sql for c in found if c.sql.startswith("UPDATE")] == ['UPDATE parent SET "state" = ? WHERE "id" = ?']
    assert sum(len(c.rows) for c in found) == 5
    raw.write(before, found)
    assert _content(before) == _content(after)


def test_a_scan_of_a_growing_table_is_told_and_a_search_is_not(tmp_path: Path) -> None:
    file = _database(
        tmp_path / "x.db", "CREATE TABLE message (id INTEGER PRIMARY KEY, plan TEXT)", "CREATE TABLE period (plan TEXT)"
    )
    asked = ["SELECT * FROM message WHERE id = 1", "SELECT * FROM period", "SELECT * FROM message m WHERE plan = 'x'"]
    assert plans.scans(file, asked) == ["SCAN m: SELECT * FROM message m WHERE plan = 'x'"]


def _ours(flow: float, wall: float, peak: float, commits: int) -> dict[str, float]:
    return {
        "flow_s": flow, "flow_cpu_s": flow, "wall_s": wall, "cpu_s": wall, "peak_mb": peak, "commits": commits,
        "task_runs": 5, "smtp_connections": 1,
    }  # fmt: skip


def _raw(seconds: float) -> dict[str, float]:
    spent = dict.fromkeys(("raw_s", "raw_cpu_s", "wall_s", "cpu_s"), seconds)
    return spent | {"flood_s": 0.1}


def test_the_report_divides_medians_and_marks_what_was_missed() -> None:
    samples: report.Samples = {
        "ours_12600": [_ours(2.0, 3.0, 150, 29), _ours(2.25, 3.25, 151, 29), _ours(9.9, 9.9, 199, 29)],
        "ours_none_due": [_ours(1.0, 2.0, 100, 3)] * 3,
        "ours_220": [_ours(1.0, 2.0, 140, 4)],
        "raw_12600": [_raw(0.4), _raw(0.5), _raw(0.6)],
        "idle": [{"small_ms": 2.0, "large_ms": 5.1, "scans": ["SCAN x: y"], "wall_s": 1, "cpu_s": 1}],
    }
    found = report.figures(samples)
    assert found["marginal_ratio"] == 2.5
    assert found["process_ratio"] == 6.5
    assert found["rss_growth_mb"] == 11
    assert found["idle_ratio_1m"] == pytest.approx(2.55)
    assert found["cron_apprise_2200"] is None
    assert found["commits_per_batch"] == pytest.approx(25 / 24.76)
    assert report.counts(samples) == {
        "220": {"task_runs": 5, "smtp_connections": 1, "commits": 4},
        "12600": {"task_runs": 5, "smtp_connections": 1, "commits": 29},
    }
    told = report.document(samples, {"cores": 2})
    assert told["missed"] == ["idle_ratio_1m", "idle_scans"]
    lines = report.table(samples).splitlines()
    assert _line(lines, "idle pass").endswith("<= 2.5       2.55  MISSED")
    assert _line(lines, "marginal cost").endswith("<= 3       2.50")
    assert _line(lines, "cron with Apprise").endswith(">= 20          -")


def _line(lines: Sequence[str], begins: str) -> str:
    return next(line for line in lines if line.startswith(begins))
