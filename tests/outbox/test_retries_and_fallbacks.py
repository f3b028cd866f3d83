"""What a gateway did not take: tried again, rejected for good, or sent by the contact's next channel."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Engine

from dunghan import outbox
from dunghan.channels.outcome import Delivered, Letter, Rejected, Retry
from dunghan.core.backoff import CAP_SECONDS, FIRST_SECONDS, MOST_ATTEMPTS
from dunghan.outbox import Claimed, Prepared, Tally
from dunghan.store.database import writing


def test_a_retry_waits_longer_each_time_up_to_a_cap_and_the_last_try_is_the_end(
    queue: Callable[..., list[int]], send: Callable[..., Tally], clock: Any, gateway: Any, fate: Any, tries: Any
) -> None:
    (message,) = queue()
    mail = gateway(*[Retry("451 4.7.1 try later")] * 20)
    waits = []
    for _ in range(MOST_ATTEMPTS - 1):
        assert send({"email": mail}) == Tally(retry=1)
        assert send({"email": mail}) == Tally()
        waits.append((fate(message).retry_at - clock()).total_seconds())
        clock.time = fate(message).retry_at
    assert waits == sorted(waits)
    assert FIRST_SECONDS <= waits[0] <= 1.5 * FIRST_SECONDS
    assert CAP_SECONDS <= waits[-1] <= 1.5 * CAP_SECONDS
    assert send({"email": mail}) == Tally(dead=1)
    row = fate(message)
    assert (row.status, row.answer, row.attempts) == ("dead", "451 4.7.1 try later", MOST_ATTEMPTS)
    assert tries(message) == [("email", "retry", "451 4.7.1 try later")] * MOST_ATTEMPTS
    clock.time += timedelta(days=30)
    assert send({"email": mail}) == Tally()


def test_a_gateway_that_names_its_time_is_not_asked_before(
    queue: Callable[..., list[int]], send: Callable[..., Tally], clock: Any, gateway: Any, fate: Any
) -> None:
    (message,) = queue()
    send({"email": gateway(Retry("quota", after=7200))})
    assert fate(message).retry_at - clock() == timedelta(hours=2)


def test_a_rejected_message_keeps_the_words_of_the_gateway_and_is_not_tried_again(
    queue: Callable[..., list[int]], send: Callable[..., Tally], clock: Any, gateway: Any, fate: Any, tries: Any
) -> None:
    (message,) = queue()
    mail = gateway(Rejected("550 5.1.1 hộp thư không tồn tại"))
    assert send({"email": mail}) == Tally(rejected=1)
    clock.time += timedelta(days=1)
    assert send({"email": mail}) == Tally()
    assert (fate(message).status, fate(message).answer) == ("rejected", "550 5.1.1 hộp thư không tồn tại")
    assert tries(message) == [("email", "rejected", "550 5.1.1 hộp thư không tồn tại")]


def test_an_operator_may_queue_what_failed_again(
    db: Engine, queue: Callable[..., list[int]], send: Callable[..., Tally], gateway: Any
) -> None:
    ids = queue(3)
    send({"email": gateway(Rejected("550"), Retry("451"), Delivered("250"))})
    with writing(db) as connection:
        assert outbox.retry(connection, ids, "email") == 2
    assert send({"email": gateway()}) == Tally(delivered=2)


def test_what_one_channel_refuses_goes_by_the_next(
    queue: Callable[..., list[int]], send: Callable[..., Tally], gateway: Any, fate: Any, tries: Any
) -> None:
    (message,) = queue()

    def compose(_: Connection, claimed: Sequence[Claimed]) -> Mapping[int, Prepared]:
        following = {"email": "zalo", "zalo": None}
        return {
            c.id: Prepared(Letter("a", "s", "t", None, c.message_id), fallback=following[c.channel]) for c in claimed
        }

    mail, zalo = gateway(Rejected("550 no such user")), gateway()
    total = send({"email": mail, "zalo": zalo}, compose)
    assert total == Tally(retry=1, delivered=1)
    assert (fate(message).status, fate(message).channel) == ("delivered", "zalo")
    assert [t[:2] for t in tries(message)] == [("email", "rejected"), ("zalo", "delivered")]


def test_a_fallback_without_a_gateway_is_kept_for_it(
    queue: Callable[..., list[int]], send: Callable[..., Tally], gateway: Any, fate: Any
) -> None:
    (message,) = queue()

    def compose(_: Connection, claimed: Sequence[Claimed]) -> Mapping[int, Prepared]:
        return {c.id: Prepared(Letter("a", "s", "t", None, c.message_id), fallback="zalo") for c in claimed}

    assert send({"email": gateway(Rejected("550"))}, compose) == Tally(retry=1, kept=1)
    assert fate(message).status == "queued"
