"""Mail that comes in: kept first, put on record, matched to what it answers, and handed in where that is certain."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from sqlalchemy.exc import IntegrityError

from dunghan import files
from dunghan.channels import mailbox
from dunghan.channels.mailbox import Fetched, Mailbox
from dunghan.channels.outcome import BadGatewayUrl
from dunghan.core import replies
from dunghan.core.replies import Attached, Reply
from dunghan.engine import handing_in
from dunghan.engine.context import Context
from dunghan.engine.leftovers import hold
from dunghan.engine.mail_matching import Matched, match
from dunghan.files import Kept
from dunghan.store import contacts, incoming
from dunghan.store.database import reading, writing
from models.errors import BadSettings, DatabaseTrouble, DunghanError, NotPossible

MOST = 200
"""Mails that one poll takes; the next takes the rest."""


class Polled(NamedTuple):
    """What a poll found: mails that became submissions, wait for review, are no person's, were on record already."""

    submitted: int = 0
    review: int = 0
    ignored: int = 0
    known: int = 0


@contextmanager
def opened(context: Context) -> Iterator[Mailbox]:
    """The mailbox of the settings. Raises BadSettings, MailboxTrouble."""
    if not context.settings.imap_url:
        raise BadSettings("DUNGHAN_IMAP_URL is not set: there is no mailbox to look into, " + mailbox.EXAMPLE + ".")
    try:
        place = mailbox.read_url(context.settings.imap_url)
    except BadGatewayUrl as error:
        raise BadSettings(f"DUNGHAN_IMAP_URL: {error}.") from None
    with mailbox.opened(place) as box:
        yield box


def poll(context: Context, now: datetime) -> Polled:
    """Take what is new in the mailbox. A crash anywhere loses nothing, and nothing is handed in twice.

    Each mail is (1) kept whole among the files, (2) put on record by its content, to be reviewed, (3) handed in where
    it is certain what it is about, (4) put away in the mailbox. Whatever was not put away comes again, and is known.
    """
    found: Counter[str] = Counter()
    with opened(context) as box, TemporaryDirectory(prefix="dunghan-mail-") as folder:
        for uid in box.new()[:MOST]:
            raw = Path(folder) / "thu.eml"
            fetched = box.fetch(uid, raw)
            if fetched is None:
                continue
            found[take(context, raw, fetched, now)] += 1
            box.put_away(uid)
    return Polled(**found)


def take(context: Context, raw: Path, fetched: Fetched, now: datetime) -> str:
    """Put one mail on record and hand it in where that is certain; its status, or ``known``."""
    content = raw.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    _keep_raw(context, digest, content)
    reply = replies.read(content, whole=fetched.size <= mailbox.LARGEST)
    with reading(context.db) as connection:
        held = incoming.of_content(connection, digest)
    if held is not None and held.why:
        return "known"
    mail = held.id if held is not None else _noted(context, reply, digest, fetched, now)
    if mail is None:
        return "known"
    done = _judged(context, reply, min(fetched.received_at, now), again=held is not None)
    with writing(context.db) as connection:
        incoming.settle(connection, mail, **done)
    return str(done["status"])


def _keep_raw(context: Context, digest: str, content: bytes) -> None:
    try:
        files.put(context.settings.files_url, digest, [content])
    except OSError as error:
        why = error.strerror or str(error)
        raise NotPossible(f"The mail cannot be kept under DUNGHAN_FILES_URL ({why}): it stays where it is.") from None


def _noted(context: Context, reply: Reply, digest: str, fetched: Fetched, now: datetime) -> int | None:
    """The number of the new row; None where another poll has just made one for the same content."""
    try:
        with writing(context.db) as connection:
            hold(connection, context.settings.files_url, [digest])
            return incoming.note(
                connection, message_id=reply.message_id, raw_sha256=digest, raw_size=fetched.size,
                received_at=min(fetched.received_at, now), fetched_at=now, sender=reply.sender, subject=reply.subject,
            )  # fmt: skip
    except IntegrityError:
        return None


def _judged(context: Context, reply: Reply, received_at: datetime, again: bool) -> dict[str, Any]:
    """What becomes of a mail: the values of its row. Never a guess: what is not certain is for a person.

    ``again``: a poll before this one was cut short with it.
    """
    if reply.automatic and not reply.files and not reply.trouble:
        return {"status": "ignored", "why": reply.automatic}
    with reading(context.db) as connection:
        matched = match(context, connection, reply, received_at)
    known: dict[str, Any] = {"status": "review", "contact_id": matched.contact_id, "obligation_id": matched.obligation}
    whys = (reply.trouble, reply.automatic, matched.why, "" if reply.files else _without_file(reply))
    if any(whys):
        return known | {"why": " ".join(why for why in whys if why)}
    try:
        version = _hand_in(context, reply, matched, received_at, again)
    except (DatabaseTrouble, files.StoreTrouble):
        raise  # the next poll takes it up
    except DunghanError as error:
        return known | {"why": f"Không ghi nhận được: {error}"}
    return known | {"status": "submitted", "why": matched.how, "version": version}


def _without_file(reply: Reply) -> str:
    said = f" Nội dung: {reply.text[:200]}" if reply.text else ""
    return f"Thư không có tệp đính kèm.{said}"


def _hand_in(context: Context, reply: Reply, matched: Matched, received_at: datetime, again: bool) -> int:
    assert matched.obligation
    kept = keep_all(context, reply.files)
    with reading(context.db) as connection:
        before = incoming.handed_in(connection, matched.obligation, matched.contact_id, [k["sha256"] for k in kept])
        by = _who(contacts.by_id(connection, [matched.contact_id] if matched.contact_id else []).values())
    if again and before is not None:  # it was cut short between the submission and its note
        return before
    one = handing_in.HandedIn(
        matched.obligation, received_at, note=reply.text, via="mail", contact_id=matched.contact_id, kept=kept
    )
    return handing_in.submit_all(context, [one], by=by)[0]


def _who(found: Any) -> str:
    return next((contact.name for contact in found), "") or "e-mail"


def keep_all(context: Context, attached: Sequence[Attached]) -> tuple[Kept, ...]:
    """Keep the files of a mail, under the names that they have in it."""
    kept: list[Kept] = []
    with TemporaryDirectory(prefix="dunghan-mail-") as folder:
        for one in attached:
            path = Path(folder) / "tep"
            path.write_bytes(one.content)
            kept.append(files.keep(context.settings.files_url, path, one.name))
    return tuple(kept)


def content_of(context: Context, digest: str) -> bytes:
    """A kept mail as it came. Raises NotPossible where it cannot be read or is damaged."""
    try:
        return b"".join(files.verified(context.settings.files_url, digest))
    except OSError as error:
        why = error.strerror or str(error)
        raise NotPossible(f"The kept mail cannot be read under DUNGHAN_FILES_URL ({why}).") from None
