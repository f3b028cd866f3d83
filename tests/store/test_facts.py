"""Facts out of the database: the fast SQLite reader and SQLAlchemy tell the same."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine

from dunghan.core.times import instant
from dunghan.engine import actions, handing_in, plan_actions
from dunghan.engine.context import Context
from dunghan.engine.owed import Wanted, owed
from dunghan.engine.sweep import open_only, run_pass
from dunghan.store import acts, alike, contacts, facts, papers
from dunghan.store.database import reading, writing
from dunghan.store.rows import reading_file, sqlite_file
from models.contact import Contact
from models.office import Office

PLAN = "ha-giang-168-2016"
ONE = f"{PLAN}/annual/2018/024"


def at(text: str) -> Any:
    return instant(text, "at")


@pytest.fixture
def eventful(context: Context, daily_passes: None) -> Context:
    """A plan to which everything has happened once."""
    context.now.set("2018-12-20")  # type: ignore[attr-defined]
    handing_in.submit(context, ONE, received_at=at("2018-12-03T09:30:15.5"), note="bản giấy", by="024")
    actions.give_back(context, ONE, by="B", because="thiếu biểu", at=at("2018-12-04"))
    actions.extend(context, ONE, until=date(2018, 12, 19), by="B", because="lũ", at=at("2018-12-05"))
    actions.acknowledge(context, ONE, until=date(2018, 12, 7), by="024", at=at("2018-12-05T10:00"))
    actions.waive(context, f"{PLAN}/annual/2018/026", by="B", because="x", at=at("2018-12-05"))
    plan_actions.set_date(
        context, PLAN, "semiannual", "department", date(2018, 12, 28), because="họp", by="B", key="2018-H2"
    )
    plan_actions.pause(context, PLAN, because="bão", by="B", at=at("2018-12-06"))
    plan_actions.resume(context, PLAN, by="B", at=at("2018-12-07"))
    plan_actions.pause(context, PLAN, because="bão", by="B", at=at("2018-12-08"))
    with writing(context.db) as connection:
        acts.decide_plan(connection, PLAN, "add_office", context.now(), context.now(), "B", "x", stage="department",
                         office="x")  # fmt: skip
        acts.add_offices(connection, [Office("x.y", "X", "department", "02", date(2018, 1, 1), None)])
    return context


@pytest.fixture
def daily_passes(context: Context) -> None:
    """Passes of the end of November."""
    for day in ("2018-11-23", "2018-12-03"):
        run_pass(context, PLAN, at(day))


def _read(rows: list[Any]) -> list[Any]:
    return [facts.obligation_of(row) for row in rows]


QUESTIONS: dict[str, Callable[[Any], Any]] = {
    "opened": lambda c: facts.opened(c, PLAN),
    "obligation": lambda c: facts.obligation(c, ONE),
    "no obligation": lambda c: facts.obligation(c, "x"),
    "events_of_plan": lambda c: facts.events_of_plan(c, PLAN),
    "events_of": lambda c: facts.events_of(c, ONE),
    "events_of_period": lambda c: facts.events_of_period(c, PLAN, "annual", "2018"),
    "decisions_of_period": lambda c: facts.decisions_of_period(c, PLAN, "annual", "2018"),
    "alike": lambda c: list(alike.alike(c, PLAN, "annual", "2018")),
    "alike of a stage": lambda c: list(alike.alike(c, PLAN, "annual", "2018", "district")),
    "eventful": lambda c: list(alike.eventful(c, PLAN, "annual", "2018")),
    "quiet": lambda c: alike.quiet(c, PLAN, "annual", "2018", date(2018, 12, 1), date(2018, 12, 9), 50),
    "events_of_ids": lambda c: facts.events_of_ids(c, [ONE, f"{PLAN}/annual/2018/026"]),
    "plan_facts": lambda c: facts.plan_facts(c, PLAN),
    "papers of offices": lambda c: _read(papers.of_offices(c, ["024", "026"], date(2018, 10, 1))),
    "papers of ids": lambda c: _read(papers.of_ids(c, [ONE])),
    "silent": lambda c: papers.silent(c, PLAN, "annual", "2018", "district"),
    "unreached": lambda c: papers.unreached(
        c, PLAN, "annual", "2018", date(2018, 12, 1), date(2018, 12, 9), frozenset({"email"})
    ),
    "paused_plans": facts.paused_plans,
    "imported_offices": facts.imported_offices,
    "newest_office": facts.newest_office,
    "due": lambda c: facts.due(c, PLAN, at("2018-12-17"), 300),
    "nothing due": lambda c: facts.due(c, PLAN, at("2018-11-23"), 300),
    "opened_periods": lambda c: facts.opened_periods(c, PLAN),
}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_both_readers_give_the_same_rows_to_every_question(eventful: Context, database_url: str) -> None:
    asked = {name for name in vars(facts) if getattr(vars(facts)[name], "__module__", "") == facts.__name__}
    functions = {name for name in asked if callable(vars(facts)[name]) and name.islower() and name[0] != "_"}
    functions -= {"obligation_of", "codes", "events_where"}  # their parts
    assert functions <= QUESTIONS.keys(), "every function of facts.py is asked here"
    with reading(eventful.db) as slow, reading_file(sqlite_file(database_url) or "") as fast:
        for name, ask in QUESTIONS.items():
            assert ask(fast) == ask(slow), name


def test_what_happened_reads_back_as_it_was_told(eventful: Context) -> None:
    with reading(eventful.db) as connection:
        happened = facts.events_of(connection, ONE)
        held = facts.plan_facts(connection, PLAN)
        assert facts.paused_plans(connection) == {PLAN}
    assert [(e.kind, e.until, e.by) for e in happened] == [
        ("submit", None, "024"), ("return", None, "B"), ("extend", date(2018, 12, 19), "B"),
        ("acknowledge", date(2018, 12, 7), "024"),
    ]  # fmt: skip
    assert happened[0].at == at("2018-12-03T09:30:15.5") and happened[0].because == "bản giấy"
    assert held.dates["semiannual", "department", "2018-H2"].day == date(2018, 12, 28)
    assert held.added == {"department": ("x",)}
    assert [(p.since, p.until) for p in held.pauses] == [
        (at("2018-12-06"), at("2018-12-07")), (at("2018-12-08"), None),
    ]  # fmt: skip
    assert held.paused


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_listing_reads_the_same_with_and_without_sqlalchemy(eventful: Context) -> None:
    quick = Context(eventful.settings, now=eventful.now)
    quick.__dict__["catalog"] = eventful.catalog
    now = at("2018-12-17")
    assert list(owed(quick, Wanted(plan=PLAN), now)) == list(owed(eventful, Wanted(plan=PLAN), now))
    assert "db" not in quick.__dict__


def test_an_opened_obligation_reads_back_as_it_was_computed(context: Context) -> None:
    now = at("2018-11-01")
    computed = {s.one.id: s.one for s in owed(context, Wanted(plan=PLAN, period="2018"), now)}
    assert open_only(context, PLAN, now) > len(computed) > 400
    assert open_only(context, PLAN, now) == 0
    with reading(context.db) as connection:
        stored = facts.opened(connection, PLAN)
    assert {key: stored[key] for key in computed} == computed


def test_contacts_are_added_or_updated_and_nobody_is_removed(db: Engine) -> None:
    an, be = Contact("024", "An", email="an@024.example"), Contact("026", "Bé", zalo="123456")
    with writing(db) as connection:
        assert contacts.upsert(connection, [an, be]) == (2, 0)
        assert contacts.upsert(connection, [an, be]) == (0, 0)
        moved = Contact("024", "An", role="leader", email="moi@024.example")
        assert contacts.upsert(connection, [moved, Contact("024", "Cúc")]) == (1, 1)
        book = contacts.book(connection)
    assert [(c.name, c.role, c.email) for c in book["024"]] == [
        ("An", "leader", "moi@024.example"), ("Cúc", "officer", ""),
    ]  # fmt: skip
    assert [c.zalo for c in book["026"]] == ["123456"]


@pytest.mark.parametrize("count", [3, 700])
def test_a_book_holds_the_offices_asked_for_and_no_others(count: int, db: Engine) -> None:
    people = [Contact(f"x{n}", "An", email="an@x.example") for n in range(count + 5)]
    with writing(db) as connection:
        contacts.upsert(connection, people)
        book = contacts.book(connection, {f"x{n}" for n in range(count)})
        assert contacts.by_id(connection, {c.id for c in book["x1"]}).popitem()[1].office == "x1"
    assert len(book) == count
