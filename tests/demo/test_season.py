"""The demo's story: invented, and the same each time."""

from collections import Counter

from dunghan.demo import season
from dunghan.engine.context import Context
from models.contact import Contact
from models.obligation import Obligation
from models.plan import Plan
from models.timezone import VIETNAM


def _people(context: Context, plan: Plan, owed: list[Obligation]) -> list[Contact]:
    return season.people(plan, context.catalog.tree, (one.office for one in owed))


def test_the_people_are_the_same_each_time(context: Context, plan: Plan, owed_in_2018: list[Obligation]) -> None:
    once = _people(context, plan, owed_in_2018)
    assert once == _people(context, plan, list(reversed(owed_in_2018)))
    assert len({(c.office, c.name) for c in once}) == len(once)


def test_every_address_is_invented(context: Context, plan: Plan, owed_in_2018: list[Obligation]) -> None:
    people = _people(context, plan, owed_in_2018)
    assert all(c.email.endswith(".example") for c in people if c.email)
    assert {c.phone for c in people} <= {"", "0900000001"}


def test_most_offices_can_be_reached_and_a_few_cannot(
    context: Context, plan: Plan, owed_in_2018: list[Obligation]
) -> None:
    people = _people(context, plan, owed_in_2018)
    offices = {one.office for one in owed_in_2018}
    reached = {c.office for c in people if c.email or c.zalo}
    assert 0 < len(offices - reached) < len(offices) / 10
    assert any(c.zalo and not c.email for c in people), "some by Zalo alone"


def test_the_season_is_the_same_each_time(owed_in_2018: list[Obligation]) -> None:
    once = season.handing_in(owed_in_2018)
    assert once == season.handing_in(list(reversed(owed_in_2018)))
    assert once == sorted(once)


def test_some_hand_in_on_time_some_late_and_some_not_at_all(owed_in_2018: list[Obligation]) -> None:
    last = {one.id: one.deadline.last_day for one in owed_in_2018 if one.deadline.last_day}
    handed = {one.obligation: one.at.astimezone(VIETNAM).date() for one in season.handing_in(owed_in_2018)}
    assert set(handed) <= set(last), "what has no date is not handed in"
    fates = Counter(
        "missing" if one not in handed else "late" if handed[one] > day else "on time" for one, day in last.items()
    )
    assert fates["on time"] > fates["late"] > 0
    assert fates["missing"] > 0


def test_references_are_unique(owed_in_2018: list[Obligation]) -> None:
    references = [one.reference for one in season.handing_in(owed_in_2018)]
    assert len(set(references)) == len(references)
