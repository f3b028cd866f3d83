"""What letters are written from, read by the batch: the obligations of some offices, and who upstream is missing."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from dunghan.store.alike import HAPPENED, OF_A_PERIOD
from dunghan.store.facts import COLUMNS
from dunghan.store.rows import among, fetch

if TYPE_CHECKING:
    from dunghan.store.rows import Source


def of_offices(connection: "Source", offices: Collection[str], since: date) -> list[Any]:
    """What these offices owe, under any plan, as far as its last day (an extension's too) is not before ``since``.

    Rows of ``facts.COLUMNS``, to be read by ``facts.obligation_of``. The plan is not asked for: SQLite would go through
    all of its obligations instead of those of the offices.
    """
    sql = (
        f"SELECT {COLUMNS} FROM obligation WHERE office {among(connection, 'offices')} "  # noqa: S608
        "AND (last_day >= :since OR extended_to >= :since) ORDER BY id"
    )
    return fetch(connection, sql, {"offices": list(offices), "since": since})


def of_ids(connection: "Source", ids: Collection[str]) -> list[Any]:
    """The rows of the obligations with these ids."""
    sql = f"SELECT {COLUMNS} FROM obligation WHERE id {among(connection, 'ids')}"  # noqa: S608 - our own columns
    return fetch(connection, sql, {"ids": list(ids)})


def shared(row: Any) -> tuple[object, ...]:
    """What a row shares with those that differ by their id and office alone."""
    return tuple(row[1:5] + row[6:])


def carried(connection: "Source", messages: Collection[int]) -> dict[int, list[str]]:
    """The obligations that each message carries, in the order in which they were decided."""
    sql = f"SELECT message_id, obligation_id FROM reminder WHERE message_id {among(connection, 'ids')} ORDER BY id"  # noqa: S608
    found: dict[int, dict[str, None]] = defaultdict(dict)
    for row in fetch(connection, sql, {"ids": list(messages)}):
        found[row.message_id][row.obligation_id] = None
    return {message: list(ids) for message, ids in found.items()}


def first_told(connection: "Source", messages: Collection[int]) -> set[tuple[int, str]]:
    """The messages, with the obligation, by which an office hears of it for the first time."""
    sql = (
        "SELECT message_id, obligation_id FROM reminder WHERE reason = 'first_notice' "  # noqa: S608
        f"AND message_id {among(connection, 'ids')}"
    )
    return {(row.message_id, row.obligation_id) for row in fetch(connection, sql, {"ids": list(messages)})}


class Silent(NamedTuple):
    """An office that has been asked and to whose obligation nothing has happened, and to whom it reports."""

    office: str
    to_offices: str


def silent(
    connection: "Source",
    plan: str,
    report: str,
    period: str,
    stage: str,
    most: int | None = None,
    last_day: date | None = None,
) -> list[Silent]:
    """The offices (at most so many) of one stage to whose dated obligations (of one last day) nothing has happened."""
    sql = (
        f"SELECT o.office, CAST(o.to_offices AS TEXT) AS to_offices {OF_A_PERIOD} "
        f"AND o.stage = :stage AND {'o.last_day IS NOT NULL' if last_day is None else 'o.last_day = :last_day'} "
        f"AND NOT {HAPPENED} ORDER BY o.office" + ("" if most is None else f" LIMIT {most}")
    )
    values: dict[str, Any] = {"plan": plan, "report": report, "period": period, "stage": stage}
    values |= {} if last_day is None else {"last_day": last_day}
    return [Silent(row.office, row.to_offices) for row in fetch(connection, sql, values)]


def unreached(
    connection: "Source", plan: str, report: str, period: str, since: date, until: date, kinds: Collection[str]
) -> list[str]:
    """The offices to whose obligations, due between two days, nothing has happened, and whose officers have no address.

    ``kinds`` are the columns of the contact that count as an address.
    """
    address = " OR ".join(f"c.{kind} <> ''" for kind in sorted(kinds))
    reached = f"SELECT 1 FROM contact c WHERE c.office = o.office AND c.role = 'officer' AND ({address})"  # noqa: S608
    sql = (
        f"SELECT DISTINCT o.office {OF_A_PERIOD} AND o.last_day BETWEEN :since AND :until AND NOT {HAPPENED} "
        f"AND NOT EXISTS ({reached})"
    )
    values = {"plan": plan, "report": report, "period": period, "since": since, "until": until}
    return [row.office for row in fetch(connection, sql, values)]
