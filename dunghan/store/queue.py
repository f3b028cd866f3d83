"""The waiting messages: take a batch of them under a lease by compare-and-swap, and write down what became of it."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, func, or_, select

from dunghan.store.bulk import insert_new, update_each
from dunghan.store.messages import ATTEMPT, LONGEST_LEASE, MESSAGE, UNSENT, WAITING
from dunghan.store.rows import among, fetch

_TAKEN = ("id", "contact_id", "office", "plan", "day", "kind", "channel", "message_id", "attempts", "about")


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
    plans = [wanted.plan] if wanted.plan else plans_waiting(connection)
    plans = [plan for plan in plans if plan not in wanted.paused]
    for digests in (False, True):
        taken: list[Any] = []
        for plan in plans:
            for status in ("sending", *UNSENT):
                if len(taken) < most:
                    taken += _take(connection, wanted, lease, plan, status, digests, most - len(taken))
        if taken:
            return sorted(taken, key=lambda row: row.id)
    return []


def plans_waiting(connection: Connection) -> list[str]:
    """The plans that have waiting messages: from one to the next in the index, whatever lies between."""
    found: list[str] = []
    following = select(func.min(MESSAGE.c.plan)).where(WAITING, MESSAGE.c.plan > bindparam("last"))
    while plan := connection.scalar(following, {"last": found[-1] if found else ""}):
        found.append(plan)
    return found


_LONGEST_WAIT = timedelta(days=2)
"""A wait for another try that ends further ahead is of a clock that was set back since (as ``LONGEST_LEASE``)."""
_HELD = "lease_until BETWEEN :real AND :lease_end"
_DUE = "(retry_at IS NULL OR retry_at <= :real OR retry_at > :wait_end)"
_FREE = {
    "sending": f"AND NOT ({_HELD})",  # in flight when its sender died: its fate is unknown, it is taken again
    "retry": f"AND {_DUE}",
    "queued": "",
}
_WAITING = ", ".join(f"'{status}'" for status in ("queued", "retry", "sending"))
"""In the words of the partial index ``message_waiting``, or no planner would know it."""


def _take(
    connection: Connection, wanted: Wanted, lease: Lease, plan: str, status: str, digests: bool, most: int
) -> list[Any]:
    """One range of the index ``message_waiting``, in its order, so that no more is read than is taken.

    Attempts are counted, not claims: what is taken over from a sender that died was counted when that one took it.
    """
    skip = "FOR UPDATE SKIP LOCKED" if connection.dialect.name == "postgresql" else ""
    tries = "attempts" if status == "sending" else "attempts + 1"
    sql = (
        f"UPDATE message SET status = 'sending', lease_by = :owner, lease_until = :until, attempts = {tries} "  # noqa: S608
        f"WHERE id IN (SELECT id FROM message WHERE status IN ({_WAITING}) AND plan = :plan AND status = '{status}' "
        f"AND not_before <= :now {_FREE[status]} AND channel {among(connection, 'channels')} "
        f"AND kind {'=' if digests else '<>'} 'digest' {_the_others_settled(connection) if digests else ''} "
        f"ORDER BY not_before, id LIMIT :most {skip}) RETURNING {', '.join(_TAKEN)}"
    )
    values = {
        "owner": lease.owner, "until": lease.until, "plan": plan, "now": wanted.now, "real": wanted.real,
        "lease_end": wanted.real + LONGEST_LEASE, "wait_end": wanted.real + _LONGEST_WAIT,
        "channels": list(wanted.channels), "most": most,
    }  # fmt: skip
    return fetch(connection, sql, {k: v for k, v in values.items() if f":{k}" in sql}, days=("day",))


def _the_others_settled(connection: Connection) -> str:
    """That no other sender has, or is just taking (and so has locked), what this digest is to tell of."""
    return (
        f"AND NOT EXISTS (SELECT 1 FROM message AS other WHERE status IN ({_WAITING}) AND plan = :plan "  # noqa: S608
        f"AND kind <> 'digest' AND day = message.day AND not_before <= :now AND CASE status "
        f"WHEN 'sending' THEN {_HELD} AND lease_by <> :owner "
        f"ELSE {_DUE} AND channel {among(connection, 'channels')} END)"
    )


def settle(
    connection: Connection, rows: Sequence[dict[str, Any]], attempts: Sequence[dict[str, Any]], owner: str
) -> None:
    """Write down the fate of taken messages, and the attempts. What belongs to another owner by now stays as it is."""
    update_each(
        connection,
        MESSAGE,
        rows,
        alike={"lease_by": None, "lease_until": None},
        held={"lease_by": owner, "status": "sending"},
    )
    insert_new(connection, ATTEMPT, attempts)


def kept(connection: Connection, wanted: Wanted) -> int:
    """How many messages could leave by now but for their channel or their paused plan."""
    m = MESSAGE.c
    query = select(func.count()).where(WAITING, m.status.in_(UNSENT), m.not_before <= wanted.now)
    query = query.where(or_(m.channel.not_in(wanted.channels), m.plan.in_(wanted.paused)))
    return int(connection.scalar(query.where(m.plan == wanted.plan) if wanted.plan else query) or 0)
