"""The grammar of reporting clauses: each rule takes what its examples say, and leaves what is no duty alone."""

from typing import Any

import pytest

from dunghan.clauses.found import Clause
from dunghan.clauses.heads import COUNTEREXAMPLES, EXAMPLES
from dunghan.clauses.reports import reports
from dunghan.clauses.source import Source
from dunghan.clauses.times import RULES, Due, times


def read(text: str) -> list[Clause]:
    found = reports(Source(text))
    assert all(text[one.start : one.end] == one.quote for one in found)
    return found


@pytest.mark.parametrize(("rule", "text", "taken"), [(r.name, *example) for r in RULES for example in r.examples])
def test_a_rule_of_times_takes_its_example(rule: str, text: str, taken: str) -> None:
    low = Source(text).low
    found = {(when.rule, low[when.start : when.end]) for when in times(low, 0, len(low))}
    assert (rule, taken) in found


@pytest.mark.parametrize(("rule", "text", "taken"), EXAMPLES)
def test_a_rule_of_duties_takes_its_example(rule: str, text: str, taken: str) -> None:
    assert [(one.rule, one.quote) for one in read(text)] == [(rule, taken)]


@pytest.mark.parametrize("text", COUNTEREXAMPLES)
def test_what_is_no_duty_to_report_is_left_alone(text: str) -> None:
    assert read(text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            ("Các sở, ngành, UBND các huyện định kỳ 6 tháng (trước ngày 15/6), 01 năm (trước ngày 15/12) báo cáo "
            "kết quả "
            "thực hiện về Sở Y tế để tổng hợp, báo cáo UBND tỉnh."),
            {"recurrence": "semiannual", "due": (Due(None, 6, 15), Due(None, 12, 15)), "wording": "before",
             "reporter": "Các sở, ngành, UBND các huyện", "recipient": "Sở Y tế"},
        ),
        (
            ("Định kỳ hằng quý (trước ngày 20 của tháng cuối quý), các cơ quan, đơn vị báo cáo gửi về Văn phòng "
            "UBND tỉnh."),
            {"recurrence": "quarterly", "due": (Due(None, None, 20),), "reporter": "các cơ quan, đơn vị"},
        ),
        (
            "Yêu cầu các đơn vị gửi báo cáo kết quả về Sở Nội vụ chậm nhất vào ngày 05/12 hằng năm.",
            {"recurrence": "annual", "wording": "by", "due": (Due(None, 12, 5),), "recipient": "Sở Nội vụ"},
        ),
        (
            "báo cáo kết quả về UBND tỉnh (thông qua Sở Tài chính) trước ngày 30/01 năm sau.",
            {"recurrence": "annual", "due": (Due(None, 1, 30, True),), "via": "Sở Tài chính"},
        ),
        (
            "Giao Sở Nội vụ tham mưu UBND tỉnh báo cáo Bộ Nội vụ trước ngày 20/12 hằng năm.",
            {"reporter": "UBND tỉnh", "recipient": "Bộ Nội vụ"},
        ),
        (
            "Các xã báo cáo UBND tỉnh kết quả trong Quý I năm 2026.",
            {"recurrence": "once", "kind": "adhoc", "wording": "month", "due": (Due(2026, 3),)},
        ),
        (
            "Báo cáo giữa kỳ thực hiện Kế hoạch (năm 2030), gửi Bộ Y tế.",
            {"recurrence": "once", "kind": "midterm", "due": (Due(2030),)},
        ),
        (
            "Chậm nhất sau 15 ngày kể từ ngày kết thúc hội thi, Sở Y tế gửi báo cáo đến Bộ Y tế.",
            {"recurrence": "relative", "kind": "adhoc", "wording": "within", "due": ()},
        ),
        (
            "Sở Công Thương báo cáo UBND tỉnh trước 19h00’ hằng ngày.",
            {"recurrence": "relative", "kind": "periodic", "wording": "before", "due": ()},
        ),
        (
            ("Các xã báo cáo định kỳ trước ngày 14/12 (số liệu tính từ ngày 15/12 năm trước đến ngày 14/12 năm báo "
            "cáo) "
            "về Sở Tài chính."),
            {"due": (Due(None, 12, 14),), "recipient": "Sở Tài chính"},
        ),
        (
            "Các xã báo cáo trên Hệ thống thông tin báo cáo của tỉnh trước ngày 18 hằng tháng.",
            {"recurrence": "monthly", "due": (Due(None, None, 18),)},
        ),
        (
            "Uỷ ban nhân dân các xã báo cáo Uỷ ban nhân dân tỉnh trong tháng 6 và tháng 12 hàng năm.",
            {"recurrence": "semiannual", "wording": "month", "due": (Due(None, 6), Due(None, 12))},
        ),
    ],
)  # fmt: skip
def test_what_a_clause_says(text: str, expected: dict[str, Any]) -> None:
    (clause,) = read(text)
    assert {name: getattr(clause, name) for name in expected} == expected


def test_a_sentence_with_semicolons_shares_its_subject_and_its_recipient() -> None:
    found = read(
        "Các sở báo cáo kết quả trước ngày 10 tháng 12 hàng năm; báo cáo sơ kết giai đoạn trước ngày 10 tháng 12 năm "
        "2018; báo cáo tổng kết giai đoạn trước ngày 10 tháng 12 năm 2020 gửi về UBND tỉnh (qua Sở Y tế)."
    )
    assert [(one.kind, one.recurrence, one.due[0].year) for one in found] == [
        ("periodic", "annual", None), ("midterm", "once", 2018), ("final", "once", 2020),
    ]  # fmt: skip
    assert {(one.reporter, one.recipient, one.via) for one in found} == {("Các sở", "UBND tỉnh", "Sở Y tế")}


def test_one_sentence_may_climb_two_stages() -> None:
    found = read(
        "UBND cấp xã tổng hợp, gửi báo cáo đến UBND cấp huyện và UBND cấp huyện tổng hợp, gửi báo cáo đến UBND "
        "cấp tỉnh "
        "chậm nhất sau 15 ngày kể từ ngày kết thúc."
    )
    assert [(one.reporter, one.recipient, one.wording) for one in found] == [
        ("UBND cấp xã", "UBND cấp huyện", "within"), ("UBND cấp huyện", "UBND cấp tỉnh", "within"),
    ]  # fmt: skip


def test_two_days_said_of_two_reports_are_two_clauses() -> None:
    found = read(
        "Các xã gửi báo cáo về Sở Tài chính trước ngày 01 của tháng tiếp theo đối với báo cáo tháng và trước ngày "
        "03 của "
        "tháng tiếp theo đối với báo cáo quý, 6 tháng và cả năm."
    )
    assert [(one.recurrence, one.due) for one in found] == [
        ("monthly", (Due(day=1),)), ("quarterly", (Due(day=3),)),
    ]  # fmt: skip


def test_the_reporter_may_stand_in_a_heading_or_be_the_addressee() -> None:
    heading = "2. Sở Y tế\n\n- Chủ trì thực hiện.\n\n- Định kỳ hằng năm báo cáo UBND tỉnh.\n\n3. Sở Nội vụ\n\n"
    letter = "Kính gửi: Ủy ban nhân dân các tỉnh\n\n1. Báo cáo kết quả gửi về Bộ Y tế trước ngày 10/7/2018."
    assert [one.reporter for one in read(heading)] == ["Sở Y tế"]
    (clause,) = read(letter)
    assert clause.reporter == "Ủy ban nhân dân các tỉnh"
    assert "cơ quan báo cáo lấy từ đề mục hoặc câu trước" in clause.doubts


def test_an_undated_duty_is_told_with_its_doubts() -> None:
    (clause,) = read("Sở Nội vụ tổng hợp, báo cáo UBND tỉnh kết quả thực hiện theo quy định.")
    assert (clause.recurrence, clause.wording, clause.due) == ("unspecified-periodic", "undated", ())
    assert clause.confidence < 0.5
    assert "văn bản không nêu ngày" in clause.doubts


def test_whom_the_recipient_reports_to_in_turn_is_kept() -> None:
    (clause,) = read("Hằng năm, các xã báo cáo về Sở Y tế để tổng hợp, báo cáo UBND tỉnh và Bộ Y tế.")
    assert clause.relay
    assert clause.relay.text == "để tổng hợp, báo cáo UBND tỉnh và Bộ Y tế"


def test_what_an_editor_repeated_is_told_once() -> None:
    sentence = "Các xã báo cáo Sở Y tế trước ngày 15/12 hằng năm."
    assert len(read(f"{sentence}\n\n{sentence}")) == 1
