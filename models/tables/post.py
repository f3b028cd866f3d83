"""What is said: messages and the reminders they carry, announcements, and the tokens of gateways."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Column, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from models.tables.columns import instant, words


class MessageRow(SQLModel, table=True):
    """What is really sent: one per contact, plan, day, kind and what it is ``about`` (the submission of a receipt).

    ``day`` and ``not_before`` belong to the run's time; ``retry_at``, ``lease_until`` and ``settled_at``
    to the real clock. ``status``: queued, sending, retry, delivered, rejected, dead, withdrawn.
    """

    __tablename__ = "message"
    __table_args__ = (
        UniqueConstraint(
            "plan", "day", "kind", "contact_id", "about"
        ),  # by day: a day's messages lie side by side in it
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
    about: str = ""
    channel: str
    status: str = "queued"
    not_before: datetime = instant()
    created_at: datetime = instant()
    attempts: int = 0
    retry_at: datetime | None = instant(nullable=True)
    lease_until: datetime | None = instant(nullable=True)
    lease_by: str | None = None
    message_id: str = Field(unique=True)
    settled_at: datetime | None = instant(nullable=True)
    answer: str = words()
    subject: str = words()
    body: str = words()


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
    decided_at: datetime = instant()
    contact_id: int | None = Field(default=None, foreign_key="contact.id")
    message_id: int | None = Field(default=None, foreign_key="message.id", index=True)


class AttemptRow(SQLModel, table=True):
    """One try to send a message, and the gateway's own words."""

    __tablename__ = "attempt"

    id: int | None = Field(default=None, primary_key=True)
    message_id: int = Field(foreign_key="message.id", index=True)
    at: datetime = instant()
    channel: str
    outcome: str
    detail: str = words()


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
    noted_at: datetime = instant()
    payload: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    covers: list[int] = Field(sa_column=Column(JSON, nullable=False))
    upto: int | None = None
    emitted_at: datetime | None = instant(nullable=True)
    told_on: date | None = None


class TokenRow(SQLModel, table=True):
    """A gateway's tokens, sealed under SECRET_KEY."""

    __tablename__ = "gateway_token"

    key: str = Field(primary_key=True)
    sealed: str = words()
    updated_at: datetime = instant()
