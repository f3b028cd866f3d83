"""E-mail through Apprise: the ``mailto`` plugin with a pooled connection, and the gateway for the outbox's letters."""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from email.header import decode_header, make_header
from email.utils import localtime, parseaddr
from re import MULTILINE, sub
from typing import Any, Self, cast
from urllib.parse import urlsplit

from apprise import NotifyType
from apprise.manager_plugins import NotificationManager
from apprise.plugins.email import AppriseEmailException, NotifyEmail
from apprise.utils.parse import parse_emails

from dunghan.channels.mime import Letterhead, mailable, render
from dunghan.channels.outcome import BadGatewayUrl, Delivered, Letter, Outcome, Rejected, mask, one_line
from dunghan.channels.smtp import Mail, Relay, SmtpPool

log = logging.getLogger(__name__)
_SILENT = logging.getLogger(f"{__name__}.silent")
_SILENT.setLevel(logging.CRITICAL + 1)
_OF_THE_LETTER = {"to", "cc", "bcc", "pgp", "wkd"}
_EXAMPLE = "for example mailtos://user:password@smtp.example:587?from=dunghan@ha-giang.example"


class PooledEmail(NotifyEmail):  # type: ignore[no-untyped-call]
    """``smtppool://`` and ``smtppools://``: all that ``mailto://`` and ``mailtos://`` take, over one kept connection.

    ``last`` holds each recipient's outcome of the latest ``notify()``. Time-outs are ``?cto=`` for connecting (15 s)
    and ``?rto=`` for each answer (60 s, since a server may scan a message before it takes it).
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
        self._pool = SmtpPool(
            Relay(
                host=self.smtp_host,
                port=cast(int, self.port),
                mode=cast(str, self.secure_mode),
                user=self.user or "",
                password=self.password or "",
                verify=self.verify_certificate,
                connect_timeout=self.socket_connect_timeout,
                reply_timeout=self.socket_read_timeout,
            )
        )

    def send_letters(self, letters: Sequence[Letter]) -> list[Outcome]:
        """One outcome a letter, in order; an address that SMTP cannot carry is rejected unsent."""
        now = self._now()
        outcomes: list[Outcome] = [Rejected("not an ASCII e-mail address") for _ in letters]
        places = [place for place, letter in enumerate(letters) if mailable(letter.address)]
        mails = [Mail(letters[place].address, render(letters[place], self._head, now)) for place in places]
        for place, outcome in zip(places, self._pool.deliver(self._head.address, mails), strict=True):
            outcomes[place] = outcome
        return outcomes

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
                log.warning("e-mail to %s: %s", mask(recipient), outcome.why.replace(recipient, mask(recipient)))
        return all(isinstance(outcome, Delivered) for outcome in outcomes)

    def close(self) -> None:
        """Let go of the connection; sending again opens it anew."""
        self._pool.close()


def _wire(message: str, message_id: str) -> bytes:
    """Apprise's message as bytes; ``message_id``, if any, takes the place of the one Apprise drew."""
    if message_id:
        message = sub("^Message-ID: .*$", lambda _: f"Message-ID: {message_id}", message, count=1, flags=MULTILINE)
    return message.replace("\r\n", "\n").replace("\n", "\r\n").encode("ascii", "replace")


NotificationManager().add(PooledEmail)  # type: ignore[no-untyped-call]


class EmailGateway:
    """The outbox's way to e-mail."""

    kinds = frozenset({"email"})

    def __init__(self, plugin: PooledEmail) -> None:
        self._plugin = plugin

    @classmethod
    def from_url(cls, url: str, now: Callable[[], datetime] = localtime) -> Self:
        """The gateway for an Apprise ``mailto://`` or ``mailtos://`` URL without recipient.

        ``mailto://127.0.0.1:1025?from=a@b.example``; ``mailtos://user:password@smtp.example:465?mode=ssl&from=…&name=…``;
        also ``?reply=``, ``?verify=no``, ``?cto=``, ``?rto=``. ``now`` dates the letters that bear no date. Raises
        ``BadGatewayUrl``.
        """
        scheme, separator, rest = url.strip().partition("://")
        if scheme.lower() not in ("mailto", "mailtos") or not separator:
            raise BadGatewayUrl(f"e-mail gateway: the URL must begin with mailto:// or mailtos://, {_EXAMPLE}")
        pooled = f"{scheme.lower().replace('mailto', PooledEmail.protocol)}://{rest}"
        try:
            authority = urlsplit(pooled).netloc
            if "#" in rest or authority.count("@") > 1 or urlsplit(pooled).port == 0:
                raise ValueError
        except ValueError:
            raise BadGatewayUrl(
                "e-mail gateway: user, password or port is malformed: write @ as %40, : as %3A, / as %2F, # as %23 "
                f"in user and password, and a port between 1 and 65535, {_EXAMPLE}"
            ) from None
        fields = PooledEmail.parse_url(pooled)  # type: ignore[no-untyped-call]
        if not fields or not fields["host"]:
            raise BadGatewayUrl(f"e-mail gateway: the URL names no server, {_EXAMPLE}")
        if fields["targets"] or _OF_THE_LETTER & fields["qsd"].keys():
            raise BadGatewayUrl(
                "e-mail gateway: the URL names recipients or encryption; remove the path and to=, cc=, bcc=, pgp= and "
                "wkd=, since each letter brings its own address"
            )
        try:
            return cls(PooledEmail(now, **fields))
        except TypeError:
            raise BadGatewayUrl(
                "e-mail gateway: the sender in from= must be an e-mail address, and mode= one of starttls, ssl and "
                f"insecure, {_EXAMPLE}"
            ) from None

    def send(self, letters: Sequence[Letter]) -> list[Outcome]:
        """One outcome a letter, in order; raises nothing for a fault of the server."""
        return self._plugin.send_letters(letters)

    def close(self) -> None:
        """Let go of the connection; sending again opens it anew."""
        self._plugin.close()
