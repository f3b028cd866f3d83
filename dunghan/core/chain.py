"""The chain: from a plan's reports to the obligations of real offices, each judged on the tree of its own day."""

from collections.abc import Iterator, Mapping
from datetime import date

from dunghan.core.calendar import WorkCalendar
from dunghan.core.deadlines import Dates, deadlines
from dunghan.core.periods import opens_on, periods
from models.obligation import Deadline, Obligation, Period
from models.office import Office, OfficeTree
from models.plan import Plan
from models.report import Link, Report

Added = Mapping[str, tuple[str, ...]]
"""Offices that a coordinator added to a stage whose clause names an open class, by stage."""


def _reporters(link: Link, tree: OfficeTree, day: date, added: Added) -> list[Office]:
    who = link.reporters
    if who.level is not None and who.within is not None:
        return tree.members(who.level, who.within, day)
    codes = who.offices + (added.get(link.stage, ()) if who.open_class else ())
    return [office for code in dict.fromkeys(codes) if (office := tree.on(code, day))]


def _recipients(link: Link, office: Office) -> tuple[str, ...]:
    def real(to: str) -> str | None:
        if to == "parent":
            return office.parent
        return f"{office.code}.hdnd" if to == "council" else to

    return tuple(code for to in link.to if (code := real(to)))


def _obligations(
    plan: Plan, report: Report, of: Period, link: Link, deadline: Deadline, tree: OfficeTree, added: Added
) -> Iterator[Obligation]:
    day = deadline.last_day or of.ends_on
    opens = opens_on(plan, of)
    for office in _reporters(link, tree, day, added):
        yield Obligation(
            plan=plan.id,
            report=report.id,
            period=of,
            stage=link.stage,
            office=office.code,
            to=_recipients(link, office),
            through=link.through,
            binding=link.binding,
            clause=link.clause,
            quote=link.quote,
            deadline=deadline,
            opens_on=opens,
            chased=link.chased,
        )


def expand(
    plan: Plan, report: Report, of: Period, tree: OfficeTree, calendar: WorkCalendar, dates: Dates, added: Added
) -> list[Obligation]:
    """Everything owed for one period of one report, in chain order, then by office.

    An office stands once in a chain: the first link that names it holds.
    """
    found: dict[str, Obligation] = {}
    resolved = deadlines(plan, report, of, calendar, dates)
    for index, link in enumerate(report.chain):
        for one in _obligations(plan, report, of, link, resolved[index], tree, added):
            found.setdefault(one.office, one)
    return list(found.values())


def expand_all(
    plan: Plan, tree: OfficeTree, calendar: WorkCalendar, dates: Dates, added: Added, horizon: int
) -> Iterator[Obligation]:
    """Every obligation of every period that the plan lists, report by report."""
    for report in plan.reports:
        for of in periods(plan, report, horizon):
            yield from expand(plan, report, of, tree, calendar, dates, added)
