"""A batch of mails over one SMTP connection: in step, or ahead of the answers where the server offers PIPELINING.

With PIPELINING (RFC 2920) a mail's commands go in one packet, and the next mail's on the heels of its text: one round
trip a mail instead of four. Only what RFC 2920 allows is sent ahead: a text waits for its own 354.
"""

import smtplib
from collections.abc import Callable, Sequence
from typing import NamedTuple

from dunghan.channels.outcome import Outcome
from dunghan.channels.smtp_meaning import CLOSING, crowded, unwilling, verdict
from dunghan.channels.smtp_session import NotSmtp, Reply, Session

_GO_AHEAD = 354
_RESET = b"RSET\r\n"
_END = b".\r\n"
_UNASKED = Reply(503, b"")
"""For a command that was not sent, since the one before it was refused."""


class Mail(NamedTuple):
    """A finished message, 7-bit with CRLF, for one bare ASCII address.

    ``alone``: it goes by itself, so that what it is lost with is at most itself; it may be what a server stumbles over.
    """

    recipient: str
    content: bytes
    alone: bool = False


Offered = tuple[int, Mail]
"""A mail and its place in the batch."""
Note = Callable[[int, Outcome], None]
"""Is told of the outcome of the mail at a place."""


class Loss(NamedTuple):
    """What made the connection useless. ``in_flight``: places of mails that were sent, of unknown fate."""

    fault: OSError | UnicodeError
    in_flight: Sequence[int]


def converse(
    session: Session, sender: str, mails: Sequence[Offered], go_on: Callable[[], bool], note: Note
) -> Loss | None:
    """Note the outcome of each mail that is answered; returns what lost the connection before the others were, if so.

    No mail is begun once ``go_on`` says no. For each mail:

    1. Send MAIL, RCPT and DATA (the first mail's only: a later one's went behind the text before it), or in step.
    2. Read their answers. Where DATA may go ahead, send the text (nothing of it if the recipient was refused)
       and behind it the next mail's commands; else RSET and those.
    3. Read the answer to the text. Only a mail whose text was sent and not answered is in flight.

    An answer that does not fit what was said ends the connection: behind it nobody knows who is spoken of.
    """
    talk = _Talk(session, sender, note)
    try:
        for number, (place, mail) in enumerate(mails, 1):
            following = mails[number][1] if number < len(mails) and go_on() else None
            talk.hand_over(place, mail, following)
            if following is None:
                break
    except (OSError, UnicodeError) as lost:
        return Loss(lost, talk.in_flight)
    return None


class _Talk:
    """What has been said over one connection in one batch."""

    def __init__(self, session: Session, sender: str, note: Note) -> None:
        self._note = note
        self.in_flight: Sequence[int] = ()
        self._session = session
        self._sender = sender
        self._ahead = session.has_extn("pipelining")
        self._asked = False
        """Whether this mail's commands went behind the one before it."""
        self._reset = False

    def hand_over(self, place: int, mail: Mail, following: Mail | None) -> None:
        """One mail, and in the same packet the commands of the following one, where that is allowed."""
        mail_said, rcpt_said, data_said = self._envelope(mail)
        if mail_said.code >= 300:
            raise unwilling(mail_said)
        refusal = self._refusal(rcpt_said, data_said)
        ahead = self._in_a_packet(following) if following and self._ahead else b""
        self._asked = bool(ahead)
        if refusal:
            self._note(place, refusal)
        if data_said.code != _GO_AHEAD:
            self._reset = True
            if ahead:
                self._write(_RESET + ahead)
            return
        if self._session.pending:
            raise NotSmtp("answers out of step")
        self.in_flight = () if refusal else (place,)
        self._write((b"" if refusal else _stuffed(mail.content)) + _END + ahead)
        said = self._read()
        if not refusal:
            self._note(place, judged(said))
            self._session.taken += said.code < 300
        self.in_flight = ()

    def _envelope(self, mail: Mail) -> tuple[Reply, Reply, Reply]:
        """The answers to MAIL, RCPT and DATA; in step no command follows one that was refused."""
        if self._ahead:
            if not self._asked:
                self._write(self._in_a_packet(mail))
            self._settle_reset()
            return self._read(), self._read(), self._read()
        if self._reset:
            self._write(_RESET)
            self._settle_reset()
        said = [_UNASKED] * 3
        for number, command in enumerate(self._in_a_packet(mail).splitlines(keepends=True)):
            self._write(command)
            said[number] = self._read()
            if said[number].code >= 300:
                break
        return said[0], said[1], said[2]

    def _settle_reset(self) -> None:
        if self._reset:
            self._reset = False
            if self._read().code >= 300:
                raise NotSmtp("answers out of step")

    def _refusal(self, rcpt_said: Reply, data_said: Reply) -> Outcome | None:
        if rcpt_said.code >= 300:
            if crowded(rcpt_said) and self._session.taken:
                raise unwilling(rcpt_said)
            return judged(rcpt_said)
        if data_said.code == _GO_AHEAD:
            return None
        if data_said.code < 400:
            raise NotSmtp("answers out of step")
        return verdict(data_said)

    def _in_a_packet(self, mail: Mail) -> bytes:
        return f"MAIL FROM:<{self._sender}>\r\nRCPT TO:<{mail.recipient}>\r\nDATA\r\n".encode("ascii")

    def _write(self, what: bytes) -> None:
        if self._session.sock is None:
            raise smtplib.SMTPServerDisconnected("not connected")
        self._session.sock.sendall(what)

    def _read(self) -> Reply:
        """One answer; raises for one that ends the session."""
        reply = self._session.getreply()
        if reply.code == CLOSING:
            raise smtplib.SMTPResponseException(*reply)
        return reply


def judged(said: Reply) -> Outcome:
    """What an answer to a recipient or a text means for the letter; raises NotSmtp for one that is none to these."""
    if 300 <= said.code < 400:
        raise NotSmtp("answers out of step")
    return verdict(said)


def _stuffed(content: bytes) -> bytes:
    """The text with a second dot before a line's first (RFC 5321, 4.5.2), ending its last line."""
    if b"\r\n." in content or content.startswith(b"."):
        content = content.replace(b"\r\n.", b"\r\n..")
        content = b"." + content if content.startswith(b".") else content
    return content if content.endswith(b"\r\n") else content + b"\r\n"
