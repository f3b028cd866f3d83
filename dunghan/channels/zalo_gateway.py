"""The outbox's way to Zalo: letter by letter over one connection, given up as a whole where Zalo is of no use."""

import re
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Self

from apprise.plugins.base import NotifyBase

from dunghan.channels.outcome import BadGatewayUrl, Delivered, Heard, Letter, Outcome, Retry, own_words, unheard
from dunghan.channels.patient_http import patient_session
from dunghan.channels.secrets import VaultLocked
from dunghan.channels.zalo_api import Account, read_account
from dunghan.channels.zalo_http import Halted, Reply, Unanswered, hide_path, post
from dunghan.channels.zalo_meaning import judge, meaning, sensible
from dunghan.channels.zalo_messages import Payload, payload
from dunghan.channels.zalo_tokens import Login, TokenStore
from models.errors import DunghanError

_SENSELESS_LIMIT = 3


class ZaloGateway:
    """The outbox's way to one ``zalo://`` URL, whose grammar is that of ``zalo_api.read_account``.

    ``kinds`` are the kinds of address it writes to: ``zalo`` (a user or chat id) or ``phone``.
    """

    def __init__(self, account: Account, tokens: TokenStore, clock: Callable[[], datetime]) -> None:
        self.kinds: frozenset[str] = frozenset({account.kind})
        self._account = account
        self._session = patient_session(trust_env=not account.rehearsal)  # no proxy reaches this machine's loopback
        self._login = Login(account, tokens, clock, self._session)
        self._found_dead: Retry | None = None
        self._rests_until = 0.0
        if account.bot_token:
            hide_path(account.send_url)

    @classmethod
    def from_url(cls, url: str, tokens: TokenStore, clock: Callable[[], datetime]) -> Self:
        """The gateway for one URL; targets in its path are left to Apprise. Raises ``BadGatewayUrl``."""
        fields = NotifyBase.parse_url(url, verify_host=False)
        if not url.lower().startswith("zalo://") or not fields:
            raise BadGatewayUrl("Zalo gateway: the URL must begin with zalo://, as in zalo://BOT_TOKEN@bot/")
        return cls(read_account(fields), tokens, clock)

    def accepts(self, address_kind: str) -> bool:
        """Whether it can write to addresses of that kind."""
        return address_kind in self.kinds

    def send(self, letters: Sequence[Letter], heard: Heard = unheard) -> list[Outcome]:
        """One outcome a letter, in order; raises nothing for a fault of Zalo's.

        A gateway that cannot be reached, has no token, asks for patience or makes no sense three times in a row ends
        the batch, and so does its budget: the rest waits. One that timed out is then left alone for ``rest`` seconds,
        and one that named its time for so long.
        """
        began = time.monotonic()
        if self._found_dead and began < self._rests_until:
            return [self._found_dead] * len(letters)
        self._found_dead = None
        outcomes: list[Outcome] = []
        senseless = 0
        late = False
        for letter in letters:
            if time.monotonic() - began >= self._account.budget:
                return outcomes + [self._slow(len(outcomes))] * (len(letters) - len(outcomes))
            try:
                outcome, sense = self._deliver(letter)
            except Unanswered as lost:
                outcome, sense, late = lost.retry, False, lost.timed_out
            except Halted as halted:
                return self._give_up(outcomes, halted.retry, halted.timed_out, len(letters))
            outcomes.append(outcome)
            heard(len(outcomes) - 1, outcome)
            senseless = 0 if sense else senseless + 1
            if senseless == _SENSELESS_LIMIT and not isinstance(outcome, Delivered):
                return self._give_up(outcomes, Retry(outcome.why), late, len(letters))
        return outcomes

    def close(self) -> None:
        """Let go of connections; sending again opens them anew."""
        self._session.close()

    def _deliver(self, letter: Letter) -> tuple[Outcome, bool]:
        """What became of the letter, and whether Zalo's answer made sense. Raises ``Halted`` and ``Unanswered``."""
        content = payload(self._account, letter)
        if not isinstance(content, dict):
            return content, True
        if self._account.way == "bot":
            reply = self._post(content, {})
        else:
            token = self._token()
            reply = self._post(content, {"access_token": token})
            if meaning(self._account, reply) == "expired":
                reply = self._post(content, {"access_token": self._token(refused=token)})
        outcome = judge(self._account, reply, self._login.scrub)
        return outcome, isinstance(outcome, Delivered) or sensible(reply)

    def _token(self, refused: str = "") -> str:
        try:
            return self._login.access(refused)
        except (DunghanError, VaultLocked) as trouble:  # of the token store; it must not unsettle what was sent
            raise Halted(Retry(own_words(str(trouble)), counts=False)) from None

    def _post(self, content: Payload, headers: Mapping[str, str]) -> Reply:
        return post(self._session, self._account.send_url, self._account.timeouts, headers, content)

    def _give_up(self, outcomes: list[Outcome], wait: Retry, timed_out: bool, length: int) -> list[Outcome]:
        wait = Retry(wait.why, wait.after, counts=False)
        if self._account.rest and (timed_out or wait.after):
            self._found_dead = wait
            self._rests_until = time.monotonic() + (wait.after or self._account.rest)
        return outcomes + [wait] * (length - len(outcomes))

    def _slow(self, answered: int) -> Retry:
        took = f"Zalo answered for {answered} letters in {self._account.budget:g} s"
        return Retry(f"{took}: the rest goes in the next round", counts=False)


def zalo_gateways(url: str, tokens: TokenStore, clock: Callable[[], datetime]) -> list[ZaloGateway]:
    """The gateways of a ZALO_URL: one URL, or several with blanks or commas between. Raises ``BadGatewayUrl``."""
    urls = re.split(r"[\s,]+(?=zalo://)", url.strip())
    return [ZaloGateway.from_url(one, tokens, clock) for one in urls if one]
