"""What is owed: obligations as stored where their period is open, as computed where it is not."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import TYPE_CHECKING, NamedTuple

from dunghan.core import chain
from dunghan.core.periods import matches, period, periods
from dunghan.core.state import state
from dunghan.engine.context import Context
from dunghan.store import facts
from models.errors import UnknownName, UnknownObligation, UnknownOffice, UsageError
from models.obligation import Event, Obligation, State
from models.plan import Plan

if TYPE_CHECKING:
    from dunghan.store.rows import Source


class Wanted(NamedTuple):
    """A filter; None takes all."""

    plan: str | None = None
    report: str | None = None
    period: str | None = None
    stage: str | None = None
    office: str | None = None


class Standing(NamedTuple):
    """An obligation with what happened to it and where that leaves it now."""

    one: Obligation
    events: tuple[Event, ...]
    state: State
    extended: Event | None = None

    @property
    def last_day(self) -> date | None:
        """The last day in force."""
        return self.extended.until if self.extended else self.one.deadline.last_day


def find(context: Context, connection: "Source", obligation_id: str) -> tuple[Plan, Obligation, bool]:
    """The plan, the obligation, and whether it is open. Raises PlanNotFound or UnknownObligation with near names."""
    parts = obligation_id.split("/")
    if len(parts) != 4:
        raise UsageError(
            f"{obligation_id!r} is not an obligation: write plan/report/period/office, "
            "as in ha-giang-168-2016/annual/2018/024."
        )
    plan = context.catalog.plan(parts[0])
    stored = facts.obligation(connection, obligation_id)
    if stored:
        return plan, stored, True
    report = plan.report(parts[1])
    near: list[str] = []
    if report:
        held = facts.plan_facts(connection, plan.id)
        listed = {p.key: p for p in periods(plan, report, context.horizon(context.now()))}
        if parts[2] in listed:
            catalog = context.catalog
            of = listed[parts[2]]
            owed = chain.expand(plan, report, of, catalog.tree, catalog.calendar, held.dates, held.added)
            for one in owed:
                if one.id == obligation_id:
                    return plan, one, False
            near = [one.id for one in owed]
        else:
            near = [f"{plan.id}/{report.id}/{key}/{parts[3]}" for key in listed]
    else:
        near = [f"{plan.id}/{r.id}/{parts[2]}/{parts[3]}" for r in plan.reports]
    raise UnknownObligation(obligation_id, near)


def check_wanted(context: Context, wanted: Wanted) -> list[Plan]:
    """The plans that a filter takes; a name that nothing has is an error with the nearest ones."""
    plans = [context.catalog.plan(wanted.plan)] if wanted.plan else list(context.catalog.plans())
    if wanted.period:
        try:
            period(wanted.period)
        except ValueError as error:
            raise UsageError(f"{error}.") from None
    reports = [r for p in plans for r in p.reports]
    if wanted.report and wanted.report not in {r.id for r in reports}:
        raise UnknownName("report", wanted.report, (r.id for r in reports))
    stages = {link.stage for r in reports for link in r.chain}
    if wanted.stage and wanted.stage not in stages:
        raise UnknownName("stage", wanted.stage, stages)
    if wanted.office and wanted.office not in context.catalog.tree:
        raise UnknownOffice(wanted.office, context.catalog.tree.codes)
    return plans


def owed(context: Context, wanted: Wanted, now: datetime) -> Iterator[Standing]:
    """Everything a filter takes, with its state at ``now``: plan by plan, in report, period and chain order."""
    plans = check_wanted(context, wanted)
    with context.reading() as connection:
        for plan in plans:
            yield from _of_plan(context, connection, plan, wanted, now)


def _of_plan(context: Context, connection: "Source", plan: Plan, wanted: Wanted, now: datetime) -> Iterator[Standing]:
    held = facts.plan_facts(connection, plan.id)
    stored = facts.opened(connection, plan.id)
    happened = facts.events_of_plan(connection, plan.id) if stored else {}
    open_periods = facts.opened_periods(connection, plan.id)
    by_period: dict[tuple[str, str], list[Obligation]] = {}
    for one in stored.values():
        by_period.setdefault((one.report, one.period.key), []).append(one)
    catalog = context.catalog
    for report in plan.reports:
        if wanted.report and report.id != wanted.report:
            continue
        stages = list(dict.fromkeys(link.stage for link in report.chain))
        listed = {p.key: p for p in periods(plan, report, context.horizon(now))}
        keys = sorted({*listed, *(key for r, key in by_period if r == report.id)})
        for key in keys:
            if wanted.period and not matches(wanted.period, key):
                continue
            if (report.id, key) in open_periods:
                obligations = sorted(
                    by_period.get((report.id, key), ()), key=lambda o: (_place(stages, o.stage), o.office)
                )
            else:
                computed = chain.expand(
                    plan, report, listed[key], catalog.tree, catalog.calendar, held.dates, held.added
                )
                obligations = [stored.get(one.id, one) for one in computed]
            for one in obligations:
                if (wanted.stage and one.stage != wanted.stage) or (wanted.office and one.office != wanted.office):
                    continue
                yield stand(one, tuple(happened.get(one.id, ())), now)


def _place(stages: list[str], stage: str) -> int:
    return stages.index(stage) if stage in stages else len(stages)


def stand(one: Obligation, events: tuple[Event, ...], now: datetime) -> Standing:
    """Where an obligation stands now."""
    extended = [e for e in events if e.kind == "extend" and e.at <= now]
    return Standing(one, events, state(one.deadline.last_day, events, now), extended[-1] if extended else None)
