"""dunghan plan: list, show, check, draft, schema, recompute."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from dunghan.cli.drafting import draft
from dunghan.cli.output import By, Json, Reason, author, context
from dunghan.printing import show_json, show_table

app = typer.Typer(
    help="The plans: what is owed, and the words it stands on.", no_args_is_help=True, rich_markup_mode=None
)


@app.command("list")
def list_plans(as_json: Json = False) -> None:
    """Every plan with its number, territory and years."""
    here = context()
    rows: list[dict[str, Any]] = [
        {
            "plan": p.id,
            "number": p.number,
            "title": p.title,
            "place": p.place,
            "issued_on": p.issued_on.isoformat(),
            "since": p.years.since,
            "until": p.years.until,
            "lead": p.lead,
            "reports": [r.id for r in p.reports],
        }
        for p in here.catalog.plans()
    ]
    if as_json:
        return show_json(rows)
    show_table(
        ("plan", "number", "place", "years", "reports"),
        [
            (r["plan"], r["number"], r["place"], f"{r['since']}–{r['until'] or ''}", ", ".join(r["reports"]))
            for r in rows
        ],
    )


@app.command(epilog="Example: dunghan plan show ha-giang-168-2016")
def show(plan: str, as_json: Json = False) -> None:
    """One plan: its reports and chains with their clauses, targets, budget."""
    here = context()
    found = here.catalog.plan(plan)
    if as_json:
        return show_json(found.model_dump(mode="json"))
    title = here.catalog.tree.title
    print(f"{found.number} · {found.place} · {found.issued_on:%d/%m/%Y}")
    print(found.title)
    print(f"Cơ quan thường trực: {title(found.lead)}")
    for report in found.reports:
        show_table(
            ("stage", "who", "due", "basis", "to", "clause"),
            [
                (
                    link.stage,
                    link.reporters.level or f"{len(link.reporters.offices)} cơ quan",
                    _due(link.due.model_dump(mode="json", exclude_none=True)),
                    link.due.basis or "—",
                    ", ".join(title(t) if t not in ("parent", "council") else t for t in link.to)
                    + (f" (qua {title(link.through)})" if link.through else ""),
                    link.clause or "—",
                )
                for link in report.chain
            ],
            title=f"{report.title} [{report.id}, {report.recurrence}]",
        )
    show_table(
        ("target", "goal", "clause", "subject"),
        [
            (t.id, f"{t.comparison} {t.value:g}{f'–{t.upper:g}' if t.upper else ''} {t.unit}", t.clause, t.subject)
            for t in found.targets
        ],
        title="Chỉ tiêu",
    )
    if found.budget:
        parts = " + ".join(f"{p.amount:,} ({p.source})" for p in found.budget.parts)
        print(f"Kinh phí: {found.budget.total:,} đồng = {parts}")
    for note in found.notes:
        print(f"Ghi chú: {note}")


def _due(due: dict[str, object]) -> str:
    rest = {k: v for k, v in due.items() if k not in ("wording", "proposed")}
    return f"{due['wording']} {' '.join(str(v) for v in rest.values())}".replace("'", "")


@app.command(epilog="Example: dunghan plan check config/plans/ha-giang-168-2016.yaml")
def check(
    plans: Annotated[list[str] | None, typer.Argument(metavar="PLAN_OR_FILE…", help="All plans by default.")] = None,
    as_json: Json = False,
) -> None:
    """Check plans: file, line, field and remedy of every fault; exit 2 if there is one."""
    from models.errors import BadFile, PlanNotFound, Problem

    here = context()
    problems: list[Problem] = []
    good = 0
    for name in plans or list(here.catalog.plan_files):
        path = here.catalog.plan_files.get(name) or Path(name)
        if not path.is_file() and path.suffix not in (".yaml", ".yml"):
            raise PlanNotFound(name, here.catalog.plan_files)
        try:
            _, warnings = here.catalog.check(path)
        except BadFile as error:
            problems += error.problems
        else:
            problems += warnings
            good += 1
    errors = [p for p in problems if not p.warning]
    if as_json:
        show_json({"ok": not errors, "plans": good, "problems": [p._asdict() for p in problems]})
    else:
        for problem in problems:
            print(problem, file=sys.stderr if not problem.warning else sys.stdout)
        print(f"{good} plans are good, {len(errors)} errors, {len(problems) - len(errors)} warnings.")
    if errors:
        raise typer.Exit(2)


app.command(epilog="Example: dunghan plan draft 168-KH-UBND.docx --into drafts")(draft)


@app.command()
def schema() -> None:
    """Print the JSON Schema of a plan file, for editors."""
    from models.plan import Plan

    show_json({"$schema": "https://json-schema.org/draft/2020-12/schema", **Plan.model_json_schema()})


@app.command(epilog="Example: dunghan plan recompute ha-giang-168-2016 --because 'lịch nghỉ Tết mới'")
def recompute(plan: str, because: Reason, by: By = None) -> None:
    """Compute the deadlines of open periods anew, after a change of calendar or plan; audited."""
    from dunghan.engine import plan_actions

    changed = plan_actions.recompute(context(), plan, because=because, by=author(by))
    print(f"{plan}: {changed} deadlines changed.")
