"""The waiting messages: take a batch of them under a lease by compare-and-swap, and write down what became of it."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, bindparam, func, literal_column, or_, select, true, update

from dunghan.store.bulk import insert_new, update_each
from dunghan.store.messages import ATTEMPT, MESSAGE, UNSENT, WAITING

_TAKEN = ("id", "contact_id", "office", "plan", "day", "kind", "channel", "message_id", "attempts")


class Wanted(NamedTuple):
    """Which messages a sender can take. ``now`` is the run's time, ``real`` the real clock."""

    now: datetime
    real: datetime
    channels: Sequence[str]
    plan: str | None = None
    paused: Collection[str] = ()


class Lease(NamedTuple):
    """Whose a taken message is, and until when."""

    owner: str
    until: datetime


def take(connection: Connection, wanted: Wanted, lease: Lease, most: int) -> list[Any]:
    """Take up to ``most`` messages; who comes second finds none of them. Rows have the columns of ``_TAKEN``.

    Digests are taken when nothing else is left, since they tell what became of the others.
    """
    plans = [p for p in _plans(connection, wanted) if p not in wanted.paused]
    for digests in (False, True):
        taken: list[Any] = []
        for plan in plans:
            for status in ("sending", *UNSENT):
                if len(taken) < most:
                    taken += _take(connection, wanted, lease, plan, status, digests, most - len(taken))
        if taken:
            return sorted(taken, key=lambda row: row.id)
    return []


def _plans(connection: Connection, wanted: Wanted) -> Iterator[str]:
    """The plans that have waiting messages: from one to the next in the index, whatever lies between."""
    if wanted.plan is not None:
        yield wanted.plan
        return
    following = select(func.min(MESSAGE.c.plan)).where(WAITING, MESSAGE.c.plan > bindparam("last"))
    last: str | None = ""
    while last := connection.scalar(following, {"last": last}):
        yield last


def _take(
    connection: Connection, wanted: Wanted, lease: Lease, plan: str, status: str, digests: bool, most: int
) -> Sequence[Any]:
    """One range of the index ``message_waiting``, in its order, so that no more is read than is taken."""
    m = MESSAGE.c
    query = select(m.id).where(WAITING, m.plan == plan, m.status == literal_column(f"'{status}'"))
    query = query.where(m.not_before <= wanted.now, _free(status, wanted.real), m.channel.in_(wanted.channels))
    query = query.where((m.kind == "digest") if digests else (m.kind != "digest"))
    query = query.order_by(m.not_before, m.id).limit(most)
    if connection.dialect.name == "postgresql":
        query = query.with_for_update(skip_locked=True)
    return connection.execute(
        update(MESSAGE)
        .where(m.id.in_(query.scalar_subquery()))
        .values(status="sending", lease_by=lease.owner, lease_until=lease.until, attempts=m.attempts + 1)
        .returning(*(m[name] for name in _TAKEN))
    ).all()


def _free(status: str, real: datetime) -> ColumnElement[bool]:
    """A message whose lease has ended was in flight when its sender died: its fate is unknown; it is taken again."""
    m = MESSAGE.c
    if status == "sending":
        return m.lease_until < real
    return or_(m.retry_at.is_(None), m.retry_at <= real) if status == "retry" else true()


def settle(
    connection: Connection, rows: Sequence[Mapping[str, Any]], attempts: Sequence[dict[str, Any]], owner: str
) -> None:
    """Write down the fate of taken messages, and the attempts. What belongs to another owner by now stays as it is."""
    lease = {"lease_by": None, "lease_until": None}
    update_each(connection, MESSAGE, [{**row, **lease} for row in rows], held={"lease_by": owner, "status": "sending"})
    insert_new(connection, ATTEMPT, attempts)


def kept(connection: Connection, wanted: Wanted) -> int:
    """How many messages could leave by now but for their channel or their paused plan."""
    m = MESSAGE.c
    query = select(func.count()).where(WAITING, m.status.in_(UNSENT), m.not_before <= wanted.now)
    query = query.where(or_(m.channel.not_in(wanted.channels), m.plan.in_(wanted.paused)))
    return int(connection.scalar(query.where(m.plan == wanted.plan) if wanted.plan else query) or 0)
