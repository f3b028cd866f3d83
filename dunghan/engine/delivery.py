"""Delivery: the settings' gateways, and one round of the outbox through them."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from sqlalchemy import Connection, func, select

from dunghan import collector, outbox
from dunghan.channels.outcome import BadGatewayUrl, Gateway
from dunghan.engine.context import Context
from dunghan.engine.letters import Writer
from dunghan.store import facts
from dunghan.store.database import reading
from dunghan.store.messages import MESSAGE, UNSENT, WAITING
from dunghan.store.queue import plans_waiting
from models.errors import BadSettings, DunghanError


@contextmanager
def gateways(context: Context) -> Iterator[dict[str, Gateway]]:
    """The gateways of the settings by address kind, closed at the end. None is configured: an empty dict."""
    found: dict[str, Gateway] = {}
    try:
        if context.settings.email_url:
            from dunghan.channels.email import EmailGateway

            found["email"] = EmailGateway.from_url(context.settings.email_url, context.now)
        if context.settings.zalo_url:
            from dunghan.channels.zalo import zalo_gateways
            from dunghan.engine.tokens import SealedTokens

            if not context.settings.secret_key:
                raise BadSettings("DUNGHAN_ZALO_URL needs DUNGHAN_SECRET_KEY to seal its tokens: run `dunghan init`.")
            for gateway in zalo_gateways(context.settings.zalo_url, SealedTokens(context), context.now):
                for kind in gateway.kinds:
                    found.setdefault(kind, gateway)
    except BadGatewayUrl as error:
        raise BadSettings(str(error)) from None
    if context.settings.redirect_to:  # a rehearsal goes by e-mail or not at all
        found = dict.fromkeys(("email", "zalo", "phone"), found["email"]) if "email" in found else {}
    try:
        yield found
    finally:
        for opened in {id(g): g for g in found.values()}.values():
            with suppress(OSError):
                opened.close()


def may_leave(context: Context, now: datetime) -> bool:
    """Whether messages may leave at the run's ``now``: in working hours of a working day."""
    return context.hours.next_slot(now, context.catalog.calendar) == now


@collector.at_rest()
def deliver(context: Context, now: datetime, plan: str | None = None) -> outbox.Tally:
    """Send what may leave at the run's ``now``. Without a gateway everything is kept, and counted as kept."""
    if not may_leave(context, now):
        return outbox.Tally(kept=_unsent(context, plan, now))
    with gateways(context) as open_gateways:
        if not open_gateways:
            return outbox.Tally(kept=_unsent(context, plan, now))
        with reading(context.db) as connection:
            held = facts.paused_plans(connection)
            held |= frozenset() if plan else _without_a_file(context, connection)
        write = Writer(context, now)
        return outbox.deliver(
            context.db, open_gateways, write, now=now, clock=context.now, plan=plan, paused=held,
            journals=journals(context),
        )  # fmt: skip


def recover(context: Context, now: datetime) -> outbox.Tally:
    """Settle what dead senders of this machine were told, before a pass decides by what is on record."""
    return outbox.recover(context.db, Writer(context, now), journals(context), context.now)


def journals(context: Context) -> Path | None:
    """Where senders keep their journals: beside a SQLite file, else where the settings say."""
    url = context.db.url
    if url.get_backend_name() == "sqlite":
        return Path(f"{url.database}-outbox") if url.database not in (None, "", ":memory:") else None
    return Path(context.settings.journal_dir) / f"outbox-{sha256(url.render_as_string().encode()).hexdigest()[:12]}"


def _without_a_file(context: Context, connection: Connection) -> frozenset[str]:
    """Plans with waiting messages whose file is gone or broken: theirs are kept, and hold up nobody else's."""
    found = set()
    for plan in plans_waiting(connection):
        try:
            context.catalog.plan(plan)
        except DunghanError:
            found.add(plan)
    return frozenset(found)


def _unsent(context: Context, plan: str | None, now: datetime) -> int:
    m = MESSAGE.c
    query = select(func.count()).where(WAITING, m.status.in_(UNSENT), m.not_before <= now)
    with reading(context.db) as connection:
        return int(connection.scalar(query.where(m.plan == plan) if plan else query) or 0)
