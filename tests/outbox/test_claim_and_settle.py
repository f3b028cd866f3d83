"""The outbox on real databases: claimed once, settled once, tried again, and never lost."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine

from dunghan import settling
from dunghan.channels.outcome import Delivered, Heard, Letter, Outcome, Rejected, unheard
from dunghan.outbox import BATCH, LEASE, Claimed, Prepared, Tally
from dunghan.store.database import writing


def test_two_claimers_never_share_a_message(
    queue: Callable[..., list[int]], take: Callable[..., list[Claimed]]
) -> None:
    queue(1200)
    with ThreadPoolExecutor(4) as pool:
        batches = list(pool.map(take, [f"owner-{n}" for n in range(4)]))
    ids = [c.id for batch in batches for c in batch]
    assert len(ids) == len(set(ids))
    assert all(len(batch) <= BATCH for batch in batches)
    while more := take("last"):
        ids += [c.id for c in more]
    assert len(ids) == len(set(ids)) == 1200


def test_a_claimed_message_belongs_to_its_sender_until_the_lease_ends_and_keeps_its_message_id(
    queue: Callable[..., list[int]], take: Callable[..., list[Claimed]], clock: Any
) -> None:
    queue()
    (first,) = take("crashed")
    assert take("next") == []
    clock.time += LEASE
    assert take("next") == []
    clock.time += timedelta(seconds=1)
    (second,) = take("next")
    assert (second.id, second.message_id) == (first.id, first.message_id)
    assert second.attempts == first.attempts, "a sender that dies uses up no try"


def test_after_a_crash_between_sending_and_settling_the_next_run_simply_picks_up(
    queue: Callable[..., list[int]],
    take: Callable[..., list[Claimed]],
    send: Callable[..., Tally],
    clock: Any,
    gateway: Any,
    fate: Any,
) -> None:
    (message,) = queue()
    (abandoned,) = take("crashed")
    mail = gateway()
    assert send({"email": mail}) == Tally()
    clock.time += LEASE + timedelta(seconds=1)
    assert send({"email": mail}) == Tally(delivered=1)
    assert [one.message_id for one in mail.letters] == [abandoned.message_id]
    assert fate(message).status == "delivered"
    assert send({"email": mail}) == Tally()


def test_who_lost_the_lease_settles_nothing(
    db: Engine,
    queue: Callable[..., list[int]],
    take: Callable[..., list[Claimed]],
    send: Callable[..., Tally],
    composer: Any,
    clock: Any,
    fate: Any,
) -> None:
    """A sender that hangs past its lease finds its message settled by another, and leaves it so."""
    (message,) = queue()

    class Hanging:
        def send(self, letters: Sequence[Letter], heard: Heard = unheard) -> list[Outcome]:
            clock.time += LEASE + timedelta(seconds=1)
            (taken,) = take("second")
            ready = {taken.id: Prepared(letters[0])}
            said = {taken.id: Delivered("by the second")}
            with writing(db) as connection:
                settling.settle(connection, [taken], ready, said, "second", clock())
            return [Rejected("by the first") for _ in letters]

        def close(self) -> None:
            pass

    send({"email": Hanging()})
    row = fate(message)
    assert (row.status, row.answer) == ("delivered", "by the second")


def test_a_message_waits_for_its_hour(
    queue: Callable[..., list[int]], take: Callable[..., list[Claimed]], morning: datetime
) -> None:
    queue(not_before=morning + timedelta(hours=1))
    assert take("one") == []
    assert len(take("one", now=morning + timedelta(hours=1))) == 1


def test_a_plan_asked_for_alone_is_sent_alone(
    queue: Callable[..., list[int]], send: Callable[..., Tally], gateway: Any
) -> None:
    queue(2)
    queue(3, plan="other")
    assert send({"email": gateway()}, plan="other") == Tally(delivered=3)


def test_without_a_gateway_for_its_channel_a_message_is_kept_and_counted(
    queue: Callable[..., list[int]], send: Callable[..., Tally], gateway: Any
) -> None:
    queue(3, channel="zalo")
    queue(2, first=10)
    assert send({"email": gateway()}) == Tally(delivered=2, kept=3)
    assert send({"zalo": gateway()}) == Tally(delivered=3)


def test_a_paused_plan_keeps_its_messages(
    queue: Callable[..., list[int]], send: Callable[..., Tally], gateway: Any
) -> None:
    queue(3)
    queue(2, plan="other")
    assert send({"email": gateway()}, paused={"plan"}) == Tally(delivered=2, kept=3)
    assert send({"email": gateway()}) == Tally(delivered=3)


def test_a_digest_is_written_when_the_others_are_settled(
    db: Engine, queue: Callable[..., list[int]], send: Callable[..., Tally], gateway: Any, fate: Any, composer: Any
) -> None:
    (digest,) = queue(kind="digest")
    others = queue(3, first=5)
    seen: list[list[str]] = []

    def compose(connection: Connection, claimed: Sequence[Claimed]) -> Mapping[int, Prepared]:
        if claimed[0].kind == "digest":
            seen.append([fate(one).status for one in others])
        return composer(connection, claimed)  # type: ignore[no-any-return]

    assert send({"email": gateway()}, compose) == Tally(delivered=4)
    assert seen == [["delivered"] * 3]
    assert fate(digest).status == "delivered"


def test_what_is_withdrawn_is_not_sent_and_says_why(
    queue: Callable[..., list[int]], send: Callable[..., Tally], gateway: Any, fate: Any, tries: Any
) -> None:
    (message,) = queue()
    mail = gateway()

    def compose(_: Connection, claimed: Sequence[Claimed]) -> Mapping[int, Prepared]:
        return {c.id: Prepared(withdrawn="everything it asked for has been answered") for c in claimed}

    assert send({"email": mail}, compose) == Tally(withdrawn=1)
    assert mail.letters == [] and tries(message) == []
    assert fate(message).answer == "everything it asked for has been answered"


def test_more_than_a_batch_goes_out_whole(
    queue: Callable[..., list[int]], send: Callable[..., Tally], gateway: Any
) -> None:
    queue(BATCH + 7)
    mail = gateway()
    assert send({"email": mail}) == Tally(delivered=BATCH + 7)
    assert len({one.message_id for one in mail.letters}) == BATCH + 7
