"""The outbox and its gateways at their worst: each batch is settled, each message waits its time, none is lost."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select

from dunghan.channels.email import EmailGateway
from dunghan.channels.zalo import ZaloGateway
from dunghan.channels.zalo_tokens import MemoryTokenStore
from dunghan.core.backoff import CAP_SECONDS, MOST_ATTEMPTS
from dunghan.demo.zalo_standin import Answer
from dunghan.outbox import LEASE, Tally
from dunghan.store.database import reading
from dunghan.store.messages import ATTEMPT
from tests.hostile.conftest import Open, Serve, mail_url, patience
from tests.hostile.smtp_server import Fault
from tests.hostile.zalo_server import HostileZalo, ZaloFault

Queue = Callable[..., list[str]]
Send = Callable[..., Tally]
Fates = Callable[[], dict[str, Any]]
SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@SQLITE
def test_a_recipient_who_is_never_ready_is_asked_less_and_less_often_and_then_given_up_in_sight(
    queue: Queue, send: Send, fates: Fates, serve: Serve, gateway: Open, clock: Any, db: Engine
) -> None:
    server = serve(Fault("RCPT", "451 4.7.1 thử lại sau", to="x1@"))
    names = queue(3)
    opened = gateway(mail_url(server))
    assert send(opened) == Tally(delivered=2, retry=1)
    for _ in range(MOST_ATTEMPTS - 2):
        clock.time = fates()[names[1]].retry_at
        assert send(opened) == Tally(retry=1)
    clock.time = fates()[names[1]].retry_at
    assert send(opened) == Tally(dead=1)
    row = fates()[names[1]]
    assert (row.status, row.attempts, row.answer) == ("dead", MOST_ATTEMPTS, "451 4.7.1 thử lại sau")
    a = ATTEMPT.c
    with reading(db) as connection:
        tries = connection.execute(select(a.at, a.outcome, a.detail).where(a.message_id == row.id).order_by(a.id)).all()
    assert {tuple(t)[1:] for t in tries} == {("retry", "451 4.7.1 thử lại sau")} and len(tries) == MOST_ATTEMPTS
    waits = [(b.at - a.at).total_seconds() for a, b in pairwise(tries)]
    assert waits == sorted(waits) and sum(waits) > 2 * 3600 and waits[-1] <= 1.5 * CAP_SECONDS
    assert dict(server.accepted) == {names[0]: 1, names[2]: 1}


DEAD = [
    Fault("connect", "554 no"),
    Fault("connect", b"", "hang"),
    Fault("MAIL", b"", "hang"),
    Fault("AUTH", "535 no"),
    Fault("text", b"", "close"),
]


@SQLITE
@pytest.mark.parametrize("fault", DEAD, ids=[f"{f.at} {f.say or f.then!s}" for f in DEAD])
def test_a_server_that_comes_back_gets_every_message_once(
    queue: Queue, send: Send, fates: Fates, serve: Serve, gateway: Open, clock: Any, fault: Fault
) -> None:
    users = {"clerk": "secret"} if fault.at == "AUTH" else {}
    server = serve(Fault(**vars(fault)), users=users)
    names = queue(520)
    url = mail_url(server, login="clerk:secret@" if users else "", **patience(fault))
    for _ in range(2):
        assert send(gateway(url)) == Tally(retry=520)
        assert {row.status for row in fates().values()} == {"retry"}
        clock.time += timedelta(hours=1)
    server.heal()
    assert send(gateway(url)) == Tally(delivered=520)
    assert dict(server.accepted) == dict.fromkeys(names, 1)


@SQLITE
def test_a_run_through_a_hanging_server_ends_in_the_time_of_two_time_outs(
    queue: Queue, send: Send, serve: Serve, gateway: Open
) -> None:
    """2,000 messages are four batches, and each would pay its own time-outs; the connections tell that it does not."""
    server = serve(Fault("MAIL", b"", "hang"))
    queue(2000)
    opened = gateway(mail_url(server, rto="0.5"))
    assert send(opened).retry == 2000
    assert server.connections <= 8, "four side by side, each tried anew once"
    began = time.monotonic()
    assert send(opened) == Tally()
    assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    "said",
    [b"553-\x00no\r\n553 \xff\xfe\r\n", b"553 " + b"x" * 60_000 + b"\r\n", "553 không được\u2028phép\n".encode()],
    ids=["no text", "too much text", "separators"],
)
def test_no_words_of_a_server_keep_a_batch_from_being_settled(
    queue: Queue, send: Send, fates: Fates, serve: Serve, gateway: Open, said: bytes
) -> None:
    """PostgreSQL takes no NUL: a batch that cannot be settled has been sent, and would be sent again."""
    server = serve(Fault("RCPT", said, to="x1@"), Fault("taken", b"250 \x00\xff\r\n", times=1))
    names = queue(3)
    assert send(gateway(mail_url(server))) == Tally(delivered=2, rejected=1)
    answer = fates()[names[1]].answer
    assert answer.startswith("553 ") and len(answer) <= 500 and answer.isprintable()


@pytest.mark.parametrize(
    ("answer", "tally"),
    [
        (Answer('{"error": -99, "message": "\\ud83d\\u0000 lỗi"}'), Tally(retry=2)),
        (Answer({"error": 0, "data": {"message_id": "\x00" + "x" * 9000}}), Tally(delivered=2)),
        (Answer({"error": 1}, 429, {"Retry-After": "9" * 300}), Tally(retry=2)),
    ],
    ids=["half a smiley", "no reference", "wait for ever"],
)
def test_no_words_of_zalo_do_either(
    queue: Queue, send: Send, fates: Fates, tmp_path: Path, clock: Any, answer: Answer, tally: Tally
) -> None:
    queue(2, channel="zalo")
    with HostileZalo(tmp_path / "z.jsonl", ZaloFault(say=answer)) as zalo:
        opened = ZaloGateway.from_url(zalo.url("oa"), MemoryTokenStore(), clock)
        assert send(opened, "zalo") == tally
        opened.close()
    for row in fates().values():
        assert len(row.answer) <= 500
        assert row.retry_at is None or row.retry_at <= clock() + timedelta(days=1)


def test_a_batch_is_settled_before_its_lease_ends() -> None:
    """The longest a batch of letters takes at the defaults; another process takes them up when the lease has ended."""
    relay = EmailGateway.from_url("mailto://127.0.0.1:9?from=a@b.example")._plugin._pool._relay
    assert relay.budget + relay.reply_timeout + relay.connect_timeout < LEASE.total_seconds()
    zalo = ZaloGateway.from_url("zalo://token@bot/", MemoryTokenStore(), datetime.now)._account
    assert zalo.budget + 3 * sum(zalo.timeouts) < LEASE.total_seconds()
    assert relay.rest > 0 and zalo.rest > 0
