"""Which files of the store a row names: a submission its own, a kept mail itself, a draft its document and its text."""

from collections.abc import Collection

from sqlalchemy import Connection, select

from dunghan.store import incoming, plan_drafts
from dunghan.store.acts import HANDED_IN_FILE, SUBMISSION
from dunghan.store.incoming import INCOMING


def everything(connection: Connection) -> set[bytes]:
    """The SHA-256 of every file that a row names; 100 bytes of memory each."""
    found: set[bytes] = set()
    for files in connection.scalars(select(SUBMISSION.c.files).execution_options(yield_per=1000)):
        found.update(bytes.fromhex(file["sha256"]) for file in files)
    kept = incoming.kept(connection)
    found.update(map(bytes.fromhex, connection.scalars(select(INCOMING.c.raw_sha256).where(kept))))
    found.update(map(bytes.fromhex, plan_drafts.named(connection)))
    return found


def among(connection: Connection, digests: Collection[str]) -> set[str]:
    """Those of the SHA-256 sums that a row names now."""
    handed_in = select(HANDED_IN_FILE.c.sha256).where(HANDED_IN_FILE.c.sha256.in_(digests))
    mail = select(INCOMING.c.raw_sha256).where(INCOMING.c.raw_sha256.in_(digests), incoming.kept(connection))
    drafted = plan_drafts.named(connection).intersection(digests)
    return {*connection.scalars(handed_in), *connection.scalars(mail), *drafted}
