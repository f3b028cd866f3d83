"""E-mail through Apprise: the ``mailto`` plugin with a pooled connection, and the gateway for the outbox's letters."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from email.header import decode_header, make_header
from email.utils import localtime, parseaddr
from re import MULTILINE, sub
from typing import Any, Self, cast

from apprise import NotifyType
from apprise.plugins.email import AppriseEmailException, NotifyEmail
from apprise.utils.parse import parse_emails

from dunghan.channels.addresses import NotCarried, on_the_wire
from dunghan.channels.email_url import EXAMPLE, connections, read_url, seconds
from dunghan.channels.mime import Letterhead, render
from dunghan.channels.outcome import (
    BadGatewayUrl,
    Delivered,
    Heard,
    Letter,
    Outcome,
    Rejected,
    mask,
    masked,
    one_line,
    unheard,
)
from dunghan.channels.smtp import Mail, Relay, SmtpPool

log = logging.getLogger(__name__)
_SILENT = logging.getLogger(f"{__name__}.silent")
_SILENT.setLevel(logging.CRITICAL + 1)
_BUDGET, _REST = 300.0, 300.0
_CONNECTIONS = 4
_OWN = ("budget", "rest", "connections")


class PooledEmail(NotifyEmail):  # type: ignore[no-untyped-call]
    """``smtppool://`` and ``smtppools://``: all that ``mailto://`` and ``mailtos://`` take, over one kept connection.

    ``last`` holds each recipient's outcome of the latest ``notify()``. Times are ``?cto=`` for connecting (15 s),
    ``?rto=`` for each answer as a whole (60 s, since a server may scan a message before it takes it), ``?budget=``
    for one ``notify()`` or batch (300 s), and ``?rest=``, for which a server found dead is left alone (0: it is not).
    Many mails go over ``?connections=`` at once (4), as far as the server lets us have them.
    """

    service_name = "Pooled E-Mail"
    protocol = "smtppool"
    secure_protocol = "smtppools"
    request_rate_per_sec = 0
    socket_read_timeout = 60.0

    def __init__(self, now: Callable[[], datetime] = localtime, **kwargs: Any) -> None:
        self.logger = _SILENT  # the parent logs full addresses here
        super().__init__(**kwargs)  # type: ignore[no-untyped-call]
        self.logger = log
        given = parse_emails(kwargs.get("targets"))  # type: ignore[no-untyped-call]
        dropped = len(given) - len(self.targets)
        if dropped > 0:
            log.warning(
                "%d of the recipients in a %s URL are no e-mail addresses and get nothing", dropped, self.schema
            )
        self.last: dict[str, Outcome] = {}
        self._now = now
        name, address = (str(part or "") for part in self.from_addr)
        own_name = str(make_header(decode_header(name))) if name and name != self.app_id else ""
        self._head = Letterhead(address, own_name, next(iter(self.reply_to), ""))
        self._times = {key: text for key, text in (kwargs.get("qsd") or {}).items() if key in _OWN}
        self._pool = SmtpPool(
            Relay(
                host=self.smtp_host,
                port=cast(int, self.port),
                mode=cast(str, self.secure_mode),
                user=self.user or "",
                password=self.password or "",
                verify=self.verify_certificate,
                connect_timeout=self._seconds(str(self.socket_connect_timeout), type(self).socket_connect_timeout),
                reply_timeout=self._seconds(str(self.socket_read_timeout), type(self).socket_read_timeout),
                budget=self._seconds(self._times.get("budget", ""), _BUDGET),
                rest=self._seconds(self._times.get("rest", ""), 0.0),
                connections=connections(self._times.get("connections", "")) or _CONNECTIONS,
            )
        )

    def _seconds(self, text: str, default: float) -> float:
        """A time of the URL; the default for one that would make every conversation fail at once."""
        return seconds(text) or default

    def send_letters(self, letters: Sequence[Letter], heard: Heard = unheard) -> list[Outcome]:
        """One outcome a letter, in order; an address that SMTP cannot carry is rejected unsent."""
        now = self._now()
        outcomes: dict[int, Outcome] = {}
        mails: dict[int, Mail] = {}
        for place, letter in enumerate(letters):
            try:
                ready = _carried(letter)
                mails[place] = Mail(ready.address, render(ready, self._head, now), alone=ready.again)
            except NotCarried as reason:
                outcomes[place] = Rejected(str(reason))
        places = list(mails)
        answers = self._pool.deliver(self._head.address, list(mails.values()), lambda n, said: heard(places[n], said))
        outcomes |= zip(places, answers, strict=True)
        return [outcomes[place] for place in range(len(letters))]

    def send(
        self, body: str, title: str = "", notify_type: NotifyType = NotifyType.INFO, attach: Any = None, **kwargs: Any
    ) -> bool:
        """What Apprise's ``notify()`` calls: the message as ``mailto://`` writes it, to every To, Cc and Bcc."""
        message_id = next((one_line(value) for key, value in self.headers.items() if key.lower() == "message-id"), "")
        headers = {"X-Application": self.app_id, "Auto-Submitted": "auto-generated"}
        headers |= {key: one_line(value) for key, value in self.headers.items() if key.lower() != "message-id"}
        try:
            messages = list(
                NotifyEmail.prepare_emails(
                    subject=one_line(title),
                    body=body,
                    from_addr=self.from_addr,
                    to=self.targets,
                    cc=self.cc,
                    bcc=self.bcc,
                    reply_to=self.reply_to,
                    smtp_host=self.smtp_host,
                    notify_format=self.notify_format,
                    attach=attach,
                    headers=headers,
                    names=self.names,
                    pgp=self.pgp,
                    pgp_mode=self.pgp_mode,
                    inline=self.inline,
                    tzinfo=self.tzinfo,
                )
            )
        except AppriseEmailException as error:
            log.warning("e-mail not built: %s", error)
            return False
        mails = [
            Mail(parseaddr(recipient)[1], _wire(message.body, message_id))
            for message in messages
            for recipient in message.to_addrs
        ]
        outcomes = self._pool.deliver(self._head.address, mails)
        self.last = {mail.recipient: outcome for mail, outcome in zip(mails, outcomes, strict=True)}
        for recipient, outcome in self.last.items():
            if not isinstance(outcome, Delivered):
                log.warning("e-mail to %s: %s", mask(recipient), masked(outcome.why))
        return all(isinstance(outcome, Delivered) for outcome in outcomes)

    def url_parameters(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """What Apprise puts behind the URL's question mark, with our times."""
        return super().url_parameters(*args, **kwargs) | self._times

    def close(self) -> None:
        """Let go of the connection; sending again opens it anew."""
        self._pool.close()


def _carried(letter: Letter) -> Letter:
    """The letter with addresses that SMTP carries; raises ``NotCarried``. Most letters are fine as they are."""
    address = on_the_wire(letter.address)
    if address == letter.address and letter.reply_to.isascii():
        return letter
    try:
        reply_to = on_the_wire(parseaddr(letter.reply_to)[1])
    except NotCarried:
        reply_to = ""  # the letter goes out all the same; its text names whom to call
    return replace(letter, address=address, reply_to=reply_to)


def _wire(message: str, message_id: str) -> bytes:
    """Apprise's message as bytes; ``message_id``, if any, takes the place of the one Apprise drew."""
    if message_id:
        message = sub("^Message-ID: .*$", lambda _: f"Message-ID: {message_id}", message, count=1, flags=MULTILINE)
    return message.replace("\r\n", "\n").replace("\n", "\r\n").encode("ascii", "replace")


class EmailGateway:
    """The outbox's way to e-mail."""

    kinds = frozenset({"email"})

    def __init__(self, plugin: PooledEmail) -> None:
        self._plugin = plugin

    @classmethod
    def from_url(cls, url: str, now: Callable[[], datetime] = localtime) -> Self:
        """The gateway for an Apprise ``mailto://`` or ``mailtos://`` URL without recipient.

        ``mailto://127.0.0.1:1025?from=a@b.example``; ``mailtos://user:password@smtp.example:465?mode=ssl&from=…&name=…``;
        also ``?reply=``, ``?verify=no`` and the times of ``PooledEmail``, with a rest of 300 s. ``now`` dates the
        letters that bear no date. Raises ``BadGatewayUrl``.
        """
        fields = read_url(url, PooledEmail.protocol)
        fields["qsd"].setdefault("rest", str(_REST))
        try:
            return cls(PooledEmail(now, **fields))
        except TypeError:
            raise BadGatewayUrl(
                "e-mail gateway: the sender in from= must be an e-mail address, and mode= one of starttls, ssl and "
                f"insecure, {EXAMPLE}"
            ) from None

    def send(self, letters: Sequence[Letter], heard: Heard = unheard) -> list[Outcome]:
        """One outcome a letter, in order; raises nothing for a fault of the server."""
        return self._plugin.send_letters(letters, heard)

    def close(self) -> None:
        """Let go of the connection; sending again opens it anew."""
        self._plugin.close()
