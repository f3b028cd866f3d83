"""An SMTP session: opened, secured, logged in; each of its answers is read whole, in time, and is one."""

import re
import smtplib
import socket
import ssl
import time
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from typing import Any, NamedTuple, TypeVar

from dunghan.channels.outcome import own_words
from dunghan.channels.patience import Patience

T = TypeVar("T")
_CODES = {b"%d" % code: code for code in range(200, 600)}
_SPACE = ord(" ")
_MOST_LINES = 500
_LEAVE_TAKING = 5.0
"""Seconds for the answer to QUIT: nothing depends on it."""


@dataclass(frozen=True, slots=True)
class Relay:
    """The server that takes our mail. ``mode`` is ``insecure``, ``starttls`` or ``ssl``; all times are in seconds.

    ``connect_timeout`` is for connecting and for each answer until we are let in, ``reply_timeout`` for each answer
    afterwards, ``budget`` for one batch, ``rest`` how long a server found dead is left alone, and
    ``connections`` how many there are at once at most.
    """

    host: str
    port: int
    mode: str
    user: str
    password: str = field(repr=False)
    verify: bool
    connect_timeout: float
    reply_timeout: float
    budget: float = 300.0
    rest: float = 0.0
    connections: int = 1


class NotSmtp(smtplib.SMTPException):
    """What came is no answer of an SMTP server, or none to what was said."""


class Reply(NamedTuple):
    """A server's answer: three digits from 200 to 599, and its words, a line each."""

    code: int
    words: bytes


class Replies:
    """The answers that come in over a socket. ``pending`` is whether more came than has been read."""

    def __init__(self, sock: socket.socket) -> None:
        self._patience = Patience(sock)
        self._held = b""
        self._at = 0

    @property
    def pending(self) -> bool:
        """Whether bytes wait that nobody has asked for yet."""
        return self._at < len(self._held)

    def read(self, limit: float, stop: float) -> Reply:
        """One answer, whole within ``limit`` seconds and before ``stop``."""
        held, at = self._held, self._at
        if (
            (end := held.find(b"\n", at)) > 0
            and held[at + 3 : at + 4] == b" "
            and (code := _CODES.get(held[at : at + 3]))
        ):
            self._at = end + 1  # most answers are one line, and there
            return Reply(code, held[at + 4 : end].strip())
        words: list[bytes] = []
        begun = False
        while True:
            while (end := self._held.find(b"\n", self._at)) < 0:
                if not begun:
                    self._patience.begin(limit, stop)
                    begun = True
                self._receive()
            line = self._held[self._at : end]
            self._at = end + 1
            code, mark = _CODES.get(line[:3]), line[3:4]
            if code is None or mark not in b" -\r":
                raise NotSmtp(f"answer not understood: {own_words(line[:80].decode('utf-8', 'replace'))}")
            words.append(line[4:].strip())
            if len(words) == _MOST_LINES:
                raise NotSmtp(f"answer of more than {_MOST_LINES} lines")
            if mark != b"-":
                return Reply(code, words[0] if len(words) == 1 else b"\n".join(words))

    def together(self, kind: re.Pattern[bytes], limit: float, stop: float) -> re.Match[bytes] | None:
        """Several answers that have come in one go, where they fit a pattern; waits as ``read`` does, but for any."""
        if not self.pending:
            self._patience.begin(limit, stop)
            self._receive()
        found = kind.match(self._held, self._at)
        if found:
            self._at = found.end()
        return found

    def _receive(self) -> None:
        data = self._patience.receive()
        if not data:
            raise smtplib.SMTPServerDisconnected("connection closed by the server")
        self._held, self._at = self._held[self._at :] + data, 0

    def close(self) -> None:
        """What smtplib calls; the socket is not ours to close."""


class Session(smtplib.SMTP):
    """smtplib's client with our patience: an answer has ``limit`` seconds in all, and none comes after ``until``.

    ``taken`` counts the mails that it took.
    """

    def __init__(self, relay: Relay, tls: ssl.SSLContext | None, until: float) -> None:
        self.limit, self.until = relay.connect_timeout, until
        self.taken = 0
        self._wrapping = tls if relay.mode == "ssl" else None
        super().__init__(relay.host, relay.port, _own_name(), relay.connect_timeout)

    def connect(self, host: str = "localhost", port: int = 0, source_address: Any = None) -> Reply:
        """Connect, with TLS from the first byte where the mode says so, and read the greeting."""
        sock = socket.create_connection((host, port), self.timeout)
        self.sock = self._wrapping.wrap_socket(sock, server_hostname=host) if self._wrapping else sock
        self.file = None
        return self.getreply()

    def getreply(self) -> Reply:
        """One answer; whatever is wrong with it closes the connection and is raised."""
        try:
            return self._replies().read(self.limit, self.until)
        except OSError:
            self.close()
            raise

    def getreplies(self, kind: re.Pattern[bytes]) -> re.Match[bytes] | None:
        """What comes in one go, where it fits a pattern of whole answers; None where they must be read one by one."""
        try:
            return self._replies().together(kind, self.limit, self.until)
        except OSError:
            self.close()
            raise

    def _replies(self) -> Replies:
        if self.sock is None:
            raise smtplib.SMTPServerDisconnected("not connected")
        if self.file is None:
            self.file = Replies(self.sock)
        return self.file

    @property
    def pending(self) -> bool:
        """Whether the server has said more than it was asked."""
        return self.file is not None and self.file.pending

    def leave(self) -> None:
        """Take leave, and wait but a moment for the answer."""
        self.limit, self.until = min(self.limit, _LEAVE_TAKING), float("inf")
        with suppress(OSError):
            self.quit()
        self.close()


def open_session(relay: Relay, tls: ssl.SSLContext | None, stop: float) -> Session:
    """Connect, secure and log in, as the relay says. Raises what went wrong: ``OSError`` or ``ValueError``.

    ``stop`` is the monotonic time by which an answer must be there. Nothing goes out in the clear that the mode
    wants secured: without STARTTLS, or with a certificate that is not the host's, there is no session.
    """
    patience = max(relay.connect_timeout, relay.reply_timeout)
    session = Session(relay, tls, min(time.monotonic() + patience, stop))
    try:
        if relay.mode == "starttls":
            session.starttls(context=tls)
        session.ehlo_or_helo_if_needed()
        if relay.user and relay.password:
            _log_in(session, relay)
    except BaseException:
        session.close()
        raise
    session.limit, session.until = relay.reply_timeout, stop
    return session


def _log_in(session: Session, relay: Relay) -> None:
    """The ways smtplib knows, but a password that one of them refused is not tried by its twin: that locks accounts."""
    session.user, session.password = relay.user, relay.password
    offered = session.esmtp_features.get("auth", "").upper().split()
    if not offered:
        raise smtplib.SMTPNotSupportedError("the server offers no login (AUTH) here")
    refused: smtplib.SMTPAuthenticationError | None = None
    plainly = None
    for way, answer in (
        ("CRAM-MD5", session.auth_cram_md5), ("PLAIN", session.auth_plain), ("LOGIN", session.auth_login)
    ):  # fmt: skip
        if way not in offered or (plainly == 535 and way == "LOGIN"):
            continue
        try:
            session.auth(way, answer)
        except smtplib.SMTPAuthenticationError as error:
            refused = error
            plainly = error.smtp_code if way == "PLAIN" else None
        else:
            return
    raise refused or smtplib.SMTPNotSupportedError(
        f"the server offers no way of login that we know ({own_words(' '.join(offered))}); "
        "we know CRAM-MD5, PLAIN and LOGIN"
    )


@cache
def _own_name() -> str:
    """How we introduce ourselves (RFC 5321, 4.1.3); asked for once, since it may ask a slow name server."""
    name = socket.getfqdn()
    if "." in name and name.isascii():
        return name
    with suppress(OSError):
        return f"[{socket.gethostbyname(socket.gethostname())}]"
    return "[127.0.0.1]"
