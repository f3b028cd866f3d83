"""The coordinator's actions on a whole plan: set a missing date, add an office, pause, resume, recompute."""

from collections.abc import Callable, Iterator
from datetime import date, datetime

from sqlalchemy import Connection

from dunghan.core import chain
from dunghan.core.periods import periods
from dunghan.engine.context import Context
from dunghan.engine.sweep import first_look
from dunghan.store import acts, audit, facts, obligations
from dunghan.store.database import lock_plan, writing
from models.errors import NotPossible, UnknownName, UnknownOffice, UsageError
from models.obligation import Obligation, Period
from models.plan import Plan
from models.report import Report


def _report(plan: Plan, report_id: str, stage: str) -> Report:
    report = plan.report(report_id)
    if report is None:
        raise UnknownName("report", report_id, (r.id for r in plan.reports))
    if stage not in {link.stage for link in report.chain}:
        raise UnknownName("stage", stage, (link.stage for link in report.chain))
    return report


def _period_of(context: Context, plan: Plan, report: Report, day: date, key: str | None) -> Period:
    listed = periods(plan, report, max(context.horizon(context.now()), day.year))
    if key is not None:
        found = [p for p in listed if p.key == key]
        if not found:
            raise UnknownName("period", key, (p.key for p in listed))
        return found[0]
    for one in listed:
        if one.starts_on <= day <= one.ends_on:
            return one
    raise UsageError(f"No period of {report.id} contains {day}: name it with --period.")


def set_date(
    context: Context, plan_id: str, report_id: str, stage: str, day: date, *, because: str, by: str,
    key: str | None = None,
) -> tuple[str, int]:  # fmt: skip
    """Fix the last day that the text left open for a stage in one period; ``key`` names it where ``day`` lies outside.

    Set once more, the newer date holds: the record must not show one day and the office be chased by another.

    Returns the period and how many obligations are dated by it now. Raises NotPossible where the text has a date.
    """
    plan = context.catalog.plan(plan_id)
    report = _report(plan, report_id, stage)
    context.near(day)
    if all(link.due.wording != "undated" for link in report.chain if link.stage == stage and not link.due.derived):
        raise NotPossible(
            f"{report_id}/{stage} has its date from the text, which nobody sets anew: "
            "give an office more time with `dunghan extend`."
        )
    of = _period_of(context, plan, report, day, key)
    with writing(context.db) as connection:
        lock_plan(connection, plan.id)
        acts.decide_plan(
            connection, plan.id, "set_date", context.now(), context.now(), by, because,
            report=report.id, stage=stage, period=of.key, day=day,
        )  # fmt: skip
        audit.record(
            connection, context.now(), by, "set_date", plan.id, because,
            report=report.id, stage=stage, period=of.key, day=day.isoformat(),
        )  # fmt: skip
        by_it = {k.stage for k in report.chain if k.due.derived and k.due.derived.stage == stage}

        def stays(old: Obligation) -> bool:
            due = old.deadline
            is_set = (due.basis == "set" and old.stage == stage) or (due.basis == "derived" and old.stage in by_it)
            return _dated(old) and not is_set

        changed = _redate(context, connection, plan, report, of, stays)
        dated = _expanded(context, connection, plan, report, of)
    return of.key, max(changed, sum(one.stage == stage and one.deadline.basis == "set" for one in dated))


def _expanded(context: Context, connection: Connection, plan: Plan, report: Report, of: Period) -> list[Obligation]:
    held = facts.plan_facts(connection, plan.id)
    return chain.expand(plan, report, of, context.catalog.tree, context.catalog.calendar, held.dates, held.added)


def _redate(
    context: Context, connection: Connection, plan: Plan, report: Report, of: Period,
    stays: Callable[[Obligation], bool],
) -> int:  # fmt: skip
    """Bring the stored deadlines of an open period to what they would be if it opened now. Says how many changed.

    ``stays`` tells of a stored obligation whether its deadline is left alone.
    """
    if (report.id, of.key) not in facts.opened_periods(connection, plan.id):
        return 0
    rules = context.rules(plan, facts.plan_facts(connection, plan.id))
    stored = facts.opened(connection, plan.id)
    changed = 0
    for one in _expanded(context, connection, plan, report, of):
        old = stored.get(one.id)
        if old is None:
            changed += obligations.open_all(connection, [one], context.now(), [first_look(one, rules)])
        elif old.deadline.facts != one.deadline.facts and not stays(old):
            changed += obligations.redate(connection, one, first_look(one, rules))
    return changed


def _dated(one: Obligation) -> bool:
    return one.deadline.last_day is not None


def recompute(context: Context, plan_id: str, *, because: str, by: str) -> int:
    """Compute the deadlines of every open period anew, after a change of calendar or plan. Says how many changed."""
    plan = context.catalog.plan(plan_id)
    with writing(context.db) as connection:
        lock_plan(connection, plan.id)
        changed = sum(
            _redate(context, connection, plan, report, of, lambda _: False)
            for report, of in _open_periods(context, connection, plan)
        )
        audit.record(connection, context.now(), by, "recompute", plan.id, because, changed=changed)
    return changed


def _open_periods(context: Context, connection: Connection, plan: Plan) -> Iterator[tuple[Report, Period]]:
    known = facts.opened_periods(connection, plan.id)
    for report in plan.reports:
        for of in periods(plan, report, context.horizon(context.now())):
            if (report.id, of.key) in known:
                yield report, of


def assign_office(context: Context, plan_id: str, stage: str, office: str, *, because: str, by: str) -> int:
    """Add an office to a stage whose clause names an open class. Returns how many open obligations that made."""
    plan = context.catalog.plan(plan_id)
    if office not in context.catalog.tree:
        raise UnknownOffice(office, context.catalog.tree.codes)
    links = [link for r in plan.reports for link in r.chain if link.stage == stage]
    if not links:
        raise UnknownName("stage", stage, (link.stage for r in plan.reports for link in r.chain))
    if not any(link.reporters.open_class for link in links):
        raise NotPossible(f"Stage {stage} of {plan.id} names its offices one by one: the text leaves none to be added.")
    elsewhere = [link.stage for r in plan.reports for link in r.chain if office in link.reporters.offices]
    if elsewhere:
        raise NotPossible(f"{office} stands in stage {elsewhere[0]} of {plan.id} already: an office reports once.")
    with writing(context.db) as connection:
        lock_plan(connection, plan.id)
        acts.decide_plan(
            connection, plan.id, "add_office", context.now(), context.now(), by, because, stage=stage, office=office
        )
        audit.record(connection, context.now(), by, "add_office", plan.id, because, stage=stage, office=office)
        return sum(
            _redate(context, connection, plan, report, of, _dated)
            for report, of in _open_periods(context, connection, plan)
        )


def pause(context: Context, plan_id: str, *, because: str, by: str, at: datetime | None = None) -> None:
    """Send nothing for a plan until it is resumed; the rungs are put on record."""
    _hold(context, plan_id, "pause", because, by, at)


def resume(context: Context, plan_id: str, *, because: str = "", by: str, at: datetime | None = None) -> None:
    """Let a paused plan's ladder go on; what passed meanwhile is not caught up."""
    _hold(context, plan_id, "resume", because, by, at)


def _hold(context: Context, plan_id: str, kind: str, because: str, by: str, at: datetime | None) -> None:
    plan = context.catalog.plan(plan_id)
    when = context.not_future(at or context.now(), "--at")
    with writing(context.db) as connection:
        lock_plan(connection, plan.id)
        paused = facts.plan_facts(connection, plan.id).paused
        if paused == (kind == "pause"):
            raise NotPossible(f"{plan.id} is {'paused already' if paused else 'not paused'}: nothing to {kind}.")
        acts.decide_plan(connection, plan.id, kind, when, context.now(), by, because)
        audit.record(connection, context.now(), by, kind, plan.id, because, decided_at=when.isoformat())
