"""The nation by provinces: how each stands, and what became of the day's letters; a few queries a plan."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select

from dunghan.engine.context import Context
from dunghan.engine.counting import in_season
from dunghan.store.database import reading
from dunghan.store.messages import MESSAGE, UNSENT
from models.plan import Plan
from models.timezone import local_day


class ProvinceSum(NamedTuple):
    """One territory's counts over all of its plans: obligations in season, and the day's letters."""

    territory: str
    plans: tuple[str, ...]
    expected: int = 0
    submitted: int = 0
    missing: int = 0
    waiting: int = 0
    late: int = 0
    delivered: int = 0
    unsent: int = 0


def by_province(context: Context, plans: Iterable[Plan], now: datetime) -> list[ProvinceSum]:
    """One sum for each territory, by the territory's code."""
    grouped: dict[str, list[Plan]] = {}
    for plan in plans:
        grouped.setdefault(plan.territory, []).append(plan)
    return [_sum(context, code, of, now) for code, of in sorted(grouped.items())]


def _sum(context: Context, territory: str, plans: list[Plan], now: datetime) -> ProvinceSum:
    stages = [stage for plan in plans for stage in in_season(context, plan, now)]
    ids = tuple(plan.id for plan in plans)
    m = MESSAGE.c
    letters = (
        select(m.status, func.count())
        .where(m.plan.in_(ids), m.day == local_day(now), m.kind != "receipt")
        .group_by(m.status)
    )
    with reading(context.db) as connection:
        fate: dict[str, int] = dict(connection.execute(letters).tuples().all())
    return ProvinceSum(
        territory,
        ids,
        expected=sum(s.expected for s in stages),
        submitted=sum(s.submitted for s in stages),
        missing=sum(s.missing for s in stages),
        waiting=sum(s.waiting for s in stages),
        late=sum(s.late for s in stages),
        delivered=fate.get("delivered", 0),
        unsent=sum(many for status, many in fate.items() if status in (*UNSENT, "sending")),
    )


def word(found: Iterable[ProvinceSum]) -> str:
    """The one word for the nation, by the rule for a plan: ``Overdue 12``, ``Waiting 3`` or ``On time``."""
    everywhere = list(found)
    if late := sum(one.late for one in everywhere):
        return f"Overdue {late}"
    waiting = sum(one.waiting for one in everywhere)
    return f"Waiting {waiting}" if waiting else "On time"
