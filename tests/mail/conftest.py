"""A real IMAP and LMTP server for the tests of mail that comes in: Dovecot, as a plain process on free ports."""

import grp
import imaplib
import os
import pwd
import shutil
import smtplib
import subprocess
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from itertools import count
from pathlib import Path

import pytest
import trustme

from config.settings import Settings
from deployments.server import free_port
from tests.engine.conftest import mornings, postman

__all__ = ["mornings", "postman"]


def _dovecot() -> str | None:
    return shutil.which("dovecot", path=os.environ.get("PATH", "") + ":/usr/sbin")


MAIL = [
    pytest.mark.xdist_group("mail"),
    pytest.mark.skipif(
        _dovecot() is None and os.environ.get("CI") != "true",  # there it must be installed
        reason="Dovecot is not installed (Debian: apt-get install dovecot-imapd dovecot-lmtpd); .ci/run installs it",
    ),
]
PASSWORD = "bi-mat"
_NUMBERS = count(1)


GOOD, ANOTHER_HOSTS, EXPIRED, UNKNOWN = "127.0.0.1", "127.0.0.2", "127.0.0.3", "127.0.0.4"
"""The addresses at which the server shows a good certificate, and those at which it shows a bad one."""


class Dovecot:
    """A running server; every user exists, and has the same password. As root it gives up its rights for others'."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.imap, self.imaps, self.lmtp = folder, free_port(), free_port(), free_port()
        self.authority = trustme.CA()
        ended = datetime.now(UTC) - timedelta(days=1)
        certificates = {
            GOOD: self.authority.issue_cert(GOOD),
            ANOTHER_HOSTS: self.authority.issue_cert("mail.example"),
            EXPIRED: self.authority.issue_cert(EXPIRED, not_after=ended),
            UNKNOWN: trustme.CA().issue_cert(UNKNOWN),
        }
        for address, one in certificates.items():
            one.private_key_and_cert_chain_pem.write_to_path(str(folder / f"{address}.pem"))

        def shown(address: str) -> str:
            return f"ssl_cert = <{folder}/{address}.pem\nssl_key = <{folder}/{address}.pem\n"

        others = "".join(f"local {address} {{\n{shown(address)}}}\n" for address in certificates if address != GOOD)
        own = pwd.getpwuid(os.getuid()).pw_name
        root = os.getuid() == 0
        inside, login, user = ("dovecot", "dovenull", "nobody") if root else (own, own, own)
        theirs = "dovecot" if root else grp.getgrgid(os.getgid()).gr_name
        for name in ("run", "mail"):
            (folder / name).mkdir()
        if root:
            folder.chmod(0o755)
            shutil.chown(folder / "mail", user)
        group = "nogroup" if root else str(os.getgid())
        written = folder / "dovecot.conf"
        written.write_text(
            f"base_dir = {folder}/run\nstate_dir = {folder}/run\nlog_path = {folder}/log\nprotocols = imap lmtp\n"
            f"listen = {', '.join(certificates)}\nssl = yes\n{shown(GOOD)}{others}"
            "disable_plaintext_auth = no\nfirst_valid_uid = 1\nrecipient_delimiter = +\n"
            f"default_internal_user = {inside}\ndefault_internal_group = {theirs}\ndefault_login_user = {login}\n"
            f"mail_location = maildir:{folder}/mail/%u\n"
            f"passdb {{\n driver = static\n args = password={PASSWORD}\n}}\n"
            f"userdb {{\n driver = static\n args = uid={user} gid={group} home={folder}/mail/%u\n}}\n"
            f"service imap-login {{\n chroot =\n inet_listener imap {{\n port = {self.imap}\n }}\n"
            f" inet_listener imaps {{\n port = {self.imaps}\n ssl = yes\n }}\n}}\n"
            f"service lmtp {{\n inet_listener lmtp {{\n address = 127.0.0.1\n port = {self.lmtp}\n }}\n}}\n"
            "service anvil {\n chroot =\n}\nservice stats {\n chroot =\n}\n"
        )
        self.process = subprocess.Popen([_dovecot() or "dovecot", "-F", "-c", str(written)], stdin=subprocess.DEVNULL)
        end = time.monotonic() + 20
        while not self._answers():
            assert time.monotonic() < end and self.process.poll() is None, (folder / "log").read_text()
            time.sleep(0.05)

    def _answers(self) -> bool:
        try:
            imaplib.IMAP4("127.0.0.1", self.imap, timeout=5).logout()
            return True
        except OSError:
            return False

    def close(self) -> None:
        """End it."""
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Box:
    """One user's mailbox on the server, as mail arrives in it and as a person looks into it."""

    def __init__(self, server: Dovecot, user: str) -> None:
        self.server, self.user = server, user
        self.url = f"imap://{user.replace('@', '%40')}:{PASSWORD}@127.0.0.1:{server.imap}/INBOX"

    def client(self) -> imaplib.IMAP4:
        """A connection of a person's own mail program."""
        client = imaplib.IMAP4("127.0.0.1", self.server.imap, timeout=20)
        client.login(self.user, PASSWORD)
        return client

    def arrives(self, mail: EmailMessage | bytes, to: str | None = None) -> None:
        """Deliver by a conversation in LMTP, as the province's mail server would."""
        raw = mail if isinstance(mail, bytes) else mail.as_bytes()
        with smtplib.LMTP("127.0.0.1", self.server.lmtp) as lmtp:
            lmtp.sendmail("somebody@elsewhere.example", [to or self.user], raw)

    def put(self, mail: EmailMessage | bytes, at: datetime) -> None:
        """Append it, as received at an instant."""
        raw = mail if isinstance(mail, bytes) else mail.as_bytes()
        client = self.client()
        assert client.append("INBOX", "", imaplib.Time2Internaldate(at), raw)[0] == "OK"
        client.logout()

    def holds(self, folder: str = "INBOX") -> int:
        """How many mails lie in a folder."""
        client = self.client()
        status, told = client.select(folder, readonly=True)
        client.logout()
        return int(told[0] or 0) if status == "OK" else -1


@pytest.fixture(scope="session")
def dovecot() -> Iterator[Dovecot]:
    """The session's server."""
    folder = Path(tempfile.mkdtemp(prefix="imap-"))  # its sockets want short paths, and its users a way in
    server = Dovecot(folder)
    yield server
    server.close()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def box(dovecot: Dovecot) -> Box:
    """An empty mailbox of this test's own."""
    return Box(dovecot, f"bao-cao-{next(_NUMBERS)}@tinh.example")


@pytest.fixture
def settings(database_url: str, tmp_path: Path, box: Box) -> Settings:
    """An installation that gets reports by e-mail."""
    return Settings(
        database_url=database_url, secret_key="a-secret-for-tests", files_url=str(tmp_path / "files"),
        imap_url=box.url, reply_to=box.user,
    )  # fmt: skip


def answer(to: str, *files: tuple[str, bytes], sender: str = "officer@024.example", **headers: str) -> EmailMessage:
    """A mail with files, as an officer sends it."""
    mail = EmailMessage()
    given = {"From": f"Cán bộ <{sender}>", "To": to, "Subject": "Re: Nhắc báo cáo", "Message-ID": "<a1@xa.example>"}
    for name, value in (given | {k.replace("_", "-"): v for k, v in headers.items()}).items():
        mail[name] = value
    mail.set_content("Kính gửi báo cáo.\n\n> Thư nhắc trước đây\n")
    for name, content in files:
        mail.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return mail
