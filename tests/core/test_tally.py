from datetime import date, datetime

import pytest

from config.catalog import Catalog
from dunghan.core.chain import expand
from dunghan.core.periods import period
from dunghan.core.tally import Owed, StageCount, count, tally
from models.obligation import Event
from models.timezone import VIETNAM

LAST = date(2018, 12, 9)


def on(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=VIETNAM)


def event(at: str, kind: str, until: date | None = None) -> Event:
    return Event(on(at), kind, until)  # type: ignore[arg-type]


def owed(office: str, *events: Event, last: date | None = LAST) -> Owed:
    return Owed("annual", "2018", "district", office, last, events)


DISTRICTS = [
    owed("024", event("2018-12-08T10:00", "submit")),
    owed("026", event("2018-12-10T00:00", "submit")),
    owed("027", event("2018-12-01T10:00", "waive")),
    owed("028"),
    owed("029", last=None),
    owed("030", event("2018-12-08T10:00", "submit"), event("2018-12-09T10:00", "return")),
    owed("031", event("2018-12-08T10:00", "extend", date(2018, 12, 20))),
    owed("032", event("2018-12-08T10:00", "submit"), event("2018-12-09T10:00", "waive")),
    owed("033", event("2018-12-09T10:00", "submit"), last=None),
    owed("034", event("2018-12-09T10:00", "waive"), last=None),
]


def test_a_stage_is_counted_by_first_submissions() -> None:
    assert count("district", DISTRICTS, on("2018-12-11T08:00")) == StageCount(
        "district", expected=10, submitted=4, on_time=3, late=1, missing=2, waived=3, undated=1, overdue=1,
        offices_missing=("028", "031"),
    )  # fmt: skip


def test_the_extended_office_is_missing_and_not_overdue_until_its_new_day_has_ended() -> None:
    assert count("district", DISTRICTS, on("2018-12-20T23:59")).overdue == 1
    assert count("district", DISTRICTS, on("2018-12-21T00:00")).overdue == 2


def test_before_anything_happened_everything_dated_is_missing() -> None:
    found = count("district", DISTRICTS, on("2018-11-01T08:00"))
    assert (found.expected, found.missing, found.undated, found.submitted, found.overdue) == (10, 7, 3, 0, 0)


def test_many_submissions_of_one_office_count_once() -> None:
    again = owed("024", *(event(f"2018-12-0{n}T10:00", "submit") for n in range(1, 9)))
    found = count("district", [again], on("2018-12-11T08:00"))
    assert (found.expected, found.submitted, found.on_time) == (1, 1, 1)


def test_nothing_owed_is_nothing_counted() -> None:
    assert count("district", [], on("2018-12-11T08:00")) == StageCount("district", 0, 0, 0, 0, 0, 0, 0, 0, ())
    assert tally([], on("2018-12-11T08:00")) == {}


@pytest.mark.parametrize(("now", "overdue"), [("2018-12-09T23:59", 0), ("2018-12-10T00:00", 11)])
def test_the_season_of_ha_giang_stage_by_stage(catalog: Catalog, now: str, overdue: int) -> None:
    plan = catalog.plan("ha-giang-168-2016")
    report = plan.report("annual")
    assert report is not None
    whole = expand(plan, report, period("2018"), catalog.tree, catalog.calendar, {}, {})
    found = tally([Owed(o.report, o.period.key, o.stage, o.office, o.deadline.last_day) for o in whole], on(now))
    stages = found["annual", "2018"]
    assert [(s.stage, s.expected, s.missing, s.undated) for s in stages] == [
        ("commune", 193, 193, 0),
        ("district", 11, 11, 0),
        ("department", 9, 9, 0),
        ("organisation", 5, 3, 2),
        ("dolisa", 1, 1, 0),
    ]
    assert stages[1].overdue == overdue
