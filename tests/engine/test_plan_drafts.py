"""Drafts of plans on both databases: one document is one draft, and of two decisions at once one is refused."""

import threading
from pathlib import Path

import pytest

from dunghan.clauses.times import Due
from dunghan.engine import leftovers, plan_drafts
from dunghan.engine.context import Context
from dunghan.engine.plan_draft_file import Undecided, plan_file
from dunghan.engine.plan_drafts import Correction, DecidedMeanwhile, UnknownDraft
from dunghan.store import audit
from dunghan.store.database import reading
from models.errors import DocumentRefused

TEXT = """Số: 12/KH-UBND

III. TỔ CHỨC THỰC HIỆN

1. Sở Y tế tổng hợp, báo cáo Ủy ban nhân dân tỉnh trước ngày 15/12 hằng năm.

2. Sở Giáo dục và Đào tạo định kỳ 6 tháng báo cáo kết quả về Sở Y tế.
"""


@pytest.fixture
def document(tmp_path: Path) -> Path:
    file = tmp_path / "kế hoạch.txt"
    file.write_text(TEXT, encoding="utf-8")
    return file


def at_once(*deeds: object) -> None:
    threads = [threading.Thread(target=deed) for deed in deeds]  # type: ignore[arg-type]
    for one in threads:
        one.start()
    for one in threads:
        one.join()


def test_a_document_that_two_bring_at_once_is_one_draft(context: Context, document: Path) -> None:
    seen: list[tuple[int, bool]] = []
    meet = threading.Barrier(2)

    def bring() -> None:
        meet.wait(10)
        seen.append(plan_drafts.add(context, document, document.name, by="A"))

    at_once(bring, bring)
    assert sorted(seen) == [(1, False), (1, True)]
    (listed,) = plan_drafts.listing(context)
    assert listed[:3] == (1, document.name, "A") and listed[4:] == (2, 0)


def test_what_is_read_back_is_what_was_found(context: Context, document: Path) -> None:
    number, _ = plan_drafts.add(context, document, document.name, by="A")
    draft = plan_drafts.one(context, number)
    assert plan_drafts.text(context, draft) == TEXT
    assert [one.found for one in draft.clauses] == list(draft.findings.clauses)
    assert draft.clauses[0].found.due == (Due(month=12, day=15),) and draft.clauses[0].stands == draft.clauses[0].found
    for clause in draft.findings.clauses:
        assert TEXT[clause.start : clause.end] == clause.quote
    assert leftovers.sweep(context, context.now().replace(year=2040)).files == 0


def test_of_two_who_decide_at_once_one_is_refused_and_leaves_no_trace(context: Context, document: Path) -> None:
    number, _ = plan_drafts.add(context, document, document.name, by="A")
    done: list[str] = []

    def decide(by: str, decision: plan_drafts.Decision) -> None:
        try:
            plan_drafts.decide(context, number, 1, decision, by=by, seen=0)
            done.append(by)
        except DecidedMeanwhile:
            done.append(f"not {by}")

    at_once(lambda: decide("A", "confirmed"), lambda: decide("B", "rejected"))
    (winner,) = (by for by in done if "not" not in by)
    assert len(done) == 2 and plan_drafts.one(context, number).clauses[0].by == winner
    with reading(context.db) as connection:
        assert [row.who for row in audit.of_subject(connection, "draft/1/1")] == [winner]


def test_a_correction_replaces_what_was_found_and_no_plan_comes_out_before_all_is_decided(
    context: Context, document: Path
) -> None:
    number, _ = plan_drafts.add(context, document, document.name, by="A")
    right = Correction(
        "Sở Giáo dục và Đào tạo", "Sở Y tế", None, "semiannual", (Due(month=6, day=20),), "by", "periodic"
    )
    plan_drafts.decide(context, number, 2, "corrected", by="A", seen=0, correction=right)
    draft = plan_drafts.one(context, number)
    assert draft.clauses[1].correction == right and draft.clauses[1].stands.due == right.due
    assert draft.clauses[1].found.due == () and draft.decided == 1
    with pytest.raises(Undecided, match="1 clauses"):
        plan_file(context, draft)
    for wrong in ((number, 3), (number + 1, 1)):
        with pytest.raises(UnknownDraft):
            plan_drafts.decide(context, *wrong, "confirmed", by="A", seen=0)


def test_what_is_no_document_leaves_no_draft(context: Context, tmp_path: Path) -> None:
    picture = tmp_path / "ảnh.pdf"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n\0\0")
    with pytest.raises(DocumentRefused):
        plan_drafts.add(context, picture, picture.name, by="A")
    assert plan_drafts.listing(context) == []
