"""Where a stretch of a document stands, as people cite it: the numbers of the headings above it."""

import re
from bisect import bisect_right

from dunghan.clauses.sentences import sentences
from dunghan.clauses.source import Source

_SIGNS = re.compile(r"[\s.:;)\]\"“”'(\[/]+$|^[\s\"“”'(\[]+|^[-–+•]\s*$")
_PART = re.compile(r"(?:chương|phần|mục)\b", re.IGNORECASE)


class Places:
    """The clauses of a document by position: ``VIII.1``, ``Điều 5.2.a``, or the paragraph where nothing is numbered."""

    def __init__(self, source: Source) -> None:
        every = sentences(source)
        self._starts = [source.place(one.start, one.end)[0] for one in every]
        marks = [_SIGNS.sub("", source.words[one.start : one.body]) for one in every]
        self._names = [_name([*(marks[n] for n in one.above), marks[own]]) for own, one in enumerate(every)]

    def of(self, start: int) -> str:
        """The clause that a position of the text lies in."""
        number = bisect_right(self._starts, start) - 1
        return self._names[max(number, 0)] or f"đoạn {max(number, 0) + 1}" if self._names else "đoạn 1"


def _name(marks: list[str]) -> str:
    """Marks as people cite them: a chapter or a part is told only where nothing below it is numbered.

    >>> _name(["Phần thứ", "VIII", "1", ""]), _name(["Chương II", "Điều 5", "2", "a"]), _name(["Phần thứ"])
    ('VIII.1', 'Điều 5.2.a', 'Phần thứ')
    """
    said = [mark for mark in marks if mark]
    return ".".join([mark for mark in said if not _PART.match(mark)] or said)
