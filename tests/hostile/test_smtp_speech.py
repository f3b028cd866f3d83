"""A server that says what nobody asked, out of step, without end, or in no language of ours."""

import time
from dataclasses import replace

import pytest

from dunghan.channels.outcome import Rejected, Retry
from tests.hostile.conftest import Post, Serve, kinds, letters, taken_once
from tests.hostile.smtp_server import Fault, HostileSmtp


@pytest.fixture
def server(one_by_one: HostileSmtp) -> HostileSmtp:
    """A server that takes texts ahead of its answers is in ``test_smtp_ahead``."""
    return one_by_one


OUT_OF_STEP = {
    "one answer too many at MAIL": Fault("MAIL", b"250 ok\r\n250 ok\r\n", taken=2, times=1),
    "one answer too many at RCPT": Fault("RCPT", b"250 ok\r\n250 ok\r\n", to="n2@", times=1),
    "goes ahead twice": Fault("DATA", b"354 go\r\n354 go\r\n", to="n2@", times=1),
    "answers the text before it came": Fault("DATA", b"354 go\r\n250 taken\r\n", to="n2@", times=1),
    "takes the text at DATA": Fault("DATA", "250 taken", to="n2@", times=1),
    "goes ahead at RCPT": Fault("RCPT", "354 go ahead", to="n2@", times=1),
    "a code of no meaning": Fault("RCPT", "199 hm", to="n2@", times=1),
    "a code of two digits": Fault("RCPT", "25 ok", to="n2@", times=1),
    "digits of another script": Fault("RCPT", "٢٥٠ ok", to="n2@", times=1),
    "an empty line": Fault("RCPT", b"\r\n", to="n2@", times=1),
}


@pytest.mark.parametrize("fault", OUT_OF_STEP.values(), ids=OUT_OF_STEP)
def test_who_is_out_of_step_is_never_believed(server: HostileSmtp, post: Post, fault: Fault) -> None:
    """Else a letter would be told delivered that was never sent."""
    server.faults = [Fault(**vars(fault))]
    batch = letters(6)
    outcomes = post(server, batch)
    assert kinds(outcomes) == "D" * 6
    taken_once(server, batch)
    assert server.connections == 2


def test_an_extra_answer_after_a_letter_tells_no_lies(server: HostileSmtp, post: Post) -> None:
    server.faults = [Fault("taken", b"250 taken\r\n250 taken\r\n", to="n2@", times=1)]
    batch = letters(6)
    outcomes = post(server, batch)
    told = {letter.message_id for letter, kind in zip(batch, kinds(outcomes), strict=True) if kind == "D"}
    assert told <= server.accepted.keys()
    again = [letter for letter in batch if letter.message_id not in told]
    assert set(kinds(post(server, again))) <= {"D"}
    assert dict(server.accepted) == {letter.message_id: 1 for letter in batch}


def test_a_refused_reset_ends_the_connection(server: HostileSmtp, post: Post) -> None:
    server.faults = [Fault("RCPT", "550 gone", to="n1@"), Fault("RSET", "500 what?", times=1)]
    batch = letters(4)
    assert kinds(post(server, batch)) == "DRDD"
    taken_once(server, batch, but=[1])


def test_answers_of_many_lines(server: HostileSmtp, post: Post) -> None:
    server.faults = [
        Fault("MAIL", b"250-2.1.0 first\r\n250-second\r\n250 third\r\n"),
        Fault("RCPT", b"550-5.1.1 h\xe1\xbb\x99p th\xc6\xb0\r\n550 5.1.1 kh\xc3\xb4ng c\xc3\xb3\r\n", to="n1@"),
        Fault("taken", b"250-2.0.0 taken\n250 as nhac-1\n"),  # a bare line feed is forgiven
    ]
    batch = letters(3)
    outcomes = post(server, batch)
    assert kinds(outcomes) == "DRD"
    assert outcomes[1] == Rejected("550 5.1.1 hộp thư 5.1.1 không có")
    taken_once(server, batch, but=[1])


ENDLESS = {
    "a line of a megabyte": b"250 " + b"x" * 1_000_000 + b"\r\n",
    "lines without end": b"250-x\r\n" * 100_000,
    "empty lines of an answer": b"250-\r\n" * 20_000 + b"250 \r\n",
}


@pytest.mark.parametrize("said", ENDLESS.values(), ids=ENDLESS)
def test_an_answer_without_end_is_not_heard_to_the_end(server: HostileSmtp, post: Post, said: bytes) -> None:
    server.faults = [Fault("RCPT", said, to="n2@", times=1)]
    batch = letters(4)
    began = time.monotonic()
    assert kinds(post(server, batch)) == "DDDD"
    assert time.monotonic() - began < 5
    taken_once(server, batch)


@pytest.mark.parametrize("offers", [(), ("SMTPUTF8", "8BITMIME", "SIZE"), ("SIZE 10",), ("\xff pipelining",)])
def test_what_is_sent_is_the_same_whatever_is_offered(serve: Serve, post: Post, offers: tuple[str, ...]) -> None:
    server = serve(pipelining=False, offers=offers)
    batch = letters(1, to_name="Nguyễn Văn Đầu Mối", from_name="Sở Lao động – Thương binh và Xã hội")
    assert kinds(post(server, batch)) == "D"
    (text,) = server.texts
    assert text.isascii() and max(map(len, text.split(b"\r\n"))) <= 998
    assert not any("SMTPUTF8" in command or "BODY" in command or "SIZE" in command for command in server.commands)
    taken_once(server, batch)


def test_a_letter_too_big_for_the_server_is_rejected_and_stops_no_other(server: HostileSmtp, post: Post) -> None:
    server.faults = [Fault("text", "552 5.3.4 message exceeds fixed limit", to="n0@")]
    batch = letters(1, text="Kính gửi\n" * 30_000) + letters(2, first=1)
    assert kinds(post(server, batch)) == "RDD"
    taken_once(server, batch, but=[0])


@pytest.mark.parametrize(
    ("address", "carried"),
    [
        ("văn-thư@ha-giang.example", None),
        ("vanthu@hà-giang.example", "vanthu@xn--h-giang-8va.example"),
        ("vanthu@ha\u0300-giang.example", "vanthu@xn--h-giang-8va.example"),
        ("vanthu@HÀ-GIANG.example", "vanthu@xn--h-giang-8va.example"),
    ],
)
def test_letters_of_ours_in_an_address(server: HostileSmtp, post: Post, address: str, carried: str | None) -> None:
    before, between, after = letters(3, reply_to="đầu-mối@hà-giang.example")
    outcomes = post(server, [before, replace(between, address=address), after])
    assert server.recipients == ["n0@x.example", *([carried] if carried else []), "n2@x.example"]
    assert kinds(outcomes) == ("DDD" if carried else "DRD")
    if not carried:
        assert isinstance(outcomes[1], Rejected) and "ask the office for an address in plain letters" in outcomes[1].why
        assert address not in outcomes[1].why
    assert server.breaches == []


def test_an_international_reply_address_is_carried_too(serve: Serve, post: Post) -> None:
    server = serve()
    assert kinds(post(server, letters(1, reply_to="dau-moi@hà-giang.example"))) == "D"
    assert b"\nReply-To: dau-moi@xn--h-giang-8va.example\n" in server.texts[0]


def test_no_answer_is_a_retry_with_words_that_say_so(server: HostileSmtp, post: Post) -> None:
    server.faults = [Fault("text", b"HTTP/1.1 200 OK\r\n")]
    [outcome] = post(server, letters(1))
    assert isinstance(outcome, Retry) and "answer not understood: HTTP/1.1 200 OK" in outcome.why
