"""A plan: one issued document, held as one YAML file (DESIGN section 2)."""

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from models.base import OfficeCode, Slug, Text, Value
from models.report import Report

Amount = Annotated[int, Field(gt=0)]


class Source(Value):
    """Where the plan's text lies; ``file`` is relative to the plan file, and holds every quote."""

    file: Text
    note: Text | None = None
    """What the text lacks (Hải Phòng: only a news item; the plan is an attachment we do not have)."""


class Instrument(Value):
    """A decision, resolution or law that the plan carries out."""

    number: Text
    issuer: Text
    title: Text | None = None
    issued_on: date | None = None


class Participant(Value):
    """An office that the text names, and what it is there for."""

    office: OfficeCode
    named: Text
    """The name as the text writes it."""
    role: Literal["lead", "obliged", "requested", "recipient"]
    clause: Text | None = None
    note: Text | None = None


class Task(Value):
    """A duty that the plan gives to offices, in its own words (``quote``)."""

    offices: Annotated[tuple[OfficeCode, ...], Field(min_length=1)]
    clause: Text
    quote: Text
    targets: tuple[Slug, ...] = ()


class Figure(Value):
    """A number with its unit, as a value or a range; ``year`` says when it held."""

    value: float
    upper: float | None = None
    unit: Text
    year: int | None = None
    quote: Text | None = None


class Target(Value):
    """A numeric goal. ``figures`` keeps a second figure that the text states beside the first one."""

    id: Slug
    subject: Text
    comparison: Literal["exactly", "at_least", "more_than", "reduce_by"]
    value: float
    upper: float | None = None
    unit: Text
    per_year: bool = False
    clause: Text
    quote: Text
    owner: OfficeCode | None = None
    baseline: Figure | None = None
    figures: Figure | None = None
    note: Text | None = None


class BudgetPart(Value):
    """One source of the money."""

    source: Text
    amount: Amount
    quote: Text


class Budget(Value):
    """The plan's money in đồng, with its parts."""

    total: Amount
    clause: Text
    quote: Text
    parts: tuple[BudgetPart, ...] = ()

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        stated = sum(part.amount for part in self.parts)
        if self.parts and stated != self.total:
            raise ValueError(
                f"the parts add up to {stated:,} đồng, the total says {self.total:,}: "
                "compare both with the text and correct the one copied wrongly"
            )
        return self


class Years(Value):
    """The years a plan covers; without ``until`` it has no end."""

    since: Annotated[int, Field(ge=1990, le=2100)]
    until: Annotated[int, Field(ge=1990, le=2100)] | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.until is not None and self.until < self.since:
            raise ValueError("a plan cannot end before it begins: check since and until")
        return self


class Plan(Value):
    """One issued plan with its reports, offices, tasks, targets and budget."""

    id: Slug
    number: Text
    title: Text
    issuer: OfficeCode
    place: Text
    issued_on: date
    years: Years
    territory: OfficeCode
    lead: OfficeCode
    """The standing agency: consolidates, urges (đôn đốc), and signs every reminder."""
    source: Source
    when_not_working: Literal["keep", "next", "previous"] = "keep"
    """A fixed date on a day off stays where it is unless the plan opts in (FACTS: practice differs)."""
    implements: tuple[Instrument, ...] = ()
    offices: tuple[Participant, ...] = ()
    reports: Annotated[tuple[Report, ...], Field(min_length=1)]
    tasks: tuple[Task, ...] = ()
    targets: tuple[Target, ...] = ()
    budget: Budget | None = None
    budget_note: Text | None = None
    notes: tuple[Text, ...] = ()

    @model_validator(mode="after")
    def _ids_are_unique(self) -> Self:
        for what, ids in (("report", [r.id for r in self.reports]), ("target", [t.id for t in self.targets])):
            twice = sorted({i for i in ids if ids.count(i) > 1})
            if twice:
                raise ValueError(f"two {what}s are called {twice[0]}: an id names one thing")
        known = {t.id for t in self.targets}
        for task in self.tasks:
            missing = [t for t in task.targets if t not in known]
            if missing:
                raise ValueError(f"task {task.clause} names target {missing[0]}, which the plan does not have")
        return self

    def report(self, report_id: str) -> Report | None:
        """The report with that id, or None."""
        return next((r for r in self.reports if r.id == report_id), None)

    @property
    def label(self) -> str:
        """What people call it: ``168/KH-UBND Hà Giang``."""
        return f"{self.number} {self.place}"
