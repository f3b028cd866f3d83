"""Gateway tokens at rest: sealed under SECRET_KEY, renewed by one process at a time."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import Engine, Table, select

from dunghan.channels.secrets import Vault
from dunghan.channels.zalo_tokens import Tokens
from dunghan.engine.context import Context
from dunghan.store.database import alone, reading, writing
from models.tables import TokenRow

TOKEN: Table = TokenRow.__table__  # type: ignore[attr-defined]


class SealedTokens:
    """The tokens of every gateway of one installation."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._vault = Vault(context.settings.secret_key)

    @contextmanager
    def locked(self, key: str) -> Iterator["_Cell"]:
        """Hold one gateway's tokens; what is saved is committed at once.

        The lock is not the database's own: Zalo is asked under it, and for so long nobody else could write.
        """
        with alone(self._context.db, f"token:{key}"):
            yield _Cell(self._context.db, key, self._vault, self._context.now())


class _Cell:
    def __init__(self, db: Engine, key: str, vault: Vault, now: datetime) -> None:
        self._db, self._key, self._vault, self._now = db, key, vault, now

    @property
    def tokens(self) -> Tokens | None:
        """What was saved last, or None."""
        with reading(self._db) as connection:
            sealed = connection.scalar(select(TOKEN.c.sealed).where(TOKEN.c.key == self._key))
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
        with writing(self._db) as connection:
            changed = connection.execute(TOKEN.update().where(TOKEN.c.key == self._key).values(**row)).rowcount
            if not changed:
                connection.execute(TOKEN.insert(), [{"key": self._key, **row}])
