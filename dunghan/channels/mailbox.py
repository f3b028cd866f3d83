"""The mailbox that replies come to, by IMAP: what is new, a mail as a file, and putting away what is on record."""

import imaplib
import ipaddress
import os
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from imap_tools import BaseMailBox, MailBox, MailBoxUnencrypted
from imap_tools.errors import ImapToolsError, MailboxLoginError

from dunghan.channels.outcome import BadGatewayUrl, masked, own_words
from models.errors import DunghanError

EXAMPLE = "for example imaps://bao-cao:password@imap.ha-giang.example:993/INBOX"
DONE = "Đã nhận"
"""The folder for mail that is on record."""
MARK = "Dunghan"
"""The keyword of mail that is on record, where it cannot be moved."""
LARGEST = 36_000_000
"""Bytes of a mail that is fetched whole: 25 MB of files, as mail encodes them."""
BEGINNING = 200_000
"""Bytes that are fetched of a larger one."""
_PIECE = 1 << 20
_TIMEOUT = 30.0
_SIZE = re.compile(rb"RFC822\.SIZE (\d+)")
_DATE = re.compile(rb'INTERNALDATE "([^"]+)"')


class MailboxTrouble(DunghanError):
    """The mailbox cannot be used now."""


class Place(NamedTuple):
    """A mailbox as its URL names it."""

    host: str
    port: int
    user: str
    password: str
    folder: str
    encrypted: bool


class Fetched(NamedTuple):
    """A mail that lies in a file: its size in bytes, and when the server received it.

    Of one that is larger than ``LARGEST`` only the beginning was fetched.
    """

    size: int
    received_at: datetime


def kept_of(size: int) -> int:
    """How many bytes are kept of a mail of this size."""
    return size if size <= LARGEST else BEGINNING


def read_url(url: str) -> Place:
    """The parts of ``imaps://user:password@host:993/INBOX``. Raises BadGatewayUrl, which quotes nothing of it."""
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError:
        raise BadGatewayUrl(f"mailbox: the port or the host is malformed, {EXAMPLE}") from None
    if parts.scheme not in ("imaps", "imap"):
        raise BadGatewayUrl(f"mailbox: the URL must begin with imaps://, {EXAMPLE}")
    if parts.netloc.count("@") != 1 or not parts.username or not parts.password or port == 0:
        raise BadGatewayUrl(
            "mailbox: user, password or port is missing or malformed: write @ as %40, : as %3A, / as %2F, # as %23 in "
            f"user and password, {EXAMPLE}"
        )
    if not parts.hostname:
        raise BadGatewayUrl(f"mailbox: the URL names no server, {EXAMPLE}")
    if parts.query or parts.fragment:
        raise BadGatewayUrl(f"mailbox: after the folder nothing may follow; # is written %23 and ? %3F, {EXAMPLE}")
    encrypted = parts.scheme == "imaps"
    if not encrypted and not _near(parts.hostname):
        raise BadGatewayUrl("mailbox: imap:// sends the password in clear and is for loopback: write imaps://")
    user, password, folder = unquote(parts.username), unquote(parts.password), unquote(parts.path.strip("/"))
    if any(ord(c) < 32 for c in user + password + folder):
        raise BadGatewayUrl(f"mailbox: user, password or folder holds a control character, {EXAMPLE}")
    return Place(parts.hostname, port or (993 if encrypted else 143), user, password, folder or "INBOX", encrypted)


def _near(host: str) -> bool:
    with suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return host == "localhost"


class Mailbox:
    """An open mailbox. What is new in it is what was neither moved nor marked by us: a person may read it before us."""

    def __init__(self, box: BaseMailBox, keywords: bool) -> None:
        self._box = box
        self._flag = MARK if keywords else r"\Seen"
        self._asked = f"UNDELETED UN{'KEYWORD ' + MARK if keywords else 'SEEN'}"
        self._folder: bool | None = None

    def new(self) -> list[str]:
        """The UIDs of what is not put away yet, the oldest first."""
        return sorted(self._box.uids(self._asked, charset=None), key=int)

    def fetch(self, uid: str, into: Path) -> Fetched | None:
        """Write a mail to a file, piece by piece; None where somebody has removed it meanwhile."""
        told = self._ask(uid, "(RFC822.SIZE INTERNALDATE)")
        size, date = _SIZE.search(told[0]), _DATE.search(told[0])
        if not size or not date:
            return None
        received = datetime.strptime(date[1].decode().strip(), "%d-%b-%Y %H:%M:%S %z").astimezone(UTC)
        most = LARGEST if int(size[1]) <= LARGEST else 0
        fetched = 0
        with into.open("wb") as file:
            for piece in self._pieces(uid, most + 1 if most else BEGINNING):
                file.write(piece)
                fetched += len(piece)
        if most and fetched <= most:
            return Fetched(fetched, received)
        os.truncate(into, min(fetched, BEGINNING))
        return Fetched(max(int(size[1]), LARGEST + 1), received)

    def put_away(self, uid: str) -> None:
        """Move a mail that is on record into the folder for it, or mark it where that cannot be."""
        if self._has_folder() and "MOVE" in self._box.client.capabilities:
            with suppress(ImapToolsError):
                self._box.move(uid, DONE)
                return
        self._box.flag(uid, [self._flag], value=True)

    def _has_folder(self) -> bool:
        if self._folder is None:
            try:
                if not self._box.folder.exists(DONE):
                    self._box.folder.create(DONE)
                self._folder = True
            except ImapToolsError:
                self._folder = False
        return self._folder

    def _pieces(self, uid: str, most: int) -> Iterator[bytes]:
        """A mail's bytes to its end, which is not always where the server's own size says."""
        for start in range(0, most, _PIECE):
            asked = min(_PIECE, most - start)
            piece = self._ask(uid, f"(BODY.PEEK[]<{start}.{asked}>)")[1]
            yield piece
            if len(piece) < asked:
                return

    def _ask(self, uid: str, what: str) -> tuple[bytes, bytes]:
        """What the server says about a mail, and the literal that came with it; others' news in between is passed."""
        _, data = self._box.client.uid("FETCH", uid, what)
        for item in data:
            if isinstance(item, tuple):
                return item[0], item[1]
        return next((item for item in data if isinstance(item, bytes)), b""), b""


@contextmanager
def opened(place: Place) -> Iterator[Mailbox]:
    """A mailbox, closed at the end. Raises MailboxTrouble, with the server's own words.

    Of ``imaps`` the certificate must be the host's, by an authority that this machine trusts: before that is known,
    nothing is said, the password least of all.
    """
    box: BaseMailBox | None = None
    try:
        box = _connected(place)
        try:
            login = box.login if (place.user + place.password).isascii() else box.login_utf8
            login(place.user, place.password, initial_folder=None)
        except (MailboxLoginError, imaplib.IMAP4.error):
            told = "refuses our login: correct user and password in DUNGHAN_IMAP_URL"
            raise MailboxTrouble(f"The mailbox at {place.host}:{place.port} {told}.") from None
        can = box.client.capability()[1][0]  # what it can is told in full to those who are logged in
        box.client.capabilities = tuple(can.decode("ascii", "replace").upper().split())
        box.folder.set(place.folder)
        flags = b" ".join(f for f in box.client.response("PERMANENTFLAGS")[1] if isinstance(f, bytes))
        yield Mailbox(box, keywords=rb"\*" in flags or MARK.encode() in flags)
    except (ImapToolsError, imaplib.IMAP4.error, OSError) as error:
        raise MailboxTrouble(f"The mailbox at {place.host}:{place.port} cannot be used: {_said(error)}") from None
    finally:
        if box is not None:
            with suppress(ImapToolsError, imaplib.IMAP4.error, OSError):
                box.logout()


def _connected(place: Place) -> BaseMailBox:
    if not place.encrypted:
        return MailBoxUnencrypted(place.host, place.port, timeout=_TIMEOUT)
    return MailBox(place.host, place.port, timeout=_TIMEOUT, ssl_context=ssl.create_default_context())


def _said(error: Exception) -> str:
    """What went wrong, and what an operator mends."""
    said = masked(own_words(str(getattr(error, "strerror", None) or error)))
    if isinstance(error, ssl.SSLCertVerificationError):
        why = masked(own_words(error.verify_message))
        return (
            f"its certificate is not good ({why}), so nothing was sent, not even the password. Correct the host in "
            "DUNGHAN_IMAP_URL or have the certificate mended; SSL_CERT_FILE names the file of an authority of your own."
        )
    if isinstance(error, ssl.SSLError):
        return f"no TLS, so nothing was sent ({said}). Check the port in DUNGHAN_IMAP_URL: imaps is mostly at 993."
    return said
