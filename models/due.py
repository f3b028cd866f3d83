"""When a stage's report is due, as the plan's text puts it (DESIGN section 4, *Deadline*)."""

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from models.base import Slug, Text, Value

Wording = Literal["before", "by", "month", "within", "undated"]
"""``before``: "trước ngày"; ``by``: "chậm nhất ngày"; ``month``: "trong tháng", "cuối tháng";
``within``: "trong vòng N ngày kể từ"; ``undated``: the text has no date."""

Basis = Literal["quoted", "derived", "set", "proposed"]


class Day(Value):
    """A day of the calendar relative to a period.

    ``month`` names the month of the period's year (plus ``year_offset``: "30/01 năm sau" is 1);
    without it the day falls ``months_after`` the period's last month (0: that month itself).
    ``end`` and ``middle`` of a month are its last day and its 15th (Civil Code 2015, art. 146).
    """

    day: Annotated[int, Field(ge=1, le=31)] | Literal["end", "middle"] = "end"
    month: Annotated[int, Field(ge=1, le=12)] | None = None
    year_offset: Annotated[int, Field(ge=0, le=2)] = 0
    months_after: Annotated[int, Field(ge=0, le=12)] = 0

    @model_validator(mode="after")
    def _one_way_to_name_the_month(self) -> Self:
        if self.month is not None and self.months_after:
            raise ValueError("give either month or months_after, not both")
        if self.month is None and self.year_offset:
            raise ValueError("year_offset goes with month: name the month, or use months_after")
        if self.month == 2 and isinstance(self.day, int) and self.day > 29:
            raise ValueError("February has no such day: write `day: end` for its last day")
        if self.month in {4, 6, 9, 11} and self.day == 31:
            raise ValueError("that month has 30 days: write `day: end` for its last day")
        return self


class Within(Value):
    """A time limit: ``count`` days after an event, the first day not counted (Civil Code art. 147)."""

    count: Annotated[int, Field(ge=1, le=366)]
    unit: Literal["calendar", "working"] = "calendar"
    after: date | Literal["period_end"] = "period_end"


class Derived(Value):
    """A deadline counted back from another stage's last day, that day not counted."""

    stage: Slug
    working_days_before: Annotated[int, Field(ge=1, le=60)]


class Proposal(Value):
    """A day that nobody set: shown to the coordinator as a suggestion, never chased."""

    day: Day
    because: Text


class Due(Value):
    """The due date of one stage, in exactly one of the forms below."""

    wording: Wording
    day: Day | None = None
    days: dict[str, Day] | None = None
    within: Within | None = None
    derived: Derived | None = None
    proposed: Proposal | None = None

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        forms = [name for name in ("day", "days", "within", "derived") if getattr(self, name) is not None]
        if self.wording == "undated":
            if forms:
                raise ValueError(f"an undated stage has no {forms[0]}: name the wording, or remove it")
            return self
        if len(forms) != 1:
            raise ValueError("a dated stage needs exactly one of day, days, within, derived")
        if self.proposed is not None:
            raise ValueError("a proposal stands only beside `wording: undated`")
        if (self.wording == "within") != (self.within is not None):
            raise ValueError("`wording: within` goes with `within: {count, unit, after}` and nothing else")
        return self

    @property
    def basis(self) -> Basis | None:
        """Where the date comes from as far as the plan file knows; a coordinator's is ``set`` later."""
        if self.wording != "undated":
            return "derived" if self.derived else "quoted"
        return "proposed" if self.proposed else None
