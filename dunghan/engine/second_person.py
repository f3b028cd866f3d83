"""Extensions and waivers that need a second person: asked for, then granted, refused or expired, all on record.

The record is the audit trail: one row ``ask`` and at most one of ``grant``, ``refuse`` and ``expire`` for each request.
A grant stands in the transaction of what it grants.
"""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, Literal, NamedTuple

from sqlalchemy import Connection, func, select

from dunghan.core.names import plain
from dunghan.engine import actions
from dunghan.engine.actions import Acting
from dunghan.engine.context import Context
from dunghan.store import audit
from dunghan.store.audit import AUDIT
from dunghan.store.database import reading, writing
from models.errors import NotPossible, UsageError

Kind = Literal["extend", "waive"]
Outcome = Literal["grant", "refuse", "expire"]


class Incomplete(UsageError):
    """The form lacks something."""


class Request(NamedTuple):
    """What is asked for. ``until`` is the new last day of an extension, ``expires_at`` ends the wait for an answer."""

    id: str
    kind: Kind
    obligation: str
    asked_by: str
    because: str
    expires_at: datetime
    until: date | None = None

    @property
    def subject(self) -> str:
        """Its name in the audit trail."""
        return f"request/{self.id}"


def ask(context: Context, request: Request) -> Request:
    """Put a request on record, after a rehearsal of what it asks for; one asked again keeps its first end.

    Raises Incomplete where the form lacks something, and whatever the action itself would raise now.
    """
    _require(request.asked_by, "asked_by")
    _require(request.because, "because")
    if (request.until is None) == (request.kind == "extend"):
        raise Incomplete("until: an extension needs the new last day, and a waiver has none.")
    with writing(context.db) as connection:
        if there := _asked(connection, request.subject):
            return there
    with actions.acting(context, request.obligation) as doing:
        _do(context, doing, request, by="", because="")
        doing.connection.get_transaction().rollback()  # type: ignore[union-attr]
    with writing(context.db) as connection:
        detail = request._asdict() | {"until": request.until and request.until.isoformat()}
        detail["expires_at"] = request.expires_at.isoformat()
        audit.record(
            connection, context.now(), request.asked_by, "ask", request.subject, request.because, request=detail
        )
    return request


def settle(context: Context, request: Request, *, agreed: bool, by: str, because: str) -> Outcome:
    """Grant (and so extend or waive) or refuse, in one transaction; what is settled already stays as it is.

    Raises NotPossible where the one who asked would decide.
    """
    _require(by, "decided_by")
    _require(because, "because")
    if same_person(by, request.asked_by):
        raise NotPossible(f"{by} asked for this and cannot decide on it: another person has to.")
    with actions.acting(context, request.obligation) as doing:
        if (done := _outcome(doing.connection, request.subject)) is not None:
            return done
        outcome: Outcome = "grant" if agreed else "refuse"
        if agreed:
            why = f"{request.because} (người đề nghị: {request.asked_by}; ý kiến người duyệt: {because})"
            _do(context, doing, request, by=by, because=why)
        audit.record(
            doing.connection, context.now(), by, outcome, request.subject, because, obligation=request.obligation
        )
        return outcome


def expire(context: Context) -> list[Request]:
    """Record what nobody answered in time; returns it."""
    gone = []
    with reading(context.db) as connection:
        waiting = [one for one in _pending(connection) if one.expires_at <= context.now()]
    for one in waiting:
        with actions.acting(context, one.obligation) as doing:
            if _outcome(doing.connection, one.subject) is None:
                audit.record(
                    doing.connection, context.now(), "engine", "expire", one.subject, "nobody answered in time",
                    obligation=one.obligation,
                )  # fmt: skip
                gone.append(one)
    return gone


def same_person(one: str, other: str) -> bool:
    """Whether two names mean one person, as far as spelling tells.

    >>> same_person(" Nguyễn  Thị Hoa", "nguyen thi hoa"), same_person("Hoa", "Sơn")
    (True, False)
    """
    return plain(one).casefold().split() == plain(other).casefold().split()


def _require(text: str, field: str) -> None:
    if not text.strip():
        raise Incomplete(f"{field}: nothing is written there; the record needs it.")


def _do(context: Context, doing: Acting, request: Request, *, by: str, because: str) -> None:
    if request.until:
        actions.extend_within(context, doing, request.until, by=by, because=because, when=context.now())
    else:
        actions.waive_within(context, doing, by=by, because=because, when=context.now())


def _read(detail: dict[str, Any]) -> Request:
    held = detail["request"]
    until = date.fromisoformat(held["until"]) if held["until"] else None
    return Request(**(held | {"until": until, "expires_at": datetime.fromisoformat(held["expires_at"])}))


def _asked(connection: Connection, subject: str) -> Request | None:
    found = connection.scalar(select(AUDIT.c.detail).where(AUDIT.c.subject == subject, AUDIT.c.what == "ask"))
    return _read(found) if found else None


def _outcome(connection: Connection, subject: str) -> Outcome | None:
    what: Any = connection.scalar(select(AUDIT.c.what).where(AUDIT.c.subject == subject, AUDIT.c.what != "ask"))
    return what  # type: ignore[no-any-return]


def _pending(connection: Connection) -> Iterator[Request]:
    subject = AUDIT.c.subject
    single = select(subject).where(subject.between("request/", "request0")).group_by(subject).having(func.count() == 1)
    for row in connection.execute(select(AUDIT.c.detail).where(subject.in_(single), AUDIT.c.what == "ask")):
        yield _read(row.detail)
