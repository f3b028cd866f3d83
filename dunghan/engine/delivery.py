"""Delivery: the settings' gateways, and one round of the outbox through them."""

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime

from sqlalchemy import Connection, Table, func, select, text

from dunghan import collector, outbox
from dunghan.channels.outcome import BadGatewayUrl, Gateway
from dunghan.channels.secrets import Vault
from dunghan.channels.zalo_tokens import Tokens
from dunghan.engine.context import Context
from dunghan.engine.letters import Writer
from dunghan.store import facts
from dunghan.store.database import reading, writing
from dunghan.store.messages import MESSAGE, UNSENT, WAITING
from dunghan.store.queue import plans_waiting
from models.errors import BadSettings, DunghanError
from models.tables import TokenRow

TOKEN: Table = TokenRow.__table__  # type: ignore[attr-defined]


class SealedTokens:
    """Gateway tokens at rest: sealed under SECRET_KEY, renewed by one process at a time."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._vault = Vault(context.settings.secret_key)

    @contextmanager
    def locked(self, key: str) -> Iterator["_Cell"]:
        """Hold one gateway's tokens; what is saved is committed when the block ends."""
        with writing(self._context.db) as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))"), {"key": key})
            yield _Cell(connection, key, self._vault, self._context.now())


class _Cell:
    def __init__(self, connection: Connection, key: str, vault: Vault, now: datetime) -> None:
        self._connection, self._key, self._vault, self._now = connection, key, vault, now

    @property
    def tokens(self) -> Tokens | None:
        """What was saved last, or None."""
        sealed = self._connection.scalar(select(TOKEN.c.sealed).where(TOKEN.c.key == self._key))
        if sealed is None:
            return None
        held = json.loads(self._vault.open(sealed))
        expires = held["expires_at"]
        return Tokens(held["access"], held["refresh"], datetime.fromisoformat(expires) if expires else None)

    def save(self, tokens: Tokens) -> None:
        """Seal and keep both tokens together."""
        expires = tokens.expires_at.isoformat() if tokens.expires_at else None
        sealed = self._vault.seal(
            json.dumps({"access": tokens.access, "refresh": tokens.refresh, "expires_at": expires})
        )
        row = {"sealed": sealed, "updated_at": self._now}
        changed = self._connection.execute(TOKEN.update().where(TOKEN.c.key == self._key).values(**row)).rowcount
        if not changed:
            self._connection.execute(TOKEN.insert(), [{"key": self._key, **row}])


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
        return outbox.deliver(context.db, open_gateways, write, now=now, clock=context.now, plan=plan, paused=held)


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
