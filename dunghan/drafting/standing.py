"""Which office is the standing agency of a plan, where nothing but its clauses tells."""

import re
from collections.abc import Iterable

from dunghan.clauses.found import Clause
from dunghan.core.plan_check import PLACEHOLDER
from dunghan.drafting.offices import Directory
from models.office import TERRITORIAL

_MAY_LEAD = re.compile(re.escape(PLACEHOLDER) + r"(?:so|bo|cuc|vu|ban|van-phong|vien|trung-tam)-")


def lead(clauses: Iterable[Clause], directory: Directory) -> str | None:
    """The standing agency: whom most clauses go to or through, a department rather than a territory or a ministry."""
    votes: dict[str, float] = {}
    for clause in clauses:
        for words, weight in ((clause.via, 2.0), (clause.recipient, 1.0), (clause.reporter, 0.5)):
            codes = directory.meant(words).codes
            for code in codes if len(codes) < 3 else ():
                level = directory.level(code)
                if level in (*TERRITORIAL, "council") or (level is None and not _MAY_LEAD.match(code)):
                    continue
                above = directory.province and (level == "ministry" or code.startswith(f"{PLACEHOLDER}bo-"))
                votes[code] = votes.get(code, 0) + (weight / 4 if above else weight)
    return max(votes, key=lambda code: votes[code]) if votes else None
