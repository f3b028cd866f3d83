"""From a file to what is found in it: the document read, and its clauses, duties, targets and money extracted."""

from pathlib import Path
from typing import NamedTuple

from dunghan.clauses.extract import extract
from dunghan.clauses.found import Findings
from dunghan.documents import read
from dunghan.documents.document import Kind


class Gathered(NamedTuple):
    """A document's text, what kind of file it stood in, and the findings in it."""

    text: str
    kind: Kind
    found: Findings


def gather(path: Path) -> Gathered:
    """Read a document and find what a plan needs; DocumentRefused where it cannot be read."""
    text, kind = read(path)
    return Gathered(text, kind, extract(text))
