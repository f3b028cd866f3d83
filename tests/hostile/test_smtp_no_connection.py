"""No conversation comes about: everything waits untried, nothing is lost, and it costs one time-out at most."""

import socket
import time

import pytest

from dunghan.channels.outcome import Retry
from tests.hostile.conftest import QUICK, Post, Serve, kinds, letters, patience, taken_once
from tests.hostile.smtp_server import Fault, HostileSmtp

GREETINGS = {
    "554": Fault("connect", "554 5.3.2 không nhận thư"),
    "421": Fault("connect", "421 4.3.2 bận", "close"),
    "hangs up": Fault("connect", b"", "close"),
    "resets": Fault("connect", b"", "reset"),
    "silent": Fault("connect", b"", "hang"),
    "drips": Fault("connect", "220 " + "x" * 500, drip=0.05),
    "half a line": Fault("connect", b"220 hosti", "hang"),
    "not SMTP": Fault("connect", b"HTTP/1.1 400 Bad Request\r\n\r\n"),
    "a line of a megabyte": Fault("connect", b"2" * 1_000_000, "hang"),
    "goes on and on": Fault("connect", b"220-" + b"x" * 50 + b"\r\n220-y\r\n" * 20_000, "hang"),
    "not UTF-8": Fault("connect", b"554 \xff\xfe\x00no\r\n", "close"),
    "EHLO and HELO refused": Fault("EHLO", "502 no", "close"),
    "hangs at EHLO": Fault("EHLO", b"", "hang"),
    "drips at EHLO": Fault("EHLO", "250 " + "x" * 500, drip=0.05),
}


@pytest.mark.parametrize("fault", GREETINGS.values(), ids=GREETINGS)
def test_who_gets_no_greeting_keeps_every_letter_untried(serve: Serve, post: Post, fault: Fault) -> None:
    server = serve(Fault(**vars(fault)))
    batch = letters(40)
    began = time.monotonic()
    outcomes = post(server, batch, **patience(fault))
    assert time.monotonic() - began < 5
    assert kinds(outcomes) == "u" * 40
    whys = {outcome.why for outcome in outcomes if isinstance(outcome, Retry)}
    (why,) = whys
    assert why.startswith(f"no connection to 127.0.0.1:{server.port}: ")
    assert len(why) <= 500 and why.isprintable()
    assert server.connections == 1
    server.heal()
    assert kinds(post(server, batch)) == "D" * 40
    taken_once(server, batch)


def test_a_closed_port_is_told_at_once_and_asked_again_at_once(serve: Serve, post: Post) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    server = serve()
    server.port, right = port, server.port
    began = time.monotonic()
    outcomes = post(server, letters(500))
    assert time.monotonic() - began < 5
    assert kinds(outcomes) == "u" * 500
    server.port = right
    assert kinds(post(server, letters(1))) == "D"


def test_a_server_that_knows_no_ehlo_is_greeted_with_helo(serve: Serve, post: Post) -> None:
    server = serve(Fault("EHLO", "500 5.5.1 what?"), pipelining=False)
    batch = letters(3)
    assert kinds(post(server, batch)) == "DDD"
    assert [c.split(" ")[0] for c in server.commands[:3]] == ["ehlo", "helo", "MAIL"]
    taken_once(server, batch)


def test_a_server_that_hangs_at_the_farewell_holds_nobody_up(server: HostileSmtp, post: Post) -> None:
    server.faults = [Fault("QUIT", b"", "hang")]
    batch = letters(2)
    assert kinds(post(server, batch, **QUICK)) == "DD"
    taken_once(server, batch)
