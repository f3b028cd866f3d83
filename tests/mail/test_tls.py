"""The mailbox over TLS, with a real server: the certificate is looked at, and before it is good nothing is said."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select

from config.settings import Settings
from dunghan.channels.mailbox import MailboxTrouble
from dunghan.engine.context import Context
from dunghan.engine.doctor_mail import mail as examined
from dunghan.engine.incoming import Polled, poll
from dunghan.store.acts import SUBMISSION
from dunghan.store.database import reading
from tests.mail.conftest import ANOTHER_HOSTS, EXPIRED, GOOD, MAIL, PASSWORD, UNKNOWN, Box, answer

pytestmark = [*MAIL, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]
REPORT = ("Báo cáo hằng năm 2018.docx", b"PK\x03\x04 mot bao cao")
At = Callable[[str], Context]


@pytest.fixture
def at(context: Context, box: Box, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> At:
    """A factory: this test's installation, with its mailbox by TLS at an address. The authority is trusted."""
    box.server.authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))

    def open_at(address: str, port: int = box.server.imaps) -> Context:
        url = f"imaps://{box.user.replace('@', '%40')}:{PASSWORD}@{address}:{port}/INBOX"
        made = Context(settings.model_copy(update={"imap_url": url}), db=context.db, now=context.now)
        made.__dict__["catalog"] = context.catalog
        return made

    return open_at


def test_a_report_comes_by_tls(at: At, box: Box) -> None:
    box.arrives(answer(box.user, REPORT))
    assert poll(at(GOOD), at(GOOD).now()) == Polled(review=1)
    assert box.holds() == 0
    (found, *_) = examined(at(GOOD))
    assert (found.level, found.about) == ("ok", "mailbox")


@pytest.mark.parametrize(
    ("address", "says"),
    [
        (ANOTHER_HOSTS, "IP address mismatch"),
        (EXPIRED, "certificate has expired"),
        (UNKNOWN, "unable to get local issuer certificate"),
    ],
    ids=["another host's", "expired", "signed by nobody we know"],
)
def test_a_bad_certificate_is_told_and_nothing_is_sent_or_lost(
    address: str, says: str, at: At, db: Engine, box: Box
) -> None:
    box.arrives(answer(box.user, REPORT))
    with pytest.raises(MailboxTrouble) as told:
        poll(at(address), at(address).now())
    said = str(told.value)
    assert says in said and "its certificate is not good" in said and "not even the password" in said
    assert PASSWORD not in said and box.user not in said
    assert f"user=<{box.user}>" not in _logins(box, address), "nobody has tried to log in there"
    (found, *_) = examined(at(address))
    assert (found.level, found.message) == ("error", said)
    with reading(db) as connection:
        assert connection.scalar(select(func.count()).select_from(SUBMISSION)) == 0
    assert box.holds() == 1
    assert poll(at(GOOD), at(GOOD).now()) == Polled(review=1), "once it is mended, the mail is taken"


def _logins(box: Box, address: str) -> str:
    """What the server has written down about connections to an address."""
    lines = (box.server.folder / "log").read_text(encoding="utf-8").splitlines()
    return "\n".join(line for line in lines if f"lip={address}," in line)


def test_a_login_by_tls_is_one_that_the_server_wrote_down(at: At, box: Box) -> None:
    """What the test above finds nowhere is what it finds here."""
    poll(at(GOOD), at(GOOD).now())
    (line,) = (one for one in _logins(box, GOOD).splitlines() if f"user=<{box.user}>" in one and "Login" in one)
    assert "TLS" in line


def test_a_port_without_tls_gets_no_password(at: At, box: Box) -> None:
    context = at(GOOD, box.server.imap)
    with pytest.raises(MailboxTrouble, match=r"no TLS, so nothing was sent .*Check the port in DUNGHAN_IMAP_URL"):
        poll(context, context.now())
