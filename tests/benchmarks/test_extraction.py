"""The score of extraction: what is counted as found, missed and false, and the exit code that says it."""

import json
from pathlib import Path
from typing import Any

import pytest

from dunghan.clauses.reports import reports
from dunghan.clauses.source import Source
from tests.benchmarks.extraction import CORPUS, located, long_document, main, missed_goals, overlap, score, summary

TEXT = (
    "1. Sở Y tế báo cáo **UBND\ntỉnh** trước ngày 10/12 hằng năm.\n\n"
    "2. Sở Nội vụ báo cáo UBND tỉnh trước ngày 20/11/2025.\n\n"
    "3. Sở Tài chính báo cáo UBND tỉnh trước ngày 01/7/2026.\n"
)


def _row(quote: str, **more: Any) -> dict[str, Any]:
    held = {"doc": "a", "quote": quote, "recurrence": "annual", "due": [{"year": None, "month": 12, "day": 10}]}
    return {**held, "before": True, "kind": "periodic", **more}


ROWS = [
    _row("báo cáo UBND tỉnh trước ngày 10/12 hằng năm"),
    _row("Sở Nội vụ báo cáo UBND tỉnh trước ngày 20/11/2025", recurrence="once", kind="adhoc"),
    _row("Sở Tài chính", recurrence="once"),
]


def test_matches_misses_and_false_findings_are_counted() -> None:
    one = score([located(TEXT, row) for row in ROWS], reports(Source(TEXT)))
    assert [m.right for m in one.matches] == [
        {"recurrence": True, "dates": True, "wording": True, "kind": True},
        {"recurrence": True, "dates": False, "wording": True, "kind": True},
    ]
    assert [e.row["quote"] for e in one.missed] == ["Sở Tài chính"]
    assert ["01/7/2026" in c.quote for c in one.false] == [True]
    figures = summary([one])
    assert (figures["recall"], figures["precision"], figures["dates"]) == (0.6667, 0.6667, 0.5)
    assert [told.split()[0] for told in missed_goals(figures)] == ["recall", "precision", "dates"]


def test_each_clause_serves_one_obligation_only() -> None:
    rows = [located(TEXT, ROWS[0]), located(TEXT, ROWS[0])]
    one = score(rows, reports(Source(TEXT)))
    assert (len(one.matches), len(one.missed)) == (1, 1)
    assert overlap(one.matches[0].expected, one.matches[0].clause) == one.matches[0].overlap > 0.5


def test_a_quote_of_another_text_is_no_miss_but_a_fault() -> None:
    with pytest.raises(ValueError, match="no such words"):
        located(TEXT, _row("không có câu này"))


def test_the_exit_code_says_whether_the_goals_are_met(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.txt").write_text(TEXT, encoding="utf-8")
    wanted = tmp_path / "expected.jsonl"
    wanted.write_text("\n".join(json.dumps(row) for row in ROWS), encoding="utf-8")
    assert main([str(wanted)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert "1 missed, 1 false" in lines[0] and json.loads(lines[-1])["missed_goals"]
    good = [
        ROWS[0],
        _row(ROWS[1]["quote"], recurrence="once", kind="adhoc", due=[{"year": 2025, "month": 11, "day": 20}]),
    ]
    good.append(_row("Sở Tài chính báo cáo UBND tỉnh trước ngày 01/7/2026", recurrence="once", due="words"))
    wanted.write_text("\n".join(json.dumps(row) for row in good), encoding="utf-8")
    assert main([str(wanted)]) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["missed_goals"] == []


def test_without_a_reading_there_is_nothing_to_measure(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "none.jsonl")]) == 2
    assert "expected.jsonl" in capsys.readouterr().err


def test_the_long_document_has_two_hundred_pages() -> None:
    assert len(long_document([TEXT]).split()) >= 90_000


@pytest.mark.skipif(not CORPUS.is_file(), reason="the corpus is not beside this checkout")
def test_the_goals_are_met_on_the_corpus(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0, capsys.readouterr().out
