"""What is found in a document: each finding keeps its place in the source, and the rule that found it."""

from datetime import date
from typing import Literal, NamedTuple

from dunghan.clauses.times import Due, Recurrence, Wording

Kind = Literal["periodic", "midterm", "final", "adhoc"]


class Said(NamedTuple):
    """A stretch of the source, verbatim: ``text`` is the source from ``start`` to ``end``."""

    text: str
    start: int
    end: int
    rule: str


class Clause(NamedTuple):
    """A reporting obligation, as the text puts it.

    ``doubts`` say in Vietnamese why a person has to look at it; ``confidence`` is from 0 to 1. ``relay`` is the
    stretch that says to whom the recipient reports in turn ("để tổng hợp, báo cáo UBND tỉnh").
    """

    quote: str
    start: int
    end: int
    reporter: str | None
    recipient: str | None
    via: str | None
    recurrence: Recurrence
    due: tuple[Due, ...]
    wording: Wording
    kind: Kind
    rule: str
    confidence: float
    doubts: tuple[str, ...] = ()
    relay: Said | None = None


class Instrument(NamedTuple):
    """A decision, resolution or law that the document carries out or cites as its ground."""

    said: Said
    number: str
    issuer: str | None
    title: str | None
    issued_on: date | None


class Heading(NamedTuple):
    """What stands at a document's head: None or empty where the text does not say it."""

    number: Said | None
    title: Said | None
    issuer: Said | None
    place: Said | None
    issued_on: date | None
    issued_said: Said | None
    since: int | None
    until: int | None
    period_said: Said | None
    implements: tuple[Instrument, ...]


class Target(NamedTuple):
    """A numeric goal: ``value`` (to ``upper``, where it is a range) in ``unit``; the subject is in its own words."""

    said: Said
    subject: str
    comparison: Literal["exactly", "at_least", "more_than", "reduce_by"]
    value: float
    upper: float | None
    unit: str
    per_year: bool


class Money(NamedTuple):
    """An amount in đồng with the words it stands in; ``source`` names whose money it is."""

    said: Said
    source: str | None
    amount: int


class Budget(NamedTuple):
    """The money of a plan: its total, and the parts that the text names. A text without amounts has neither."""

    total: Money | None
    parts: tuple[Money, ...]


class Duty(NamedTuple):
    """An office that the text gives something to do, with the words; ``due`` tells a deadline that is no report's."""

    said: Said
    office: str
    place: str
    due: tuple[Due, ...]


class Findings(NamedTuple):
    """All that was found in one document."""

    heading: Heading
    clauses: tuple[Clause, ...]
    duties: tuple[Duty, ...]
    targets: tuple[Target, ...]
    budget: Budget
