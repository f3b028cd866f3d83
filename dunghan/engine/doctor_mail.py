"""The doctor's look at the mailbox that replies come to, and at the mail that waits for somebody."""

from collections.abc import Iterator

from dunghan.engine.context import Context
from dunghan.engine.doctor_store import Finding
from dunghan.engine.incoming import opened
from dunghan.store import incoming
from dunghan.store.database import reading
from models.errors import DunghanError


def mail(context: Context) -> Iterator[Finding]:
    """Whether the mailbox can be used, and how many mails wait for review. Nothing where reports come by no e-mail."""
    settings = context.settings
    if settings.imap_url:
        try:
            with opened(context) as box:
                yield Finding("ok", "mailbox", f"it can be used; {len(box.new())} mails in it are new")
        except DunghanError as error:
            yield Finding("error", "mailbox", str(error))
        if not settings.reply_to:
            message = "no reminder says where to answer: set DUNGHAN_REPLY_TO to the mailbox's own address"
            yield Finding("warning", "mailbox", message)
    elif settings.reply_to:
        message = "DUNGHAN_REPLY_TO is set and nobody looks into its mailbox: set DUNGHAN_IMAP_URL as well"
        yield Finding("warning", "mailbox", message)
    with reading(context.db) as connection:
        waiting = incoming.waiting(connection)
    if waiting:
        yield Finding("warning", "mailbox", f"{waiting} mails wait for review: `dunghan mail list --status review`")
