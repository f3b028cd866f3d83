"""The four plans that are delivered, drafted from their own texts: every obligation of their files comes back."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

import config
from config.catalog import Catalog
from dunghan.core.plan_check import fold
from dunghan.drafting.draft import draft
from dunghan.drafting.gather import gather
from models.plan import Plan
from models.report import Link, Report
from tests.drafting.conftest import Checked

SOURCES = Path(str(config.__file__)).parent / "plans" / "sources"
IDS = sorted(path.stem for path in SOURCES.glob("*.txt"))


def _owed(plan: Plan) -> list[tuple[Report, Link]]:
    """The stages that a plan file has from the words of its text: quoted, and neither derived nor only proposed.

    Hà Giang's VII.11 asks offices to take part and not to report: its file says so, and proposes a day.
    """
    links = [(report, link) for report in plan.reports for link in report.chain]
    return [
        (r, k) for r, k in links if k.quote and not k.due.derived and not (k.due.proposed and k.binding == "requested")
    ]


def _who(plan: Plan, link: Link) -> set[str]:
    by = link.reporters
    return {by.level} if by.level else {"lead" if code == plan.lead else code for code in by.offices}


def _is(text: str, plan: Plan, wanted: tuple[Report, Link], made: Plan, found: tuple[Report, Link]) -> bool:
    """Whether a drafted stage is the one that the plan file holds: who, when, how often, and from which words."""
    (report, link), (its, other) = wanted, found
    same_report = (its.recurrence, its.years) == (report.recurrence, report.years)
    # Cần Thơ's "báo cáo … theo quy định" names no period; that it closes the one-off report is a person's reading
    unsaid = link.due.wording == "undated" and its.recurrence == "unspecified-periodic"
    same_day = (other.due.wording, other.due.day) == (link.due.wording, link.due.day)
    who = _who(plan, link) & _who(made, other)
    return (same_report or unsaid) and same_day and bool(who) and _meet(text, link, other)


def _meet(text: str, link: Link, other: Link) -> bool:
    """Whether two quotes stand in one sentence or two neighbouring ones, wherever the text repeats them."""
    mine, theirs = (_places(text, fold(one.quote or "")) for one in (link, other))
    return any(abs(one - two) < 400 for one in mine for two in theirs)


def _places(text: str, words: str) -> list[int]:
    return [found.start() for found in re.finditer(re.escape(words), text)]


@pytest.mark.parametrize("plan_id", IDS)
def test_a_seed_gives_back_the_obligations_of_its_file(
    catalog: Catalog, checked: Callable[..., Checked], plan_id: str
) -> None:
    text, _, found = gather(SOURCES / f"{plan_id}.txt")
    made, problems = checked(text, draft(text, found, catalog.tree))
    assert all(p.warning for p in problems)
    plan = catalog.plan(plan_id)
    drafted = [(report, link) for report in made.reports for link in report.chain]
    missing = [
        f"{report.id}/{link.stage}: {link.quote}"
        for report, link in _owed(plan)
        if not any(_is(fold(text), plan, (report, link), made, one) for one in drafted)
    ]
    assert missing == []


def test_ha_giang_s_offices_come_back_with_their_parts(catalog: Catalog) -> None:
    text, _, found = gather(SOURCES / "ha-giang-168-2016.txt")
    made = {one["office"]: one["role"] for one in draft(text, found, catalog.tree).plan["offices"]}
    wanted = {one.office: one.role for one in catalog.plan("ha-giang-168-2016").offices if not one.office.isdigit()}
    wanted.pop("cuc-bao-ve-cham-soc-tre-em")  # stands only among those who get a copy
    assert {code: role for code, role in made.items() if code in wanted} == wanted


@pytest.mark.parametrize("plan_id", [one for one in IDS if not one.startswith("hai-phong")])
def test_a_seed_gives_back_its_head(catalog: Catalog, checked: Callable[..., Checked], plan_id: str) -> None:
    text, _, found = gather(SOURCES / f"{plan_id}.txt")
    made, _ = checked(text, draft(text, found, catalog.tree))
    plan = catalog.plan(plan_id)
    assert (made.id, made.number, made.issuer, made.issued_on) == (plan.id, plan.number, plan.issuer, plan.issued_on)
    assert (made.place, made.territory, made.lead, made.years) == (plan.place, plan.territory, plan.lead, plan.years)


def test_a_news_item_without_a_clause_says_so(catalog: Catalog) -> None:
    text, _, found = gather(SOURCES / "hai-phong-76-2020.txt")
    made = draft(text, found, catalog.tree)
    assert found.clauses == () and made.left_out == ()
    assert "không tìm thấy câu nào" in made.doubts["reports", 0][0]
