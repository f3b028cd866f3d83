"""What lies among the files and is nobody's: drafts never confirmed, what a crash left, raw mail past its time.

Files are content-addressed: the bytes of a forgotten draft may be handed in for good by another office at this moment.
Three things keep what is being named from being removed. Handing in makes a file young again, and only what is old is
removed. Who names a file looks whether it is there, in the transaction of the row; who removes one looks whether a row
names it, in a transaction that no such other runs beside. So a row never names what was removed: at worst somebody is
told to send a file again.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection

from dunghan import files
from dunghan.engine.context import Context
from dunghan.store import incoming, naming
from dunghan.store.database import lock_files, reading, writing
from models.errors import NotPossible

IDLE = timedelta(hours=3)
"""The age at which a file that no row names is nobody's: a draft can be confirmed for two hours."""
_AT_ONCE = 20
"""Files removed in one transaction, during which nobody can hand anything in."""


class FilesGone(NotPossible):
    """A file about to be put on record is not in the store (any more)."""


class Swept(NamedTuple):
    """What a sweep did: raw mails let go of, and files removed (theirs among them) with their bytes."""

    mails: int = 0
    files: int = 0
    size: int = 0


def hold(connection: Connection, files_url: str, digests: Collection[str]) -> None:
    """From here to the end of this transaction, which names these files, none is removed. Raises FilesGone."""
    if not digests:
        return
    lock_files(connection, alone=False)
    for digest in digests:
        try:
            lies = files.look(files_url, files.where(digest))
        except OSError as error:
            raise files.StoreTrouble(f"DUNGHAN_FILES_URL cannot be read ({error.strerror or error}).") from None
        if lies is None:
            raise FilesGone(f"The file {digest[:12]} is no longer in the store; nothing was recorded: send it again.")


def sweep(context: Context, now: datetime) -> Swept:
    """Remove what is nobody's. Raises NotPossible where the store cannot be read.

    1. Let go of the raw mail that was settled longer ago than the settings want it kept.
    2. Read what rows name, and look through the store, a folder at a time, for what is named by none and is old.
    3. Look at each once more while nobody can name it, and remove it.
    """
    mails = _let_go(context, now)
    with reading(context.db) as connection:
        named = naming.everything(connection)
    removed: list[int] = []
    try:
        for places in files.folders(context.settings.files_url):
            idle = [p for p in places if _unnamed(p, named) and _size_of_old(context, p, now) is not None]
            for start in range(0, len(idle), _AT_ONCE):
                removed += _remove(context, idle[start : start + _AT_ONCE], now)
    except OSError as error:
        why = error.strerror or str(error)
        raise NotPossible(f"DUNGHAN_FILES_URL cannot be swept ({why}): check its place and who owns it.") from None
    return Swept(mails, len(removed), sum(removed))


def _let_go(context: Context, now: datetime) -> int:
    days = context.settings.mail_days
    if not days:
        return 0
    with writing(context.db) as connection:
        return incoming.let_go(connection, now - timedelta(days=days), now)


def _unnamed(place: str, named: set[bytes]) -> bool:
    digest = files.digest_at(place)
    return digest is None or bytes.fromhex(digest) not in named


def _size_of_old(context: Context, place: str, now: datetime) -> int | None:
    """The size of a file that is old; None for a young one, one that is gone, one of a store that keeps no times."""
    lies = files.look(context.settings.files_url, place)
    old = lies is not None and lies.changed_at is not None and lies.changed_at < now - IDLE
    return lies.size if lies is not None and old else None


def _remove(context: Context, places: Sequence[str], now: datetime) -> list[int]:
    """Remove a few that were nobody's a moment ago; the sizes of those that still were."""
    removed = []
    digests = {place: files.digest_at(place) for place in places}
    with writing(context.db) as connection:
        lock_files(connection, alone=True)
        named = naming.among(connection, [digest for digest in digests.values() if digest])
        for place, digest in digests.items():
            size = None if digest in named else _size_of_old(context, place, now)
            if size is not None:
                files.remove(context.settings.files_url, place)
                removed.append(size)
    return removed
