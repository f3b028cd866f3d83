"""Counting what is in season, period by period: from the board where that stands, anew where something changed."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from dunghan.core import chain
from dunghan.core.names import stage_name
from dunghan.core.periods import opens_on, periods
from dunghan.core.state import DUE_SOON_DAYS, OPEN_DAYS, last_day, state
from dunghan.core.tally import Owed, count
from dunghan.engine.context import Context
from dunghan.store import boards, facts
from dunghan.store.alike import Alike, alike, single
from dunghan.store.database import reading
from models.obligation import Period, State
from models.plan import Plan
from models.report import Report
from models.timezone import at, local_day, next_midnight

if TYPE_CHECKING:
    from sqlalchemy import Connection

WAITING: frozenset[State] = frozenset({"open", "due_soon", "returned"})


class StageSum(NamedTuple):
    """One stage's counts, and of those on the ladder how many are waited for and how many late."""

    stage: str
    expected: int = 0
    submitted: int = 0
    missing: int = 0
    overdue: int = 0
    waiting: int = 0
    late: int = 0

    @property
    def line(self) -> str:
        """One line for the run's log."""
        late = f", trong đó quá hạn {self.overdue}" if self.overdue else ""
        count = f"phải nộp {self.expected}, đã nộp {self.submitted}, còn thiếu {self.missing}"
        return f"{stage_name(self.stage)}: {count}{late}"


def stages(plan: Plan) -> list[str]:
    """Every stage that the plan's chains have, in chain order."""
    return list(dict.fromkeys(link.stage for report in plan.reports for link in report.chain))


def check_stage(context: Context, plan_id: str, stage: str, now: datetime) -> StageSum:
    """Check one stage: who has handed in what is due about now, and who has not."""
    found = in_season(context, context.catalog.plan(plan_id), now, stage)
    return StageSum(stage, *(sum(each) for each in zip(*(s[1:] for s in found), strict=True)))


def gather(
    context: Context,
    connection: "Connection",
    plan: Plan,
    now: datetime,
    period: str | None = None,
    stage: str | None = None,
) -> Iterator[Alike]:
    """Every obligation of a plan, of one period, of one stage: as stored where its period is open, else as computed."""
    opened = facts.opened_periods(connection, plan.id)
    for report in plan.reports:
        for of in periods(plan, report, context.horizon(now)):
            if period not in (None, of.key):
                continue
            if (report.id, of.key) in opened:
                yield from alike(connection, plan.id, report.id, of.key, stage)
            else:
                yield from _computed(context, connection, plan, report, of, stage)


def _computed(
    context: Context, connection: "Connection", plan: Plan, report: Report, of: Period, stage: str | None
) -> Iterator[Alike]:
    held, catalog = facts.plan_facts(connection, plan.id), context.catalog
    happened = facts.events_of_period(connection, plan.id, report.id, of.key)
    for one in chain.expand(plan, report, of, catalog.tree, catalog.calendar, held.dates, held.added):
        if stage in (None, one.stage):
            yield single(one, tuple(happened.get(one.id, ())))


def active(context: Context, one: Alike, now: datetime) -> bool:
    """Whether it is dated and begun, and its last rung has not passed."""
    last = last_day(one.last_day, one.events, now)
    return last is not None and last >= ended(context, now) and now >= at(one.opens_on)


def ended(context: Context, now: datetime) -> date:
    """Ladders of last days before this one have ended."""
    return local_day(now) - timedelta(days=context.catalog.ladder.obliged[-1])


def countable(one: Alike) -> Owed:
    """What the tally needs of it."""
    return Owed(one.report, one.period, one.stage, one.office, one.last_day, one.events, one.many)


def sums(found: Sequence[Alike], now: datetime) -> list[StageSum]:
    """The sums of every stage, in the order in which the stages come."""
    stages: dict[str, list[Alike]] = {}
    for one in found:
        stages.setdefault(one.stage, []).append(one)
    return [_sum(stage, of, now) for stage, of in stages.items()]


def _sum(stage: str, found: Sequence[Alike], now: datetime) -> StageSum:
    counted = count(stage, map(countable, found), now)
    chased = [(state(a.last_day, a.events, now), a.many) for a in found if a.chased]
    waiting = sum(many for stands, many in chased if stands in WAITING)
    late = sum(many for stands, many in chased if stands == "overdue")
    return StageSum(stage, counted.expected, counted.submitted, counted.missing, counted.overdue, waiting, late)


def fresh_until(context: Context, found: Iterable[Alike], now: datetime) -> datetime | None:
    """The next instant at which time alone changes a state among these, or what is in season; None: never."""
    turns: set[datetime] = set()
    for one in found:
        turns.update(e.at for e in one.events)
        last = last_day(one.last_day, one.events, now)
        if last is not None:
            before = (at(last - timedelta(days=days)) for days in (OPEN_DAYS, DUE_SOON_DAYS))
            after = next_midnight(last + timedelta(days=context.catalog.ladder.obliged[-1]))
            turns.update((*before, next_midnight(last), after))
    return min((turn for turn in turns if turn > now), default=None)


def in_season(
    context: Context,
    plan: Plan,
    now: datetime,
    stage: str | None = None,
    known: Mapping[str, Sequence[StageSum]] | None = None,
) -> list[StageSum]:
    """The sums of every period of a plan, stage by stage or of one stage.

    What is ``known`` of a period, or stands fresh on its board, is not counted again.
    """
    found: list[StageSum] = []
    with reading(context.db) as connection:
        marks = boards.marks(connection, plan.id)
        for period in begun(context, plan, now):
            mark = marks.get(period, boards.NEVER_SHOWN)
            if known and period in known:
                found += [each for each in known[period] if stage in (None, each.stage)]
            elif mark.fresh(now):
                held = (StageSum(**each) for each in mark.sums)
                found += [each for each in held if stage in (None, each.stage)]
            else:
                found += sums(_season(context, connection, plan, period, stage, now), now)
    return found


def _season(
    context: Context, connection: "Connection", plan: Plan, period: str, stage: str | None, now: datetime
) -> list[Alike]:
    return [a for a in gather(context, connection, plan, now, period, stage) if active(context, a, now)]


def begun(context: Context, plan: Plan, now: datetime) -> list[str]:
    """The keys of every period that has begun, in order."""
    listed = (of for report in plan.reports for of in periods(plan, report, context.horizon(now)))
    return sorted({of.key for of in listed if now >= at(opens_on(plan, of))})


def word(context: Context, plan: Plan, now: datetime) -> str:
    """The one word for a plan: ``Overdue 12``, ``Waiting 3``, or ``On time``.

    Overdue counts who is late and still on the ladder (what is years past is history); waiting, who is to report
    within the next thirty days.
    """
    return word_of(in_season(context, plan, now))


def word_of(found: Sequence[StageSum]) -> str:
    """The one word for what was counted."""
    if late := sum(s.late for s in found):
        return f"Overdue {late}"
    waiting = sum(s.waiting for s in found)
    return f"Waiting {waiting}" if waiting else "On time"
