"""The sentences of a settled text, the parts that semicolons make of them, and the headings that they stand under."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from dunghan.clauses.source import BREAK, Source

_MARK = re.compile(
    r"[\s\"“”'(\[]*(?:(?P<article>điều|chương|phần|mục)\s+(?:\d[\w.]*|[ivxlc]{1,6})[.:]?|(?P<roman>[ivx]{2,5}[.)/]|[ivx][./])|"
    r"(?P<deep>\d{1,2}(?:\.\d{1,2}){1,3})\.?"
    r"|(?P<number>\d{1,2})[.)/]|(?P<letter>[a-zđ]{1,2})\)|(?P<dash>[-–+•]))(?:\s|$)"
)
_DEPTH = {"article": 0, "roman": 1, "number": 2, "deep": 3, "letter": 4, "dash": 5}
_STOP = re.compile(r"(?<![.!?])[.!?]+(?=[\"”’')]* (?:[\"“(+•–-]|\d|[^\W\d_]))|" + BREAK)
_NOT_AN_END = re.compile(r"(?:^|[\s(])(?:tp|tx|tt|ts|ths|gs|pgs|bs|q|p|st|stt|v\.v|khoản|[a-z])$")
LONGEST = 4000
"""Signs of a sentence; what is longer is none, and is cut so that no rule works long on it."""


class Sentence(NamedTuple):
    """A sentence from ``start`` to ``end``; ``body`` is where it begins behind its mark ("a)", "2."), if it has one.

    ``parts`` are what semicolons make of it. ``above`` are the sentences that it stands under, the highest first.
    """

    start: int
    end: int
    body: int
    depth: int
    parts: tuple[tuple[int, int], ...]
    above: tuple[int, ...]


def sentences(source: Source) -> list[Sentence]:
    """The sentences of a text in order, each with the numbers of those it stands under."""
    found: list[Sentence] = []
    over: list[tuple[int, int]] = []
    for start, end in _short(source.low, _cut(source)):
        mark = _MARK.match(source.low, start, end)
        depth, body = 9, start
        if mark and mark.lastgroup:
            depth, body = _DEPTH[mark.lastgroup], mark.end()
            while over and over[-1][0] >= depth:
                over.pop()
        above = tuple(number for _, number in over)
        if mark:
            over.append((depth, len(found)))
        found.append(Sentence(start, end, min(body, end), depth, tuple(_parts(source.low, min(body, end), end)), above))
    return found


def _cut(source: Source) -> Iterator[tuple[int, int]]:
    low, words, start = source.low, source.words, 0
    for stop in _STOP.finditer(low):
        if stop[0] != BREAK:
            before = low[start : stop.start()].strip(" \"“('")
            following = _next(words, stop.end())
            if len(before) <= 12 and _MARK.fullmatch(before + ". "):
                continue  # the number of an item is no sentence
            if following.islower() or _NOT_AN_END.search(before):
                continue
        if low[start : stop.start()].strip():
            yield _trimmed(low, start, stop.end())
        start = stop.end()
    if low[start:].strip():
        yield _trimmed(low, start, len(low))


def _short(low: str, cut: Iterator[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    for first, end in cut:
        start = first
        while end - start > LONGEST:
            space = low.rfind(" ", start + LONGEST // 2, start + LONGEST)
            place = space if space > 0 else start + LONGEST
            yield _trimmed(low, start, place)
            start = place
        yield _trimmed(low, start, end)


def _next(words: str, place: int) -> str:
    while place < len(words) and words[place] in " \"“”’'()":
        place += 1
    return words[place : place + 1]


def _trimmed(low: str, start: int, end: int) -> tuple[int, int]:
    while start < end and low[start].isspace():
        start += 1
    while end > start and low[end - 1].isspace():
        end -= 1
    return start, end


def _parts(low: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    for piece in re.finditer(r"(?:\([^()]{0,400}\)|[^;])+", low[start:end]):
        first, last = _trimmed(low, start + piece.start(), start + piece.end())
        if first < last:
            yield first, last
