"""What one office owes and what became of it, gathered for its pages by a fixed number of statements."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection

from dunghan.core.periods import period_name
from dunghan.core.wording import when
from dunghan.engine import forms
from dunghan.engine.checks import Finding
from dunghan.engine.context import Context
from dunghan.engine.owed import Standing, stand
from dunghan.store import facts, findings, of_office
from dunghan.store.of_office import Version
from models.errors import PlanNotFound
from models.obligation import ANSWERED, Event, Obligation
from models.plan import Plan
from models.timezone import local_day

CHASED = timedelta(weeks=8)
"""For so long after its last day a report is asked for: the ladder's end."""


class HandedIn(NamedTuple):
    """A version with what the checks found in it."""

    version: Version
    findings: Sequence[Finding]


class Duty(NamedTuple):
    """An obligation as its office sees it. ``plan`` is None where its file has been taken away."""

    standing: Standing
    plan: Plan | None
    handed_in: Sequence[HandedIn]
    now: datetime

    @property
    def one(self) -> Obligation:
        """The obligation."""
        return self.standing.one

    @property
    def path(self) -> str:
        """Its place below the office's link: ``plan/report/period``."""
        return f"{self.one.plan}/{self.one.report}/{self.one.period.key}"

    @property
    def title(self) -> str:
        """The report's title, or its id."""
        report = self.plan.report(self.one.report) if self.plan else None
        return report.title if report else self.one.report

    @property
    def plan_name(self) -> str:
        """What people call the plan, or its id."""
        return self.plan.label if self.plan else self.one.plan

    @property
    def aids(self) -> list[tuple[str, str]]:
        """What helps to write it: titles, and places below the office's link."""
        report = self.plan.report(self.one.report) if self.plan else None
        return forms.below(self.one.plan, report) if report else []

    def period(self, language: str) -> str:
        """What people call the period."""
        return period_name(self.one.period.key, language)

    def far(self, language: str) -> str:
        """How far off the last day is; empty where it does not matter any more."""
        last = self.standing.last_day
        return when(last, local_day(self.now), language) if last and self.asked else ""

    @property
    def state(self) -> str:
        """The one state."""
        return self.standing.state

    @property
    def asked(self) -> bool:
        """Whether something is still to be handed in."""
        return self.state not in ANSWERED

    @property
    def open_to(self) -> bool:
        """Whether anything may be handed in: not without the plan, by which it would be checked."""
        return self.plan is not None and self.state not in ("accepted", "waived")

    @property
    def promised(self) -> date | None:
        """The day promised since the last submission, while it has not passed."""
        day: date | None = None
        for event in self.standing.events:
            day = event.until if event.kind == "acknowledge" else None if event.kind == "submit" else day
        return day if day and day >= local_day(self.now) else None

    @property
    def returned(self) -> Event | None:
        """The latest return, where it is what stands."""
        back = [e for e in self.standing.events if e.kind == "return"]
        return back[-1] if back and self.state == "returned" else None

    @property
    def decisions(self) -> list[Event]:
        """What was decided on it, the latest first."""
        return [e for e in reversed(self.standing.events) if e.kind != "submit"]

    @property
    def over(self) -> bool:
        """Whether it is history: its plan has ended, and nobody asks for it any more.

        What was returned is asked for until it is answered, and what is overdue as long as it is chased.
        """
        today, last = local_day(self.now), self.standing.last_day
        until = self.plan.years.until if self.plan else 0
        if until is None or today.year <= until or self.state == "returned":
            return False
        return last is None or last + (CHASED if self.asked else timedelta()) < today


def duties(context: Context, connection: Connection, office: str, now: datetime) -> list[Duty]:
    """Everything that an office owes or has handed in, under every plan: four statements, however much there is."""
    return _told(context, connection, of_office.opened(connection, office), now)


def duty(context: Context, connection: Connection, obligation: str, now: datetime) -> Duty | None:
    """One obligation, or None where there is none or its period has not opened."""
    one = facts.obligation(connection, obligation)
    return _told(context, connection, [one], now)[0] if one else None


def _told(context: Context, connection: Connection, owed: Sequence[Obligation], now: datetime) -> list[Duty]:
    ids = [one.id for one in owed]
    events = facts.events_of_ids(connection, ids)
    versions = of_office.versions(connection, ids)
    found = findings.of(connection, [v.id for held in versions.values() for v in held])
    plans: dict[str, Plan | None] = {}
    for one in owed:
        if one.plan not in plans:
            plans[one.plan] = _plan(context, one.plan)
    return [
        Duty(
            stand(one, tuple(events.get(one.id, ())), now),
            plans[one.plan],
            [HandedIn(v, found.get(v.id, ())) for v in reversed(versions.get(one.id, ()))],
            now,
        )
        for one in owed
    ]


def _plan(context: Context, plan_id: str) -> Plan | None:
    try:
        return context.catalog.plan(plan_id)
    except PlanNotFound:
        return None
