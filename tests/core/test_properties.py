"""What must hold for every last day, every history and every rhythm of runs."""

from collections import Counter
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from config.catalog import Catalog
from config.settings import Settings
from dunghan.core.decide import Case, Pause, Rules, decide
from dunghan.core.ladder import steps
from dunghan.core.state import last_day, silence, standing, state, timeliness
from dunghan.core.tally import Owed, count
from models.ladder import Fires, Silences
from models.obligation import Event
from models.timezone import at, local_day, next_midnight

CATALOG = Catalog(Settings())
LADDER, CALENDAR = CATALOG.ladder, CATALOG.calendar
always = settings(
    max_examples=200, deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow]
)

DAYS = st.dates(date(2015, 1, 1), date(2027, 12, 31))
CLOCK = st.times(time(6), time(19)).map(lambda t: t.replace(second=0, microsecond=0))
ENDINGS = ("submit", "return", "accept", "waive", "acknowledge")


class Fired(NamedTuple):
    """A rung that went out."""

    last_day: date
    rung: int
    now: datetime
    reason: Fires


class Passed(NamedTuple):
    """A rung that did not."""

    last_day: date
    rung: int
    now: datetime
    reason: Silences


class Season(NamedTuple):
    """An obligation's last day, its plan's issue, what happened to it, and when the engine ran."""

    stored: date
    issued_on: date
    binding: str
    events: tuple[Event, ...]
    pauses: tuple[Pause, ...]
    runs: tuple[datetime, ...]

    @property
    def rules(self) -> Rules:
        return Rules(LADDER, CALENDAR, self.issued_on, self.pauses)


@st.composite
def instants(draw: st.DrawFn, last: date, most: int) -> list[datetime]:
    """Increasing instants between well before the ladder and well after it."""
    days = draw(st.lists(st.integers(-50, 90), max_size=most, unique=True).map(sorted))
    return [at(last + timedelta(days=n), draw(CLOCK)) for n in days]


@st.composite
def seasons(draw: st.DrawFn, extensions: bool = True) -> Season:
    last = draw(DAYS)
    when = draw(instants(last, 6))
    current, events = last, []
    for instant in when:
        kind = draw(st.sampled_from((*ENDINGS, "extend") if extensions else ENDINGS))
        until = None
        if kind == "extend":
            until = current = current + timedelta(days=draw(st.integers(1, 40)))
        elif kind == "acknowledge":
            until = local_day(instant) + timedelta(days=draw(st.integers(0, 30)))
        events.append(Event(instant, kind, until))  # type: ignore[arg-type]
    pauses = []
    if draw(st.booleans()):
        begin = at(last + timedelta(days=draw(st.integers(-40, 60))), draw(CLOCK))
        pauses.append(Pause(begin, draw(st.sampled_from([None, begin + timedelta(days=9)]))))
    runs = draw(instants(last, 40))
    return Season(
        stored=last,
        issued_on=last - timedelta(days=draw(st.sampled_from([3, 10, 20, 400]))),
        binding=draw(st.sampled_from(["obliged", "requested"])),
        events=tuple(events),
        pauses=tuple(pauses),
        runs=tuple(r for r in runs if CALENDAR.is_working(local_day(r))),
    )


def play(season: Season, runs: tuple[datetime, ...]) -> tuple[list[Fired], list[Passed]]:
    """Run the engine's loop: what was decided is fed back, and an extension starts a new ladder."""
    fired: list[Fired] = []
    passed: list[Passed] = []
    swept: datetime | None = None
    noticed, current = False, season.stored
    for now in runs:
        last = last_day(season.stored, season.events, now)
        assert last is not None
        if last != current:
            swept, noticed, current = None, False, last
        case = Case(last, season.binding, season.events, swept, noticed)  # type: ignore[arg-type]
        verdict = decide(case, season.rules, now)
        schedule = steps(LADDER, last, season.issued_on, CALENDAR)
        assert verdict.next_at == min((s.at for s in schedule if s.at > now), default=None)
        if verdict.rung is not None:
            assert verdict.reason is not None
            fired.append(Fired(last, verdict.rung, now, verdict.reason))
            noticed = True
        passed += [Passed(last, skip.rung, now, skip.reason) for skip in verdict.skipped]
        swept = now
    return fired, passed


@always
@given(seasons())
def test_a_rung_never_fires_twice_for_one_last_day(season: Season) -> None:
    fired, _ = play(season, season.runs)
    assert not [key for key, n in Counter((f.last_day, f.rung) for f in fired).items() if n > 1]


@always
@given(seasons())
def test_one_run_fires_one_rung_at_most_and_rungs_only_climb(season: Season) -> None:
    fired, _ = play(season, season.runs)
    for one, other in pairwise(fired):
        assert one.now < other.now
        assert one.last_day != other.last_day or one.rung < other.rung


@always
@given(seasons())
def test_every_rung_whose_instant_has_passed_is_on_record_exactly_once(season: Season) -> None:
    assume(season.runs)
    fired, passed = play(season, season.runs)
    recorded = Counter([(x.last_day, x.rung) for x in fired] + [(x.last_day, x.rung) for x in passed])
    in_force: dict[date, datetime] = {}
    for now in season.runs:
        last = last_day(season.stored, season.events, now)
        assert last is not None
        in_force[last] = now
    due = [
        (last, step.rung)
        for last, until in in_force.items()
        for step in steps(LADDER, last, season.issued_on, CALENDAR)
        if step.at <= until
    ]
    assert recorded == Counter(due)


@always
@given(seasons())
def test_no_rung_fires_before_its_instant_nor_before_the_plan_is_issued(season: Season) -> None:
    for one in play(season, season.runs)[0]:
        instant = {s.rung: s.at for s in steps(LADDER, one.last_day, season.issued_on, CALENDAR)}[one.rung]
        assert instant <= one.now
        assert local_day(one.now) > season.issued_on
        assert local_day(one.now) - local_day(instant) <= timedelta(days=LADDER.reach_back_days)


@always
@given(seasons(), st.data())
def test_running_more_often_never_fires_a_rung_later_and_never_before_its_instant(
    season: Season, data: st.DataObject
) -> None:
    fewer = tuple(data.draw(st.lists(st.sampled_from(season.runs), unique=True).map(sorted)) if season.runs else ())
    often = {(f.last_day, f.rung): f for f in play(season, season.runs)[0]}
    for seldom in play(season, fewer)[0]:
        instant = {s.rung: s.at for s in steps(LADDER, seldom.last_day, season.issued_on, CALENDAR)}[seldom.rung]
        same = often.get((seldom.last_day, seldom.rung))
        assert same is None or instant <= same.now <= seldom.now


@always
@given(seasons())
def test_a_second_look_at_the_same_instant_changes_nothing(season: Season) -> None:
    twice = tuple(now for now in season.runs for _ in range(2))
    assert play(season, twice) == play(season, season.runs)


@always
@given(seasons())
def test_nothing_fires_while_it_is_silenced(season: Season) -> None:
    for one in play(season, season.runs)[0]:
        instant = {s.rung: s.at for s in steps(LADDER, one.last_day, season.issued_on, CALENDAR)}[one.rung]
        for moment in (instant, one.now):
            assert silence(season.events, moment) is None
            assert not any(p.since <= moment and (p.until is None or moment < p.until) for p in season.pauses)


@always
@given(seasons())
def test_a_requested_office_gets_its_three_rungs_at_most(season: Season) -> None:
    fired, passed = play(season._replace(binding="requested"), season.runs)
    assert {f.rung for f in fired} <= set(LADDER.requested)
    assert not {p.rung for p in passed if p.reason == "requested_only"} & set(LADDER.requested)


@always
@given(seasons())
def test_the_first_to_go_out_is_a_first_notice_or_was_caught_up(season: Season) -> None:
    first: dict[date, Fires] = {}
    for one in play(season, season.runs)[0]:
        if one.last_day in first:
            assert one.reason in ("rung_due", "caught_up")
        else:
            first[one.last_day] = one.reason
            assert one.reason in ("first_notice", "caught_up")


@always
@given(DAYS, st.integers(1, 400))
def test_every_rung_falls_on_a_working_day_after_the_issue_and_in_order(last: date, age: int) -> None:
    issued_on = last - timedelta(days=age)
    found = steps(LADDER, last, issued_on, CALENDAR)
    assert [s.rung for s in found] == list(LADDER.obliged)
    assert [s.at for s in found] == sorted(s.at for s in found)
    for step in found:
        assert CALENDAR.is_working(local_day(step.at))
        assert local_day(step.at) > issued_on
        nominal = last + timedelta(days=step.rung)
        if not step.held:
            assert local_day(step.at) <= nominal if step.rung <= 0 else local_day(step.at) >= nominal


@always
@given(DAYS, st.integers(0, 30))
def test_counting_working_days_forth_and_back_again_comes_home(day: date, many: int) -> None:
    home = CALENDAR.this_or_next(day)
    there = CALENDAR.forward(home, many)
    assert CALENDAR.back(there, many) == home
    between = [home + timedelta(days=n) for n in range((there - home).days)]
    assert sum(CALENDAR.is_working(d) for d in between) == many


@always
@given(st.lists(seasons(), max_size=8), st.booleans(), st.integers(-40, 100))
def test_a_stage_always_adds_up(some: list[Season], undated: bool, later: int) -> None:
    owed = [
        Owed("annual", "2018", "district", str(n), None if undated and n % 2 else s.stored, s.events)
        for n, s in enumerate(some)
    ]
    now = at((some[0].stored if some else date(2018, 12, 9)) + timedelta(days=later), time(8))
    found = count("district", owed, now)
    assert found.expected == len(owed)
    assert found.expected == found.submitted + found.waived + found.undated + found.missing
    assert found.submitted == found.on_time + found.late
    assert 0 <= found.on_time <= found.submitted <= found.expected
    assert found.overdue <= found.missing == len(found.offices_missing)


@always
@given(seasons(), st.integers(-60, 120))
def test_what_was_submitted_is_either_on_time_or_late(season: Season, later: int) -> None:
    now = at(season.stored + timedelta(days=later), time(8))
    first = next((e for e in season.events if e.kind == "submit" and e.at <= now), None)
    found = timeliness(season.stored, season.events, now)
    if first is None:
        assert found == "missing"
    else:
        last = last_day(season.stored, season.events, now)
        assert last is not None
        assert found == ("on_time" if first.at < next_midnight(last) else "late")


@always
@given(seasons(), st.integers(-60, 120))
def test_an_obligation_is_in_one_state_that_its_history_explains(season: Season, later: int) -> None:
    now = at(season.stored + timedelta(days=later), time(8))
    found = state(season.stored, season.events, now)
    stands = standing(season.events, now)
    assert found == stands if stands else found in ("upcoming", "open", "due_soon", "overdue")
    last = last_day(season.stored, season.events, now)
    assert last is not None
    if stands is None:
        assert (found == "overdue") is (now >= next_midnight(last))


@pytest.mark.parametrize("kind", ["submit", "waive"])
def test_an_answer_on_any_day_of_the_season_ends_it_there(kind: str) -> None:
    last = date(2018, 12, 9)
    mornings = [at(last + timedelta(days=n), time(8)) for n in range(-40, 80)]
    runs = tuple(m for m in mornings if CALENDAR.is_working(local_day(m)))
    for n in range(-40, 70, 3):
        answered = at(last + timedelta(days=n), time(15))
        season = Season(last, date(2016, 7, 18), "obliged", (Event(answered, kind),), (), runs)  # type: ignore[arg-type]
        fired, passed = play(season, runs)
        assert all(f.now < answered for f in fired)
        assert len(fired) + len(passed) == len(LADDER.obliged)
