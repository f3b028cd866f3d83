"""Connections that are lost, hang or drip in the middle: what was in flight waits, nothing else does, and time ends."""

import time

import pytest

from dunghan.channels.outcome import Retry
from tests.hostile.conftest import QUICK, Open, Post, kinds, letters, mail_url, patience, taken_once
from tests.hostile.smtp_server import Fault, HostileSmtp


@pytest.fixture
def server(one_by_one: HostileSmtp) -> HostileSmtp:
    """What is lost with several texts in flight is in ``test_smtp_ahead``."""
    return one_by_one


BEFORE_THE_TEXT = {
    "421 at MAIL": Fault("MAIL", "421 4.3.2 đóng cửa", "close", taken=5, times=1),
    "closes at MAIL": Fault("MAIL", b"", "close", taken=5, times=1),
    "421 at RCPT": Fault("RCPT", "421 4.7.0 bận", "close", to="n5@", times=1),
    "resets at RCPT": Fault("RCPT", b"", "reset", to="n5@", times=1),
    "421 at DATA": Fault("DATA", "421 4.3.0 bận", "close", to="n5@", times=1),
    "hangs at RCPT": Fault("RCPT", b"", "hang", to="n5@", times=1),
    "drips at RCPT": Fault("RCPT", "250 2.1.5 " + "x" * 200, drip=0.1, to="n5@", times=1),
    "garbage at RCPT": Fault("RCPT", b"\xff\xfe\x00 gi day\r\n", to="n5@", times=1),
    "closes after a letter": Fault("taken", "250 2.0.0 đã nhận", "close", to="n4@", times=1),
    "421 after a letter": Fault("taken", b"250 2.0.0 ok\r\n421 4.7.0 timeout\r\n", "close", to="n4@", times=1),
}


@pytest.mark.parametrize("fault", BEFORE_THE_TEXT.values(), ids=BEFORE_THE_TEXT)
def test_a_letter_that_was_not_handed_over_goes_over_the_next_connection(
    server: HostileSmtp, post: Post, fault: Fault
) -> None:
    server.faults = [Fault(**vars(fault))]
    batch = letters(12)
    began = time.monotonic()
    assert kinds(post(server, batch, **patience(fault))) == "D" * 12
    assert time.monotonic() - began < 5
    taken_once(server, batch)
    assert server.connections == 2


IN_FLIGHT = {
    "421 after the text": Fault("text", "421 4.3.0 bận", "close", to="n5@", times=1),
    "closes after the text": Fault("text", b"", "close", to="n5@", times=1),
    "closes in the middle of the text": Fault("half", to="n5@", times=1),
    "hangs after the text": Fault("text", b"", "hang", to="n5@", times=1),
    "drips after the text": Fault("text", "250 " + "x" * 200, drip=0.1, to="n5@", times=1),
    "garbage after the text": Fault("text", b"ok, thanks\r\n", to="n5@", times=1),
    "goes ahead once more": Fault("text", "354 go on", to="n5@", times=1),
}


@pytest.mark.parametrize("fault", IN_FLIGHT.values(), ids=IN_FLIGHT)
def test_only_the_letter_in_flight_waits_and_goes_again_under_its_message_id(
    server: HostileSmtp, post: Post, fault: Fault
) -> None:
    server.faults = [Fault(**vars(fault))]
    batch = letters(12)
    began = time.monotonic()
    assert kinds(post(server, batch, **patience(fault))) == "DDDDDwDDDDDD"
    assert time.monotonic() - began < 5
    taken_once(server, batch, but=[5])
    assert kinds(post(server, [batch[5]])) == "D"
    taken_once(server, batch)


def test_a_letter_taken_but_not_answered_for_is_the_only_one_that_may_come_twice(
    server: HostileSmtp, post: Post
) -> None:
    server.faults = [Fault("taken", b"", "close", to="n5@", times=1)]
    batch = letters(12)
    [waiting] = [o for o in post(server, batch) if isinstance(o, Retry)]
    assert waiting.counts and "lost: connection closed by the server" in waiting.why
    assert kinds(post(server, [batch[5]])) == "D"
    assert {name: n for name, n in server.accepted.items() if n > 1} == {batch[5].message_id: 2}
    assert len(server.accepted) == 12


@pytest.mark.parametrize("at", ["RCPT", "text"])
def test_a_letter_that_the_server_always_stumbles_over_stops_no_other(server: HostileSmtp, post: Post, at: str) -> None:
    server.faults = [Fault(at, b"", "close", to="n0@"), Fault(at, b"", "close", to="n7@")]
    batch = letters(12)
    assert kinds(post(server, batch)) == "wDDDDDDwDDDD"
    taken_once(server, batch, but=[0, 7])


@pytest.mark.parametrize(("at", "first_two"), [("MAIL", "uu"), ("RCPT", "uu"), ("text", "ww")])
@pytest.mark.parametrize("then", ["close", "reset", "hang"])
def test_a_server_that_always_fails_is_given_up_after_two_connections(
    server: HostileSmtp, post: Post, at: str, first_two: str, then: str
) -> None:
    server.faults = [Fault(at, b"", then)]  # type: ignore[arg-type]
    batch = letters(40)
    began = time.monotonic()
    outcomes = post(server, batch, **patience(server.faults[0]))
    assert time.monotonic() - began < 5
    assert kinds(outcomes) == first_two + "u" * 38
    assert server.connections == 2
    server.heal()
    assert kinds(post(server, batch)) == "D" * 40
    taken_once(server, batch)


def test_a_kept_connection_that_died_meanwhile_is_replaced(server: HostileSmtp, gateway: Open) -> None:
    kept = gateway(mail_url(server, **QUICK))
    batch = letters(9)
    for number, fault in enumerate((Fault("RSET", b"", "hang", times=1), Fault("RSET", b"", "close", times=1))):
        server.faults = [fault]
        assert kinds(kept.send(batch[3 * number : 3 * number + 3])) == "DDD"
    server.faults = [Fault("RSET", b"250 ok\r\n250 and one more\r\n", times=1)]
    assert kinds(kept.send(batch[6:])) == "DDD"
    taken_once(server, batch)


def test_a_connection_with_a_half_done_letter_is_not_used_again(server: HostileSmtp, gateway: Open) -> None:
    """A recipient refused at the end of a batch leaves the server in the middle of a mail: the next begins afresh."""
    server.faults = [Fault("RCPT", "550 5.1.1 gone", to="n2@")]
    kept = gateway(mail_url(server))
    batch = letters(6)
    assert kinds(kept.send(batch[:3]) + kept.send(batch[3:])) == "DDRDDD"
    taken_once(server, batch, but=[2])
    assert server.connections == 1
