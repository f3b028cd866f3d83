"""dunghan office: list, tree, import, assign."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dunghan.cli.output import By, Json, Reason, author, context
from dunghan.printing import show_json, show_table

if TYPE_CHECKING:
    from datetime import date

    from dunghan.engine.context import Context
    from models.office import Office

app = typer.Typer(
    help="The offices that report, and the tree they stand in.", no_args_is_help=True, rich_markup_mode=None
)

On = Annotated[str | None, typer.Option("--on", metavar="DAY", help="The tree of this day.")]


def _day(text: str | None) -> "date | None":
    from dunghan.core.times import day

    return day(text, "--on") if text else None


@app.command("list", epilog="Example: dunghan office list --within 02 --level district")
def list_offices(
    within: Annotated[str | None, typer.Option("--within", help="Below this office.")] = None,
    level: Annotated[str | None, typer.Option("--level")] = None,
    on: On = None,
    as_json: Json = False,
) -> None:
    """Offices with their codes; those of one day where --on is given."""
    here = context()
    day = _day(on)
    tree = here.catalog.tree
    if within and within not in tree:
        from models.errors import UnknownOffice

        raise UnknownOffice(within, tree.codes)
    levels = {o.level for o in tree}
    if level and level not in levels:
        from models.errors import UnknownName

        raise UnknownName("level", level, levels)
    found = sorted(
        (
            o
            for o in tree
            if (level is None or o.level == level)
            and (day is None or o.exists_on(day))
            and (within is None or within in _above(here, o.code))
        ),
        key=lambda o: o.code,
    )
    rows = [
        {
            "code": o.code, "name": o.name, "title": o.title, "level": o.level, "parent": o.parent,
            "valid_from": o.valid_from.isoformat() if o.valid_from else None,
            "valid_until": o.valid_until.isoformat() if o.valid_until else None,
        }
        for o in found
    ]  # fmt: skip
    if as_json:
        return show_json(rows)
    show_table(
        ("code", "name", "level", "parent", "until"),
        [(r["code"], r["title"], r["level"], r["parent"], r["valid_until"]) for r in rows],
        title=f"Offices ({len(rows)})",
    )


def _above(here: "Context", code: str) -> set[str]:
    seen: set[str] = set()
    office = here.catalog.tree.ever(code)
    while office and office.parent and office.parent not in seen:
        seen.add(office.parent)
        office = here.catalog.tree.ever(office.parent)
    return seen


@app.command(epilog="Example: dunghan office tree 02")
def tree(root: str, on: On = None, as_json: Json = False) -> None:
    """An office and everything below it."""
    from models.errors import UnknownOffice

    here = context()
    if root not in here.catalog.tree:
        raise UnknownOffice(root, here.catalog.tree.codes)
    day = _day(on)
    below: dict[str, list[Office]] = {}
    for office in here.catalog.tree:
        if office.parent and (day is None or office.exists_on(day)):
            below.setdefault(office.parent, []).append(office)

    def branch(code: str) -> dict[str, object]:
        children = sorted(below.get(code, ()), key=lambda o: o.code)
        return {"code": code, "title": here.catalog.tree.title(code), "below": [branch(o.code) for o in children]}

    found = branch(root)
    if as_json:
        return show_json(found)
    _print(found, 0)


def _print(node: dict[str, object], depth: int) -> None:
    print(f"{'  ' * depth}{node['code']}  {node['title']}")
    below = node["below"]
    assert isinstance(below, list)
    for child in below:
        _print(child, depth + 1)


@app.command("import", epilog="Example: dunghan office import offices.csv")
def import_offices(file: Path, by: By = None) -> None:
    """Add offices from a CSV file (code,name,level,parent,valid_from,valid_until) beside those of config/."""
    from dunghan.engine.people import import_offices as add

    added = add(context(), file, by=author(by))
    print(f"{added} offices added.")


@app.command(
    epilog="Example: dunghan office assign ha-giang.bo-chqs --plan ha-giang-168-2016 --stage department --because …"
)
def assign(
    office: str,
    plan: Annotated[str, typer.Option("--plan")],
    stage: Annotated[str, typer.Option("--stage")],
    because: Reason,
    by: By = None,
) -> None:
    """Add an office to a stage whose clause names an open class ("các sở, ban, ngành"); audited."""
    from dunghan.engine import plan_actions

    made = plan_actions.assign_office(context(), plan, stage, office, because=because, by=author(by))
    print(f"{office} now reports in {plan}/{stage}: {made} open obligations.")
