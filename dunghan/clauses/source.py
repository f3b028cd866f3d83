"""A document's text in a settled form, each sign of which knows where it stood in the source."""

import re
import unicodedata
from array import array
from collections import Counter
from collections.abc import Iterator
from functools import cached_property

BREAK = "\n"
"""Ends a paragraph in the settled form; within one there are single spaces only."""
_BLANK_LINES = re.compile(r"(?:\n[^\S\n]*(?=\n)|\f)+|$")
_WORD = re.compile(r"\||[^\s*#|\u200b\u200c\u200d\u2060\ufeff\u00ad]+")
_PAGE_NUMBER = re.compile(r"\W*(?:trang|page)?\W*\d{1,4}(?:\s*/\s*\d{1,4})?\W*", re.IGNORECASE)
_RUNNING_HEAD = 100
"""Signs of a line that stands at the head or foot of each page: it comes again and again, and breaks sentences."""
_ITEM = re.compile(r"\W*(?:[a-zđ]{1,2}\)|[ivxlIVXL]{1,5}[.)]|\d{1,2}[.)]|[-–+•]|(?:Điều|Chương|Mục|Phần)\b)")
_SPACE = re.compile(r"\s")
_CLUSTER = re.compile(r"[^\u0300-\u036f][\u0300-\u036f]*|[\u0300-\u036f]+")
_ENDS = ".;:!?|/"
# Where the tone stands in an open "oa", "oe" and "uy" is a matter of taste; comparing needs one of the two.
_NEW, _OLD = "oà oá oả oã oạ oè oé oẻ oẽ oẹ uỳ uý uỷ uỹ uỵ", "òa óa ỏa õa ọa òe óe ỏe õe ọe ùy úy ủy ũy ụy"
_TASTE = dict(zip(_NEW.split(), _OLD.split(), strict=True))
_TASTED = re.compile(rf"(?<!q)(?:{'|'.join(_TASTE)})(?!\w)")


class Source:
    """A text as it came (``text``), and settled (``words``): composed, one space between words, no marks of emphasis.

    A line's end within a paragraph is a space; a blank line is BREAK, and so is the border of a table's cell. Page
    numbers, and lines that come again at each page's end, are left out where they break a sentence, which goes on.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self._starts, self._ends = array("l"), array("l")
        self.words = "".join(self._settle(_composed(text)))

    @cached_property
    def low(self) -> str:
        """The settled form for comparing: lower case, tone marks in one place; as long as ``words``."""
        low = self.words.lower()
        if len(low) != len(self.words):  # some letters of other scripts have two in lower case
            low = "".join(c if len(c) == 1 else "\ufffd" for c in map(str.lower, self.words))
        return _TASTED.sub(lambda found: _TASTE[found[0]], low)

    def place(self, start: int, end: int) -> tuple[int, int]:
        """Where a stretch of the settled form stands in the text."""
        return self._starts[start], self._ends[end - 1]

    def _settle(self, composed: "tuple[str, array[int], array[int]]") -> Iterator[str]:
        signs, starts, ends = composed
        last, turned = "", False
        paragraphs = _paragraphs(signs)
        heads = Counter(paragraph for paragraph, *_ in paragraphs if len(paragraph) <= _RUNNING_HEAD)
        for number, (paragraph, start, end) in enumerate(paragraphs):
            following = paragraphs[number + 1][0] if number + 1 < len(paragraphs) else ""
            broken = last not in _ENDS and following[:1].islower()
            if _is_page_number(paragraph) or (broken and heads[paragraph] > 2):
                turned = True
                continue
            goes_on = paragraph[0].islower() or (turned and not paragraph.isupper())
            between = " " if goes_on and last not in _ENDS and not _ITEM.match(paragraph) else BREAK
            turned, after = False, start
            for word in _WORD.finditer(signs, start, end):
                if not between and _SPACE.search(signs, after, word.start()):
                    between = " "
                after = word.end()
                if word[0] == "|":
                    between = BREAK
                    continue
                if between and last:
                    self._starts.append(starts[word.start()])
                    self._ends.append(starts[word.start()])
                    yield between
                self._starts.extend(starts[word.start() : after])
                self._ends.extend(ends[word.start() : after])
                yield word[0]
                between, last = "", word[0][-1]


def _paragraphs(signs: str) -> list[tuple[str, int, int]]:
    """Each paragraph from its first word on, and where it begins and ends; blank ones are none."""
    every, begin = [], 0
    for gap in _BLANK_LINES.finditer(signs):
        if first := _WORD.search(signs, begin, gap.start()):
            every.append((signs[first.start() : gap.start()].rstrip(" \n\t*#"), first.start(), gap.start()))
        begin = gap.end()
    return every


def _is_page_number(paragraph: str) -> bool:
    return len(paragraph) < 20 and _PAGE_NUMBER.fullmatch(paragraph) is not None


def _composed(text: str) -> tuple[str, "array[int]", "array[int]"]:
    """The text with its marks composed, and where each sign begins and ends in it."""
    if unicodedata.is_normalized("NFC", text):
        return text, array("l", range(len(text))), array("l", range(1, len(text) + 1))
    signs: list[str] = []
    starts, ends = array("l"), array("l")
    for cluster in _CLUSTER.finditer(text):
        made = unicodedata.normalize("NFC", cluster[0])
        signs.append(made)
        for _ in made:
            starts.append(cluster.start())
            ends.append(cluster.end())
    return "".join(signs), starts, ends
