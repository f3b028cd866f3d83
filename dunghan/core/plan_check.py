"""What a plan file may have wrong although its shape is right: quotes, offices, order, figures."""

import re
import unicodedata
from collections.abc import Collection, Iterator
from datetime import date
from typing import NamedTuple

from dunghan.core.calendar import WorkCalendar
from dunghan.core.deadlines import deadlines
from dunghan.core.names import show
from dunghan.core.periods import periods
from models.base import Value
from models.errors import nearest
from models.office import OfficeTree
from models.plan import Plan
from models.report import Link, Report

Loc = tuple[str | int, ...]
PLACEHOLDER = "can-xac-nhan."
"""Begins the code of an office that a draft could not find: told of, and refused in an installed plan."""
DECREE_09_IN_FORCE = date(2019, 3, 12)
"""Decree 09/2019/NĐ-CP on reporting regimes; the year's data close on 14 December in rules derived from it."""


class Finding(NamedTuple):
    """A fault at a place of the plan (pydantic's ``loc``); a warning does not keep the plan from loading."""

    loc: Loc
    message: str
    warning: bool = False


def fold(text: str) -> str:
    """White space folded and letters composed, as quotes are compared."""
    return re.sub(r"\s+", " ", unicodedata.normalize("NFC", text)).strip()


def check(
    plan: Plan, tree: OfficeTree, source: str | None, calendar: WorkCalendar, drafted: bool = False
) -> list[Finding]:
    """Every finding, errors first. ``source`` is the plan's text, or None where it is not at hand.

    A ``drafted`` plan, not yet installed, may hold placeholders of offices.
    """
    found = [
        *_quotes(plan, source),
        *_offices(plan, tree, drafted),
        *_lead(plan),
        *_days(plan),
        *_order(plan, calendar),
        *_data_window(plan),
        *_open_classes(plan),
        *_figures(plan),
    ]
    return sorted(found, key=lambda f: f.warning)


def _walk(value: object, loc: Loc = ()) -> Iterator[tuple[Loc, str, object]]:
    """Every leaf below a value: its place, the name of its field, and itself."""
    if isinstance(value, Value):
        for name in type(value).model_fields:
            yield from _walk(getattr(value, name), (*loc, name))
    elif isinstance(value, tuple | list):
        for index, item in enumerate(value):
            yield from _walk(item, (*loc, index))
    elif loc:
        yield loc, next(str(s) for s in reversed(loc) if isinstance(s, str)), value


def _quotes(plan: Plan, source: str | None) -> Iterator[Finding]:
    if source is None:
        yield Finding(
            ("source", "file"), f"no file {plan.source.file}: put the plan's text there, quotes are held to it"
        )
        return
    text = fold(source)
    for loc, name, value in _walk(plan):
        if name == "quote" and isinstance(value, str) and fold(value) not in text:
            yield Finding(loc, f"this quote is not in {plan.source.file}: copy it from there word for word")


_CODE_FIELDS = {"issuer", "territory", "lead", "office", "offices", "within", "to", "through", "owner"}


def _offices(plan: Plan, tree: OfficeTree, drafted: bool) -> Iterator[Finding]:
    for loc, name, code in _walk(plan):
        if name not in _CODE_FIELDS or not isinstance(code, str) or code in ("parent", "council"):
            continue
        if loc[0] == "implements":
            continue  # an instrument's issuer is named in words
        if code.startswith(PLACEHOLDER):
            yield Finding(
                loc,
                f"{code!r} stands for an office that the draft did not find: add it with `dunghan office import`, and "
                "put its code here",
                warning=drafted,
            )
        elif code not in tree:
            near = nearest(code, tree.codes, "dunghan office list")
            yield Finding(loc, f"no office has the code {code!r}: add it to config/offices, or correct it. {near}")


def _links(plan: Plan) -> Iterator[tuple[Loc, Report, Link]]:
    for r, report in enumerate(plan.reports):
        for n, link in enumerate(report.chain):
            yield ("reports", r, "chain", n), report, link


def _lead(plan: Plan) -> Iterator[Finding]:
    for loc, _, link in _links(plan):
        named = link.reporters.offices
        if plan.lead in named and (plan.lead in link.to or plan.lead == link.through):
            yield Finding((*loc, "reporters"), "the lead owes nothing to itself: take it out of this stage")


_SUB_PERIODS = {
    "semiannual": {"H1", "H2"},
    "quarterly": {"Q1", "Q2", "Q3", "Q4"},
    "monthly": {f"{month:02}" for month in range(1, 13)},
}


def _days(plan: Plan) -> Iterator[Finding]:
    """A stage whose days name sub-periods must name each of its report's."""
    for loc, report, link in _links(plan):
        if link.due.days is None:
            continue
        wanted = _SUB_PERIODS.get(report.recurrence) or {p.key for p in periods(plan, report, plan.years.since + 9)}
        for key in sorted(set(link.due.days) - wanted):
            yield Finding((*loc, "due", "days", key), f"no period is called {key!r} here: {', '.join(sorted(wanted))}")
        for key in sorted(wanted - set(link.due.days)):
            yield Finding((*loc, "due", "days"), f"no day for {key}: it will stay undated", warning=True)


def _order(plan: Plan, calendar: WorkCalendar) -> Iterator[Finding]:
    for r, report in enumerate(plan.reports):
        for of in periods(plan, report, plan.years.since + 1)[:1]:
            last = deadlines(plan, report, of, calendar, {})
            for n, link in enumerate(report.chain):
                mine = last[n].last_day
                for m, other in enumerate(report.chain):
                    theirs = last[m].last_day
                    if mine and theirs and other.stage in link.waits_for and mine <= theirs:
                        yield Finding(
                            ("reports", r, "chain", n, "due"),
                            f"{link.stage} is due {show(mine)}, not after {other.stage} ({show(theirs)}) for which it "
                            "waits: real plans have this; compare with the text, nothing is corrected",
                            warning=True,
                        )


def _data_window(plan: Plan) -> Iterator[Finding]:
    if plan.issued_on < DECREE_09_IN_FORCE:
        return
    for loc, report, link in _links(plan):
        day = link.due.day
        if report.recurrence == "annual" and day and day.month == 12 and isinstance(day.day, int) and day.day <= 14:
            yield Finding(
                (*loc, "due", "day"),
                "due before the year's data close on 14 December (rules under Decree 09/2019/NĐ-CP): "
                "expect estimates for the last weeks",
                warning=True,
            )


def forms(plan: Plan, there: Collection[str]) -> Iterator[Finding]:
    """The forms that a plan names and that are not ``there``."""
    for r, report in enumerate(plan.reports):
        for n, form in enumerate(report.forms):
            if form.file not in there:
                yield Finding(("reports", r, "forms", n, "file"), f"no file {form.file} beside the plan: put it there")


def _open_classes(plan: Plan) -> Iterator[Finding]:
    told: set[tuple[str, str]] = set()
    for loc, _, link in _links(plan):
        kind = (link.stage, link.reporters.open_class or "")
        if link.reporters.open_class and kind not in told:
            told.add(kind)
            yield Finding(
                (*loc, "reporters", "open_class"),
                f"“{link.reporters.open_class}” may hold more offices than the {len(link.reporters.offices)} named: "
                "add them with `dunghan office assign`",
                warning=True,
            )


def _figures(plan: Plan) -> Iterator[Finding]:
    for index, target in enumerate(plan.targets):
        base, stated = target.baseline, target.figures
        if target.unit != "%" or not base or not stated or stated.unit == "%" or base.unit == "%":
            continue
        implied = base.value * target.value / 100
        low, high = stated.value, stated.upper if stated.upper is not None else stated.value
        if not low * 0.9 <= implied <= high * 1.1:
            yield Finding(
                ("targets", index, "figures"),
                f"{target.value:g} % of {base.value:,.0f} is about {implied:,.0f}, the text says {low:,.0f} to "
                f"{high:,.0f} {stated.unit}: both are kept; ask the issuer which one counts",
                warning=True,
            )
