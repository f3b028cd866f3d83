"""A server that refuses some letters, or some of the time: the others go out, and each refusal means what it says."""

import pytest

from dunghan.channels.outcome import OPERATOR_WAIT, Delivered, Rejected, Retry
from tests.hostile.conftest import Open, Post, kinds, letters, mail_url, taken_once
from tests.hostile.smtp_server import Fault, HostileSmtp


def test_one_refused_recipient_among_many_stops_nobody(server: HostileSmtp, post: Post) -> None:
    server.faults = [Fault("RCPT", "550 5.1.1 <n7@x.example>: hộp thư không tồn tại", to="n7@")]
    batch = letters(30)
    outcomes = post(server, batch)
    assert outcomes[7] == Rejected("550 5.1.1 <n7@x.example>: hộp thư không tồn tại")
    assert kinds(outcomes) == "D" * 7 + "R" + "D" * 22
    taken_once(server, batch, but=[7])
    assert server.connections == 1


def test_even_if_all_but_one_are_refused(server: HostileSmtp, post: Post) -> None:
    server.faults = [Fault("RCPT", "550 5.1.1 gone", to=f"n{n}@") for n in range(20) if n != 11]
    batch = letters(20)
    assert kinds(post(server, batch)) == "R" * 11 + "D" + "R" * 8
    taken_once(server, batch, but=[n for n in range(20) if n != 11])


def test_a_greylisted_recipient_waits_and_is_taken_later(server: HostileSmtp, post: Post) -> None:
    server.faults = [
        Fault("RCPT", "450 4.2.0 greylisted", to="n1@", times=1),
        Fault("RCPT", "451 4.7.1 thử lại sau 5 phút", to="n3@", times=1),
    ]
    batch = letters(5)
    outcomes = post(server, batch)
    assert outcomes[1] == Retry("450 4.2.0 greylisted") and outcomes[3] == Retry("451 4.7.1 thử lại sau 5 phút")
    assert kinds(outcomes) == "DwDwD"
    assert kinds(post(server, [batch[1], batch[3]])) == "DD"
    taken_once(server, batch)


@pytest.mark.parametrize(
    ("words", "means"),
    [
        ("552 5.3.4 message too big", "R"),
        ("554 5.7.1 nội dung bị từ chối", "R"),
        ("451 4.3.0 try later", "w"),
        ("452 4.3.1 no room", "w"),
        ("550 5.4.5 daily sending quota exceeded", "u"),
        ("550 5.7.60 client may not send as this sender", "u"),
    ],
)
def test_a_refusal_of_the_text(server: HostileSmtp, post: Post, words: str, means: str) -> None:
    server.faults = [Fault("text", words, to="n2@")]
    batch = letters(5)
    outcomes = post(server, batch)
    assert kinds(outcomes) == f"DD{means}DD"
    assert words in outcomes[2].why  # type: ignore[union-attr]
    taken_once(server, batch, but=[2])


@pytest.mark.parametrize("verb", ["MAIL", "RCPT"])
@pytest.mark.parametrize("words", ["452 4.5.3 too many recipients", "452 full", "421 4.7.0 too many letters"])
def test_who_takes_ten_letters_a_connection_gets_the_rest_over_new_ones(
    server: HostileSmtp, post: Post, verb: str, words: str
) -> None:
    server.faults = [Fault(verb, words, "close" if words.startswith("421") else "go on", taken=10)]
    batch = letters(35)
    assert kinds(post(server, batch)) == "D" * 35
    taken_once(server, batch)
    assert server.connections == 4


def test_the_limit_is_kept_across_batches_too(server: HostileSmtp, gateway: Open) -> None:
    server.faults = [Fault("MAIL", "452 4.5.3 too many messages", taken=4)]
    kept = gateway(mail_url(server))
    batch = letters(12)
    assert kinds([outcome for start in range(0, 12, 4) for outcome in kept.send(batch[start : start + 4])]) == "D" * 12
    taken_once(server, batch)
    assert server.connections == 3


def test_a_full_mailbox_is_no_full_server(server: HostileSmtp, post: Post) -> None:
    server.faults = [Fault("RCPT", "452 4.2.2 hộp thư đầy", to="n2@")]
    batch = letters(5)
    assert kinds(post(server, batch)) == "DDwDD"
    taken_once(server, batch, but=[2])
    assert server.connections == 1


def test_a_server_without_room_for_anybody_does_not_wear_the_connection_out(server: HostileSmtp, post: Post) -> None:
    server.faults = [Fault("RCPT", "452 4.3.1 insufficient storage")]
    assert kinds(post(server, letters(40))) == "w" * 40
    assert server.connections == 1


@pytest.mark.parametrize(
    ("words", "after"),
    [
        ("451 4.3.0 busy", None),
        ("452 4.3.1 no room", None),
        ("421 4.3.2 going down", None),
        ("553 5.7.1 sender not allowed", OPERATOR_WAIT),
        ("530 5.7.0 login first", OPERATOR_WAIT),
        ("550 5.1.8 sender's domain not found", OPERATOR_WAIT),
    ],
)
def test_a_refused_sender_keeps_all_letters_untried(
    server: HostileSmtp, post: Post, words: str, after: float | None
) -> None:
    server.faults = [Fault("MAIL", words)]
    batch = letters(50)
    outcomes = post(server, batch)
    assert kinds(outcomes) == "u" * 50
    assert all(isinstance(outcome, Retry) and words in outcome.why for outcome in outcomes)
    assert {outcome.after for outcome in outcomes if isinstance(outcome, Retry)} == {after}
    assert server.connections <= 2
    server.heal()
    assert kinds(post(server, batch)) == "D" * 50
    taken_once(server, batch)


@pytest.mark.parametrize(
    ("words", "means"),
    [
        ("550 5.1.8 sender address rejected", "u"),
        ("530 5.7.57 not authenticated", "u"),
        ("535 5.7.8 credentials invalid", "u"),
        ("554 5.7.1 <n2@x.example>: Relay access denied", "w"),
        ("550 5.7.1 Unable to relay", "w"),
        ("554 5.7.1 not welcome here", "R"),
    ],
)
def test_what_is_about_us_is_never_held_against_a_recipient(
    server: HostileSmtp, post: Post, words: str, means: str
) -> None:
    """Postfix tells what is wrong with the sender only at RCPT (smtpd_delay_reject)."""
    server.faults = [Fault("RCPT", words, to="n2@")]
    batch = letters(5)
    assert kinds(post(server, batch)) == f"DD{means}DD"
    taken_once(server, batch, but=[2])


def test_what_is_no_250_and_yet_a_yes(server: HostileSmtp, post: Post) -> None:
    server.faults = [Fault("RCPT", "252 cannot verify, will try"), Fault("MAIL", "200 fine")]
    batch = letters(3)
    assert kinds(post(server, batch)) == "DDD"
    taken_once(server, batch)


def test_a_refusal_at_data(server: HostileSmtp, post: Post) -> None:
    server.faults = [Fault("DATA", "554 5.5.1 không nhận", to="n1@"), Fault("DATA", "451 4.3.0 chờ", to="n2@")]
    batch = letters(4)
    assert kinds(post(server, batch)) == "DRwD"
    taken_once(server, batch, but=[1, 2])


def test_words_are_kept_but_not_for_ever(server: HostileSmtp, post: Post) -> None:
    said = b"550-5.1.1 \xe1\xbb\x87\x00\xff\r\n" + b"550-" + b"x" * 400 + b"\r\n" + b"550 " + b"y" * 400 + b"\r\n"
    server.faults = [Fault("RCPT", said, to="n0@")]
    [rejected, delivered] = post(server, letters(2))
    assert isinstance(rejected, Rejected) and isinstance(delivered, Delivered)
    assert rejected.why.startswith("550 5.1.1 ệ � xxx")
    assert len(rejected.why) == 500 and rejected.why.isprintable()
    server.faults = [Fault("MAIL", b"553-\x00no\r\n553 \xff\r\n")]
    [refused] = post(server, letters(1))
    assert isinstance(refused, Retry) and refused.why == "sender refused: 553  no �"
