"""SMTP PIPELINING (RFC 2920): a mail's commands in one packet, and the next mail's on the heels of its text.

One round trip a mail instead of four. Only what RFC 2920 allows is sent ahead: a text waits for its own 354.
"""

import smtplib
from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

from dunghan.channels.outcome import Outcome, Retry

_GO_AHEAD = 354
_CLOSING = 421
_LONGEST_LINE = 65_536


class Mailable(Protocol):
    """A finished message for one address."""

    @property
    def recipient(self) -> str:
        """A bare ASCII address."""
        ...

    @property
    def content(self) -> bytes:
        """7-bit lines with CRLF."""
        ...


class Reply(NamedTuple):
    """A server's answer."""

    code: int
    words: bytes


Verdict = Callable[[int, bytes], Outcome]
Fault = OSError | smtplib.SMTPException | UnicodeError


def offered(server: smtplib.SMTP) -> bool:
    """Whether the server said it can."""
    return server.has_extn("pipelining")


def converse(
    server: smtplib.SMTP, sender: str, mails: Sequence[Mailable], verdict: Verdict
) -> tuple[list[Outcome], Fault | None]:
    """The outcomes of the mails that were answered, and what lost the connection with the next in flight, if so.

    1. Send MAIL, RCPT and DATA of the first mail.
    2. Read their three answers. Where DATA may go ahead, send the text (nothing of it if the recipient was
       refused) and behind it the next mail's commands; else RSET and those.
    3. Read the answer to the text. Only the mail whose text was sent and not answered is in flight.
    """
    answered: list[Outcome] = []
    try:
        _write(server, _commands(sender, mails[0]))
        reset = False
        for number, mail in enumerate(mails):
            if reset:
                _read(server)
            heads = [_read(server) for _ in range(3)]
            follow = _commands(sender, mails[number + 1]) if number + 1 < len(mails) else b""
            refusal = _refusal(heads, verdict)
            reset = heads[2].code != _GO_AHEAD
            if reset:
                _write(server, b"RSET\r\n" + follow)
                answered.append(refusal or verdict(*heads[2]))
                continue
            _write(server, (_stuffed(mail.content) if refusal is None else b"") + b".\r\n" + follow)
            final = _read(server)
            answered.append(refusal or verdict(*final))
        if reset:
            _read(server)
    except (OSError, smtplib.SMTPException, UnicodeError) as lost:
        return answered, lost
    return answered, None


def _commands(sender: str, mail: Mailable) -> bytes:
    return f"MAIL FROM:<{sender}>\r\nRCPT TO:<{mail.recipient}>\r\nDATA\r\n".encode("ascii")


def _refusal(heads: Sequence[Reply], verdict: Verdict) -> Outcome | None:
    """What the answers to MAIL and RCPT say against the mail, or None."""
    mail, rcpt, _ = heads
    if mail.code != 250:
        outcome = verdict(*mail)
        # The sender is ours: whoever runs the server must mend it, and no letter may be lost meanwhile.
        words = mail.words.decode("utf-8", "replace")
        return outcome if isinstance(outcome, Retry) else Retry(f"sender refused: {mail.code} {words}")
    return None if rcpt.code in (250, 251) else verdict(*rcpt)


def _stuffed(content: bytes) -> bytes:
    """The text with a second dot before a line's first (RFC 5321, 4.5.2), ending its last line."""
    if b"\r\n." in content or content.startswith(b"."):
        content = content.replace(b"\r\n.", b"\r\n..")
        content = b"." + content if content.startswith(b".") else content
    return content if content.endswith(b"\r\n") else content + b"\r\n"


def _write(server: smtplib.SMTP, what: bytes) -> None:
    if server.sock is None:
        raise smtplib.SMTPServerDisconnected("not connected")
    server.sock.sendall(what)


def _read(server: smtplib.SMTP) -> Reply:
    """One answer, whole; raises for one that ends the session, and for no answer at all."""
    if server.file is None:
        if server.sock is None:
            raise smtplib.SMTPServerDisconnected("not connected")
        server.file = server.sock.makefile("rb")
    words = []
    while True:
        line = server.file.readline(_LONGEST_LINE)
        if not line:
            raise smtplib.SMTPServerDisconnected("connection closed by the server")
        if len(line) >= _LONGEST_LINE or not line[:3].isdigit():
            raise smtplib.SMTPResponseException(500, line[:80])
        words.append(line[4:].strip())
        if line[3:4] != b"-":
            break
    reply = Reply(int(line[:3]), b"\n".join(words))
    if reply.code == _CLOSING:
        raise smtplib.SMTPResponseException(*reply)
    return reply
