"""Handing in: files kept and looked into, a version on record, a receipt. One audited road for every door."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection

from dunghan import files as store
from dunghan.core.state import standing
from dunghan.engine import checks, receipts
from dunghan.engine.actions import Acting, begin
from dunghan.engine.context import Context
from dunghan.engine.leftovers import hold
from dunghan.engine.owed import find
from dunghan.files import Kept
from dunghan.store import acts, audit, findings
from dunghan.store.database import lock_plan, reading, writing
from dunghan.store.findings import Finding
from models.errors import NotPossible


class HandedIn(NamedTuple):
    """Something handed in, before it is on record. ``nothing`` is "không phát sinh"."""

    obligation: str
    received_at: datetime
    files: Sequence[Path] = ()
    nothing: bool = False
    reference: str = ""
    note: str = ""
    via: str = ""
    """The door it came in by: empty for a command, ``portal``, ``mail``, ``prefect``."""
    contact_id: int | None = None
    """Who handed it in, where it is known: they get a receipt."""
    kept: Sequence[Kept] = ()
    """Files that lie in the store already, beside those of ``files``."""
    found: Sequence[Finding] | None = None
    """What was found in ``kept`` already, where it has been looked into; without ``files`` then."""


class AlreadyAccepted(NotPossible):
    """Handed in by an office although what it handed in before has been accepted."""


_BY_THE_OFFICE = frozenset({"portal", "mail"})
"""The doors that offices themselves come in by."""


def submit(
    context: Context,
    obligation_id: str,
    *,
    received_at: datetime | None = None,
    files: Sequence[Path] = (),
    nothing: bool = False,
    reference: str = "",
    note: str = "",
    by: str,
) -> int:
    """Record something handed in and return its version. "Nothing to report" is a submission like any other.

    Files are stored before the row that names them. Raises BadTime for a future time of receipt.
    """
    one = HandedIn(obligation_id, received_at or context.now(), files, nothing, reference, note)
    return submit_all(context, [one], by=by)[0]


def submit_all(context: Context, handed: Sequence[HandedIn], *, by: str) -> list[int]:
    """Record everything handed in, or nothing, in one transaction; returns the versions.

    1. Keep the files, and look into them.
    2. Lock the plans, and record each submission with what was found.
    3. Queue a receipt for whoever is known to have handed in.

    Where an office itself hands in (``via`` portal or mail), AlreadyAccepted is raised for what has been accepted, and
    the same once more from the same person, as after a double click, is the version that it is already.
    """
    for one in handed:
        context.not_future(one.received_at, "--received-at")
    kept = [(*one.kept, *(store.keep(context.settings.files_url, path) for path in one.files)) for one in handed]
    inside = [_look_inside(context, one, files) for one, files in zip(handed, kept, strict=True)]
    with writing(context.db) as connection:
        for plan in sorted({one.obligation.split("/")[0] for one in handed}):  # in order, or two wait for each other
            lock_plan(connection, plan)
        hold(connection, context.settings.files_url, {file["sha256"] for files in kept for file in files})
        return [
            _record(context, connection, one, files, found, by)
            for one, files, found in zip(handed, kept, inside, strict=True)
        ]


def _look_inside(context: Context, handed: HandedIn, files: Sequence[Kept]) -> list[Finding]:
    if not files:
        return []
    checks.require_kept(context, files)
    if handed.found is not None:
        return [found for found in handed.found if found.code not in checks.SAME]  # what is elsewhere may have changed
    with reading(context.db) as connection:
        plan, one, _ = find(context, connection, handed.obligation)
    found = checks.inside(context, plan, one, files)
    if bomb := checks.bomb(found):
        raise store.Refused("bomb", f"{bomb.file} unpacks beyond all measure or declares XML entities: no report.")
    return found


def _record(
    context: Context,
    connection: Connection,
    one: HandedIn,
    files: Sequence[Kept],
    found: Sequence[Finding],
    by: str,
) -> int:
    doing = begin(context, connection, one.obligation)
    if one.via in _BY_THE_OFFICE and (again := _already(context, doing, one, files)):
        return again
    recorded = acts.submit(
        connection,
        doing.one.id,
        kind="nothing" if one.nothing else "report",
        received_at=one.received_at,
        recorded_at=context.now(),
        reference=one.reference,
        note=one.note,
        files=[dict(file) for file in files],
        by=by,
        via=one.via,
        contact_id=one.contact_id,
    )
    same = checks.doubles(connection, doing.one, files)
    findings.record(connection, recorded.id, [*found, *same], context.now())
    audit.record(
        connection, context.now(), by, "submit", doing.one.id, one.note,
        version=recorded.version, received_at=one.received_at.isoformat(), reference=one.reference, nothing=one.nothing,
        files=[f["sha256"] for f in files],
    )  # fmt: skip
    if one.contact_id is not None:
        receipts.queue(context, connection, doing.plan, doing.one, recorded.version, one.contact_id)
    return recorded.version


def _already(context: Context, doing: Acting, one: HandedIn, files: Sequence[Kept]) -> int | None:
    """The version that this is already, or None. What was returned meanwhile is handed in anew, even unchanged."""
    stands = standing(doing.events, context.now())
    if stands == "accepted":
        raise AlreadyAccepted(f"{one.obligation} has been accepted: what comes after that goes to the coordinator.")
    if stands != "submitted":
        return None
    last = acts.submissions(doing.connection, one.obligation)[-1]
    same = (
        last.contact_id == one.contact_id
        and (last.kind == "nothing") == one.nothing
        and (last.reference, last.note) == (one.reference, one.note)
        and sorted(f["sha256"] for f in last.files) == sorted(f["sha256"] for f in files)
    )
    return last.version if same else None
