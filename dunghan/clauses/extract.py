"""All that a document's text says of who does and reports what by when, found at once."""

from dunghan.clauses.budget import budget
from dunghan.clauses.duties import duties
from dunghan.clauses.found import Findings
from dunghan.clauses.heading import heading
from dunghan.clauses.reports import reports
from dunghan.clauses.source import Source
from dunghan.clauses.targets import targets


def extract(text: str) -> Findings:
    """Everything that is found in a text; an empty text has nothing. Positions are of ``text`` as given."""
    source = Source(text)
    clauses = tuple(reports(source))
    return Findings(heading(source), clauses, duties(source, clauses), targets(source), budget(source))
