"""dunghan contact: list, import, export, link, revoke."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from dunghan.cli.output import By, Json, author, context
from dunghan.printing import show_json, show_table

app = typer.Typer(help="The people at the offices.", no_args_is_help=True, rich_markup_mode=None)


@app.command("list")
def list_contacts(
    office: Annotated[str | None, typer.Option("--office")] = None,
    as_json: Json = False,
) -> None:
    """Every contact with its addresses."""
    from dunghan.engine.people import all_contacts
    from models.contact import FIELDS

    here = context()
    if office and office not in here.catalog.tree:
        from models.errors import UnknownOffice

        raise UnknownOffice(office, here.catalog.tree.codes)
    rows = [{field: getattr(c, field) for field in FIELDS} for c in all_contacts(here, office)]
    if as_json:
        return show_json(rows)
    show_table(FIELDS, [tuple(row.values()) for row in rows], title=f"Contacts ({len(rows)})")


@app.command(
    "import", epilog="Example: dunghan contact import contacts.csv   (office,name,role,email,zalo,phone,language)"
)
def import_contacts(
    file: Path,
    skip_bad: Annotated[bool, typer.Option("--skip-bad", help="Import the good rows although some are bad.")] = False,
    by: By = None,
    as_json: Json = False,
) -> None:
    """Add or update contacts by (office, name) from a CSV file; nobody is removed."""
    from dunghan.engine.people import import_contacts as take

    added, changed, problems, doubts = take(context(), file, skip_bad=skip_bad, by=author(by))
    for problem in problems:
        print(f"skipped {problem}", file=sys.stderr)
    for doubt in doubts:
        print(f"look again: {doubt}", file=sys.stderr)
    bad = len({p.line for p in problems})
    if as_json:
        return show_json({"added": added, "changed": changed, "skipped": bad})
    print(f"{added} contacts added, {changed} changed, {bad} rows skipped.")


@app.command(epilog="Example: dunghan contact export contacts.csv")
def export(file: Annotated[Path | None, typer.Argument(help="Standard output by default.")] = None) -> None:
    """All contacts as CSV that Excel opens as Vietnamese. They are personal data: keep the file safe."""
    from dunghan.engine.people import export_contacts

    content = export_contacts(context())
    if file is None:
        sys.stdout.buffer.write(content)
    else:
        file.write_bytes(content)
        print(f"Written to {file}.")


Name = Annotated[str | None, typer.Option("--name", help="This contact of the office alone.")]


@app.command(epilog="Example: dunghan contact link 024 --name 'Bà Hoa'")
def link(office: str, name: Name = None, as_json: Json = False) -> None:
    """The link by which each contact of an office hands in. Whoever has it acts for them: send it to nobody else."""
    from dunghan.engine.links import of_office

    found = of_office(context(), office, name)
    if as_json:
        return show_json([{"office": office, "name": one.name, "link": url} for one, url in found])
    for one, url in found:
        print(f"{one.name}: {url}")


@app.command(epilog="Example: dunghan contact revoke 024 --name 'Bà Hoa'")
def revoke(office: str, name: Name = None, by: By = None) -> None:
    """End every link that the contacts of an office have had; the next reminder brings a new one."""
    from dunghan.engine.links import revoke as end

    ended = end(context(), office, name, by=author(by))
    print(f"The links of {len(ended)} contacts at {office} work no more: {', '.join(one.name for one in ended)}.")
