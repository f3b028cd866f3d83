"""Obligations and what happened to them: the projection of today, and the history that nobody can change."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Column, Index, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from models.tables.columns import instant, words


class PeriodRow(SQLModel, table=True):
    """A period of a report that has been opened, and how many offices owed it then."""

    __tablename__ = "period"

    plan: str = Field(primary_key=True)
    report: str = Field(primary_key=True)
    period: str = Field(primary_key=True)
    opened_at: datetime = instant()
    expected: int


class BoardRow(SQLModel, table=True):
    """What coordinators were last shown of a period of a plan (or, where ``period`` is empty, of its calendar).

    ``changes`` counts what has happened to it, ``shown`` how far that count was when it was last computed;
    ``shown_at`` and ``fresh_until`` bound the run's times between which it stands if nothing happens. ``sums``
    are the counts in season, by stage; ``published`` says whether there is anything that coordinators look at.
    """

    __tablename__ = "board"

    plan: str = Field(primary_key=True)
    period: str = Field(primary_key=True)
    changes: int = 0
    shown: int = -1
    shown_at: datetime | None = instant(nullable=True)
    fresh_until: datetime | None = instant(nullable=True)
    published: bool = False
    sums: list[dict[str, Any]] = Field(sa_column=Column(JSON, nullable=False))


class ObligationRow(SQLModel, table=True):
    """An opened obligation with its deadline as computed then, and when the ladder looks at it next.

    ``extended_to`` is the latest extension's last day, and ``late_at`` the deadline in force; ``swept_until``
    the instant up to which its rungs are on record; ``next_at`` the next rung's instant, null when the ladder
    has ended or nobody set a date.
    """

    __tablename__ = "obligation"
    __table_args__ = (
        Index("obligation_of_plan", "plan", "report", "period"),
        Index(
            "obligation_next",
            "plan",
            "next_at",
            postgresql_where=text("next_at IS NOT NULL"),
            sqlite_where=text("next_at IS NOT NULL"),
        ),
        Index("obligation_late", "plan", "late_at"),
    )

    id: str = Field(primary_key=True)
    plan: str
    report: str
    period: str
    stage: str
    office: str = Field(index=True)
    to_offices: list[str] = Field(sa_column=Column(JSON, nullable=False))
    through: str | None = None
    binding: str
    clause: str | None = None
    quote: str | None = Field(default=None, sa_column=Column(Text))
    wording: str
    basis: str | None = None
    nominal: date | None = None
    last_day: date | None = None
    proposed_day: date | None = None
    deadline: datetime | None = instant(nullable=True)
    explanation: str = words()
    starts_on: date
    ends_on: date
    opens_on: date
    chased: bool = True
    opened_at: datetime = instant()
    extended_to: date | None = None
    late_at: datetime | None = instant(nullable=True)
    swept_until: datetime | None = instant(nullable=True)
    next_at: datetime | None = instant(nullable=True)
    noticed: bool = False


class SubmissionRow(SQLModel, table=True):
    """Something handed in: versioned, never overwritten. ``nothing`` is "không phát sinh".

    ``via`` is the door it came in by (empty: a command), ``contact_id`` who handed it in by a link or a mail of theirs.
    """

    __tablename__ = "submission"
    __table_args__ = (UniqueConstraint("obligation_id", "version"),)

    id: int | None = Field(default=None, primary_key=True)
    obligation_id: str = Field(foreign_key="obligation.id")
    version: int
    kind: str
    received_at: datetime = instant()
    recorded_at: datetime = instant()
    reference: str = ""
    note: str = words()
    files: list[dict[str, Any]] = Field(sa_column=Column(JSON, nullable=False))
    by: str = ""
    via: str = ""
    contact_id: int | None = None


class DecisionRow(SQLModel, table=True):
    """A coordinator's decision on an obligation, or an office's acknowledgement with a promised date."""

    __tablename__ = "decision"

    id: int | None = Field(default=None, primary_key=True)
    obligation_id: str = Field(foreign_key="obligation.id", index=True)
    kind: str
    at: datetime = instant()
    recorded_at: datetime = instant()
    until: date | None = None
    by: str = ""
    because: str = words()


class PlanDecisionRow(SQLModel, table=True):
    """A coordinator's decision on a plan: pause, resume, set-date, add-office."""

    __tablename__ = "plan_decision"

    id: int | None = Field(default=None, primary_key=True)
    plan: str = Field(index=True)
    kind: str
    at: datetime = instant()
    recorded_at: datetime = instant()
    report: str | None = None
    stage: str | None = None
    period: str | None = None
    day: date | None = None
    office: str | None = None
    by: str = ""
    because: str = words()


class AuditRow(SQLModel, table=True):
    """Who did what, when, and why. Each row's ``digest`` covers the one before it."""

    __tablename__ = "audit"

    seq: int | None = Field(default=None, primary_key=True)
    at: datetime = instant()
    who: str
    what: str
    subject: str = Field(index=True)
    why: str = words()
    detail: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    previous: str = ""
    digest: str
