"""What is handed to a gateway, and what it answers: delivered, retry, or rejected, always with its words."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

_LINE_BREAKING = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_ADDRESS = re.compile(r"[^\s<>()\[\],;:\"']+@[^\s<>()\[\],;:\"']+")
_WORDS = 500
LONGEST_WAIT = 86_400.0
"""Seconds for which a gateway may ask at most: what is said tomorrow, tomorrow may hear."""
OPERATOR_WAIT = 1800.0
"""Seconds between tries where an operator must mend something first: a login tried more often locks the account."""


class BadGatewayUrl(ValueError):
    """A gateway URL that cannot work; the message says what, where and the remedy, and quotes no part of the URL."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """The gateway took the message. ``reference`` is its own id or words, for tracing."""

    reference: str = ""


@dataclass(frozen=True, slots=True)
class Retry:
    """Not now. ``after`` is in seconds, given only when the gateway says so or an operator must mend something.

    ``counts`` is whether this was a try of the letter. It was none where the gateway as a whole was of no use (no
    connection, login refused, a time-out before): then nobody judged the letter, and it must not die of it.
    """

    why: str
    after: float | None = None
    counts: bool = True


@dataclass(frozen=True, slots=True)
class Rejected:
    """Never, for this address. ``why`` holds the gateway's own words."""

    why: str


Outcome = Delivered | Retry | Rejected

Heard = Callable[[int, Outcome], None]
"""Told of each answer as it comes, from any thread: the letter's place and its outcome. What it raises ends all."""


def unheard(place: int, outcome: Outcome) -> None:
    """Nobody listens."""


@dataclass(slots=True)  # not frozen: that costs more than all else in making one
class Letter:
    """One message to one address.

    ``address`` is an e-mail address, a Zalo id or a phone number, as the gateway's kind demands; ``message_id`` is
    ``<left@right>`` and the same at every attempt; ``date`` is aware; ``template_data`` feeds a ZNS template.
    ``again`` says that it was tried before. ``secret`` is what the text holds and no record may: a link's token.
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
    again: bool = False
    secret: str = ""

    @property
    def on_record(self) -> str:
        """The text as it may be kept."""
        return self.text.replace(self.secret, "…") if self.secret else self.text


class Gateway(Protocol):
    """A way out for letters."""

    def send(self, letters: Sequence[Letter], heard: Heard = unheard) -> list[Outcome]:
        """One outcome a letter, in the same order; never raises for a gateway's fault.

        ``heard`` is told of an answer before the next letter's text leaves by the same connection.
        It ends in bounded time, however slow the gateway: what is left then is a ``Retry`` that does not count.
        """
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
    return text.strip() if text.isprintable() else _LINE_BREAKING.sub(" ", text).strip()


def masked(words: str) -> str:
    """The words as a log may show them: every address in them masked.

    >>> masked("550 5.1.1 <An.Nguyen@x.example>: no such user")
    '550 5.1.1 <A…@x.example>: no such user'
    """
    return _ADDRESS.sub(lambda found: mask(found.group()), words)


def own_words(text: str) -> str:
    r"""A gateway's words as they are kept: on one line, fit for any database and log, and not endless.

    >>> own_words("450 4.2.0\r\ngrey\ud83d" + "." * 1000)[:16], len(own_words("x" * 1000))
    ('450 4.2.0 grey?.', 500)
    """
    if len(text) <= _WORDS and text.isascii() and text.isprintable():
        return text.strip()
    line = one_line(text[: 4 * _WORDS]).encode("utf-8", "replace").decode("utf-8")
    return line if len(line) <= _WORDS else line[: _WORDS - 1] + "…"
