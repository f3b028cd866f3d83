"""What the outbox's tests share: queued messages, gateways written by hand, and a composer that needs no plan."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, insert, select

from dunghan.channels.outcome import Delivered, Heard, Letter, Outcome, unheard
from dunghan.core.times import instant
from dunghan.outbox import Claimed, Prepared, Tally, claim, deliver
from dunghan.store.database import reading, writing
from dunghan.store.messages import ATTEMPT, MESSAGE

MORNING = instant("2018-11-09", "now")


class Gateway:
    """Gives the answers it was told to, letter by letter; then it takes everything."""

    def __init__(self, *answers: Outcome) -> None:
        self.answers = list(answers)
        self.letters: list[Letter] = []

    def send(self, letters: Sequence[Letter], heard: Heard = unheard) -> list[Outcome]:
        self.letters += letters
        return [self.answers.pop(0) if self.answers else Delivered("250 taken") for _ in letters]

    def close(self) -> None:
        pass


@pytest.fixture
def gateway() -> Callable[..., Gateway]:
    """A factory: ``gateway(Retry("451 later"), Delivered("250"))``."""
    return Gateway


@pytest.fixture
def queue(db: Engine, introduce: Callable[..., Any]) -> Callable[..., list[int]]:
    """A factory: ``queue(3, kind="digest")`` puts messages to as many contacts into the outbox; returns their ids."""

    def put(count: int = 1, first: int = 0, **fields: Any) -> list[int]:
        people = introduce(*(f"x{first + n}" for n in range(count)))
        row = {
            "plan": "plan",
            "day": MORNING.date(),
            "kind": "reminder",
            "channel": "email",
            "status": "queued",
            "not_before": MORNING,
            "created_at": MORNING,
            "attempts": 0,
            "answer": "",
            "subject": "",
            "body": "",
        } | fields
        ids = [f"<{row['plan']}.{c.id}.{row['kind']}@dunghan.example>" for c in people]
        rows = [
            row | {"contact_id": c.id, "office": c.office, "message_id": i} for c, i in zip(people, ids, strict=True)
        ]
        with writing(db) as connection:
            connection.execute(insert(MESSAGE), rows)
            return list(connection.scalars(select(MESSAGE.c.id).where(MESSAGE.c.message_id.in_(ids))))

    return put


def compose(connection: Connection, claimed: Sequence[Claimed]) -> Mapping[int, Prepared]:
    """A letter for each message, with nothing to fall back on."""
    return {c.id: Prepared(letter(c)) for c in claimed}


def letter(one: Claimed) -> Letter:
    """A message's letter."""
    return Letter(f"{one.office}@mail.example", "Nhắc nộp báo cáo", "Kính gửi", None, one.message_id)


@pytest.fixture
def composer() -> Callable[..., Mapping[int, Prepared]]:
    """Composes a letter for each message, with no other channel to fall back on."""
    return compose


@pytest.fixture
def fate(db: Engine) -> Callable[[int], Any]:
    """A factory: a message's row as it stands."""

    def read(message: int) -> Any:
        with reading(db) as connection:
            return connection.execute(select(MESSAGE).where(MESSAGE.c.id == message)).one()

    return read


@pytest.fixture
def tries(db: Engine) -> Callable[[int], list[tuple[str, str, str]]]:
    """A factory: a message's attempts as (channel, outcome, detail)."""

    def read(message: int) -> list[tuple[str, str, str]]:
        a = ATTEMPT.c
        query = select(a.channel, a.outcome, a.detail).where(a.message_id == message).order_by(a.id)
        with reading(db) as connection:
            return [tuple(row) for row in connection.execute(query)]

    return read


@pytest.fixture
def morning() -> datetime:
    """When the queued messages may leave: 2018-11-09T08:00+07:00."""
    return MORNING


@pytest.fixture
def take(db: Engine, clock: Callable[[], datetime], morning: datetime) -> Callable[..., list[Claimed]]:
    def of(
        owner: str, channels: Sequence[str] = ("email",), plan: str | None = None, **when: datetime
    ) -> list[Claimed]:
        times = {"now": morning, "real": clock()} | when
        return claim(db, owner=owner, channels=channels, plan=plan, **times)

    return of


@pytest.fixture
def send(db: Engine, clock: Any, morning: datetime, composer: Any) -> Callable[..., Tally]:
    """A factory: ``send({"email": gateway()})`` delivers what may leave."""

    def of(ways: Mapping[str, Any], compose: Any = composer, now: datetime = morning, **more: Any) -> Tally:
        return deliver(db, ways, compose, now=now, clock=clock, **more)

    return of
