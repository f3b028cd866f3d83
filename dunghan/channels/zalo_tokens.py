"""The Official Account's tokens: kept in a store that processes share, renewed once, saved before they are used."""

import logging
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

import requests

from dunghan.channels.outcome import OPERATOR_WAIT, Retry, own_words
from dunghan.channels.zalo_api import Account
from dunghan.channels.zalo_http import Halted, Reply, Unanswered, post

log = logging.getLogger(__name__)
_EARLY = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Tokens:
    """An access token and the refresh token that came with it. ``expires_at`` is aware; null when not known."""

    access: str = field(repr=False)
    refresh: str = field(repr=False)
    expires_at: datetime | None


class TokenCell(Protocol):
    """One chain of tokens, while locked."""

    @property
    def tokens(self) -> Tokens | None:
        """The latest saved by any process; null before the first."""
        ...

    def save(self, tokens: Tokens) -> None:
        """Keep both tokens at once, durably: the old refresh token is dead from now on."""
        ...


class TokenStore(Protocol):
    """Where tokens are kept between runs; the outbox's database in production."""

    def locked(self, key: str) -> AbstractContextManager[TokenCell]:
        """The cell of that key, for one holder at a time among all processes."""
        ...


class MemoryTokenStore:
    """Tokens for as long as the process lives: for tests, rehearsals and plain Apprise."""

    def __init__(self) -> None:
        self._cells: dict[str, _MemoryCell] = defaultdict(_MemoryCell)

    @contextmanager
    def locked(self, key: str) -> Iterator[TokenCell]:
        """The cell of that key, for one thread at a time."""
        cell = self._cells[key]
        with cell.lock:
            yield cell


class _MemoryCell:
    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.tokens: Tokens | None = None

    def save(self, tokens: Tokens) -> None:
        self.tokens = tokens


class Login:
    """One account's access to its tokens."""

    def __init__(
        self, account: Account, store: TokenStore, clock: Callable[[], datetime], session: requests.Session
    ) -> None:
        self._account = account
        self._store = store
        self._clock = clock
        self._session = session
        self._held = Tokens("", "", None)

    def access(self, refused: str = "") -> str:
        """An access token other than the ``refused`` one; raises ``Halted`` when there is none to be had.

        1. The one in hand will do unless it is refused or about to end.
        2. Under the lock, read what is stored: another process may have renewed meanwhile.
        3. If that will not do either, spend the refresh token, which works once.
        4. Save both new tokens before the first use.
        """
        if self._will_do(self._held, refused):
            return self._held.access
        with self._store.locked(self._account.token_key) as cell:
            tokens = cell.tokens or Tokens(self._account.access, self._account.refresh, None)
            if not self._will_do(tokens, refused):
                tokens = self._renew(tokens.refresh)
                cell.save(tokens)
                log.info("Zalo access token of app %s renewed, good until %s", self._account.app_id, tokens.expires_at)
        self._held = tokens
        return tokens.access

    def scrub(self, words: str) -> str:
        """The words without any secret of the account or of its present tokens."""
        for token in (self._held.access, self._held.refresh):
            if token:
                words = words.replace(token, "***")
        return self._account.scrub(words)

    def _will_do(self, tokens: Tokens, refused: str) -> bool:
        ending = tokens.expires_at is not None and self._clock() >= tokens.expires_at - _EARLY
        return tokens.access not in ("", refused) and not ending

    def _renew(self, refresh: str) -> Tokens:
        asked_at = self._clock()
        try:
            reply = self._ask(refresh)
        except Unanswered as lost:  # no letter was sent, so none is in flight
            raise Halted(Retry(f"Zalo gives no new access token: {lost}", counts=False), lost.timed_out) from None
        access, following = (_token(reply.body.get(name)) for name in ("access_token", "refresh_token"))
        if reply.status == 200 and access and following:
            return Tokens(access, following, _ends_at(asked_at, str(reply.body.get("expires_in", ""))))
        code = reply.body.get("error")
        words = [str(reply.body[key]) for key in ("error_name", "error_description", "message") if reply.body.get(key)]
        raw = " ".join([f"HTTP {reply.status}", str(code or "answer not understood"), *words])
        why = own_words(self.scrub(raw.replace(refresh, "***")))
        after = reply.after
        if isinstance(code, int) and self._account.codes.get(code) == "relogin":
            after = OPERATOR_WAIT
            why += (
                ": the refresh token has been used before; an operator must log in to Zalo's developer page again "
                "and put the new refresh token into ZALO_URL"
            )
        raise Halted(Retry(f"Zalo gives no new access token: {why}", after, counts=False))

    def _ask(self, refresh: str) -> Reply:
        return post(
            self._session,
            self._account.oauth_url,
            self._account.timeouts,
            headers={"secret_key": self._account.secret_key},
            payload={"refresh_token": refresh, "app_id": self._account.app_id, "grant_type": "refresh_token"},
            encoding="form",
        )


def _token(found: object) -> str:
    """A token that can stand in a header, or nothing."""
    return found if isinstance(found, str) and found.isascii() and found.isprintable() else ""


def _ends_at(asked_at: datetime, lifetime: str) -> datetime | None:
    """When an access token ends; null where Zalo says nothing that can be true, and it serves until it is refused."""
    seconds = int(lifetime) if lifetime.isascii() and lifetime.isdecimal() and len(lifetime) < 9 else 0
    return asked_at + timedelta(seconds=seconds) if timedelta(seconds=seconds) > 2 * _EARLY else None
