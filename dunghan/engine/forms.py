"""The forms of a report: the files that a plan gives to offices to fill in."""

from pathlib import Path

from dunghan.engine.context import Context
from models.errors import NotPossible, UnknownName
from models.report import Report


def path(context: Context, plan_id: str, report_id: str, name: str) -> Path:
    """Where a form lies, asked for by its name. Raises PlanNotFound, UnknownName, NotPossible where it is gone."""
    plan = context.catalog.plan(plan_id)
    report = plan.report(report_id)
    if report is None:
        raise UnknownName("report", report_id, (r.id for r in plan.reports))
    form = next((form for form in report.forms if form.name == name), None)
    if form is None:  # only what the plan names is given out, so no name leads elsewhere
        raise UnknownName("form", name, (form.name for form in report.forms))
    found = context.catalog.form(plan_id, form.file)
    if found is None:
        raise NotPossible(f"The form {form.file} is not beside the plan {plan_id}: put it there.")
    return found


def below(plan_id: str, report: Report) -> list[tuple[str, str]]:
    """Each form's title, and where it lies below its addressee's link."""
    return [(form.title, f"/forms/{plan_id}/{report.id}/{form.name}") for form in report.forms]
