"""What is known of Zalo's three ways, as data, and the ``zalo://`` URL that chooses one and may overrule the data.

Zalo's pages cannot be read from everywhere and third-party accounts contradict each other, so hosts, paths and codes
stand here as defaults; every refusal is passed on with its raw code and words.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Literal, cast, get_args
from urllib.parse import unquote, urlsplit

from dunghan.channels.outcome import BadGatewayUrl

Meaning = Literal["expired", "relogin", "busy", "rejected"]
TEXT_LIMIT = 2000  # characters; OA and Bot platform
TIMEOUTS = (10.0, 20.0)  # seconds, for connecting and for the answer
BUDGET = 300.0  # seconds for one batch; then what is left waits
REST = 300.0  # seconds for which a gateway that timed out is left alone
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


@dataclass(frozen=True, slots=True)
class Way:
    """One of Zalo's ways. ``codes`` holds the refusals whose meaning is known; all others are tried again."""

    gateway: str
    path: str
    kind: Literal["zalo", "phone"]
    codes: Mapping[int, Meaning]


# Official Account API v3: POST with header access_token; error -216 is an expired token.
# ZNS (template by phone): the same account's token; -118 no Zalo account for the phone, -124 invalid token.
# Bot platform: token in the path; 429 is seen, as a status and inside.
# Source of hosts, paths and codes: third-party clients; confirm with Zalo's own pages before relying on them.
WAYS: Mapping[str, Way] = {
    "oa": Way("https://openapi.zalo.me", "/v3.0/oa/message/cs", "zalo", {-216: "expired"}),
    "zns": Way("https://business.openapi.zalo.me", "/message/template", "phone", {-124: "expired", -118: "rejected"}),
    "bot": Way("https://bot-api.zaloplatforms.com", "/bot{token}/sendMessage", "zalo", {429: "busy"}),
}
# OAuth v4: -14020 is a refresh token used a second time.
OAUTH = "https://oauth.zaloapp.com"
OAUTH_PATH = "/v4/oa/access_token"
OAUTH_CODES: Mapping[int, Meaning] = {-14020: "relogin"}


@dataclass(frozen=True, slots=True)
class Account:
    """A ``zalo://`` URL, read. Secrets do not show in its ``repr``."""

    way: str
    send_url: str = field(repr=False)
    oauth_url: str
    codes: Mapping[int, Meaning]
    app_id: str = ""
    secret_key: str = field(default="", repr=False)
    refresh: str = field(default="", repr=False)
    access: str = field(default="", repr=False)
    template: str = ""
    params: Mapping[str, str] = field(default_factory=dict)
    bot_token: str = field(default="", repr=False)
    targets: tuple[str, ...] = ()
    timeouts: tuple[float, float] = TIMEOUTS
    budget: float = BUDGET
    rest: float = REST

    @property
    def kind(self) -> Literal["zalo", "phone"]:
        """The kind of address that this way writes to."""
        return WAYS[self.way].kind

    @property
    def rehearsal(self) -> bool:
        """Whether a stand-in on this machine takes the messages."""
        return urlsplit(self.send_url).hostname in _LOOPBACK

    @property
    def token_key(self) -> str:
        """Names the chain of tokens that began with this refresh token: a new one in the URL starts afresh."""
        return f"zalo:{self.app_id}:{sha256(self.refresh.encode()).hexdigest()[:12]}"

    def scrub(self, words: str) -> str:
        """The words without any of the account's secrets."""
        for secret in (self.bot_token, self.secret_key, self.refresh, self.access):
            if secret:
                words = words.replace(secret, "***")
        return words


def read_account(fields: Mapping[str, Any], rest: float = REST) -> Account:
    """The account in what Apprise's ``parse_url`` made of a ``zalo://`` URL; raises ``BadGatewayUrl``.

    ======  ==================================================================================
    OA      ``zalo://APP_ID:SECRET_KEY@oa/[USER_ID/…]?refresh=TOKEN[&access=TOKEN]``
    ZNS     ``zalo://APP_ID:SECRET_KEY@zns/[PHONE/…]?refresh=TOKEN[&access=TOKEN]&template=ID``
            ``[&:PARAMETER=NAME…]`` where the template's PARAMETER takes the letter's value NAME:
            a key of its ``template_data``, or ``subject``, ``text``, ``to_name``; without any,
            ``template_data`` goes as it is
    Bot     ``zalo://BOT_TOKEN@bot/[CHAT_ID/…]`` (a colon inside the token may stay)
    ======  ==================================================================================

    All take ``gateway=`` and ``oauth=`` (scheme, host and port instead of Zalo's; plain http for the loopback only),
    ``path=``, ``codes=CODE:MEANING,…`` with the meanings expired, relogin, busy, rejected, and the times ``cto=``
    (10 s to connect), ``rto=`` (20 s for the answer as a whole), ``budget=`` (300 s for a batch) and ``rest=``
    (for which a gateway that timed out is left alone; its default is the argument). Secrets are
    percent-encoded where they hold ``@ / ? # & %``. Only Apprise's ``notify()`` uses the targets in the path.
    """
    name = str(fields.get("host") or "")
    if name not in WAYS:
        raise BadGatewayUrl(
            "Zalo gateway: after the @ or :// stands oa, zns or bot, as in zalo://APP_ID:SECRET_KEY@oa/"
        )
    way = WAYS[name]
    query: Mapping[str, str] = fields.get("qsd") or {}
    user, password = (unquote(str(fields.get(part) or "")) for part in ("user", "password"))
    bot_token = ":".join(part for part in (user, password) if part) if name == "bot" else ""
    if name == "bot" and not bot_token:
        raise BadGatewayUrl("Zalo gateway: the bot token is missing; write zalo://BOT_TOKEN@bot/")
    if name != "bot" and not (user and password and query.get("refresh")):
        raise BadGatewayUrl(
            f"Zalo gateway: app id, secret key or refresh token is missing; write "
            f"zalo://APP_ID:SECRET_KEY@{name}/?refresh=TOKEN"
        )
    if name == "zns" and not query.get("template"):
        raise BadGatewayUrl("Zalo gateway: the ZNS template is missing; add &template=ID")
    path = query.get("path") or way.path
    return Account(
        way=name,
        send_url=_base(query.get("gateway") or way.gateway, "gateway") + path.replace("{token}", bot_token),
        oauth_url=_base(query.get("oauth") or OAUTH, "oauth") + OAUTH_PATH,
        codes={**OAUTH_CODES, **way.codes, **_codes(query.get("codes", ""))},
        app_id=user if name != "bot" else "",
        secret_key=password if name != "bot" else "",
        refresh=query.get("refresh", ""),
        access=query.get("access", ""),
        template=query.get("template", ""),
        params=dict(fields.get("qsd:") or {}),
        bot_token=bot_token,
        timeouts=(_seconds(query.get("cto"), TIMEOUTS[0]), _seconds(query.get("rto"), TIMEOUTS[1])),
        budget=_seconds(query.get("budget"), BUDGET),
        rest=_seconds(query.get("rest"), rest),
        targets=tuple(unquote(part) for part in re.split(r"[/,\s]+", fields.get("fullpath") or "") if part),
    )


def _base(url: str, option: str) -> str:
    parts = urlsplit(url)
    if not parts.hostname or parts.scheme not in (("http", "https") if parts.hostname in _LOOPBACK else ("https",)):
        raise BadGatewayUrl(f"Zalo gateway: {option}= must be an https:// address (http:// for 127.0.0.1 only)")
    return url.rstrip("/")


def _seconds(text: str | None, default: float) -> float:
    if text is None:
        return default
    if not re.fullmatch(r"\d+(\.\d+)?", text) or not float(text):
        raise BadGatewayUrl("Zalo gateway: cto=, budget=, rest= and rto= are seconds above 0, as in rto=20")
    return float(text)


def _codes(text: str) -> dict[int, Meaning]:
    codes: dict[int, Meaning] = {}
    for entry in filter(None, text.split(",")):
        code, _, meaning = entry.partition(":")
        if not re.fullmatch(r"-?\d+", code) or meaning not in get_args(Meaning):
            raise BadGatewayUrl(
                "Zalo gateway: codes= takes CODE:MEANING with a comma between, as in -118:rejected; "
                f"meanings are {', '.join(get_args(Meaning))}"
            )
        codes[int(code)] = cast(Meaning, meaning)
    return codes
