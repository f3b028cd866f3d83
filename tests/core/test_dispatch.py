from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import NamedTuple

import pytest

from config.catalog import Catalog
from dunghan.core.calendar import WorkCalendar
from dunghan.core.dispatch import (
    Superior,
    WorkHours,
    digest_readers,
    officers,
    reachable,
    since_last_digest,
    superior,
)
from models.contact import Contact, Role
from models.ladder import Ladder
from models.timezone import VIETNAM

LEAD = "ha-giang.so-ldtbxh"
BOTH = frozenset({"email", "zalo"})


class Owing(NamedTuple):
    """Whom an obligation goes to, as far as dispatch reads it."""

    office: str
    to: Sequence[str]
    through: str | None = None


COMMUNE = Owing("00688", ("024",))
DISTRICT = Owing("024", ("02",), LEAD)
DEPARTMENT = Owing("ha-giang.so-y-te", ("02",), LEAD)
THE_LEAD = Owing(LEAD, ("02", "bo-ldtbxh"))

OFFICER: tuple[Role, ...] = ("officer", "coordinator")
COORDINATOR: tuple[Role, ...] = ("coordinator", "officer")
LEADER: tuple[Role, ...] = ("leader", "coordinator", "officer")


@pytest.mark.parametrize(
    ("duty", "rung", "expected"),
    [
        (COMMUNE, 3, Superior("024", OFFICER)),
        (COMMUNE, 7, Superior("024", LEADER)),
        (DISTRICT, 3, Superior(LEAD, COORDINATOR)),
        (DISTRICT, 7, Superior(LEAD, LEADER)),
        (DEPARTMENT, 3, Superior(LEAD, COORDINATOR)),
        (DEPARTMENT, 7, Superior(LEAD, LEADER)),
        (THE_LEAD, 3, Superior(LEAD, ("leader", "coordinator"))),
        (THE_LEAD, 7, Superior("02", LEADER)),
        (Owing(LEAD, ("02",), LEAD), 7, Superior("02", LEADER)),  # it is not its own superior
        (Owing("593", ("binh-thuan.so-ldtbxh",)), 3, Superior("binh-thuan.so-ldtbxh", OFFICER)),
        (Owing("ha-giang.cong-an", ()), 3, None),  # the text names no recipient
        (Owing("ha-giang.cong-an", ()), 7, None),
        (Owing(LEAD, ("bo-ldtbxh",)), 7, None),  # a ministry is never written to
        (Owing("ha-giang.so-y-te", ("bo-ldtbxh",)), 3, None),
        (Owing("ha-giang.so-y-te", ("02",), "bo-ldtbxh"), 3, None),
    ],
)
def test_the_superior_is_one_level_up_and_never_a_ministry(
    catalog: Catalog, ladder: Ladder, duty: Owing, rung: int, expected: Superior | None
) -> None:
    assert superior(duty, LEAD, rung, ladder, catalog.ministries) == expected


def test_the_ministries_are_those_of_the_catalogue(catalog: Catalog) -> None:
    assert catalog.ministries == {"bo-ldtbxh"}


def person(name: str, role: Role, **addresses: str) -> Contact:
    return Contact("024", name, role, **addresses)  # type: ignore[arg-type]


HOA = person("Hoa", "officer", email="hoa@dong-van.example")
LAN = person("Lan", "officer", zalo="2468013579")
MAI = person("Mai", "officer", phone="0912345678")
BINH = person("Bình", "leader", email="binh@dong-van.example")
CUC = person("Cúc", "coordinator", email="cuc@dong-van.example")


def test_every_officer_with_an_address_is_reminded_and_nobody_else() -> None:
    book = {"024": [BINH, HOA, CUC, LAN, MAI]}
    assert officers(book, "024", BOTH) == [HOA, LAN]
    assert officers(book, "024", frozenset({"email"})) == [HOA]
    assert officers(book, "024", frozenset({"email", "zalo", "phone"})) == [HOA, LAN, MAI]
    assert officers(book, "026", BOTH) == []


def test_an_office_with_only_a_leader_has_no_officer_to_remind() -> None:
    assert officers({"024": [BINH]}, "024", BOTH) == []


def test_the_first_role_that_has_somebody_with_an_address_is_taken() -> None:
    book = {"024": [HOA, LAN, BINH]}
    assert reachable(book, "024", LEADER, BOTH) == [BINH]
    assert reachable(book, "024", COORDINATOR, BOTH) == [HOA, LAN]
    without_address = {"024": [person("Không", "leader"), HOA]}
    assert reachable(without_address, "024", LEADER, BOTH) == [HOA]


def test_the_digest_goes_to_the_coordinator_and_to_the_officer_where_there_is_none() -> None:
    assert digest_readers({"024": [HOA, CUC, BINH]}, "024", BOTH) == [CUC]
    assert digest_readers({"024": [HOA, BINH]}, "024", BOTH) == [HOA]
    assert digest_readers({"024": [BINH]}, "024", BOTH) == []


def on(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=VIETNAM)


@pytest.mark.parametrize(
    ("now", "slot"),
    [
        ("2018-12-07T06:59:59", "2018-12-07T07:00"),
        ("2018-12-07T07:00", "2018-12-07T07:00"),
        ("2018-12-07T08:00", "2018-12-07T08:00"),
        ("2018-12-07T17:59:59", "2018-12-07T17:59:59"),
        ("2018-12-07T18:00", "2018-12-10T07:00"),
        ("2018-12-08T10:00", "2018-12-10T07:00"),
        ("2018-12-09T23:59", "2018-12-10T07:00"),
        ("2018-12-31T10:00", "2019-01-02T07:00"),
        ("2019-01-05T10:00", "2019-01-05T10:00"),  # a worked Saturday
        ("2019-02-01T19:00", "2019-02-11T07:00"),  # over Tết
        ("2026-01-01T10:00", "2026-01-05T07:00"),
    ],
)
def test_a_message_waits_for_the_hours_of_a_working_day(calendar: WorkCalendar, now: str, slot: str) -> None:
    assert WorkHours().next_slot(on(now), calendar) == on(slot)


def test_work_hours_are_those_of_vietnam_whatever_zone_now_is_in(calendar: WorkCalendar) -> None:
    evening = datetime.fromisoformat("2018-12-06T23:30:00+00:00")  # 06:30 of the next morning in Vietnam
    assert WorkHours().next_slot(evening, calendar) == on("2018-12-07T07:00")


def test_other_hours_are_kept_too(calendar: WorkCalendar) -> None:
    short = WorkHours(time(8, 30), time(11))
    assert short.next_slot(on("2018-12-07T08:00"), calendar) == on("2018-12-07T08:30")
    assert short.next_slot(on("2018-12-07T11:00"), calendar) == on("2018-12-10T08:30")


def test_the_next_message_of_a_kind_goes_on_the_next_working_day(calendar: WorkCalendar) -> None:
    assert WorkHours().day_after(on("2018-12-07T08:00"), calendar, time(8)) == on("2018-12-10T08:00")
    assert WorkHours(time(9), time(17)).day_after(on("2018-12-10T10:00"), calendar, time(8)) == on("2018-12-11T09:00")


def test_a_digest_reaches_back_to_the_one_before_and_no_further_than_the_ladder() -> None:
    now = on("2018-12-10T08:00")
    assert since_last_digest(on("2018-12-07T08:00"), now, 14) == on("2018-12-07T08:00")
    assert since_last_digest(on("2018-10-01T08:00"), now, 14) == now - timedelta(days=14)
    assert since_last_digest(None, now, 14) == now - timedelta(days=14)
