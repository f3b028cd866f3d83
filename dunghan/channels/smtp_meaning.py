"""What an SMTP server's answers mean for a letter, and what its faults mean for all of them."""

import re
import smtplib
import ssl
from base64 import b64encode

from dunghan.channels.outcome import OPERATOR_WAIT, Delivered, Outcome, Rejected, Retry, own_words
from dunghan.channels.smtp_session import Relay, Reply

CLOSING = 421
"""RFC 5321, 3.8: the server ends the session."""
_CROWDED = 452
"""RFC 5321, 4.5.3.1.10: no more recipients, or no room, for now."""
_LOGIN_WANTED = {530, 534, 535, 538}
"""RFC 4954, 6: about our account, never about the recipient."""
_OURS = {"1.7", "1.8", "3.2", "4.5", "7.8", "7.60"}
"""Enhanced status codes (RFC 3463, 5248) behind the class digit that speak of us, not of the recipient: the sender's
address (1.7, 1.8), a system that takes no mail (3.2), a sending quota (4.5, so Google), our login (7.8), and sending
as somebody else (7.60, Exchange's own)."""
_ENHANCED = re.compile(r"^[245]\.(\d{1,3}\.\d{1,3})\b")
_MAILBOX = "2."
"""Enhanced status X.2.Y: the recipient's mailbox."""
_RELAYING = re.compile(r"\brelay", re.IGNORECASE)
"""Every kind of server says it in this word; then our login or our network is not known to it."""


class Unwilling(smtplib.SMTPException):
    """The server takes no mail over this connection, whoever it is for; ``wait`` is what it said."""

    def __init__(self, wait: Retry) -> None:
        super().__init__(wait.why)
        self.wait = wait


def told(reply: Reply) -> str:
    """The answer in its own words, on one line."""
    return own_words(f"{reply.code} {reply.words.decode('utf-8', 'replace')}")


def unwilling(reply: Reply) -> Unwilling:
    """A sender refused: it is the same for every letter, so whoever runs the server must mend it, or it passes."""
    if reply.code in _LOGIN_WANTED:
        return Unwilling(_login_wanted(reply))
    if reply.code >= 500:
        return Unwilling(Retry(f"sender refused: {told(reply)}", OPERATOR_WAIT, counts=False))
    return Unwilling(Retry(told(reply), counts=False))


def crowded(reply: Reply) -> bool:
    """Whether the answer to RCPT may be about this connection, and another may do: it says so of no mailbox."""
    return reply.code == _CROWDED and not _enhanced(reply).startswith(_MAILBOX)


def verdict(reply: Reply) -> Outcome:
    """What an answer to RCPT, DATA or the text means for the letter (RFC 5321, 4.2.1)."""
    words = told(reply)
    if reply.code < 300:
        return Delivered(words)
    if reply.code in _LOGIN_WANTED:
        return _login_wanted(reply)
    if reply.code < 500:
        return Retry(words)
    if _enhanced(reply) in _OURS:
        return Retry(f"{words}: this is about the sender; whoever runs the e-mail gateway must mend it",
                     OPERATOR_WAIT, counts=False)  # fmt: skip
    if _RELAYING.search(words):
        return Retry(f"{words}: the server does not know us; check user, password and network", OPERATOR_WAIT)
    return Rejected(words)


def wait_for(fault: Exception, relay: Relay, what: str) -> Retry:
    """What all letters wait for that a fault of the server keeps back; ``what`` begins its words."""
    if isinstance(fault, Unwilling):
        return fault.wait
    words, ours = _words(fault)
    for secret in _secrets(relay):
        words = words.replace(secret, "***")
    where = f"{relay.host}:{relay.port}"
    return Retry(own_words(what.format(where=where) + words), OPERATOR_WAIT if ours else None, counts=False)


def timed_out(fault: Exception) -> bool:
    """Whether the fault is that nothing came in time."""
    return isinstance(fault, TimeoutError) or isinstance(fault.__context__, TimeoutError)


def _login_wanted(reply: Reply) -> Retry:
    why = f"{told(reply)}: the server wants a login; check the user and password of the e-mail gateway"
    return Retry(why, OPERATOR_WAIT, counts=False)


def _enhanced(reply: Reply) -> str:
    """``5.1.8`` is ``1.8``; nothing where the server gives none."""
    found = _ENHANCED.match(reply.words[:20].decode("ascii", "replace"))
    return found.group(1) if found else ""


def _words(fault: Exception) -> tuple[str, bool]:
    """A fault in words, and whether an operator must mend something before it can go away."""
    if isinstance(fault, smtplib.SMTPResponseException):
        said = told(Reply(fault.smtp_code, _bytes(fault.smtp_error)))
        if isinstance(fault, smtplib.SMTPAuthenticationError):
            return f"login refused ({said}): check the gateway's user and password", True
        return said, False
    if isinstance(fault, smtplib.SMTPNotSupportedError):
        return f"{fault}: nothing was sent; check mode=, port, user and password of the e-mail gateway", True
    if timed_out(fault):
        return "no answer in time", False
    if isinstance(fault, ssl.SSLCertVerificationError):
        return f"the certificate is not good, and nothing was sent ({fault}): mend it, or the gateway's host name", True
    if isinstance(fault, ssl.SSLError) and not isinstance(fault, ssl.SSLEOFError | ssl.SSLZeroReturnError):
        return f"no TLS, and nothing was sent ({fault}): check mode= and port of the e-mail gateway", True
    if isinstance(fault, UnicodeError):
        return "host, user or password holds characters that SMTP cannot carry", True
    if isinstance(fault, ValueError):
        return f"answer not understood ({type(fault).__name__})", False
    return str(fault) or type(fault).__name__, False


def _bytes(words: bytes | str) -> bytes:
    return words if isinstance(words, bytes) else words.encode()


def _secrets(relay: Relay) -> list[str]:
    """The password as it may be echoed: as it is, in base64, and as AUTH PLAIN sends it."""
    if not relay.password:
        return []
    plain = f"\0{relay.user}\0{relay.password}"
    return [b64encode(plain.encode()).decode(), b64encode(relay.password.encode()).decode(), relay.password]
