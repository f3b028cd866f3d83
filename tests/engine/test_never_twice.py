"""Whatever happens in whatever order: one message a contact, plan, day and kind, and one reminder a rung."""

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, delete, select

from config.catalog import Catalog
from dunghan import outbox
from dunghan.channels.outcome import Delivered, Outcome, Retry
from dunghan.engine import actions, handing_in, plan_actions
from dunghan.engine.context import Context
from dunghan.engine.delivery import may_leave
from dunghan.engine.letters import Writer
from dunghan.engine.sweep import run_pass
from dunghan.store import acts
from dunghan.store.contacts import CONTACT
from dunghan.store.database import reading, writing
from dunghan.store.messages import ATTEMPT, MESSAGE, REMINDER
from dunghan.store.obligations import OBLIGATION, PERIOD
from models.append_only import unprotect
from models.errors import DunghanError
from models.timezone import VIETNAM

PLAN = "small"
TEXT = """
id: small
number: 1/KH-UBND
title: Kế hoạch nhỏ
issuer: "02"
place: Hà Giang
issued_on: 2018-01-15
years: {since: 2018, until: 2018}
territory: "02"
lead: ha-giang.so-ldtbxh
source: {file: small.txt}
offices:
  - {office: ha-giang.so-ldtbxh, named: Sở, role: lead, clause: "1"}
reports:
"""
REPORT = """
  - id: REPORT
    title: Báo cáo REPORT
    kind: annual
    recurrence: annual
    chain:
      - stage: commune
        reporters: {offices: ["00688", "00691"]}
        to: ["024"]
        due: {wording: by, derived: {stage: district, working_days_before: 5}}
        clause: "1"
        quote: báo cáo
      - stage: district
        reporters: {offices: ["024"]}
        to: ["02"]
        through: ha-giang.so-ldtbxh
        due: {wording: before, day: {month: 12, day: 10}}
        clause: "1"
        quote: báo cáo
"""
OFFICES = ("00688", "00691", "024")
HISTORY = ("submission", "decision", "plan_decision", "attempt", "audit")


@pytest.fixture
def small(context: Context, tmp_path: Any, introduce: Callable[..., Any]) -> Context:
    """A plan of three offices and two reports, with every superior reachable; its history may be wiped."""
    folder = tmp_path / "config" / "plans"
    folder.mkdir(parents=True)
    reports = REPORT.replace("REPORT", "annual") + REPORT.replace("REPORT", "other").lstrip("\n")
    (folder / "small.yaml").write_text(TEXT + reports.replace("day: 10}", "day: 10}", 1), encoding="utf-8")
    context.settings = context.settings.model_copy(update={"config_dir": str(tmp_path / "config")})
    tree = context.catalog.tree
    context.__dict__["catalog"] = Catalog(context.settings)
    context.catalog.__dict__["tree"] = tree
    introduce(*OFFICES)
    introduce("024", "ha-giang.so-ldtbxh", role="leader")
    introduce("ha-giang.so-ldtbxh", role="coordinator")
    with writing(context.db) as connection:
        unprotect(connection, HISTORY)
    return context


def wipe(db: Engine) -> None:
    with writing(db) as connection:
        tables = (ATTEMPT, REMINDER, MESSAGE, acts.SUBMISSION, acts.DECISION, acts.PLAN_DECISION, OBLIGATION, PERIOD)
        for table in tables:
            connection.execute(delete(table))


class Post:
    """A gateway that answers by a given list, over and over."""

    def __init__(self, answers: list[str]) -> None:
        self.answers, self.turn = answers, 0
        self.letters: list[Any] = []

    def send(self, letters: Any, heard: Any = None) -> list[Outcome]:
        found: list[Outcome] = []
        for letter in letters:
            answer = self.answers[self.turn % len(self.answers)]
            self.turn += 1
            if answer == "delivered":
                self.letters.append(letter)
                found.append(Delivered())
            else:
                found.append(Retry("busy", after=60.0 if answer == "soon" else None))
        return found

    def close(self) -> None:
        pass


ACTS = [
    "pass",
    "pass",
    "pass",
    "deliver",
    "deliver",
    "submit",
    "return",
    "accept",
    "waive",
    "extend",
    "acknowledge",
    "pause",
    "resume",
    "recompute",
    "crash",
    "back",
]
acts_drawn = st.tuples(
    st.sampled_from(ACTS),
    st.integers(0, 60 * 30),
    st.sampled_from([f"{PLAN}/{report}/2018/{office}" for report in ("annual", "other") for office in OFFICES]),
    st.integers(1, 20),
)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@settings(
    max_examples=40,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    story=st.lists(acts_drawn, min_size=4, max_size=22),
    answers=st.lists(st.sampled_from(["delivered", "delivered", "soon", "later"]), min_size=1, max_size=4),
)
def test_a_contact_never_gets_two_messages_of_a_kind_on_one_day(
    small: Context, story: list[tuple[str, int, str, int]], answers: list[str]
) -> None:
    wipe(small.db)
    clock: Any = small.now
    clock.time = datetime.combine(date(2018, 11, 1), time(7, 45), tzinfo=VIETNAM)
    post = Post(answers)
    handed_over: list[tuple[str, str, str, date]] = []
    latest = clock.time
    for kind, minutes, obligation, days in story:
        clock.time += timedelta(minutes=minutes)
        latest = max(latest, clock.time)
        now = clock.time
        match kind:
            case "pass":
                run_pass(small, PLAN, now)
                run_pass(small, PLAN, now)
            case "back":
                run_pass(small, PLAN, now - timedelta(days=days))
            case "crash":
                outbox.claim(small.db, now=now, real=now, owner="crashed", channels=["email"], plan=None)
            case "deliver" if may_leave(small, now):
                before = len(post.letters)
                write = Writer(small, now)
                outbox.deliver(small.db, {"email": post}, write, now=now, clock=clock)
                handed_over += [
                    (letter.address, letter.message_id.split(".")[2], letter.message_id, now.date())
                    for letter in post.letters[before:]
                ]
            case "deliver":
                pass
            case _:
                with suppress(DunghanError):  # it did not fit what had happened
                    _act(small, kind, obligation, now, days)
    assert max(Counter((to, kind, day) for to, kind, _, day in handed_over).values(), default=1) == 1
    assert len({message for _, _, message, _ in handed_over}) == len(handed_over)
    with reading(small.db) as connection:
        m, r, c = MESSAGE.c, REMINDER.c, CONTACT.c
        slots = connection.execute(select(m.contact_id, m.plan, m.day, m.kind)).all()
        rungs = connection.execute(select(r.obligation_id, r.last_day, r.rung, r.contact_id).where(r.fired)).all()
        assert connection.execute(select(r.id).where(r.fired, r.message_id.is_(None))).all() == []
        assert connection.execute(select(c.id)).all()
    assert len(slots) == len(set(slots))
    assert len(rungs) == len(set(rungs))


def _act(context: Context, kind: str, obligation: str, now: datetime, days: int) -> None:
    until = now.date() + timedelta(days=days)
    match kind:
        case "submit":
            handing_in.submit(context, obligation, received_at=now, by="A")
        case "return":
            actions.give_back(context, obligation, by="B", because="x", at=now)
        case "accept":
            actions.accept(context, obligation, by="B", at=now)
        case "waive":
            actions.waive(context, obligation, by="B", because="x", at=now)
        case "extend":
            actions.extend(context, obligation, until=until, by="B", because="x", at=now)
        case "acknowledge":
            actions.acknowledge(context, obligation, until=until, by="A", at=now)
        case "pause":
            plan_actions.pause(context, PLAN, because="x", by="B", at=now)
        case "resume":
            plan_actions.resume(context, PLAN, because="x", by="B", at=now)
        case "recompute":
            plan_actions.recompute(context, PLAN, because="x", by="B")
