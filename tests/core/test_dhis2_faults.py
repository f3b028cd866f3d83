"""DHIS2's own reminder job has five faults (read in its source). Each is a test here, so that none comes back."""

import ast
from datetime import date, datetime, time
from pathlib import Path

from config.catalog import Catalog
from dunghan import core
from dunghan.core.chain import expand, expand_all
from dunghan.core.decide import Case, Rules, decide
from dunghan.core.ladder import steps
from dunghan.core.periods import period
from dunghan.core.state import state
from models.obligation import Event, Obligation
from models.timezone import VIETNAM, at, local_day

ISSUED = date(2016, 7, 18)


def rules(catalog: Catalog) -> Rules:
    return Rules(catalog.ladder, catalog.calendar, ISSUED)


def season_of_2018(catalog: Catalog) -> list[Obligation]:
    plan = catalog.plan("ha-giang-168-2016")
    report = plan.report("annual")
    assert report is not None
    return expand(plan, report, period("2018"), catalog.tree, catalog.calendar, {}, {})


def reads_the_clock(source: str) -> list[str]:
    """Calls that ask the machine for the time."""
    asked = {"now", "today", "utcnow", "time_ns", "monotonic", "localtime", "gmtime"}
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    return [n.func.attr for n in calls if isinstance(n.func, ast.Attribute) and n.func.attr in asked]


def test_dhis2_uses_the_system_date(catalog: Catalog) -> None:
    """Ours takes `now`: the same decision for a day long past, for today and for one to come."""
    for year in (2016, 2018, 2020):
        case = Case(date(year, 12, 9), "obliged")
        step = steps(catalog.ladder, case.last_day, ISSUED, catalog.calendar)[0]
        assert decide(case, rules(catalog), step.at).rung == -30
        assert decide(case, rules(catalog), step.at.replace(hour=7)).rung is None
    folder = Path(str(core.__file__)).parent
    assert {path.name: reads_the_clock(path.read_text(encoding="utf-8")) for path in folder.glob("*.py")} == {
        path.name: [] for path in folder.glob("*.py")
    }


def test_dhis2_looks_only_at_the_current_period(catalog: Catalog) -> None:
    """Ours still chases 2018 in January 2019, when the current period is another one."""
    plan = catalog.plan("ha-giang-168-2016")
    new_year = datetime(2019, 1, 2, 8, tzinfo=VIETNAM)
    overdue, chased = set(), set()
    for one in expand_all(plan, catalog.tree, catalog.calendar, {}, {}, 2020):
        last = one.deadline.last_day
        if last is None or one.stage != "district":
            continue
        if state(last, (), new_year) == "overdue":
            overdue.add(one.period.key)
        case = Case(last, one.binding, (), datetime(2018, 12, 28, 8, tzinfo=VIETNAM), noticed=True)
        if decide(case, rules(catalog), new_year).rung is not None:
            chased.add(one.period.key)
    assert overdue == {"2016", "2017", "2018"}
    assert chased == {"2018"}


def test_dhis2_offset_plus_five_fires_five_days_before_the_end(catalog: Catalog) -> None:
    """Ours fires a rung with a plus after the last day, and one with a minus before it."""
    last = date(2018, 12, 12)
    found = {s.rung: local_day(s.at) for s in steps(catalog.ladder, last, ISSUED, catalog.calendar)}
    assert (found[-7], found[7]) == (date(2018, 12, 5), date(2018, 12, 19))
    assert all((day < last) if rung < 0 else (day > last) for rung, day in found.items())
    five = catalog.ladder.model_copy(update={"obliged": (-5, 5)})
    assert [local_day(s.at) for s in steps(five, last, ISSUED, catalog.calendar)] == [
        date(2018, 12, 7), date(2018, 12, 17),
    ]  # fmt: skip


def test_dhis2_exact_day_match_without_catch_up_or_send_log(catalog: Catalog) -> None:
    """Ours catches a missed day up once, knows what has gone out, and says what became of every rung."""
    down_on_the_day = Case(date(2018, 12, 9), "obliged", (), at(date(2018, 11, 29), time(8)), noticed=True)
    monday = at(date(2018, 12, 3), time(8))
    caught_up = decide(down_on_the_day, rules(catalog), monday)
    assert (caught_up.rung, caught_up.reason) == (-7, "caught_up")
    again = decide(down_on_the_day._replace(swept_until=monday), rules(catalog), monday.replace(hour=9))
    assert (again.rung, again.skipped) == (None, ())
    first_run_ever = decide(Case(date(2018, 12, 9), "obliged"), rules(catalog), at(date(2018, 12, 7), time(8)))
    assert first_run_ever.rung == -1
    assert {s.rung: s.reason for s in first_run_ever.skipped} == {
        -30: "expired", -14: "missed", -7: "missed", -3: "missed",
    }  # fmt: skip


def test_dhis2_mails_every_office_not_the_pending_ones(catalog: Catalog) -> None:
    """Ours writes to the eleven districts less those that have answered or need not."""
    morning = at(date(2018, 12, 7), time(8))
    history = {
        "024": "submit",
        "026": "submit",
        "027": "waive",
        "028": "accept",
        "029": "acknowledge",
    }
    asked = []
    for one in season_of_2018(catalog):
        if one.stage != "district" or one.deadline.last_day is None:
            continue
        kind = history.get(one.office)
        until = date(2018, 12, 20) if kind == "acknowledge" else None
        events = [Event(at(date(2018, 12, 6), time(15)), kind, until)] if kind else []  # type: ignore[arg-type]
        case = Case(one.deadline.last_day, one.binding, events, at(date(2018, 12, 6), time(8)), noticed=True)
        if decide(case, rules(catalog), morning).rung is not None:
            asked.append(one.office)
    assert asked == ["030", "031", "032", "033", "034", "035"]
