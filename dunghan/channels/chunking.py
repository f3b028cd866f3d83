"""A batch of mails over one SMTP connection that takes whole mails ahead of its answers (CHUNKING, RFC 3030).

BDAT says how long a text is, so a text need not wait for its own go-ahead as it must behind DATA: the round trip of
each mail is gone, and several leave in one packet. What is out and not answered is bounded by ``AHEAD``; a small
batch does without.
"""

import re
import smtplib
from collections import deque
from collections.abc import Callable, Sequence

from dunghan.channels.pipelining import Loss, Note, Offered, judged
from dunghan.channels.smtp_meaning import CLOSING, crowded, timed_out, unwilling
from dunghan.channels.smtp_session import NotSmtp, Reply, Session

AHEAD = 8
"""Mails that are out and not answered, at most: so many are of unknown fate when a sender is killed."""
WORTH = 50
"""Mails in a batch from which on they go ahead: fewer are soon sent, and of those a kill may repeat but one."""
_TOGETHER = AHEAD // 2
_LAST_WORDS = 5.0
"""Seconds in which a server that ends the session may still answer for what is out."""
_ALL_WELL = re.compile(rb"(?:250 [^\n]*\n){3}250 ([^\n]*)\n")
"""The answers to nearly every mail."""
_UNKNOWN_VERB = {500, 502, 504}
_MAIL = b"RSET\r\nMAIL FROM:<%b>\r\nRCPT TO:<%b>\r\nBDAT %d LAST\r\n%b"


def offered(session: Session) -> bool:
    """Whether the server takes whole mails ahead of its answers."""
    return bool(session.has_extn("chunking") and session.has_extn("pipelining"))


def converse(
    session: Session, sender: str, mails: Sequence[Offered], go_on: Callable[[], bool], note: Note
) -> Loss | None:
    """Note the outcome of each mail that is answered; returns what lost the connection before the others were, if so.

    1. Each mail goes as RSET, MAIL, RCPT and BDAT with its text, whatever became of the one before it.
    2. Some go together, and the next ones before their answers are read. None is begun once ``go_on`` says no.
    3. What ends the session (421, a sender refused, a recipient too many) ends the sending; the answers to what is
       out are read all the same. What is out behind a 421 and not answered was not taken (RFC 5321, 3.8).
    """
    talk = _Talk(session, sender, note)
    try:
        for start in range(0, len(mails), _TOGETHER):
            if talk.ending or not go_on():
                break
            talk.send(mails[start : start + _TOGETHER])
            talk.hear(but=_TOGETHER)
        talk.hear(but=0)
    except (OSError, UnicodeError) as lost:
        return talk.lost(lost)
    return Loss(talk.ending, talk.cut) if talk.ending else None


class _Talk:
    """What has been said over one connection in one batch."""

    def __init__(self, session: Session, sender: str, note: Note) -> None:
        self._session, self._sender, self._note = session, sender.encode("ascii"), note
        self._out: deque[int] = deque()
        """The places of the mails that are out and not answered."""
        self.cut: list[int] = []
        """The mail whose text was answered by the end of the session."""
        self._closing = False
        self.ending: smtplib.SMTPException | None = None
        """Why no more mails go over this connection."""

    def send(self, together: Sequence[Offered]) -> None:
        """Some mails in one packet. Where that fails, what the server said before is heard first."""
        packet = []
        for place, mail in together:
            text = mail.content if mail.content.endswith(b"\r\n") else mail.content + b"\r\n"
            recipient = mail.recipient.encode("ascii")
            packet.append(_MAIL % (self._sender, recipient, len(text), text))
            self._out.append(place)
        if self._session.sock is None:
            raise smtplib.SMTPServerDisconnected("not connected")
        try:
            self._session.sock.sendall(b"".join(packet))
        except OSError:
            self.hear(but=0)
            raise

    def hear(self, but: int) -> None:
        """The answers to what is out, except for the last so many mails."""
        while len(self._out) > but:
            self._hear_of(self._out[0])
            self._out.popleft()

    def lost(self, fault: OSError | UnicodeError) -> Loss:
        """What a fault leaves: all that is out is of unknown fate, unless the server had ended the session before."""
        if self._closing and self.ending and not timed_out(fault):
            return Loss(self.ending, self.cut)
        return Loss(self.ending or fault, [*self.cut, *self._out])

    def _hear_of(self, place: int) -> None:
        if all_well := self._session.getreplies(_ALL_WELL):
            self._note(place, judged(Reply(250, all_well[1].strip())))
            self._session.taken += 1
            return
        reset, mail_said, rcpt_said, text_said = [self._read() for _ in range(4)]
        if text_said.code == CLOSING:
            self.cut.append(place)
        elif CLOSING in (reset.code, mail_said.code, rcpt_said.code):
            if text_said.code < 300:  # it goes on all the same
                self._note(place, judged(text_said))
        elif reset.code >= 300:
            raise NotSmtp("answers out of step")
        elif mail_said.code >= 300:
            self.ending = self.ending or unwilling(mail_said)
        elif rcpt_said.code >= 300:
            if crowded(rcpt_said) and self._session.taken:
                self.ending = self.ending or unwilling(rcpt_said)
            else:
                self._note(place, judged(rcpt_said))
        elif text_said.code in _UNKNOWN_VERB:
            raise NotSmtp(f"the server offers CHUNKING and knows no BDAT ({text_said.code})")
        else:
            self._note(place, judged(text_said))
            self._session.taken += text_said.code < 300

    def _read(self) -> Reply:
        """One answer; after one that ends the session the others are not waited for long."""
        reply = self._session.getreply()
        if reply.code == CLOSING:
            self.ending = self.ending or smtplib.SMTPResponseException(*reply)
            self._closing = True
            self._session.limit = min(self._session.limit, _LAST_WORDS)
        return reply
