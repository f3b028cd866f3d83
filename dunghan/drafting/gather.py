"""From a file to what is found in it: the document read, and its clauses, duties, targets and money extracted."""

import json
import tempfile
from pathlib import Path
from typing import NamedTuple

from dunghan.checks import apart
from dunghan.clauses.found import Findings
from dunghan.documents import read
from dunghan.documents.document import WALL_SECONDS, Kind
from dunghan.documents.refusals import WHY
from dunghan.drafting.findings_json import findings
from models.errors import DocumentRefused


class Gathered(NamedTuple):
    """A document's text, what kind of file it stood in, and the findings in it."""

    text: str
    kind: Kind
    found: Findings


def gather(path: Path, seconds: float = WALL_SECONDS) -> Gathered:
    """Read a document and find what a plan needs; DocumentRefused where it cannot be read, or searched in ``seconds``.

    What is searched is a stranger's text as well: it may be made to take hours, so it is searched in a process apart.
    """
    text, kind = read(path)
    with tempfile.NamedTemporaryFile(prefix="dunghan-") as copy:
        copy.write(text.encode("utf-8"))
        copy.flush()
        try:
            told = apart.run("dunghan.drafting", Path(copy.name), seconds)
        except apart.Ended:
            raise DocumentRefused(str(path), "slow", WHY["slow"]) from None
    return Gathered(text, kind, findings(json.loads(told)))
