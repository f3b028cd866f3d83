"""Reading one document in a process of its own, as the files that offices hand in are read."""

import json
from pathlib import Path

from dunghan.checks import apart
from dunghan.documents.document import MOST_FILE, WALL_SECONDS, Document
from dunghan.documents.refusals import WHY
from models.errors import DocumentRefused


def read(path: Path, seconds: float = WALL_SECONDS) -> Document:
    """A document's text; what the file is, its content says. Ends after so many seconds of wall time.

    Raises DocumentRefused with the reason and the remedy.
    """
    problem = _at_a_glance(path)
    if not problem:
        try:
            told = json.loads(apart.run("dunghan.documents", path, seconds))
        except apart.Ended:
            problem = "slow"
        else:
            if "problem" not in told:
                return Document(**told)
            problem = told["problem"]
    raise DocumentRefused(str(path), problem, WHY[problem])


def _at_a_glance(path: Path) -> str:
    """What is wrong with a file, as far as can be seen from outside; empty when nothing is."""
    try:
        if not path.is_file():
            return "missing"
        size = path.stat().st_size
        with path.open("rb"):
            pass
    except (OSError, ValueError):
        return "closed"
    return "large" if size > MOST_FILE else "" if size else "empty"
