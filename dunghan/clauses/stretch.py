"""Stretches of the settled form: how one becomes a finding, and where one of them begins and ends."""

from dunghan.clauses.found import Said
from dunghan.clauses.source import BREAK, Source

_EDGES = " \n\t,;:.-–—_*|\"“”'"


def said(source: Source, start: int, end: int, rule: str) -> Said:
    """A stretch of the settled form, not empty, as a finding: its words as they stand in the source."""
    first, last = source.place(start, end)
    return Said(source.text[first:last], first, last, rule)


def plain(text: str | None) -> str:
    """A finding's words on one line: composed, without marks of emphasis, one space between words; empty for none."""
    return Source(text or "").words.replace(BREAK, " ")


def trimmed(source: Source, start: int, end: int, edges: str = _EDGES) -> tuple[int, int]:
    """A stretch without the spaces and marks at its edges."""
    words = source.words
    while start < end and words[start] in edges:
        start += 1
    while end > start and words[end - 1] in edges:
        end -= 1
    return start, end
