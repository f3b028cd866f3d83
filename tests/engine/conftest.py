"""What the engine's tests share: a season played by the virtual clock, and what a run left in the database."""

import json
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import pytest
from sqlalchemy import Engine, select

from dunghan import outbox
from dunghan.channels.outcome import Delivered, Heard, Letter, Outcome, unheard
from dunghan.core.times import instant, until
from dunghan.engine.context import Context
from dunghan.engine.delivery import may_leave
from dunghan.engine.letters import Writer
from dunghan.engine.people import all_contacts
from dunghan.engine.simulate import simulate
from dunghan.engine.sweep import run_pass
from dunghan.store.contacts import CONTACT
from dunghan.store.database import reading
from dunghan.store.messages import MESSAGE, REMINDER
from models.scenario import Scenario


class Played:
    """What a simulation would have sent and what it passed over."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.messages: list[dict[str, Any]] = document["messages"]
        self.skipped: list[dict[str, Any]] = document["skipped"]

    def to(self, office: str, kind: str = "reminder") -> list[dict[str, Any]]:
        """An office's messages of one kind."""
        return [m for m in self.messages if m["office"] == office and m["kind"] == kind]

    def days(self, office: str, kind: str = "reminder") -> list[str]:
        """The days on which an office gets a message of the kind, as ``12-07``, with the year where it changes."""
        return [m["at"][:10] for m in self.to(office, kind)]

    def rungs(self, office: str) -> dict[str, set[str]]:
        """Which rungs an office's reminders carry, by day."""
        return {m["at"][:10]: {r["rung"] for r in m["reminders"]} for m in self.to(office)}

    def passed_over(self, obligation: str) -> dict[str, str]:
        """An obligation's silent rungs and their reasons."""
        return {s["rung"]: s["reason"] for s in self.skipped if s["obligation"] == obligation}

    def twice_on_a_day(self) -> list[Any]:
        """Every (office, contact, kind, day) that has more than one message."""
        seen = Counter((m["office"], m["contact"], m["kind"], m["at"][:10]) for m in self.messages)
        return [key for key, times in seen.items() if times > 1]


@pytest.fixture(scope="session")
def _plays() -> dict[str, Played]:
    return {}


@pytest.fixture
def play(context: Context, _plays: dict[str, Played]) -> Callable[..., Played]:
    """A factory: ``play(plan, "2018-11-01", "2018-12-31", [("2018-12-03", "submit", obligation)])``.

    A fourth part of a step is its ``until``. The same people asking the same get what was played before.
    """

    def run(plan: str, since: str, to: str, steps: Sequence[tuple[str, ...]] = (), with_facts: bool = False) -> Played:
        scenario = Scenario.model_validate_json(_json(steps)) if steps else None
        key = repr((plan, since, to, steps, all_contacts(context)))
        if with_facts or key not in _plays:
            document = simulate(context, plan, instant(since, "from"), until(to, "until"), scenario, with_facts)
            _plays[key] = Played(document)
        return _plays[key]

    return run


def _json(steps: Sequence[tuple[str, ...]]) -> str:
    names = ("at", "action", "obligation", "until")
    return json.dumps([dict(zip(names, step, strict=False)) | {"because": "vì lý do đã nêu"} for step in steps])


class Sent(NamedTuple):
    """One message of the database, with the obligations and rungs that it carries."""

    day: str
    office: str
    contact: str
    kind: str
    status: str
    not_before: datetime
    carries: frozenset[tuple[str, str]]


@pytest.fixture
def sent(db: Engine) -> Callable[..., list[Sent]]:
    """A factory: every message in the database, or those of one kind or office, in order."""

    def read(kind: str | None = None, office: str | None = None) -> list[Sent]:
        m, r = MESSAGE.c, REMINDER.c
        with reading(db) as connection:
            rungs: dict[int, set[tuple[str, str]]] = {}
            for row in connection.execute(select(r.message_id, r.obligation_id, r.rung).where(r.fired)):
                rungs.setdefault(row.message_id, set()).add((row.obligation_id, row.rung))
            rows = connection.execute(
                select(MESSAGE, CONTACT.c.name).join(CONTACT, CONTACT.c.id == m.contact_id).order_by(m.id)
            ).all()
        found = [
            Sent(
                row.day.isoformat(),
                row.office,
                row.name,
                row.kind,
                row.status,
                row.not_before,
                frozenset(rungs.get(row.id, ())),
            )
            for row in rows
        ]
        return [s for s in found if kind in (None, s.kind) and office in (None, s.office)]

    return read


class Postman:
    """A gateway that takes every letter."""

    def __init__(self) -> None:
        self.letters: list[Letter] = []

    def send(self, letters: Sequence[Letter], heard: Heard = unheard) -> list[Outcome]:
        self.letters += letters
        return [Delivered(f"taken {letter.message_id}") for letter in letters]

    def close(self) -> None:
        pass

    def to(self, address: str) -> list[Letter]:
        """What went to an address."""
        return [letter for letter in self.letters if letter.address == address]


@pytest.fixture
def postman() -> Postman:
    """The gateway of ``mornings``."""
    return Postman()


@pytest.fixture
def mornings(context: Context, postman: Postman) -> Callable[..., outbox.Tally]:
    """A factory: ``mornings(plan, "2018-11-09", …)`` makes a pass at each time and delivers what may leave.

    Returns what became of the last one's messages.
    """

    def run(plan: str, *times: str) -> outbox.Tally:
        tally = outbox.Tally()
        ways = dict.fromkeys(("email", "zalo"), postman)
        for time in times:
            now = instant(time, "time")
            run_pass(context, plan, now)
            tally = outbox.Tally()
            if may_leave(context, now):
                tally = outbox.deliver(context.db, ways, Writer(context, now), now=now, clock=context.now, plan=plan)
        return tally

    return run


@pytest.fixture
def reasons(db: Engine) -> Callable[[str], dict[str, str]]:
    """A factory: every rung on record of an obligation, with its reason."""

    def read(obligation: str) -> dict[str, str]:
        query = select(REMINDER.c.rung, REMINDER.c.reason).where(REMINDER.c.obligation_id == obligation)
        with reading(db) as connection:
            return {row.rung: row.reason for row in connection.execute(query)}

    return read


@pytest.fixture
def daily(context: Context) -> Callable[..., None]:
    """A factory: ``daily(plan, "2018-11-09", "2018-11-12T06:00")`` makes a pass at each of these times."""

    def run(plan: str, *times: str) -> None:
        for time in times:
            run_pass(context, plan, instant(time, "time"))

    return run
