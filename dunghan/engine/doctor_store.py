"""The doctor's look at stored things: the audit trail, the files handed in, the outbox, tokens, paused plans."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Literal, NamedTuple

from sqlalchemy import func, select

from dunghan import files
from dunghan.channels.mailbox import kept_of
from dunghan.core.wording import some
from dunghan.engine.context import Context
from dunghan.engine.leftovers import IDLE
from dunghan.engine.tokens import TOKEN
from dunghan.store import audit, facts, incoming
from dunghan.store.database import reading
from dunghan.store.incoming import INCOMING
from dunghan.store.messages import MESSAGE, fate_unknown
from models.errors import BadSettings
from models.tables import SubmissionRow

MOST_READ = 1 << 30
"""Bytes of files whose content one visit compares, the newest first. A backup compares all of it."""
LEFT_LYING = IDLE + timedelta(days=2)
"""A file of this age that no row names ought to have been removed by a nightly sweep."""
NAMED = 5


class Finding(NamedTuple):
    """One thing looked at, how it is, and what to do."""

    level: Literal["ok", "warning", "error"]
    about: str
    message: str


def stored(context: Context) -> Iterator[Finding]:
    """Look at everything that an installation keeps."""
    yield history(context)
    yield from handed_in(context)
    yield from outbox(context)
    yield from tokens(context)
    yield from paused(context)


def history(context: Context) -> Finding:
    """Whether each row of the audit trail follows from the one before it."""
    with reading(context.db) as connection:
        broken = audit.first_break(connection)
    if broken is None:
        return Finding("ok", "audit", "the chain of the audit trail is whole")
    return Finding(
        "error", "audit",
        f"row {broken} does not follow from the one before it: somebody changed the record; stop `dunghan serve`, keep "
        "this database as it is, and restore the latest backup from before into a new one (`dunghan restore`)",
    )  # fmt: skip


class _Named(NamedTuple):
    """A file as a row names it, with what that row is about."""

    about: str
    size: int


def handed_in(context: Context) -> Iterator[Finding]:
    """Whether every file that a submission names is there and whole, and what lies there that none names.

    The store is listed first and the record read after it: what is written before its row is then never taken for
    one without.
    """
    url = context.settings.files_url
    try:
        there = files.listing(url)
        named = _named(context)
        bad, compared = _ill(url, named, there)
        idle = [place for place in there.keys() - {files.where(d) for d in named} if _idle(context, place)]
    except BadSettings as error:
        yield Finding("error", "files", str(error))
        return
    except OSError as error:
        why = error.strerror or str(error)
        yield Finding("error", "files", f"DUNGHAN_FILES_URL cannot be read ({why}): check its place and who owns it")
        return
    yield from bad
    if idle:
        yield Finding(
            "warning", "files",
            f"{len(idle)} files under {url} are named by no submission (a crash came between file and record, or a "
            f"draft was not confirmed): {some(sorted(idle), 'en', most=NAMED)}; the nightly flow `don-kho` removes "
            "such, so see whether it runs; what is not called as our files are is yours to remove",
        )  # fmt: skip
    if not bad:
        read = "" if compared == len(named) else f" ({compared} of them read through; `dunghan backup` reads all)"
        yield Finding("ok", "files", f"{len(named)} named by submissions are there and whole{read}")


def _named(context: Context) -> dict[str, _Named]:
    """The files that rows name, by SHA-256, the newest first.

    Whatever table has a column ``files`` names some; a mail that came in names itself while it is kept.
    """
    found: dict[str, _Named] = {}
    with reading(context.db) as connection:
        for table in SubmissionRow.metadata.sorted_tables:
            if "files" not in table.c:
                continue
            query = select(table).order_by(*(key.desc() for key in table.primary_key.columns))
            for row in connection.execute(query.execution_options(yield_per=1000)).mappings():
                for file in row["files"] or ():
                    found.setdefault(file["sha256"], _Named(row.get("obligation_id", table.name), file["size"]))
        mails = select(INCOMING.c.id, INCOMING.c.raw_sha256, INCOMING.c.raw_size).where(incoming.kept(connection))
        for mail in connection.execute(mails):
            found.setdefault(mail.raw_sha256, _Named(f"mail {mail.id}", kept_of(mail.raw_size)))
    return found


def _ill(url: str, named: Mapping[str, _Named], there: Mapping[str, int]) -> tuple[list[Finding], int]:
    """What is wrong with the files that submissions name, and how many were read through."""
    missing, changed = [], []
    left, compared = MOST_READ, 0
    for digest, one in named.items():
        told = f"{files.where(digest)} ({one.about})"
        size = there.get(files.where(digest))
        if size is None and files.look(url, files.where(digest)) is None:
            missing.append(told)
        elif size not in (None, one.size):
            changed.append(told)
        elif left >= one.size:
            left, compared = left - one.size, compared + 1
            if files.digest_of(url, digest) != digest:
                changed.append(told)
    return [*_lost(url, "are missing", missing), *_lost(url, "are not what was handed in", changed)], compared


def _lost(url: str, how: str, which: Sequence[str]) -> Iterator[Finding]:
    if which:
        yield Finding(
            "error", "files",
            f"{len(which)} files named by submissions {how} under {url}: {some(which, 'en', most=NAMED)}; "
            "copy them there from files/ in a backup (a zip), or ask the office for them again",
        )  # fmt: skip


def _idle(context: Context, place: str) -> bool:
    """Whether a file that nobody names is old enough to be nobody's."""
    lies = files.look(context.settings.files_url, place)
    return lies is not None and (lies.changed_at is None or lies.changed_at < context.now() - LEFT_LYING)


def outbox(context: Context) -> Iterator[Finding]:
    """What could not be sent, and what was in flight when its sender died."""
    m = MESSAGE.c
    with reading(context.db) as connection:
        rows = connection.execute(select(m.status, func.count()).group_by(m.status))
        counts = {row[0]: int(row[1]) for row in rows}
        stale = connection.scalar(select(func.count()).where(fate_unknown(context.now())))
    failed = counts.get("dead", 0) + counts.get("rejected", 0)
    if failed:
        message = (
            f"{failed} messages could not be sent: see `dunghan outbox list --status rejected` and `--status dead`"
        )
        yield Finding("error", "outbox", message)
    if stale:
        message = (
            f"{stale} messages were in flight when their sender died, and nobody knows whether they arrived; the next "
            "round sends them again under the same Message-ID: see `dunghan outbox list --status unknown`"
        )
        yield Finding("warning", "outbox", message)
    if not failed and not stale:
        waiting = counts.get("queued", 0) + counts.get("retry", 0)
        yield Finding("ok", "outbox", f"{counts.get('delivered', 0)} delivered, {waiting} waiting")


def tokens(context: Context) -> Iterator[Finding]:
    """Whether the sealed tokens open with the secret that is set: after a restore it may be another."""
    from dunghan.channels.secrets import Vault, VaultLocked

    with reading(context.db) as connection:
        sealed = list(connection.scalars(select(TOKEN.c.sealed)))
    if not sealed:
        return
    try:
        vault = Vault(context.settings.secret_key)
        for one in sealed:
            vault.open(one)
    except VaultLocked:
        message = (
            "the gateway tokens were sealed under another DUNGHAN_SECRET_KEY: put that one back into .env, or a new "
            "refresh token into DUNGHAN_ZALO_URL"
        )
        yield Finding("error", "tokens", message)
    except ValueError as error:  # no secret at all
        yield Finding("error", "tokens", str(error))


def paused(context: Context) -> Iterator[Finding]:
    """The plans for which nothing goes out."""
    with reading(context.db) as connection:
        held = facts.paused_plans(connection)
    for plan in sorted(held):
        yield Finding("warning", "paused", f"{plan}: nothing goes out until `dunghan resume {plan}`")
