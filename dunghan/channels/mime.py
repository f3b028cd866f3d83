"""Letters as bytes on the wire: 7-bit lines, folded and encoded headers, text and HTML side by side in base64."""

import re
from binascii import b2a_base64
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime, parseaddr
from functools import lru_cache
from struct import Struct

from dunghan.channels.outcome import Letter, one_line

# The address an HTML form accepts (WHATWG): bare and ASCII, so that no command or header can hide in it.
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")
# 39 bytes make 52 base64 digits: an encoded word of 64 characters, which fits behind "Subject: " in a line of 76.
_WORD_BYTES = 39
_PLAIN_LENGTH = 60
_BOUNDARY = b"=_dunghan"  # "_" is no base64 digit, so no body can contain it
_TWO_PARTS = b'Content-Type: multipart/alternative; boundary="%b"\r\n\r\n' % _BOUNDARY
_NEXT, _NO_MORE = b"--%b\r\n" % _BOUNDARY, b"--%b--\r\n" % _BOUNDARY
_PART = b'Content-Type: text/%b; charset="utf-8"\r\nContent-Transfer-Encoding: base64\r\n\r\n%b\r\n'


@dataclass(frozen=True, slots=True)
class Letterhead:
    """What all letters of one gateway share; a letter's own name and Reply-To go before these."""

    address: str
    name: str = ""
    reply_to: str = ""


def mailable(address: str) -> bool:
    """Whether the address can be written to without SMTPUTF8."""
    return _ADDRESS.fullmatch(address) is not None


def render(letter: Letter, head: Letterhead, date: datetime) -> bytes:
    """The whole message (RFC 5322) with CRLF line ends, ASCII only; ``letter.address`` must be ``mailable``."""
    day = letter.date or date
    shared = _shared(
        letter.from_name or head.name,
        head.address,
        letter.reply_to or head.reply_to,
        letter.subject,
        letter.language,
        day,
        day.utcoffset(),
    )
    own = f"To: {_mailbox(letter.to_name, letter.address)}\r\nMessage-ID: {one_line(letter.message_id)}\r\n"
    top = shared + own.encode("ascii", "replace")
    if letter.html is None:
        return top + _part(b"plain", letter.text)
    return b"".join(
        (top, _TWO_PARTS, _NEXT, _part(b"plain", letter.text), _NEXT, _part(b"html", letter.html), _NO_MORE)
    )


@lru_cache(maxsize=256)
def _shared(
    name: str, address: str, reply_to: str, subject: str, language: str, date: datetime, offset: timedelta | None
) -> bytes:
    """The headers that most letters of a batch have in common.

    The offset is part of the key only: equal instants in two time zones are equal datetimes.
    """
    headers = (
        f"From: {_mailbox(name, address)}\r\n"
        f"{_reply_to(reply_to) if reply_to else ''}"
        f"Subject: {_unstructured(subject)}\r\n"
        f"Date: {format_datetime(date)}\r\n"
        f"Auto-Submitted: auto-generated\r\n"
        f"Content-Language: {one_line(language)}\r\n"
        f"MIME-Version: 1.0\r\n"
    )
    return headers.encode("ascii", "replace")


def _part(subtype: bytes, text: str) -> bytes:
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    packed = b2a_base64(text.encode("utf-8", "replace").replace(b"\n", b"\r\n"), newline=False)
    return _PART % (subtype, b"\r\n".join(_lines(len(packed)).unpack(packed)))


@lru_cache(maxsize=256)
def _lines(length: int) -> Struct:
    """How so many base64 digits are cut into lines of 76: one call for all of them, where each mail has sixty."""
    whole, rest = divmod(length, 76)
    return Struct("76s" * whole + f"{rest}s" * bool(rest))


def _unstructured(text: str) -> str:
    """A header's free text, as it is when short and plain, else in encoded words (RFC 2047)."""
    line = one_line(text)
    plain = line.isascii() and len(line) <= _PLAIN_LENGTH and "=?" not in line
    return line if plain else _encoded_words(line)


def _mailbox(name: str, address: str) -> str:
    """``name <address>`` (RFC 5322, 3.4), folded before the address when the name is long."""
    phrase = one_line(name)
    if not phrase:
        return address
    if phrase.isascii() and len(phrase) <= _PLAIN_LENGTH and "=?" not in phrase:
        phrase = '"' + phrase.replace("\\", "\\\\").replace('"', '\\"') + '"'
    else:
        phrase = _encoded_words(phrase)
    fold = " " if len(phrase) + len(address) < _PLAIN_LENGTH else "\r\n "
    return f"{phrase}{fold}<{address}>"


def _reply_to(mailbox: str) -> str:
    name, address = parseaddr(one_line(mailbox))
    return f"Reply-To: {_mailbox(name, address)}\r\n" if mailable(address) else ""


def _encoded_words(text: str) -> str:
    encoded = text.encode("utf-8", "replace")
    if len(encoded) <= _WORD_BYTES:
        return f"=?utf-8?b?{b2a_base64(encoded, newline=False).decode('ascii')}?="
    words = [b2a_base64(chunk, newline=False).decode("ascii") for chunk in _chunks(text)]
    return "\r\n ".join([f"=?utf-8?b?{word}?=" for word in words])


def _chunks(text: str) -> Iterator[bytes]:
    """UTF-8 in pieces of ``_WORD_BYTES`` that break no character, and no word that fits in a piece.

    Some readers show a space between encoded words (Python's own does, in names): behind a space it does no harm.
    """
    chunk = b""
    for word in re.split(r"(?<= )", text):
        encoded = word.encode("utf-8", "replace")
        if len(chunk) + len(encoded) <= _WORD_BYTES:
            chunk += encoded
            continue
        if chunk:
            yield chunk
        chunk = b""
        for character in word:
            piece = character.encode("utf-8", "replace")
            if len(chunk) + len(piece) > _WORD_BYTES:
                yield chunk
                chunk = b""
            chunk += piece
    yield chunk
