"""The papers on the desk while letters are written: what a batch's offices owe, and who upstream has not reported."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection

from dunghan.core import wording
from dunghan.core.dispatch import digest_readers
from dunghan.engine.context import Context
from dunghan.engine.counting import ended
from dunghan.engine.owed import Standing, stand
from dunghan.store import contacts, facts, papers
from dunghan.store.alike import eventful
from models.obligation import ANSWERED, Event, Obligation
from models.plan import Plan
from models.report import Report


class Desk(NamedTuple):
    """One plan, its reports, for whom its letters are signed, and the words that all of them hold."""

    plan: Plan
    reports: Mapping[str, Report]
    sign: wording.Signature
    words: Mapping[str, str]


def sit(context: Context, connection: Connection, plan_id: str) -> Desk:
    """The desk of one plan: its letters are signed for the lead, by its coordinator."""
    plan = context.catalog.plan(plan_id)
    signer = digest_readers(contacts.book(connection, {plan.lead}), plan.lead, frozenset({"email", "zalo", "phone"}))
    lead = context.catalog.tree.title(plan.lead)
    by = (signer[0].name, signer[0].phone, signer[0].email) if signer else ()
    words = {"plan": plan.number, "plan_title": plan.title, "place": plan.place}
    return Desk(plan, {r.id: r for r in plan.reports}, wording.Signature(lead, *by), words)


class Paper(NamedTuple):
    """One obligation on the desk. ``like`` is its standing, or that of another which differs by its office alone."""

    id: str
    office: str
    like: Standing


class Papers:
    """One batch's obligations with what happened to them: those its messages carry, and all else its offices owe."""

    def __init__(self, found: Iterable[Paper]) -> None:
        self.by_id = {paper.id: paper for paper in found}
        self.by_office: dict[str, list[Paper]] = defaultdict(list)
        for paper in self.by_id.values():
            self.by_office[paper.office].append(paper)


class Gatherer:
    """Lays out the papers of batch after batch. Where nothing happened, what obligations share is read once."""

    def __init__(self, context: Context, now: datetime) -> None:
        self._now, self._since = now, ended(context, now)
        self._alike: dict[tuple[object, ...], Standing] = {}

    def gather(self, connection: Connection, offices: Collection[str], carried: Collection[str]) -> Papers:
        """The papers of a batch: what ``offices`` owe, and the obligations with the ids that its messages carry."""
        rows: dict[str, Any] = {row.id: row for row in papers.of_offices(connection, offices, self._since)}
        rows |= {row.id: row for row in papers.of_ids(connection, [i for i in carried if i not in rows])}
        happened = facts.events_of_ids(connection, rows)
        return Papers([self._paper(row, happened.get(key)) for key, row in rows.items()])

    def _paper(self, row: Any, events: Sequence[Event] | None) -> Paper:
        if events:
            return Paper(row.id, row.office, stand(facts.obligation_of(row), tuple(events), self._now))
        shared = papers.shared(row)
        if shared not in self._alike:
            self._alike[shared] = stand(facts.obligation_of(row), (), self._now)
        return Paper(row.id, row.office, self._alike[shared])


class Upstream:
    """Who upstream has not reported, read once for each stage that somebody waits for."""

    def __init__(self, context: Context, now: datetime) -> None:
        self._context, self._now = context, now
        self._missing: dict[tuple[str, ...], dict[str, list[str]]] = {}
        self._waits: dict[tuple[str, ...], tuple[str, ...]] = {}

    def missing(self, connection: Connection, desk: Desk, one: Obligation, office: str) -> Sequence[str]:
        """The offices that this one waits for: those that report to it, or all of the stage for the lead."""
        link = (desk.plan.id, one.report, one.stage)
        if link not in self._waits:
            chain = report.chain if (report := desk.reports.get(one.report)) else ()
            self._waits[link] = tuple(dict.fromkeys(s for k in chain if k.stage == one.stage for s in k.waits_for))
        found: list[str] = []
        for stage in self._waits[link]:
            key = (desk.plan.id, one.report, one.period.key, stage)
            if key not in self._missing:
                self._missing[key] = self._read(connection, *key)
            found += self._missing[key].get("" if office == desk.plan.lead else office, ())
        return found

    def _read(self, connection: Connection, plan: str, report: str, period: str, stage: str) -> dict[str, list[str]]:
        """The silent offices of a stage by the office they report to, and all of them under ``""``."""
        owing = [(s.office, facts.codes(s.to_offices)) for s in papers.silent(connection, plan, report, period, stage)]
        for one, events in eventful(connection, plan, report, period):
            standing = stand(one, events, self._now)
            if one.stage == stage and standing.last_day and standing.state not in ANSWERED:
                owing.append((one.office, one.to))
        found: dict[str, list[str]] = defaultdict(list)
        for office, to in sorted(owing):
            for up in {"", *to}:
                found[up].append(office)
        return found
