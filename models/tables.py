"""The tables: what happened. Table models do not validate; the value models did before.

``obligation`` holds today's projection; its history stands in ``submission``, ``decision``,
``plan_decision`` and ``audit``, which the database itself refuses to change or delete.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Column, Index, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from models.instant import Instant

APPEND_ONLY = ("submission", "decision", "plan_decision", "attempt", "audit")


def _instant(nullable: bool = False, index: bool = False) -> Any:
    return Field(default=None, sa_column=Column(Instant, nullable=nullable, index=index))


def _text(default: str = "") -> Any:
    return Field(default=default, sa_column=Column(Text, nullable=False))


class PeriodRow(SQLModel, table=True):
    """A period of a report that has been opened, and how many offices owed it then."""

    __tablename__ = "period"

    plan: str = Field(primary_key=True)
    report: str = Field(primary_key=True)
    period: str = Field(primary_key=True)
    opened_at: datetime = _instant()
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
    shown_at: datetime | None = _instant(nullable=True)
    fresh_until: datetime | None = _instant(nullable=True)
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
    deadline: datetime | None = _instant(nullable=True)
    explanation: str = _text()
    starts_on: date
    ends_on: date
    opens_on: date
    chased: bool = True
    opened_at: datetime = _instant()
    extended_to: date | None = None
    late_at: datetime | None = _instant(nullable=True)
    swept_until: datetime | None = _instant(nullable=True)
    next_at: datetime | None = _instant(nullable=True)
    noticed: bool = False


class SubmissionRow(SQLModel, table=True):
    """Something handed in: versioned, never overwritten. ``nothing`` is "không phát sinh"."""

    __tablename__ = "submission"
    __table_args__ = (UniqueConstraint("obligation_id", "version"),)

    id: int | None = Field(default=None, primary_key=True)
    obligation_id: str = Field(foreign_key="obligation.id")
    version: int
    kind: str
    received_at: datetime = _instant()
    recorded_at: datetime = _instant()
    reference: str = ""
    note: str = _text()
    files: list[dict[str, Any]] = Field(sa_column=Column(JSON, nullable=False))
    by: str = ""


class DecisionRow(SQLModel, table=True):
    """A coordinator's decision on an obligation, or an office's acknowledgement with a promised date."""

    __tablename__ = "decision"

    id: int | None = Field(default=None, primary_key=True)
    obligation_id: str = Field(foreign_key="obligation.id", index=True)
    kind: str
    at: datetime = _instant()
    recorded_at: datetime = _instant()
    until: date | None = None
    by: str = ""
    because: str = _text()


class PlanDecisionRow(SQLModel, table=True):
    """A coordinator's decision on a plan: pause, resume, set-date, add-office."""

    __tablename__ = "plan_decision"

    id: int | None = Field(default=None, primary_key=True)
    plan: str = Field(index=True)
    kind: str
    at: datetime = _instant()
    recorded_at: datetime = _instant()
    report: str | None = None
    stage: str | None = None
    period: str | None = None
    day: date | None = None
    office: str | None = None
    by: str = ""
    because: str = _text()


class OfficeRow(SQLModel, table=True):
    """An office that an operator imported beside those of ``config/offices``; one row a tenure."""

    __tablename__ = "office"
    __table_args__ = (UniqueConstraint("code", "valid_from"),)

    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(index=True)
    name: str
    level: str
    parent: str | None = None
    valid_from: date | None = None
    valid_until: date | None = None


class ContactRow(SQLModel, table=True):
    """A person at an office; (office, name) is one person."""

    __tablename__ = "contact"
    __table_args__ = (UniqueConstraint("office", "name"),)

    id: int | None = Field(default=None, primary_key=True)
    office: str
    name: str
    role: str
    email: str = ""
    zalo: str = ""
    phone: str = ""
    language: str = "vi"


class MessageRow(SQLModel, table=True):
    """What is really sent: one per contact, plan, day and kind.

    ``day`` and ``not_before`` belong to the run's time; ``retry_at``, ``lease_until`` and ``settled_at``
    to the real clock. ``status``: queued, sending, retry, delivered, rejected, dead, withdrawn.
    """

    __tablename__ = "message"
    __table_args__ = (
        UniqueConstraint("plan", "day", "kind", "contact_id"),  # by day: a day's messages lie side by side in it
        Index(
            "message_waiting",
            "plan",
            "status",
            "not_before",
            "id",
            postgresql_where=text("status IN ('queued', 'retry', 'sending')"),
            sqlite_where=text("status IN ('queued', 'retry', 'sending')"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    contact_id: int = Field(foreign_key="contact.id")
    office: str
    plan: str
    day: date
    kind: str
    channel: str
    status: str = "queued"
    not_before: datetime = _instant()
    created_at: datetime = _instant()
    attempts: int = 0
    retry_at: datetime | None = _instant(nullable=True)
    lease_until: datetime | None = _instant(nullable=True)
    lease_by: str | None = None
    message_id: str = Field(unique=True)
    settled_at: datetime | None = _instant(nullable=True)
    answer: str = _text()
    subject: str = _text()
    body: str = _text()


class ReminderRow(SQLModel, table=True):
    """A rung of an obligation, fired for a contact or not, and why. ``contact_id`` is null where it concerns none."""

    __tablename__ = "reminder"
    __table_args__ = (
        UniqueConstraint("obligation_id", "last_day", "rung", "contact_id"),
        Index(
            "reminder_without_contact",
            "obligation_id",
            "last_day",
            "rung",
            "kind",
            unique=True,
            postgresql_where=text("contact_id IS NULL"),
            sqlite_where=text("contact_id IS NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    obligation_id: str = Field(foreign_key="obligation.id")
    last_day: date
    rung: str
    kind: str
    fired: bool
    reason: str
    decided_at: datetime = _instant()
    contact_id: int | None = Field(default=None, foreign_key="contact.id")
    message_id: int | None = Field(default=None, foreign_key="message.id", index=True)


class AttemptRow(SQLModel, table=True):
    """One try to send a message, and the gateway's own words."""

    __tablename__ = "attempt"

    id: int | None = Field(default=None, primary_key=True)
    message_id: int = Field(foreign_key="message.id", index=True)
    at: datetime = _instant()
    channel: str
    outcome: str
    detail: str = _text()


class AnnouncementRow(SQLModel, table=True):
    """Something that happened and is told as a Prefect event: noted once, told until the server has it.

    ``key`` is for people, ``event_id`` follows from it. ``covers`` are the attempts that it tells of, ``upto`` is the
    last submission or decision that it tells of. ``told_on`` is the day of the message that tells a coordinator.
    """

    __tablename__ = "announcement"
    __table_args__ = (
        Index(
            "announcement_pending",
            "plan",
            "noted_at",
            postgresql_where=text("emitted_at IS NULL"),
            sqlite_where=text("emitted_at IS NULL"),
        ),
        Index("announcement_of_plan", "plan", "event", "noted_at"),
    )

    key: str = Field(primary_key=True)
    event_id: str = Field(unique=True)
    plan: str
    event: str
    noted_at: datetime = _instant()
    payload: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    covers: list[int] = Field(sa_column=Column(JSON, nullable=False))
    upto: int | None = None
    emitted_at: datetime | None = _instant(nullable=True)
    told_on: date | None = None


class TokenRow(SQLModel, table=True):
    """A gateway's tokens, sealed under SECRET_KEY."""

    __tablename__ = "gateway_token"

    key: str = Field(primary_key=True)
    sealed: str = _text()
    updated_at: datetime = _instant()


class AuditRow(SQLModel, table=True):
    """Who did what, when, and why. Each row's ``digest`` covers the one before it."""

    __tablename__ = "audit"

    seq: int | None = Field(default=None, primary_key=True)
    at: datetime = _instant()
    who: str
    what: str
    subject: str = Field(index=True)
    why: str = _text()
    detail: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    previous: str = ""
    digest: str
