"""One office owes one report for one period: the obligation, its deadline, and what happened to it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, NamedTuple

from models.due import Basis, Wording
from models.report import Binding
from models.timezone import next_midnight

State = Literal["undated", "upcoming", "open", "due_soon", "overdue", "submitted", "returned", "accepted", "waived"]
OWING: frozenset[State] = frozenset({"open", "due_soon", "overdue", "returned"})
"""Something is still to be handed in, and its time has begun."""
ANSWERED: frozenset[State] = frozenset({"submitted", "accepted", "waived"})
"""Nothing is asked for any more."""
EventKind = Literal["submit", "return", "accept", "extend", "waive", "acknowledge"]


class Period(NamedTuple):
    """One occurrence of a report; both days are inside it."""

    key: str
    starts_on: date
    ends_on: date


@dataclass(frozen=True, slots=True)
class Deadline:
    """When a report is due and why. Undated ones carry at most a ``proposed_day``.

    ``nominal`` is the day the text names, ``last_day`` the last on which handing in is on time;
    ``instant``, the half-open end of that day, is when the report becomes late.
    """

    wording: Wording
    basis: Basis | None
    nominal: date | None = None
    last_day: date | None = None
    proposed_day: date | None = None
    explanation: str = ""

    @property
    def facts(self) -> tuple[object, ...]:
        """What makes it another deadline: everything but the words that explain it."""
        return self.wording, self.basis, self.nominal, self.last_day, self.proposed_day

    @property
    def instant(self) -> datetime | None:
        """The half-open deadline in Asia/Ho_Chi_Minh, or None while nobody set a date."""
        return next_midnight(self.last_day) if self.last_day else None


@dataclass(frozen=True, slots=True)
class Obligation:
    """An office's duty to hand in one report for one period, as the plan's chain has it."""

    plan: str
    report: str
    period: Period
    stage: str
    office: str
    to: tuple[str, ...]
    through: str | None
    binding: Binding
    clause: str | None
    quote: str | None
    deadline: Deadline
    opens_on: date
    chased: bool = True

    @property
    def id(self) -> str:
        """``plan/report/period/office``: a key that a person can read."""
        return f"{self.plan}/{self.report}/{self.period.key}/{self.office}"


class Event(NamedTuple):
    """Something that happened to an obligation: a submission, or a coordinator's decision.

    ``until`` is an extension's new last day or an acknowledgement's promised date, both inclusive.
    """

    at: datetime
    kind: EventKind
    until: date | None = None
    by: str = ""
    because: str = ""
