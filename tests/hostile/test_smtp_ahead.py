"""A server that takes texts ahead of its answers (CHUNKING), and fails with some of them in flight."""

import time
from dataclasses import replace

import pytest

from dunghan.channels.chunking import AHEAD
from dunghan.channels.outcome import Retry
from tests.hostile.conftest import QUICK, Open, Post, Serve, kinds, letters, mail_url, patience, taken_once
from tests.hostile.smtp_server import Fault, HostileSmtp


@pytest.fixture
def server(serve: Serve) -> HostileSmtp:
    """It offers CHUNKING."""
    return serve(chunking=True)


def test_many_letters_go_whole_and_once_over_one_connection(server: HostileSmtp, post: Post) -> None:
    odd = ["", ".", "..\n.\n", "không có dòng cuối", "x" * 5000, "MAIL FROM:<a@b.example>\nQUIT\n"]
    batch = [replace(letter, text=odd[n % len(odd)]) for n, letter in enumerate(letters(300))]
    assert kinds(post(server, batch)) == "D" * 300
    taken_once(server, batch)
    assert server.connections == 1
    assert server.commands[1:4] == ["RSET", "MAIL FROM:<nhac@ha-giang.example>", "RCPT TO:<n0@x.example>"]
    assert sum(command.startswith("BDAT") and command.endswith("LAST") for command in server.commands) == 300


def test_the_same_bytes_arrive_as_over_data(serve: Serve, post: Post) -> None:
    ahead, pipelined = serve(chunking=True), serve()
    batch = letters(50, html="<p>.\n..dấu chấm</p>")
    for one in (ahead, pipelined):
        assert kinds(post(one, batch)) == "D" * 50
    assert ahead.texts == [text.replace(b"\n..", b"\n.") for text in pipelined.texts]


def test_a_small_batch_has_one_text_in_flight(server: HostileSmtp, post: Post) -> None:
    assert kinds(post(server, letters(49))) == "D" * 49
    assert server.commands.count("DATA") == 49 and server.connections == 1


def test_chunking_without_pipelining_is_not_used(serve: Serve, post: Post) -> None:
    server = serve(pipelining=False, chunking=True)
    assert kinds(post(server, letters(50))) == "D" * 50
    assert not [command for command in server.commands if command.startswith("BDAT")]


LOST = {
    "closes after the text": Fault("text", b"", "close", to="n5@", times=1),
    "closes in the middle of the text": Fault("half", to="n5@", times=1),
    "resets at RCPT": Fault("RCPT", b"", "reset", to="n5@", times=1),
    "hangs at RCPT": Fault("RCPT", b"", "hang", to="n5@", times=1),
    "hangs after the text": Fault("text", b"", "hang", to="n5@", times=1),
    "drips after the text": Fault("text", "250 " + "x" * 200, drip=0.1, to="n5@", times=1),
    "garbage after the text": Fault("text", b"ok, thanks\r\n", to="n5@", times=1),
    "goes ahead": Fault("text", "354 go on", to="n5@", times=1),
    "knows no BDAT": Fault("text", "500 5.5.1 unknown command", to="n5@", times=1),
    "refuses to begin anew": Fault("RSET", "500 5.5.1 what?", taken=5, times=1),
}


@pytest.mark.parametrize("fault", LOST.values(), ids=LOST)
def test_what_is_out_waits_and_the_rest_goes_one_at_a_time(server: HostileSmtp, post: Post, fault: Fault) -> None:
    server.faults = [Fault(**vars(fault))]
    batch = letters(60)
    began = time.monotonic()
    outcomes = post(server, batch, **patience(fault))
    assert time.monotonic() - began < 5
    waiting = [n for n, kind in enumerate(kinds(outcomes)) if kind == "w"]
    assert waiting == list(range(waiting[0], waiting[0] + len(waiting))) and 1 < len(waiting) <= AHEAD
    assert waiting[0] == 5 or (5 in waiting and "reset" in outcomes[5].why)  # type: ignore[union-attr] # answers went too
    assert kinds(outcomes).replace("w", "") == "D" * (60 - len(waiting))
    assert max(server.accepted.values()) == 1 and server.connections == 2
    assert not [command for command in server.commands[-80:] if command.startswith("BDAT")], "no more go together"


def test_what_was_out_may_have_come_and_goes_again_under_its_message_id(server: HostileSmtp, post: Post) -> None:
    server.faults = [Fault("taken", b"", "close", to="n5@", times=1)]
    batch = letters(60)
    outcomes = post(server, batch)
    waiting = [n for n, outcome in enumerate(outcomes) if isinstance(outcome, Retry)]
    assert "127.0.0.1" in outcomes[5].why and " lost: " in outcomes[5].why  # type: ignore[union-attr]
    assert kinds(post(server, [replace(batch[n], again=True) for n in waiting])) == "D" * len(waiting)
    assert {name: n for name, n in server.accepted.items() if n > 1} == {batch[5].message_id: 2}
    assert len(server.accepted) == 60


CLOSING = {
    "421 at RSET": Fault("RSET", "421 4.7.0 đủ rồi", "close", taken=5, times=1),
    "421 at MAIL": Fault("MAIL", "421 4.3.2 đóng cửa", "close", taken=5, times=1),
    "421 at RCPT": Fault("RCPT", "421 4.7.0 bận", "close", to="n5@", times=1),
    "421 after a letter": Fault("taken", b"250 2.0.0 ok\r\n421 4.7.0 timeout\r\n", "close", to="n4@", times=1),
}


@pytest.mark.parametrize("fault", CLOSING.values(), ids=CLOSING)
def test_what_is_out_behind_a_421_was_not_taken_and_goes_over_the_next_connection(
    server: HostileSmtp, post: Post, fault: Fault
) -> None:
    server.faults = [Fault(**vars(fault))]
    batch = letters(60)
    assert kinds(post(server, batch)) == "D" * 60
    taken_once(server, batch)
    assert server.connections == 2


def test_a_text_answered_by_421_waits_alone(server: HostileSmtp, post: Post) -> None:
    server.faults = [Fault("text", "421 4.3.0 bận", "close", to="n5@", times=1)]
    batch = letters(60)
    assert kinds(post(server, batch)) == "DDDDDw" + "D" * 54
    taken_once(server, batch, but=[5])


def test_a_421_that_is_not_the_end_after_all_doubles_nothing(server: HostileSmtp, post: Post) -> None:
    """The server goes on behind it: whatever it then takes of what is out is heard, and not sent again."""
    server.faults = [Fault("RCPT", "421 4.7.0 chậm lại", to="n5@", times=1)]
    batch = letters(60)
    assert kinds(post(server, batch)) == "D" * 60
    taken_once(server, batch)


def test_a_421_and_then_silence_leaves_what_is_out_unknown(server: HostileSmtp, post: Post) -> None:
    server.faults = [Fault("RCPT", "421 4.7.0 bận", "hang", to="n5@", times=1)]
    batch = letters(60)
    began = time.monotonic()
    outcomes = kinds(post(server, batch, **QUICK))
    assert time.monotonic() - began < 5
    assert outcomes.startswith("DDDDDw") and 1 <= outcomes.count("w") <= AHEAD
    assert max(server.accepted.values()) == 1


@pytest.mark.parametrize("at", ["MAIL", "RCPT", "text"])
@pytest.mark.parametrize("then", ["close", "reset", "hang"])
def test_a_server_that_always_fails_is_given_up_after_two_connections(
    server: HostileSmtp, post: Post, at: str, then: str
) -> None:
    server.faults = [Fault(at, b"", then)]  # type: ignore[arg-type]
    batch = letters(50)
    began = time.monotonic()
    outcomes = kinds(post(server, batch, **patience(server.faults[0])))
    assert time.monotonic() - began < 5
    assert outcomes.count("w") <= AHEAD + 1 and set(outcomes) == {"w", "u"}
    assert server.connections <= 2
    server.heal()
    assert kinds(post(server, batch)) == "D" * 50
    taken_once(server, batch)


def test_a_letter_that_the_server_always_stumbles_over_takes_the_others_along_once_only(
    server: HostileSmtp, post: Post
) -> None:
    server.faults = [Fault("text", b"", "close", to="n0@")]
    batch = letters(60)
    outcomes = kinds(post(server, batch))
    assert outcomes == "w" * AHEAD + "D" * 52
    again = [replace(letter, again=True) for letter in batch[:AHEAD]]
    assert kinds(post(server, again)) == "w" + "D" * (AHEAD - 1)
    taken_once(server, batch, but=[0])


def test_letters_tried_before_go_one_at_a_time_behind_the_others(server: HostileSmtp, post: Post) -> None:
    batch = [replace(letter, again=n % 2 == 1) for n, letter in enumerate(letters(100))]
    assert kinds(post(server, batch)) == "D" * 100
    taken_once(server, batch)
    assert sum(command.startswith("BDAT") for command in server.commands) == 50
    assert server.commands.count("DATA") == 50 and server.connections == 1


def test_an_answer_too_many_ends_the_connection(server: HostileSmtp, gateway: Open) -> None:
    server.faults = [Fault("taken", b"250 ok\r\n250 and one more\r\n", to="n49@", times=1)]
    kept = gateway(mail_url(server))
    batch = letters(100)
    assert kinds(kept.send(batch[:50]) + kept.send(batch[50:])) == "D" * 100
    taken_once(server, batch)
    assert server.connections == 2


def test_the_budget_ends_a_batch_between_letters(server: HostileSmtp, post: Post) -> None:
    server.faults = [Fault("taken", "250 2.0.0 đã nhận", drip=0.02)]
    batch = letters(60)
    outcomes = kinds(post(server, batch, budget="1"))
    delivered = outcomes.count("D")
    assert AHEAD <= delivered < 60 and outcomes == "D" * delivered + "u" * (60 - delivered)
    assert len(server.accepted) == delivered
