"""The text of a draft's document with its clauses: one in its surroundings, and all of them in the whole."""

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from dunghan.clauses.found import Clause
from dunghan.engine.plan_drafts import Draft

AROUND = 220
"""Characters of the text that are shown before and after a clause."""


class Piece(NamedTuple):
    """A stretch of the text and the numbers of the clauses that it lies in; ``begins`` those that begin with it."""

    text: str
    clauses: tuple[int, ...] = ()
    begins: tuple[int, ...] = ()


def around(text: str, clause: Clause) -> tuple[str, str, str]:
    """A clause in its surroundings, which begin and end between words."""
    before, quote = text[max(0, clause.start - AROUND) : clause.start], text[clause.start : clause.end]
    after = text[clause.end : clause.end + AROUND]
    if clause.start > AROUND:
        before = "… " + before.partition(" ")[2]
    if clause.end + AROUND < len(text):
        after = after.rpartition(" ")[0] + " …"
    return before, quote, after


def pieces(text: str, wanted: Draft) -> Iterator[Piece]:
    """The text cut wherever a clause begins or ends: clauses may overlap."""
    spans = [(one.found.start, one.found.end, one.number) for one in wanted.clauses]
    cuts = sorted({0, len(text), *(place for start, end, _ in spans for place in (start, end))})
    for start, end in pairwise(cuts):
        inside = tuple(number for first, last, number in spans if first <= start and end <= last)
        yield Piece(text[start:end], inside, tuple(number for first, _, number in spans if first == start))
