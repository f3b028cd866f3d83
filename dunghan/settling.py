"""What becomes of a claimed message: its outcome, written down as its fate."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, select, update

from dunghan import journal
from dunghan.channels.outcome import Delivered, Letter, Outcome, Rejected, Retry
from dunghan.core.backoff import MOST_ATTEMPTS, delay
from dunghan.store import queue
from dunghan.store.database import reading, writing
from dunghan.store.messages import MESSAGE
from models.errors import DunghanError


class Claimed(NamedTuple):
    """A message that is ours to send until its lease ends."""

    id: int
    contact_id: int
    office: str
    plan: str
    day: date
    kind: str
    channel: str
    message_id: str
    attempts: int
    about: str = ""

    @property
    def key(self) -> str:
        """This try's name in the journal: what is settled may be claimed anew before its line is gone."""
        return f"{self.id}.{self.attempts}.{self.channel}"


class Prepared(NamedTuple):
    """A message made ready: its letter and the channel to try after this one, or why it is not sent any more."""

    letter: Letter | None = None
    withdrawn: str = ""
    fallback: str | None = None


_SAID = {Delivered: "delivered", Retry: "retry", Rejected: "rejected"}
Compose = Callable[[Connection, Sequence[Claimed]], Mapping[int, Prepared]]


class Tally(NamedTuple):
    """What became of the messages of one delivery; ``kept`` wait for a gateway, or for their plan to be resumed."""

    delivered: int = 0
    retry: int = 0
    rejected: int = 0
    dead: int = 0
    withdrawn: int = 0
    kept: int = 0

    def plus(self, other: "Tally") -> "Tally":
        """Both added up."""
        return Tally(*(a + b for a, b in zip(self, other, strict=True)))


def settle(
    connection: Connection,
    claimed: Sequence[Claimed],
    prepared: Mapping[int, Prepared],
    outcomes: Mapping[int, Outcome],
    owner: str,
    real: datetime,
) -> Tally:
    """Write down what became of each message. One whose lease was lost belongs to another by now and stays as it is."""
    rows: list[dict[str, Any]] = []
    attempts: list[dict[str, Any]] = []
    counts = {"delivered": 0, "retry": 0, "rejected": 0, "dead": 0, "withdrawn": 0}
    for one in claimed:
        letter = prepared[one.id].letter
        outcome = outcomes.get(one.id)
        row: dict[str, Any] = {
            "id": one.id, "subject": letter.subject if letter else "", "body": letter.on_record if letter else "",
            "channel": one.channel, "attempts": one.attempts, "retry_at": None, "settled_at": real,
        }  # fmt: skip
        row.update(_fate(one, prepared[one.id], outcome, real))
        counts[row["status"] if row["status"] != "queued" else "retry"] += 1
        rows.append(row)
        if outcome is not None:
            said = _SAID[type(outcome)]
            attempts.append(
                {"message_id": one.id, "at": real, "channel": one.channel, "outcome": said, "detail": row["answer"]}
            )
    queue.settle(connection, rows, attempts, owner)
    return Tally(**counts)


def _fate(one: Claimed, ready: Prepared, outcome: Outcome | None, real: datetime) -> dict[str, Any]:
    """What an outcome changes of a message, beyond its being settled."""
    match outcome:
        case Delivered(reference):  # by far the most
            return {"status": "delivered", "answer": reference}
        case None:
            return {"status": "withdrawn", "answer": ready.withdrawn}
        case Retry(why, after, counts) if one.attempts < MOST_ATTEMPTS or not (counts or ready.fallback):
            # Where the gateway as a whole is of no use, nobody has judged the letter, and it does not die of that.
            wait = timedelta(seconds=delay(one.attempts, one.message_id, after))
            return {"status": "retry", "answer": why, "retry_at": real + wait, "settled_at": None}
        case Retry(why) | Rejected(why) if ready.fallback:
            move = {"status": "queued", "channel": ready.fallback, "attempts": 0, "settled_at": None}
            return move | {"answer": f"{one.channel}: {why}"}
        case Rejected(why):
            return {"status": "rejected", "answer": why}
        case Retry(why):
            return {"status": "dead", "answer": why}


def recover(db: Engine, compose: Compose, journals: Path | None, clock: Callable[[], datetime]) -> Tally:
    """Settle what this machine's dead senders were told, and put back at once what they had claimed and not sent."""
    total = Tally()
    m = MESSAGE.c
    for left in journal.left_behind(journals) if journals else ():
        held = (m.lease_by == left.owner) & (m.status == "sending")
        with reading(db) as connection:
            rows = [
                Claimed(*row) for row in connection.execute(select(*(m[name] for name in Claimed._fields)).where(held))
            ]
            outcomes = {c.id: left.answers[c.key] for c in rows if c.key in left.answers}
            answered = [c for c in rows if c.id in outcomes]
            prepared = _for_the_record(connection, compose, answered)
        if rows:
            back = {"status": "queued", "lease_by": None, "lease_until": None, "attempts": m.attempts - 1}
            with writing(db) as connection:
                total = total.plus(settle(connection, answered, prepared, outcomes, left.owner, clock()))
                connection.execute(update(MESSAGE).where(held).values(**back))
    return total


def _for_the_record(connection: Connection, compose: Compose, answered: Sequence[Claimed]) -> Mapping[int, Prepared]:
    """The letters of messages that were sent, as far as they can still be written."""
    try:
        return compose(connection, answered) if answered else {}
    except DunghanError:
        return {c.id: Prepared() for c in answered}
