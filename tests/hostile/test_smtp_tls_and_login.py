"""TLS and login that fail: nothing goes out in the clear, nothing is lost, and the words say what an operator mends."""

import base64
import logging
import ssl
from collections.abc import Callable

import pytest
import trustme

from dunghan.channels.outcome import OPERATOR_WAIT, Outcome, Retry
from tests.hostile.conftest import QUICK, Open, Serve, kinds, letters, mail_url, taken_once
from tests.hostile.smtp_server import Fault, HostileSmtp

Certificate = Callable[..., ssl.SSLContext]
PASSWORD = "mat-khau@123"
LOGIN = "clerk:mat-khau%40123@"
MODES = pytest.mark.parametrize("mode", ["starttls", "ssl"])


def secure(
    gateway: Open, server: HostileSmtp, mode: str = "starttls", login: str = "", count: int = 3
) -> list[Outcome]:
    return gateway(mail_url(server, "mailtos", login, mode=mode)).send(letters(count))


def one_reason(outcomes: list[Outcome], server: HostileSmtp) -> Retry:
    """Why all of them wait untried; none of them, and no password, left in the clear."""
    assert kinds(outcomes) == "u" * len(outcomes)
    (reason,) = set(outcomes)
    assert isinstance(reason, Retry)
    assert server.accepted == {} and not any("in the clear" in breach for breach in server.breaches)
    assert PASSWORD not in reason.why and base64.b64encode(PASSWORD.encode()).decode() not in reason.why
    return reason


@MODES
@pytest.mark.usefixtures("trusted")
def test_all_well(serve: Serve, gateway: Open, certificate: Certificate, mode: str) -> None:
    server = serve(tls=certificate(), at_once=mode == "ssl", users={"clerk": PASSWORD})
    assert kinds(secure(gateway, server, mode, LOGIN)) == "DDD"
    taken_once(server, letters(3))


@MODES
@pytest.mark.parametrize(
    ("bad", "says"),
    [
        ({"host": "mail.example"}, "IP address mismatch"),
        ({"expired": True}, "certificate has expired"),
        ({"by": trustme.CA()}, "unable to get local issuer certificate"),
    ],
    ids=["another host's", "expired", "signed by nobody we know"],
)
@pytest.mark.usefixtures("trusted")
def test_a_bad_certificate(
    serve: Serve, gateway: Open, certificate: Certificate, mode: str, bad: dict[str, object], says: str
) -> None:
    server = serve(tls=certificate(**bad), at_once=mode == "ssl", users={"clerk": PASSWORD})
    reason = one_reason(secure(gateway, server, mode, LOGIN), server)
    assert says in reason.why and "the certificate is not good, and nothing was sent" in reason.why
    assert reason.after == OPERATOR_WAIT
    assert server.passwords == []


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (Fault("STARTTLS", "454 4.7.0 TLS not available"), "454 4.7.0 TLS not available"),
        (Fault("STARTTLS", "501 no"), "501 no"),
        (Fault("STARTTLS", b"220 go\r\n250 injected\r\n", "close"), ""),
        (Fault("STARTTLS", "220 go", "close"), ""),
        (Fault("STARTTLS", "220 go", "hang"), "no answer in time"),
        (Fault("STARTTLS", b"", "hang"), "no answer in time"),
    ],
)
def test_starttls_that_fails(serve: Serve, gateway: Open, certificate: Certificate, fault: Fault, says: str) -> None:
    server = serve(Fault(**vars(fault)), tls=certificate(), users={"clerk": PASSWORD})
    outcomes = gateway(mail_url(server, "mailtos", LOGIN, **QUICK)).send(letters(3))
    assert says in one_reason(outcomes, server).why


def test_what_was_said_before_tls_is_not_believed_after_it(
    serve: Serve, gateway: Open, certificate: Certificate, trusted: None
) -> None:
    """An answer smuggled in behind STARTTLS's own (CVE-2011-0411) must not count as one to EHLO."""
    server = serve(tls=certificate(), users={"clerk": PASSWORD})
    server.faults = [Fault("STARTTLS", b"220 go\r\n250-evil\r\n250 AUTH PLAIN\r\n", "go on", times=1)]
    assert kinds(secure(gateway, server, login=LOGIN)) == "DDD"
    assert server.breaches == []


@pytest.mark.parametrize("mode", ["starttls", "ssl"])
def test_tls_wanted_and_not_offered(serve: Serve, gateway: Open, mode: str) -> None:
    server = serve()
    outcomes = gateway(mail_url(server, "mailtos", LOGIN, mode=mode, **QUICK)).send(letters(3))
    why = one_reason(outcomes, server).why
    assert "nothing was sent" in why and "check mode=" in why
    assert ("STARTTLS" in why) == (mode == "starttls")
    assert not any(command.startswith(("AUTH", "MAIL")) for command in server.commands)


@pytest.mark.usefixtures("trusted")
def test_a_wrong_password_is_tried_once_and_told_to_the_operator(
    serve: Serve, gateway: Open, certificate: Certificate, caplog: pytest.LogCaptureFixture
) -> None:
    """An account is locked after five or ten wrong logins: a night's retries must not come to that."""
    caplog.set_level(logging.DEBUG)
    echo = base64.b64encode(f"\0clerk\0{PASSWORD}".encode()).decode()
    said = f"535 5.7.8 sai mật khẩu {echo} {PASSWORD}"
    server = serve(Fault("AUTH", said), tls=certificate(), users={"clerk": "another"}, ways="LOGIN PLAIN XOAUTH2")
    opened = gateway(mail_url(server, "mailtos", LOGIN))
    for _ in range(26):  # the batches of 12,600 letters
        reason = one_reason(opened.send(letters(500)), server)
    assert "login refused (535 5.7.8 sai mật khẩu *** ***): check the gateway's user and password" in reason.why
    assert reason.after == OPERATOR_WAIT
    assert server.passwords == [PASSWORD] and server.connections == 1
    assert PASSWORD not in caplog.text and echo not in caplog.text
    server.heal()
    server.setup.users = {"clerk": PASSWORD}
    assert kinds(secure(gateway, server, login=LOGIN)) == "DDD"


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize(
    ("fault", "ways", "says"),
    [
        (Fault("AUTH", "535 no"), "XOAUTH2 OAUTHBEARER", "no way of login that we know (XOAUTH2 OAUTHBEARER)"),
        (Fault("AUTH", "454 4.7.0 temporary"), "PLAIN", "454 4.7.0 temporary"),
        (Fault("AUTH", "534 5.7.9 mechanism too weak"), "PLAIN LOGIN", "534 5.7.9 mechanism too weak"),
        (Fault("AUTH", "334 ===not base64"), "PLAIN", "answer not understood"),
        (Fault("AUTH", b"334 YQ==\r\n" * 50), "PLAIN", ""),
        (Fault("AUTH", b"", "hang"), "PLAIN", "no answer in time"),
        (Fault("AUTH", b"", "close"), "PLAIN", "closed by the server"),
    ],
)
def test_login_that_fails(
    serve: Serve, gateway: Open, certificate: Certificate, fault: Fault, ways: str, says: str
) -> None:
    server = serve(Fault(**vars(fault)), tls=certificate(), users={"clerk": PASSWORD}, ways=ways)
    outcomes = gateway(mail_url(server, "mailtos", LOGIN, **QUICK)).send(letters(3))
    assert says in one_reason(outcomes, server).why


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize("ways", ["PLAIN", "LOGIN", "XOAUTH2 LOGIN PLAIN"])
def test_each_way_of_login(serve: Serve, gateway: Open, certificate: Certificate, ways: str) -> None:
    server = serve(tls=certificate(), users={"clerk": PASSWORD}, ways=ways)
    assert kinds(secure(gateway, server, login=LOGIN)) == "DDD"


def test_a_login_that_is_not_offered(serve: Serve, gateway: Open) -> None:
    server = serve(pipelining=False)
    reason = one_reason(gateway(mail_url(server, login=LOGIN)).send(letters(3)), server)
    assert "offers no login (AUTH)" in reason.why and reason.after == OPERATOR_WAIT


def test_a_login_that_is_wanted(serve: Serve, gateway: Open) -> None:
    server = serve(users={"clerk": PASSWORD})
    reason = one_reason(gateway(mail_url(server)).send(letters(3)), server)
    assert reason.why.startswith("530 5.7.0") and "check the user and password" in reason.why
