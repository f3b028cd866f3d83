"""From a plan's document to what is found in it, and on to the file of a plan."""

from pathlib import Path

from dunghan.clauses.found import Budget, Findings, Heading
from dunghan.clauses.reports import reports
from dunghan.clauses.source import Source
from dunghan.engine.context import Context


def text_of(path: Path) -> str:
    """The text of a document."""
    return path.read_text(encoding="utf-8")


def found_in(text: str) -> Findings:
    """What is found in a text."""
    nothing = Heading(None, None, None, None, None, None, None, None, None, ())
    return Findings(nothing, tuple(reports(Source(text))), (), (), Budget(None, ()))


def plan_file(context: Context, findings: Findings, text: str) -> str:
    """The draft of a plan that is made of findings."""
    return f"# {len(findings.clauses)}\n"
