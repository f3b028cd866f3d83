"""dunghan plan draft: from a document to the draft of a plan."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dunghan.cli.output import Json, context
from dunghan.printing import show_json

if TYPE_CHECKING:
    from dunghan.drafting.draft import Draft
    from dunghan.drafting.gather import Gathered


def draft(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A plan as docx, PDF with text, HTML or plain text.")],
    as_yaml: Annotated[bool, typer.Option("--yaml", help="A commented draft of the plan file (the default).")] = False,
    as_json: Json = False,
    html: Annotated[
        Path | None,
        typer.Option("--html", metavar="OUT", help="Write a page that shows every finding in the document."),
    ] = None,
    into: Annotated[
        Path | None,
        typer.Option("--into", metavar="DIR", help="Write the draft and its text there, ready for `plan check`."),
    ] = None,
) -> None:
    """Draft a plan from its document: every reporting clause found, with its quote, for a person to confirm."""
    from dunghan.drafting.gather import gather
    from models.errors import UsageError

    if as_yaml + as_json + (html is not None) > 1:
        raise UsageError("--yaml, --json and --html each ask for another answer: give one of them.")
    if into is not None and (as_json or html is not None):
        raise UsageError("--into writes the YAML draft: leave --json and --html out, or --into.")
    gathered = gather(file)
    if as_json:
        from dunghan.drafting.as_json import as_json as document

        show_json(document(gathered.found))
    elif html is not None:
        from dunghan.drafting.as_html import as_html

        _write(html, as_html(gathered.text, gathered.found, file.name), document=file)
        print(f"{html}: {len(gathered.found.clauses)} reporting clauses marked. Open it in a browser.")
    elif into is not None:
        _into(into, file, gathered)
    else:
        _print(file, gathered)


def _draft(gathered: "Gathered", source: str | None = None) -> "Draft":
    from dunghan.drafting.draft import draft as drafted

    return drafted(gathered.text, gathered.found, context().catalog.tree, source)


def _into(folder: Path, file: Path, gathered: "Gathered") -> None:
    """Write ``<id>.yaml`` and ``sources/<id>.txt``; a draft that is there may have been worked on, and stays."""
    from dunghan.drafting.as_yaml import as_yaml
    from models.errors import UsageError

    made = _draft(gathered)
    plan, text = folder / f"{made.id}.yaml", folder / "sources" / f"{made.id}.txt"
    for there in (plan, text):
        if there.exists():
            raise UsageError(f"{there} is there already: move it away, or draft into another folder.")
    _write(text, gathered.text, document=file)
    _write(plan, as_yaml(made, file.name), document=file)
    doubts = sum(map(len, made.doubts.values()))
    print(f"{plan}: {len(gathered.found.clauses)} reporting clauses, {doubts} places to confirm.")
    print(f"{text}: the document's text, which holds every quote.")
    print(f"Next: read the draft, then `dunghan plan check {plan}`.")


def _print(file: Path, gathered: "Gathered") -> None:
    """Print the draft; where the document is no plain text, its text is kept beside what this software writes."""
    from dunghan.drafting.as_yaml import as_yaml

    made = _draft(gathered, str(_text_of(file, gathered)))
    sys.stdout.write(as_yaml(made, file.name))


def _text_of(file: Path, gathered: "Gathered") -> Path:
    """A file that holds the document's text: itself where it is plain text, else a copy under ``var/drafts``."""
    if gathered.kind == "text" and _is_utf8(file):
        return file.resolve()
    kept = Path(context().settings.journal_dir).resolve() / "drafts" / f"{file.stem}.txt"
    _write(kept, gathered.text, document=file)
    print(f"The document's text is kept as {kept}; with --into DIR it lies beside the draft.", file=sys.stderr)
    return kept


def _is_utf8(file: Path) -> bool:
    """Whether `plan check` can read a plain text as it is."""
    try:
        file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        return False
    return True


def _write(path: Path, text: str, document: Path) -> None:
    from models.errors import UsageError

    if path.exists() and path.samefile(document):
        raise UsageError(f"{path} is the document itself: name another file.")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        raise UsageError(f"{path} cannot be written ({error.strerror}): choose another place.") from None
