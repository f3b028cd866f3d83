"""Leases: a slow sender keeps its own, a dead one's messages are taken over, whatever the clock has done meanwhile."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Engine

from dunghan.channels.outcome import Delivered, Heard, Letter, Outcome, Retry, unheard
from dunghan.core.backoff import MOST_ATTEMPTS
from dunghan.outbox import LEASE, Claimed, LeaseLost, Prepared, Tally
from dunghan.store import queue as waiting
from dunghan.store.database import writing


class Slow:
    """A gateway that takes its time for each letter; ``meanwhile`` is called after each with how many it has taken."""

    def __init__(self, clock: Any, pause: timedelta, meanwhile: Callable[[int], None]) -> None:
        self._clock, self._pause, self._meanwhile = clock, pause, meanwhile
        self.taken: list[str] = []

    def send(self, letters: Sequence[Letter], heard: Heard = unheard) -> list[Outcome]:
        for place, one in enumerate(letters):
            self.taken.append(one.message_id)
            self._clock.time += self._pause
            heard(place, Delivered("taken"))
            self._meanwhile(len(self.taken))
        return [Delivered("taken") for _ in letters]

    def close(self) -> None:
        pass


def test_a_slow_sender_keeps_its_messages(
    queue: Callable[..., list[int]], send: Callable[..., Tally], gateway: Any, clock: Any
) -> None:
    """A batch that takes longer than a lease is not sent twice by the round that comes meanwhile."""
    queue(6)
    other = gateway()

    def the_next_round(taken: int) -> None:
        assert send({"email": other}) == Tally()

    slow = Slow(clock, timedelta(minutes=4), the_next_round)
    assert send({"email": slow}) == Tally(delivered=6)
    assert other.letters == [] and len(set(slow.taken)) == 6


def test_a_sender_whose_clock_leaps_stops_where_another_took_over(
    queue: Callable[..., list[int]], send: Callable[..., Tally], gateway: Any, clock: Any
) -> None:
    queue(6)
    other = gateway()

    def leap(taken: int) -> None:
        if taken == 2:
            clock.time += timedelta(days=1)
            assert send({"email": other}) == Tally(delivered=6)

    slow = Slow(clock, timedelta(seconds=1), leap)
    with pytest.raises(LeaseLost):
        send({"email": slow})
    assert len(slow.taken) == 3, "it stops at the first answer after the leap"


def test_a_lease_from_a_clock_that_was_set_back_holds_nothing_up(
    queue: Callable[..., list[int]], take: Callable[..., list[Claimed]], send: Callable[..., Tally], gateway: Any,
    clock: Any,
) -> None:  # fmt: skip
    queue(2)
    take("crashed")
    clock.time -= timedelta(days=10)
    assert send({"email": gateway()}) == Tally(delivered=2)


def test_a_retry_from_a_clock_that_was_set_back_holds_nothing_up(
    queue: Callable[..., list[int]], send: Callable[..., Tally], gateway: Any, clock: Any
) -> None:
    queue()
    assert send({"email": gateway(Retry("451 later"))}) == Tally(retry=1)
    clock.time -= timedelta(days=10)
    assert send({"email": gateway()}) == Tally(delivered=1)


def test_crashes_use_up_no_try(
    queue: Callable[..., list[int]], take: Callable[..., list[Claimed]], send: Callable[..., Tally], gateway: Any,
    clock: Any,
) -> None:  # fmt: skip
    queue()
    for _ in range(MOST_ATTEMPTS + 1):
        assert len(take("crashed")) == 1
        clock.time += LEASE + timedelta(seconds=1)
    assert send({"email": gateway(Retry("451 greylisted"))}) == Tally(retry=1)


def test_what_one_channel_sent_is_settled_though_the_next_one_breaks(
    queue: Callable[..., list[int]], send: Callable[..., Tally], gateway: Any, fate: Any, clock: Any
) -> None:
    mails, zalos = queue(2), queue(1, first=5, channel="zalo")

    class Broken:
        def send(self, letters: Sequence[Letter], heard: Heard = unheard) -> list[Outcome]:
            raise RuntimeError("the token store is locked")

        def close(self) -> None:
            pass

    mail = gateway()
    for _ in range(2):
        with pytest.raises(RuntimeError):
            send({"email": mail, "zalo": Broken()})
        clock.time += LEASE + timedelta(seconds=1)
    assert len(mail.letters) == 2
    assert [fate(m).status for m in (*mails, *zalos)] == ["delivered", "delivered", "sending"]


def test_a_digest_waits_for_what_another_sender_still_holds(
    db: Engine, queue: Callable[..., list[int]], take: Callable[..., list[Claimed]], send: Callable[..., Tally],
    gateway: Any, fate: Any, composer: Any, clock: Any,
) -> None:  # fmt: skip
    reminders = queue(2)
    held = take("living")
    (digest,) = queue(kind="digest", first=5)
    assert len(held) == 2
    assert send({"email": gateway()}) == Tally()
    assert fate(digest).status == "queued"
    clock.time += LEASE + timedelta(seconds=1)
    seen: list[list[str]] = []

    def compose(connection: Connection, claimed: Sequence[Claimed]) -> Mapping[int, Prepared]:
        if claimed[0].kind == "digest":
            seen.append([fate(one).status for one in reminders])
        return composer(connection, claimed)  # type: ignore[no-any-return]

    assert send({"email": gateway()}, compose) == Tally(delivered=3)
    assert seen == [["delivered"] * 2]


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_a_digest_waits_for_what_another_sender_is_just_claiming(
    db: Engine, queue: Callable[..., list[int]], take: Callable[..., list[Claimed]], clock: Any, morning: datetime
) -> None:
    """Two workers that begin at once: rows that the other has locked are no reason to think that all is told."""
    queue(2)
    queue(kind="digest", first=5)
    with writing(db) as connection:
        wanted = waiting.Wanted(morning, clock(), ["email"])
        assert len(waiting.take(connection, wanted, waiting.Lease("other", clock() + LEASE), 500)) == 2
        assert take("second") == []


def test_a_digest_does_not_wait_for_one_whose_sender_died(
    queue: Callable[..., list[int]], take: Callable[..., list[Claimed]], send: Callable[..., Tally], gateway: Any,
    clock: Any,
) -> None:  # fmt: skip
    """Its channel is not configured any more, so nobody takes it over."""
    queue(1, channel="zalo")
    queue(kind="digest", first=5)
    take("crashed", channels=("zalo",))
    assert send({"email": gateway()}) == Tally()
    clock.time += LEASE + timedelta(seconds=1)
    assert send({"email": gateway()}) == Tally(delivered=1)
