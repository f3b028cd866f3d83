"""One SMTP connection, kept open between batches, and what the server's answers mean for each letter."""

import smtplib
import ssl
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from dunghan.channels import pipelining
from dunghan.channels.outcome import Delivered, Outcome, Rejected, Retry, one_line

_FAULTS = (OSError, smtplib.SMTPException, UnicodeError)
_CLOSING = 421  # RFC 5321, 3.8: the server ends the session
_LOGIN_WANTED = {530, 534, 535, 538}  # RFC 4954, 6: about our account, never about the recipient
_IDLE_LIMIT = 60.0  # seconds; servers hang up on idle clients after some minutes
_BARREN_LIMIT = 2


@dataclass(frozen=True, slots=True)
class Relay:
    """The server that takes our mail. ``mode`` is ``insecure``, ``starttls`` or ``ssl``; time-outs are in seconds."""

    host: str
    port: int
    mode: str
    user: str
    password: str = field(repr=False)
    verify: bool
    connect_timeout: float
    reply_timeout: float


@dataclass(frozen=True, slots=True)
class Mail:
    """A finished message, 7-bit with CRLF, for one bare ASCII address."""

    recipient: str
    content: bytes


class SmtpPool:
    """Delivers batches over one connection, which it opens when needed and keeps; safe to share between threads."""

    def __init__(self, relay: Relay, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._relay = relay
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._server: smtplib.SMTP | None = None
        self._used = 0.0
        self._tls = ssl.create_default_context()
        if not relay.verify:
            self._tls.check_hostname = False
            self._tls.verify_mode = ssl.CERT_NONE

    def deliver(self, sender: str, mails: Sequence[Mail]) -> list[Outcome]:
        """One outcome a mail, in order; raises nothing for a fault of the server or the network.

        1. Take the open connection, or open one; if that fails, all that are left wait.
        2. Hand mails over until all are answered or the connection is lost; the mail in flight then waits.
        3. Go on with the rest over a new connection. A time-out, or two connections in a row lost before
           they answered for any mail, end the batch: the rest waits, without a time-out for each.
        """
        outcomes: list[Outcome] = []
        barren = 0
        with self._lock:
            while len(outcomes) < len(mails):
                try:
                    server = self._ready()
                except _FAULTS as fault:
                    wait = Retry(f"no connection to {self._relay.host}:{self._relay.port}: {_words(fault)}")
                    return _fill(outcomes, wait, len(mails))
                left = mails[len(outcomes) :]
                answered, lost = (
                    pipelining.converse(server, sender, left, _verdict)
                    if pipelining.offered(server)
                    else _converse(server, sender, left)
                )
                self._used = self._monotonic()
                outcomes += answered
                if lost is None:
                    continue
                self._discard()
                wait = Retry(f"connection to {self._relay.host}:{self._relay.port} lost: {_words(lost)}")
                outcomes.append(wait)
                barren = 0 if answered else barren + 1
                if barren == _BARREN_LIMIT or _timed_out(lost):
                    return _fill(outcomes, wait, len(mails))
        return outcomes

    def close(self) -> None:
        """Take leave of the server, if connected."""
        with self._lock:
            if self._server is not None:
                with suppress(*_FAULTS):
                    self._server.quit()
                self._discard()

    def _ready(self) -> smtplib.SMTP:
        if self._server is not None and not self._alive(self._server):
            self._discard()
        if self._server is None:
            self._server = self._open()
        return self._server

    def _alive(self, server: smtplib.SMTP) -> bool:
        if self._monotonic() - self._used > _IDLE_LIMIT:
            return False
        with suppress(*_FAULTS):
            return server.noop()[0] == 250
        return False

    def _open(self) -> smtplib.SMTP:
        relay = self._relay
        server = (
            smtplib.SMTP_SSL(relay.host, relay.port, timeout=relay.connect_timeout, context=self._tls)
            if relay.mode == "ssl"
            else smtplib.SMTP(relay.host, relay.port, timeout=relay.connect_timeout)
        )
        try:
            if relay.mode == "starttls":
                server.starttls(context=self._tls)
            server.ehlo_or_helo_if_needed()
            if relay.user and relay.password:
                server.login(relay.user, relay.password)
            if server.sock is not None:
                server.sock.settimeout(relay.reply_timeout)
        except BaseException:
            server.close()
            raise
        return server

    def _discard(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None


def _converse(
    server: smtplib.SMTP, sender: str, mails: Sequence[Mail]
) -> tuple[list[Outcome], OSError | smtplib.SMTPException | UnicodeError | None]:
    """The outcomes of the mails that were answered, and what lost the connection with the next one in flight, if so.

    A server that hangs up between two mails leaves none in flight.
    """
    answered: list[Outcome] = []
    for mail in mails:
        if server.sock is None:
            break
        try:
            answered.append(_transaction(server, sender, mail))
        except _FAULTS as lost:
            return answered, lost
    return answered, None


def _transaction(server: smtplib.SMTP, sender: str, mail: Mail) -> Outcome:
    code, words = server.mail(sender)
    if code != 250:
        refusal = _verdict(code, words)
        _reset(server)
        # The sender is ours: whoever runs the server must mend it, and no letter may be lost meanwhile.
        return refusal if isinstance(refusal, Retry) else Retry(f"sender refused: {_reply(code, words)}")
    code, words = server.rcpt(mail.recipient)
    if code not in (250, 251):
        outcome = _verdict(code, words)
        _reset(server)
        return outcome
    try:
        return _verdict(*server.data(mail.content))
    except smtplib.SMTPDataError as refused:
        outcome = _verdict(refused.smtp_code, refused.smtp_error)
        _reset(server)
        return outcome


def _reset(server: smtplib.SMTP) -> None:
    with suppress(*_FAULTS):
        server.rset()


def _verdict(code: int, words: bytes | str) -> Outcome:
    """What a reply means for the mail (RFC 5321, 4.2.1); raises for one that ends the session."""
    if code == _CLOSING or not 200 <= code < 600:
        raise smtplib.SMTPResponseException(code, words)
    reply = _reply(code, words)
    if code in _LOGIN_WANTED:
        return Retry(f"{reply}: the server wants a login; check the user and password of the e-mail gateway")
    if code < 300:
        return Delivered(reply)
    return Rejected(reply) if code >= 500 else Retry(reply)


def _fill(outcomes: list[Outcome], wait: Retry, length: int) -> list[Outcome]:
    return outcomes + [wait] * (length - len(outcomes))


def _reply(code: int, words: bytes | str) -> str:
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return one_line(f"{code} {text}")


def _timed_out(fault: Exception) -> bool:
    return isinstance(fault, TimeoutError) or isinstance(fault.__context__, TimeoutError)


def _words(fault: Exception) -> str:
    if isinstance(fault, smtplib.SMTPAuthenticationError):
        return f"login refused ({_reply(fault.smtp_code, fault.smtp_error)}): check the gateway's user and password"
    if isinstance(fault, smtplib.SMTPResponseException):
        return _reply(fault.smtp_code, fault.smtp_error)
    if _timed_out(fault):
        return "no answer in time"
    if isinstance(fault, UnicodeError):
        return "host, user or password holds characters that SMTP cannot carry"
    return one_line(str(fault)) or type(fault).__name__
