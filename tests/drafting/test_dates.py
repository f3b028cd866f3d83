"""Due dates in the forms of the schema."""

from typing import Any

import pytest

from dunghan.clauses.found import Clause
from dunghan.clauses.times import Due, Wording
from dunghan.drafting.dates import dated
from models.due import Due as PlanDue


def _clause(*due: Due, wording: Wording = "before", quote: str = "báo cáo") -> Clause:
    return Clause(quote, 0, len(quote), None, None, None, "annual", due, wording, "periodic", "made-up", 0.9)


@pytest.mark.parametrize(
    ("clause", "recurrence", "wanted"),
    [
        (_clause(Due(None, 12, 10)), "annual", {"wording": "before", "day": {"month": 12, "day": 10}}),
        (
            _clause(Due(None, 1, 30, True), wording="by"),
            "annual",
            {"wording": "by", "day": {"month": 1, "day": 30, "year_offset": 1}},
        ),
        (_clause(Due(2025, 12), wording="month"), "once", {"wording": "month", "day": {"month": 12, "day": "end"}}),
        (
            _clause(Due(None, 6, 15), wording="month"),
            "annual",
            {"wording": "month", "day": {"month": 6, "day": "middle"}},
        ),
        (_clause(Due(day=25)), "monthly", {"wording": "before", "day": {"day": 25}}),
        (
            _clause(Due(day=3), quote="trước ngày 03 của tháng tiếp theo sau tháng cuối cùng của kỳ báo cáo"),
            "quarterly",
            {"wording": "before", "day": {"months_after": 1, "day": 3}},
        ),
        (
            _clause(Due(None, 6, 30), Due(None, 12, 25)),
            "semiannual",
            {"wording": "before", "days": {"H1": {"month": 6, "day": 30}, "H2": {"month": 12, "day": 25}}},
        ),
        (
            _clause(Due(None, 7, 5), Due(None, 1, 5, True)),
            "semiannual",
            {
                "wording": "before",
                "days": {"H1": {"month": 7, "day": 5}, "H2": {"month": 1, "day": 5, "year_offset": 1}},
            },
        ),
    ],
)
def test_a_due_date_has_its_form_and_no_doubt(clause: Clause, recurrence: str, wanted: dict[str, Any]) -> None:
    made = dated(clause, recurrence)
    assert made.due == wanted
    assert made.doubts == ()
    PlanDue.model_validate(made.due)


@pytest.mark.parametrize(
    ("clause", "recurrence", "wanted", "doubt"),
    [
        (_clause(wording="undated"), "annual", {"wording": "undated"}, "không nêu ngày"),
        (
            _clause(Due(2030), wording="month"),
            "once",
            {"wording": "month", "day": {"month": 12, "day": "end"}},
            "chỉ nêu năm 2030",
        ),
        (
            _clause(Due(None, 12, 25)),
            "semiannual",
            {"wording": "before", "days": {"H2": {"month": 12, "day": 25}}},
            "của kỳ H1",
        ),
        (
            _clause(Due(None, 2, 30)),
            "annual",
            {"wording": "before", "day": {"month": 2, "day": "end"}},
            "tháng 2 không có ngày 30",
        ),
        (
            _clause(Due(None, 6, 1), Due(None, 9, 1)),
            "annual",
            {"wording": "before", "day": {"month": 6, "day": 1}},
            "2 ngày",
        ),
        (_clause(Due(None, 13, 1)), "annual", {"wording": "undated"}, "không có trong lịch"),
    ],
)
def test_a_date_that_needs_a_person_says_why(
    clause: Clause, recurrence: str, wanted: dict[str, Any], doubt: str
) -> None:
    made = dated(clause, recurrence)
    assert made.due == wanted
    assert any(doubt in told for told in made.doubts), made.doubts
    PlanDue.model_validate(made.due)
