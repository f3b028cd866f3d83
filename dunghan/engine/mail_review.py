"""The review list: mail that only a person can place. It is listed, shown, handed in or dismissed; never binned."""

from typing import Any

from dunghan import files
from dunghan.channels import mailbox
from dunghan.core import replies
from dunghan.engine import handing_in
from dunghan.engine.context import Context
from dunghan.engine.incoming import content_of, keep_all
from dunghan.engine.owed import find
from dunghan.engine.views import stamp
from dunghan.store import audit, contacts, incoming
from dunghan.store.database import reading, writing
from models.errors import NotPossible, UsageError

LET_GO = "The mail itself is kept no longer (DUNGHAN_MAIL_DAYS). What it handed in is."


def listing(context: Context, status: str | None, most: int) -> list[dict[str, Any]]:
    """Mail that came in, the newest first."""
    if status is not None and status not in incoming.STATUSES:
        raise UsageError(f"No status is called {status!r}: write {', '.join(incoming.STATUSES)}.")
    with reading(context.db) as connection:
        return [_row(row) for row in incoming.listing(connection, status, most)]


def one(context: Context, mail: int) -> dict[str, Any]:
    """One mail with its own words and its files. It is read from what was kept, and nothing in it is opened."""
    row = _found(context, mail)
    with reading(context.db) as connection:
        kept = incoming.is_kept(connection, mail)
    text, attached = LET_GO, []
    if kept:
        reply = _reply(context, row)
        text, attached = reply.text, [{"name": file.name, "size": len(file.content)} for file in reply.files]
    return _row(row) | {
        "message_id": row.message_id,
        "text": text,
        "files": attached,
        "raw": files.where(row.raw_sha256) if kept else None,
        "settled_at": stamp(row.settled_at),
        "settled_by": row.settled_by,
    }


def assign(context: Context, mail: int, obligation: str, *, by: str, nothing: bool = False) -> int:
    """Hand a mail in for an obligation, as received when the mail came; the version.

    Raises NotPossible where it is settled already or cannot be read whole, UsageError where it brings no file and
    ``nothing`` ("không phát sinh") is not said, and whatever handing in raises.
    """
    row = _waiting(context, mail)
    with reading(context.db) as connection:
        owing = find(context, connection, obligation)[1]
    reply = _reply(context, row)
    if nothing == bool(reply.files):
        remedy = "it brings files" if reply.files else "it brings no file that can be read: say --nothing-to-report"
        raise UsageError(f"Mail {mail} cannot be handed in so: {remedy}, or record what it says with `dunghan submit`.")
    kept = keep_all(context, reply.files)
    contact = row.contact_id if _of_office(context, row.contact_id, owing.office) else None
    one = handing_in.HandedIn(
        obligation, row.received_at, nothing=nothing, note=reply.text, via="mail", contact_id=contact, kept=kept
    )
    version = handing_in.submit_all(context, [one], by=by)[0]
    done = incoming.now_settled(
        "settled", f"{by} ghi nhận cho {obligation}.", context.now(), by,
        contact_id=contact or row.contact_id, obligation_id=obligation, version=version,
    )  # fmt: skip
    _settle(context, mail, by, "assign-mail", "", done, obligation=obligation, version=version)
    return version


def dismiss(context: Context, mail: int, *, by: str, because: str) -> None:
    """Take a mail off the list, with a reason. It stays on record and among the files."""
    _waiting(context, mail)
    _settle(context, mail, by, "dismiss-mail", because, incoming.now_settled("settled", because, context.now(), by))


def _settle(context: Context, mail: int, by: str, what: str, because: str, done: dict[str, Any], **detail: Any) -> None:
    with writing(context.db) as connection:
        if not incoming.settle(connection, mail, **done):
            raise NotPossible(f"Mail {mail} was settled by somebody else just now. See `dunghan mail show {mail}`.")
        audit.record(connection, context.now(), by, what, f"mail/{mail}", because, **detail)


def _of_office(context: Context, contact: int | None, office: str) -> bool:
    """Whether the contact of a mail is one of the office that it is now handed in for."""
    if contact is None:
        return False
    with reading(context.db) as connection:
        held = contacts.by_id(connection, [contact]).get(contact)
    return held is not None and held.office == office


def _found(context: Context, mail: int) -> Any:
    with reading(context.db) as connection:
        row = incoming.one(connection, mail)
    if row is None:
        raise UsageError(f"There is no mail {mail}. See `dunghan mail list`.")
    return row


def _waiting(context: Context, mail: int) -> Any:
    row = _found(context, mail)
    if row.status != "review":
        raise NotPossible(f"Mail {mail} does not wait for review: it is {row.status}. See `dunghan mail show {mail}`.")
    return row


def _reply(context: Context, row: Any) -> replies.Reply:
    return replies.read(content_of(context, row.raw_sha256), whole=row.raw_size <= mailbox.LARGEST)


def _row(row: Any) -> dict[str, Any]:
    return {
        "id": row.id,
        "received_at": stamp(row.received_at),
        "sender": row.sender,
        "subject": row.subject,
        "status": row.status,
        "why": row.why,
        "size": row.raw_size,
        "obligation": row.obligation_id,
        "version": row.version,
    }
