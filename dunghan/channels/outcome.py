"""What is handed to a gateway, and what it answers: delivered, retry, or rejected, always with its words."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

_LINE_BREAKING = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


class BadGatewayUrl(ValueError):
    """A gateway URL that cannot work; the message says what, where and the remedy, and quotes no part of the URL."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """The gateway took the message. ``reference`` is its own id or words, for tracing."""

    reference: str = ""


@dataclass(frozen=True, slots=True)
class Retry:
    """Not now. ``after`` is in seconds, given only when the gateway says so."""

    why: str
    after: float | None = None


@dataclass(frozen=True, slots=True)
class Rejected:
    """Never, for this address. ``why`` holds the gateway's own words."""

    why: str


Outcome = Delivered | Retry | Rejected


@dataclass(frozen=True, slots=True)
class Letter:
    """One message to one address.

    ``address`` is an e-mail address, a Zalo id or a phone number, as the gateway's kind demands; ``message_id`` is
    ``<left@right>`` and the same at every attempt; ``date`` is aware; ``template_data`` feeds a ZNS template.
    """

    address: str
    subject: str
    text: str
    html: str | None
    message_id: str
    to_name: str = ""
    from_name: str = ""
    reply_to: str = ""
    language: str = "vi"
    date: datetime | None = None
    template_data: Mapping[str, str] = field(default_factory=dict)


class Gateway(Protocol):
    """A way out for letters."""

    def send(self, letters: Sequence[Letter]) -> list[Outcome]:
        """One outcome a letter, in the same order; never raises for a gateway's fault."""
        ...

    def close(self) -> None:
        """Let go of connections; sending again opens them anew."""
        ...


def mask(address: str) -> str:
    """The address as a log may show it.

    >>> mask("coordinator@ha-giang.example"), mask("84912345123"), mask("1234")
    ('c…@ha-giang.example', '84…123', '…')
    """
    local, at, domain = address.rpartition("@")
    if at:
        return f"{local[:1]}…@{domain}"
    return f"{address[:2]}…{address[-3:]}" if len(address) > 6 else "…"


def one_line(text: str) -> str:
    r"""The text on one line: whatever could end a header or a log line becomes a space.

    >>> one_line("Báo cáo\r\nBcc: all@example.org")
    'Báo cáo Bcc: all@example.org'
    """
    return _LINE_BREAKING.sub(" ", text).strip()
