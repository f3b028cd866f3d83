"""Zalo through Apprise: Official Account, ZNS template by phone, and Bot platform; and the gateway for the outbox."""

import logging
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from email.utils import localtime
from hashlib import sha256
from typing import Any, Self

import requests
from apprise import NotifyType
from apprise.manager_plugins import NotificationManager
from apprise.plugins.base import NotifyBase
from apprise.url import PrivacyMode

from dunghan.channels.outcome import BadGatewayUrl, Delivered, Letter, Outcome, Rejected, Retry, mask, one_line
from dunghan.channels.zalo_api import TIMEOUTS, Account, read_account
from dunghan.channels.zalo_http import Halted, Reply, hide_path, post
from dunghan.channels.zalo_messages import Payload, payload
from dunghan.channels.zalo_tokens import Login, MemoryTokenStore, TokenStore

log = logging.getLogger(__name__)


class ZaloGateway:
    """The outbox's way to one ``zalo://`` URL, whose grammar is that of ``zalo_api.read_account``.

    ``kinds`` are the kinds of address it writes to: ``zalo`` (a user or chat id) or ``phone``.
    """

    def __init__(self, account: Account, tokens: TokenStore, clock: Callable[[], datetime]) -> None:
        self.kinds: frozenset[str] = frozenset({account.kind})
        self._account = account
        self._session = requests.Session()
        self._session.trust_env = not account.rehearsal  # a proxy cannot reach this machine's loopback
        self._login = Login(account, tokens, clock, self._session)
        if account.bot_token:
            hide_path(account.send_url)

    @classmethod
    def from_url(cls, url: str, tokens: TokenStore, clock: Callable[[], datetime]) -> Self:
        """The gateway for one URL; targets in its path are left to Apprise. Raises ``BadGatewayUrl``."""
        fields = NotifyZalo.parse_url(url)
        if not url.lower().startswith("zalo://") or not fields:
            raise BadGatewayUrl("Zalo gateway: the URL must begin with zalo://, as in zalo://BOT_TOKEN@bot/")
        return cls(read_account(fields), tokens, clock)

    def accepts(self, address_kind: str) -> bool:
        """Whether it can write to addresses of that kind."""
        return address_kind in self.kinds

    def send(self, letters: Sequence[Letter]) -> list[Outcome]:
        """One outcome a letter, in order; raises nothing for a fault of Zalo's.

        A gateway that cannot be reached, has no token or asks for patience ends the batch: the rest waits.
        """
        outcomes: list[Outcome] = []
        for letter in letters:
            try:
                outcomes.append(self._deliver(letter))
            except Halted as halted:
                return outcomes + [halted.retry] * (len(letters) - len(outcomes))
        return outcomes

    def close(self) -> None:
        """Let go of connections; sending again opens them anew."""
        self._session.close()

    def _deliver(self, letter: Letter) -> Outcome:
        content = payload(self._account, letter)
        if not isinstance(content, dict):
            return content
        if self._account.way == "bot":
            return self._judge(self._post(content, {}))
        token = self._login.access()
        reply = self._post(content, {"access_token": token})
        if self._meaning(reply) == "expired":
            reply = self._post(content, {"access_token": self._login.access(refused=token)})
        return self._judge(reply)

    def _post(self, content: Payload, headers: Mapping[str, str]) -> Reply:
        return post(self._session, self._account.send_url, self._account.timeouts, headers, content)

    def _meaning(self, reply: Reply) -> str | None:
        code = reply.body.get("error", reply.body.get("error_code"))
        return self._account.codes.get(code) if isinstance(code, int) else None

    def _judge(self, reply: Reply) -> Outcome:
        """Success as each way declares it; else what the code inside means, with its raw words."""
        body = reply.body
        if self._account.way == "bot":
            delivered, code, words, result = body.get("ok") is True, "error_code", "description", body.get("result")
        else:
            delivered = reply.status == 200 and body.get("error") == 0 and body["error"] is not False
            code, words, result = "error", "message", body.get("data")
        if delivered:
            details = result if isinstance(result, dict) else {}
            return Delivered(str(details.get("message_id") or details.get("msg_id") or ""))
        raw = [f"HTTP {reply.status}", str(body.get(code, "")), str(body.get(words, "answer not understood"))]
        why = self._login.scrub(one_line("Zalo: " + " ".join(filter(None, raw))))
        meaning = self._meaning(reply)
        if reply.status == 429 or meaning not in (None, "rejected"):
            raise Halted(Retry(why, reply.after))
        return Rejected(why) if meaning == "rejected" else Retry(why, reply.after)


def zalo_gateways(url: str, tokens: TokenStore, clock: Callable[[], datetime]) -> list[ZaloGateway]:
    """The gateways of a ZALO_URL: one URL, or several with blanks or commas between. Raises ``BadGatewayUrl``."""
    urls = re.split(r"[\s,]+(?=zalo://)", url.strip())
    return [ZaloGateway.from_url(one, tokens, clock) for one in urls if one]


class NotifyZalo(NotifyBase):  # type: ignore[no-untyped-call]
    """``zalo://`` for any Apprise configuration; the grammar is that of ``zalo_api.read_account``.

    ``last`` holds each target's outcome of the latest ``notify()``. Without a ``tokens`` store renewed tokens live as
    long as the object: a refresh token works once, so such a URL is of no use to a second process.
    """

    service_name = "Zalo"  # type: ignore[assignment]
    service_url = "https://zalo.me"  # type: ignore[assignment]
    secure_protocol = "zalo"  # type: ignore[assignment]
    request_rate_per_sec = 0
    title_maxlen = 0
    socket_connect_timeout, socket_read_timeout = TIMEOUTS
    templates = ("{schema}://{user}@{host}/{targets}", "{schema}://{user}:{password}@{host}/{targets}")  # type: ignore[assignment]
    template_tokens = NotifyBase.template_tokens | {
        "user": {"name": "App id, or bot token", "type": "string", "required": True},
        "password": {"name": "Secret key, or rest of the bot token", "type": "string", "private": True},
        "host": {"name": "oa, zns or bot", "type": "string", "required": True},
        "targets": {"name": "User ids, phones or chat ids", "type": "list:string"},
    }

    def __init__(
        self, tokens: TokenStore | None = None, clock: Callable[[], datetime] = localtime, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)  # type: ignore[no-untyped-call]
        try:
            self._account = read_account(kwargs)
        except BadGatewayUrl as error:
            log.warning("%s", error)
            raise
        self._overrides = {k: v for k, v in kwargs.get("qsd", {}).items() if k in ("gateway", "oauth", "path", "codes")}
        self._gateway = ZaloGateway(self._account, tokens or MemoryTokenStore(), clock)
        self.last: dict[str, Outcome] = {}

    def send(self, body: str, title: str = "", notify_type: NotifyType = NotifyType.INFO, **kwargs: Any) -> bool:
        """What Apprise's ``notify()`` calls: the text to every target of the URL."""
        targets = self._account.targets
        message_id = f"<{sha256(body.encode()).hexdigest()[:32]}@zalo>"
        outcomes = self._gateway.send([Letter(target, title, body, None, message_id) for target in targets])
        self.last = dict(zip(targets, outcomes, strict=True))
        for target, outcome in self.last.items():
            if not isinstance(outcome, Delivered):
                log.warning("Zalo to %s: %s", mask(target), outcome.why.replace(target, mask(target)))
        return bool(outcomes) and all(isinstance(outcome, Delivered) for outcome in outcomes)

    def url(self, privacy: bool = False, *args: Any, **kwargs: Any) -> str:
        """The URL again; with ``privacy`` neither secrets nor targets show."""

        def secret(text: str) -> str:
            return str(self.pprint(text, privacy, mode=PrivacyMode.Secret, safe=""))  # type: ignore[no-untyped-call]

        account = self._account
        login = [secret(account.bot_token)] if account.bot_token else [account.app_id, secret(account.secret_key)]
        targets = [mask(target) if privacy else target for target in account.targets]
        params = self._overrides | self.url_parameters(privacy=privacy)
        params |= {f":{parameter}": name for parameter, name in account.params.items()}
        params |= {"template": account.template} if account.template else {}
        for option, token in (("refresh", account.refresh), ("access", account.access)):
            if token:
                params[option] = "****" if privacy else token
        path = "/".join(self.quote(target, safe="") for target in targets)  # type: ignore[no-untyped-call]
        return f"zalo://{':'.join(login)}@{account.way}/{path}?{self.urlencode(params)}"  # type: ignore[no-untyped-call]

    @property
    def url_identifier(self) -> tuple[str, ...]:  # type: ignore[override]
        """What makes this URL's storage its own: the account, not its targets."""
        return ("zalo", self._account.way, self._account.app_id, self._account.secret_key, self._account.bot_token)

    def __len__(self) -> int:
        return len(self._account.targets)

    @staticmethod
    def parse_url(url: str, *args: Any, **kwargs: Any) -> dict[str, Any] | None:
        """The URL's parts, as ``read_account`` takes them; null for what is no URL."""
        return NotifyBase.parse_url(url, verify_host=False)


NotificationManager().add(NotifyZalo)  # type: ignore[no-untyped-call]
