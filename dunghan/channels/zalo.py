"""Zalo through Apprise: Official Account, ZNS template by phone, and Bot platform."""

import logging
from collections.abc import Callable
from datetime import datetime
from email.utils import localtime
from hashlib import sha256
from typing import Any

from apprise import NotifyType
from apprise.plugins.base import NotifyBase
from apprise.url import PrivacyMode

from dunghan.channels.outcome import BadGatewayUrl, Delivered, Letter, Outcome, mask, masked
from dunghan.channels.zalo_api import TIMEOUTS, read_account
from dunghan.channels.zalo_gateway import ZaloGateway, zalo_gateways
from dunghan.channels.zalo_tokens import MemoryTokenStore, TokenStore

__all__ = ["NotifyZalo", "ZaloGateway", "zalo_gateways"]

log = logging.getLogger(__name__)
_OVERRIDES = ("gateway", "oauth", "path", "codes", "budget", "rest")


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
            self._account = read_account(kwargs, rest=0.0)
        except BadGatewayUrl as error:
            log.warning("%s", error)
            raise
        self._overrides = {k: v for k, v in kwargs.get("qsd", {}).items() if k in _OVERRIDES}
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
                log.warning("Zalo to %s: %s", mask(target), masked(outcome.why.replace(target, mask(target))))
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
