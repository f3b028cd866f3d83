"""Real SMTP conversations on the loopback."""

import asyncio
import logging
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import apprise
import pytest
import trustme
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

import dunghan.channels.plugins  # noqa: F401 - so that Apprise knows our schemes
from dunghan.channels.email import EmailGateway, PooledEmail
from dunghan.channels.outcome import OPERATOR_WAIT, BadGatewayUrl, Delivered, Letter, Outcome, Rejected, Retry
from dunghan.channels.smtp import Mail, Relay, SmtpPool
from dunghan.demo.mailbox import Mailbox

Make = Callable[..., Letter]
PASSWORD = "m%E1%BA%ADt-secret%40word"


@pytest.fixture
def gateway(mailbox: Mailbox) -> Iterator[EmailGateway]:
    gateway = EmailGateway.from_url(f"mailto://127.0.0.1:{mailbox.port}?from=dunghan@ha-giang.example&name=Đúng hạn")
    yield gateway
    gateway.close()


@pytest.fixture
def certificate(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ssl.SSLContext:
    """A server context for 127.0.0.1 whose authority the system trusts while the test runs."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    return _server_context(authority, "127.0.0.1")


def _server_context(authority: trustme.CA, name: str) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(name).configure_cert(context)
    return context


def _tls(mode: str, context: ssl.SSLContext) -> dict[str, Any]:
    return {"ssl_context": context} if mode == "ssl" else {"tls_context": context, "require_starttls": True}


def _authenticator(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
    right = isinstance(data, LoginPassword) and (data.login, data.password) == (b"clerk", b"p@ss/word")
    return AuthResult(success=right, handled=False)


def url(box: Mailbox, scheme: str = "mailto", login: str = "", query: str = "") -> str:
    return f"{scheme}://{login}127.0.0.1:{box.port}?from=dunghan@ha-giang.example{query}"


def sent(box: Mailbox) -> list[str]:
    return [received.recipient for received in box.received]


def post(url: str, letters: Sequence[Letter]) -> list[Outcome]:
    gateway = EmailGateway.from_url(url)
    outcomes = gateway.send(letters)
    gateway.close()
    return outcomes


class Scripted:
    """A server that says, for each connection in turn, ``replies[command]`` (else 250), and hangs up after ``last``."""

    def __init__(self, *connections: dict[str, str], last: str = "RCPT") -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.commands: list[str] = []
        self._thread = threading.Thread(target=self._serve, args=(connections, last), daemon=True)
        self._thread.start()

    def _serve(self, connections: Sequence[dict[str, str]], last: str) -> None:
        for replies in connections:
            peer, _ = self._listener.accept()
            with peer, peer.makefile("rb") as lines:
                peer.sendall(b"220 scripted\r\n")
                for line in lines:
                    command = line[:4].decode().strip().upper()
                    self.commands.append(command)
                    peer.sendall(replies.get(command, "250 OK").encode() + b"\r\n")
                    if command == last:
                        break
        self._listener.close()


def test_letters_arrive_in_order_over_one_connection(gateway: EmailGateway, mailbox: Mailbox, letter: Make) -> None:
    letters = [letter(f"office-{number}@ha-giang.example", number) for number in range(20)]
    outcomes = gateway.send(letters[:15]) + gateway.send(letters[15:])
    assert outcomes[0] == Delivered("250 2.0.0 filed as 0001")
    assert all(isinstance(outcome, Delivered) for outcome in outcomes) and len(outcomes) == 20
    assert sent(mailbox) == [one.address for one in letters]
    assert len({received.client_port for received in mailbox.received}) == 1
    message = message_from_bytes(mailbox.received[7].path.read_bytes(), policy=default)
    assert message.get_all("Message-ID") == ["<nhac-7@dunghan.example>"]
    assert message["From"] == "Đúng hạn <dunghan@ha-giang.example>"


def test_no_letters_need_no_connection() -> None:
    assert EmailGateway.from_url("mailto://127.0.0.1:9?from=a@b.example").send([]) == []


def test_a_line_that_begins_with_a_dot_survives(gateway: EmailGateway, mailbox: Mailbox, letter: Make) -> None:
    gateway.send([letter(text=".\r\n..\nhết", html=None)])
    message = message_from_bytes(mailbox.received[0].path.read_bytes(), policy=default)
    assert message.get_content() == ".\r\n..\r\nhết"


def test_one_refused_recipient_stops_no_other(tmp_path: Path, letter: Make) -> None:
    refusals = {"gone@x.example": "550 5.1.1 no such user", "full@x.example": "450 4.2.2 mailbox full"}
    with Mailbox(tmp_path, refusals=refusals) as box:
        gateway = EmailGateway.from_url(url(box))
        letters = [letter(f"{name}@x.example") for name in ("a", "gone", "b", "full", "c")]
        outcomes = gateway.send([*letters, letter("không@phải địa chỉ"), letter("d@x.example>\r\nDATA")])
        gateway.close()
    assert outcomes[1] == Rejected("550 5.1.1 no such user")
    assert outcomes[3] == Retry("450 4.2.2 mailbox full")
    assert outcomes[5:] == [Rejected("not an ASCII e-mail address")] * 2
    assert sent(box) == ["a@x.example", "b@x.example", "c@x.example"]
    assert len({received.client_port for received in box.received}) == 1


class Refusing(Mailbox):
    """Answers DATA by the recipient's name, and the sender ``nobody@…`` with a refusal."""

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address.startswith("nobody"):
            return "553 5.7.1 sender not allowed"
        envelope.mail_from = address
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        recipient = envelope.rcpt_tos[0]
        if recipient.startswith("hang"):
            await asyncio.sleep(5)
        if recipient.startswith("drop") and server.transport is not None:
            server.transport.abort()  # type: ignore[attr-defined]
            return "451 never heard"
        answers = {"spam": "554 5.7.1 spam", "late": "451 4.3.0 try later", "busy": "421 4.7.0 closing"}
        return answers.get(recipient.split("@")[0]) or await super().handle_DATA(server, session, envelope)


@pytest.fixture
def refusing(tmp_path: Path) -> Iterator[Refusing]:
    with Refusing(tmp_path / "refusing") as box:
        yield box


def test_refusals_of_the_content(refusing: Refusing, letter: Make) -> None:
    gateway = EmailGateway.from_url(url(refusing))
    outcomes = gateway.send([letter(f"{name}@x.example") for name in ("spam", "late", "a")])
    gateway.close()
    assert outcomes[:2] == [Rejected("554 5.7.1 spam"), Retry("451 4.3.0 try later")]
    assert sent(refusing) == ["a@x.example"]


def test_a_refused_sender_loses_no_letter(refusing: Refusing, letter: Make) -> None:
    gateway = EmailGateway.from_url(url(refusing).replace("dunghan@", "nobody@"))
    refused = Retry("sender refused: 553 5.7.1 sender not allowed", OPERATOR_WAIT, counts=False)
    assert gateway.send([letter(), letter()]) == [refused] * 2
    gateway.close()


def test_a_refusal_counts_even_if_the_server_hangs_up_after_it(letter: Make) -> None:
    server = Scripted({"RCPT": "550 gone"}, {"RCPT": "550 gone too"}, {"RCPT": "450 later"})
    outcomes = post(f"mailto://127.0.0.1:{server.port}?from=a@b.example", [letter()] * 3)
    assert outcomes == [Rejected("550 gone"), Rejected("550 gone too"), Retry("450 later")]


def test_words_that_are_no_reply_end_the_connection(letter: Make) -> None:
    server = Scripted({"MAIL": "hello?"}, {"RCPT": "550 gone"}, last="RCPT")
    outcomes = post(f"mailto://127.0.0.1:{server.port}?from=a@b.example&rto=1", [letter()] * 2)
    assert isinstance(outcomes[0], Retry) and "lost" in outcomes[0].why
    assert outcomes[1] == Rejected("550 gone")


def test_a_server_that_wants_no_data(letter: Make) -> None:
    server = Scripted({"DATA": "554 no valid recipients"}, last="DATA")
    outcomes = post(f"mailto://127.0.0.1:{server.port}?from=a@b.example", [letter()])
    assert outcomes == [Rejected("554 no valid recipients")]


@pytest.mark.parametrize("fault", ["drop", "busy"])
def test_a_lost_connection_costs_only_the_letter_in_flight(refusing: Refusing, letter: Make, fault: str) -> None:
    gateway = EmailGateway.from_url(url(refusing))
    outcomes = gateway.send([letter(f"{name}@x.example") for name in (fault, "a", "b", fault, "c")])
    gateway.close()
    assert [type(outcome) for outcome in outcomes] == [Retry, Delivered, Delivered, Retry, Delivered]
    assert sent(refusing) == ["a@x.example", "b@x.example", "c@x.example"]


def test_a_server_that_only_drops_is_given_up(refusing: Refusing, letter: Make) -> None:
    gateway = EmailGateway.from_url(url(refusing))
    outcomes = gateway.send([letter(f"{name}@x.example") for name in ("drop", "drop", "a", "b")])
    assert all(isinstance(outcome, Retry) for outcome in outcomes) and len(outcomes) == 4
    assert isinstance(gateway.send([letter()])[0], Delivered)
    gateway.close()


def test_a_letter_at_which_the_server_hangs_costs_one_time_out_and_stops_no_other(
    refusing: Refusing, letter: Make
) -> None:
    gateway = EmailGateway.from_url(url(refusing, query="&rto=0.3"))
    began = time.monotonic()
    outcomes = gateway.send([letter(f"{name}@x.example") for name in ("a", "hang", "b", "c")])
    assert time.monotonic() - began < 2
    assert [type(outcome) for outcome in outcomes] == [Delivered, Retry, Delivered, Delivered]
    assert outcomes[1] == Retry(f"connection to 127.0.0.1:{refusing.port} lost: no answer in time")
    gateway.close()


def test_a_server_that_never_greets_costs_one_time_out(letter: Make) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        gateway = EmailGateway.from_url(f"mailto://127.0.0.1:{silent.getsockname()[1]}?from=a@b.example&cto=0.3")
        began = time.monotonic()
        outcomes = gateway.send([letter()] * 50)
        assert time.monotonic() - began < 2
    assert all(isinstance(outcome, Retry) and "no answer in time" in outcome.why for outcome in outcomes)


def test_a_dead_port_answers_at_once(letter: Make) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    began = time.monotonic()
    outcomes = EmailGateway.from_url(f"mailto://127.0.0.1:{port}?from=a@b.example").send([letter()] * 1000)
    assert time.monotonic() - began < 2
    assert len(outcomes) == 1000
    assert isinstance(outcomes[-1], Retry) and outcomes[-1].why.startswith(f"no connection to 127.0.0.1:{port}: ")


def test_a_connection_that_died_between_batches_is_replaced(tmp_path: Path, letter: Make) -> None:
    with Mailbox(tmp_path) as box:
        gateway = EmailGateway.from_url(url(box))
        gateway.send([letter()])
    with Mailbox(tmp_path, port=box.port) as again:
        assert isinstance(gateway.send([letter()])[0], Delivered)
        gateway.close()
    assert [path.name[:4] for path in sorted(tmp_path.iterdir())] == ["0001", "0002"]
    assert len(again.received) == 1


def test_an_idle_connection_is_replaced(mailbox: Mailbox) -> None:
    now = 0.0
    pool = SmtpPool(Relay("127.0.0.1", mailbox.port, "insecure", "", "", True, 5, 5), monotonic=lambda: now)
    for moment in (0.0, 59.0, 118.0, 179.0):
        now = moment
        pool.deliver("a@b.example", [Mail("c@d.example", b"Subject: x\r\n\r\n")])
    pool.close()
    ports = [received.client_port for received in mailbox.received]
    assert len(set(ports[:3])) == 1 and ports[3] != ports[2]


def test_threads_share_the_connection(gateway: EmailGateway, mailbox: Mailbox, letter: Make) -> None:
    threads = [threading.Thread(target=gateway.send, args=([letter()] * 5,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(mailbox.received) == 20
    assert len({received.client_port for received in mailbox.received}) == 1


@pytest.mark.parametrize("mode", ["starttls", "ssl"])
def test_tls_both_ways(tmp_path: Path, certificate: ssl.SSLContext, letter: Make, mode: str) -> None:
    with Mailbox(tmp_path / "mail", **_tls(mode, certificate)) as box:
        gateway = EmailGateway.from_url(url(box, "mailtos", query=f"&mode={mode}"))
        assert [type(outcome) for outcome in gateway.send([letter(), letter()])] == [Delivered, Delivered]
        gateway.close()


@pytest.mark.parametrize("mode", ["starttls", "ssl"])
def test_an_unknown_certificate_is_refused_unless_told(tmp_path: Path, letter: Make, mode: str) -> None:
    context = _server_context(trustme.CA(), "127.0.0.1")
    with Mailbox(tmp_path, **_tls(mode, context)) as box:
        strict = EmailGateway.from_url(url(box, "mailtos", query=f"&mode={mode}"))
        [refused] = strict.send([letter()])
        lenient = EmailGateway.from_url(url(box, "mailtos", query=f"&mode={mode}&verify=no"))
        [taken] = lenient.send([letter()])
        lenient.close()
    assert isinstance(refused, Retry) and "CERTIFICATE_VERIFY_FAILED" in refused.why
    assert isinstance(taken, Delivered)


def test_a_certificate_for_another_name_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, letter: Make
) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    with Mailbox(tmp_path / "mail", ssl_context=_server_context(authority, "mail.example")) as box:
        [outcome] = EmailGateway.from_url(url(box, "mailtos", query="&mode=ssl")).send([letter()])
    assert isinstance(outcome, Retry) and "IP address mismatch" in outcome.why


def test_starttls_is_never_skipped(gateway: EmailGateway, mailbox: Mailbox, letter: Make) -> None:
    [outcome] = EmailGateway.from_url(url(mailbox, "mailtos")).send([letter()])
    assert isinstance(outcome, Retry) and "STARTTLS" in outcome.why
    assert mailbox.received == []


def test_login_right_and_wrong(
    tmp_path: Path, certificate: ssl.SSLContext, letter: Make, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with Mailbox(tmp_path / "mail", tls_context=certificate, auth_required=True, authenticator=_authenticator) as box:
        [right] = post(url(box, "mailtos", "clerk:p%40ss%2Fword@"), [letter()])
        outcomes = post(url(box, "mailtos", "clerk:wrong-secret@"), [letter()] * 3)
        [anonymous] = post(url(box, "mailtos"), [letter()])
        [unspeakable] = post(url(box, "mailtos", f"clerk:{PASSWORD}@"), [letter()])
    assert isinstance(right, Delivered)
    assert outcomes == outcomes[:1] * 3
    assert isinstance(outcomes[0], Retry) and "login refused (535" in outcomes[0].why
    assert isinstance(anonymous, Retry) and anonymous.why.startswith("530 ") and "wants a login" in anonymous.why
    assert isinstance(unspeakable, Retry) and "characters that SMTP cannot carry" in unspeakable.why
    words = " ".join([record.getMessage() for record in caplog.records if record.name != "mail.log"] + [repr(outcomes)])
    assert "secret" not in words and "p@ss" not in words and "so-y-te@" not in words


def test_notify_through_plain_apprise(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with Mailbox(tmp_path, refusals={"gone@x.example": "550 no such user gone@x.example"}) as box:
        service = apprise.Apprise()
        assert service.add(
            f"smtppool://127.0.0.1:{box.port}/a@x.example/gone@x.example?from=d@x.example&cc=c@x.example"
            "&%2BMessage-ID=%3Cfixed\\1%40x.example%3E"
        )
        caplog.clear()
        assert not service.notify(title="Tiêu đề\r\nBcc: all@x.example", body="Nội dung")
        plugin = service[0]
        assert isinstance(plugin, PooledEmail)
        assert plugin.last["gone@x.example"] == Rejected("550 no such user gone@x.example")
        assert isinstance(plugin.last["a@x.example"], Delivered)
        assert [record.getMessage() for record in caplog.records if record.name.startswith("dunghan")] == [
            "e-mail to g…@x.example: 550 no such user g…@x.example"
        ]
        plugin.close()
    content = box.received[0].path.read_bytes()
    assert content.count(b"\r\nMessage-ID: ") == content.count(b"\r\nMessage-ID: <fixed\\1@x.example>\r\n") == 1
    message = message_from_bytes(content, policy=default)
    assert message["Subject"] == "Tiêu đề Bcc: all@x.example" and message["Bcc"] is None
    assert message["Auto-Submitted"] == "auto-generated"
    assert sorted(set(sent(box))) == ["a@x.example", "c@x.example"]
    assert len({received.client_port for received in box.received}) == 1


def test_notify_is_neither_throttled_nor_bound_to_one_id(mailbox: Mailbox) -> None:
    service = apprise.Apprise()
    service.add(f"smtppool://127.0.0.1:{mailbox.port}/a@x.example?from=d@x.example")
    again = apprise.Apprise()
    again.add(service[0].url())  # type: ignore[no-untyped-call]
    began = time.monotonic()
    assert service.notify(body="một") and service.notify(body="hai") and again.notify(body="ba")
    assert time.monotonic() - began < 3
    identities = [message_from_bytes(r.path.read_bytes()).get_all("Message-ID") for r in mailbox.received]
    assert all(identity and len(identity) == 1 for identity in identities)
    assert len({identity[0] for identity in identities if identity}) == 3
    for one in (service[0], again[0]):
        assert isinstance(one, PooledEmail)
        one.close()


def test_a_dropped_recipient_is_counted_not_named(caplog: pytest.LogCaptureFixture) -> None:
    assert apprise.Apprise().add("smtppool://127.0.0.1:9/a@x.example/not-an-address?from=d@x.example")
    words = [record.getMessage() for record in caplog.records]
    assert words == ["1 of the recipients in a smtppool URL are no e-mail addresses and get nothing"]


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        ("", "must begin with mailto://"),
        ("smtp://secret@x.example", "must begin with mailto://"),
        ("mailto:x", "must begin with mailto://"),
        ("mailto://", "no server"),
        ("mailto://user:secret@?from=a@b.example", "no server"),
        ("mailto://user:se@cret@x.example", "write @ as %40"),
        ("mailto://user:se#cret@x.example", "# as %23"),
        ("mailto://user:secret@x.example:abc?from=a@b.example", "port between 1 and 65535"),
        ("mailto://user:secret@x.example:99999?from=a@b.example", "port between 1 and 65535"),
        ("mailto://x.example?from=secret", "from="),
        ("mailto://x.example", "from="),
        ("mailtos://user:secret@x.example?from=a@b.example&mode=secret", "mode="),
        ("mailto://user:secret@x.example/to@x.example?from=a@b.example", "recipients"),
        ("mailto://user:secret@x.example?from=a@b.example&cc=secret@x.example", "recipients"),
    ],
)
def test_a_bad_url_says_what_to_do_and_no_secret(bad: str, says: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with pytest.raises(BadGatewayUrl) as failure:
        EmailGateway.from_url(bad)
    assert says in str(failure.value)
    assert "secret" not in str(failure.value) + caplog.text and "cret" not in str(failure.value)


def test_a_provider_known_to_apprise_needs_no_host() -> None:
    plugin = EmailGateway.from_url("mailtos://someone:password@gmail.com")._plugin
    assert (plugin.smtp_host, plugin.port, plugin.secure_mode) == ("smtp.gmail.com", 587, "starttls")
