"""Paragraphs out of the lines of printed pages, by where the lines stand; what every page repeats is left out."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import median
from typing import NamedTuple

_EDGE = 3
"""So many lines at the top and at the bottom of a page may be what it repeats."""
_REPEATED_ON = 3
_REPEATED_SHARE = 5
"""A line is furniture if so many pages have it, and no less than every fifth."""
_NUMBER = re.compile(r"\d{1,4}")
_FAR = 2.2
"""So many of its own heights below a line is no next line of the same paragraph, even in a text of a few lines."""
_FEW = 4
"""So few words may each be a column."""
_MARGIN_SHARE = 12
"""The margin is the leftmost place at which one line in so many begins."""
_APART = 1.1
"""So much further than usual is the repeated from what is not."""
_PAGE_NUMBER = re.compile(r"\W*(\d{1,4})\W*")
_ITEM = re.compile(
    r"(?:[-–+•*]|\d{1,2}(?:\.\d{1,2}){0,3}[.)/]?|[a-zđ]{1,2}\)|[IVXLC]{1,5}[.)]|(?:Điều|Chương|Mục|Phần)\s+\w+[.:]?)\s"
)
_TITLE = re.compile(
    "KẾ HOẠCH|QUYẾT ĐỊNH|THÔNG TƯ|NGHỊ ĐỊNH|NGHỊ QUYẾT|CHỈ THỊ|THÔNG BÁO|CHƯƠNG TRÌNH|HƯỚNG DẪN|CÔNG ĐIỆN|QUY CHẾ|"
    "QUY ĐỊNH|ĐỀ ÁN|BÁO CÁO|TỜ TRÌNH"
)
"""What kind of document it is stands on a line of its own above the title (Decree 30/2020/NĐ-CP, annex I)."""
_CUT = re.compile(r"\d[-/]$")
"""The number of a document that is cut at a line's end ("57-" and "NQ/TW") is one word."""
_ENDS = (".", ";", ":", "!", "?")
_NEAR, _INDENT, _WIDER = 3.0, 8.0, 1.25
"""Points within which lines begin at one place, from which on one is indented; how much wider than usual a gap is."""


class Line(NamedTuple):
    """A line of a page and its box, in points from the lower left corner."""

    text: str
    left: float
    bottom: float
    right: float
    top: float


Page = Sequence[Line]


def text_of(pages: Sequence[Page]) -> str:
    r"""The text of pages: each line a line, a blank line after a paragraph, "\f" where a page's end is one's too."""
    usual = _usual_pitch(pages)
    pieces: list[str] = []
    before: tuple[Line, _Columns] | None = None
    for page in _without_furniture(pages, usual):
        columns = _Columns(page)
        if before:
            pieces.append("\n\f" if _parted(*before, page[0], columns) else "\n")
        pieces.append(page[0].text)
        for above, line in pairwise(page):
            pieces += _between(above, line, columns, usual), line.text
        before = page[-1], columns
    return "".join(pieces)


def _without_furniture(pages: Sequence[Page], usual: float) -> Iterator[Page]:
    """The pages without what stands at the edges of many of them and counts them or is set apart. No empty one."""
    seen: defaultdict[tuple[str, int | None], set[int]] = defaultdict(set)
    for number, page in enumerate(pages):
        for line in (*page[:_EDGE], *page[-_EDGE:]):
            for key in _keys(line.text, number):
                seen[key].add(number)
    enough = max(_REPEATED_ON, len(pages) // _REPEATED_SHARE)
    common = {key for key, there in seen.items() if len(there) >= enough}

    def left_out(edge: Sequence[Line], number: int) -> int:
        """How many lines from an edge on."""
        out = 0
        for at, line in enumerate(edge[:_EDGE]):
            keys = common.intersection(_keys(line.text, number))
            alone = _PAGE_NUMBER.fullmatch(line.text)
            counts = any(offset is not None for _, offset in keys) or (alone and int(alone[1]) == number + 1)
            if not keys and not counts:
                break
            apart = at + 1 == len(edge) or abs(line.bottom - edge[at + 1].bottom) > _APART * usual
            if counts or apart:
                out = at + 1
        return out

    for number, page in enumerate(pages):
        first = left_out(page, number)
        last = len(page) - left_out(page[first:][::-1], number)
        if first < last:
            yield page[first:last]


def _keys(text: str, page: int) -> Iterator[tuple[str, int | None]]:
    """What a line may share with other pages' lines: all of it, or what stands around a number that counts pages."""
    yield text, None
    for found in _NUMBER.finditer(text):
        yield f"{text[: found.start()]}\0{text[found.end() :]}", int(found[0]) - page


def _usual_pitch(pages: Sequence[Page]) -> float:
    """From one line to the next, as most lines of the document are set."""
    pitches = Counter(
        round(2 * pitch)
        for page in pages
        for above, line in pairwise(page)
        if (pitch := above.bottom - line.bottom) > 1
    )
    return pitches.most_common(1)[0][0] / 2 if pitches else 0.0


class _Columns:
    """Where the lines of a page begin, and how far those that begin at one place reach."""

    def __init__(self, page: Page) -> None:
        self._reach: dict[int, float] = {}
        for line in page:
            at = round(line.left)
            self._reach[at] = max(self._reach.get(at, 0), line.right)
        self.widest = max(self._reach.values())
        begun = Counter(round(line.left) for line in page)
        self.left = min(at for at, count in begun.items() if _MARGIN_SHARE * count >= len(page))

    def right(self, *lines: Line) -> float:
        """How far the lines that begin where these do reach."""
        near = {round(line.left) + off for line in lines for off in range(-int(_NEAR), int(_NEAR) + 1)}
        return max(self._reach[at] for at in near if at in self._reach)


def _between(above: Line, line: Line, columns: _Columns, usual: float) -> str:
    height = max(above.top - above.bottom, 1)
    down = above.bottom - line.bottom
    if abs(down) < 0.3 * height and line.left > above.right:
        return " | "
    if down < 0 or down > min(_WIDER * usual, _FAR * height) or _parted(above, columns, line, columns):
        return "\n\n"
    return "" if _CUT.search(above.text) and line.text[0].isupper() else "\n"


def _parted(above: Line, its: _Columns, line: Line, columns: _Columns) -> bool:
    """Whether a paragraph ends between two lines that follow one another, by their words and how they are set."""
    ended = above.text.endswith(_ENDS)
    item = _ITEM.match(line.text)
    deeper = (line.left - columns.left) - (above.left - its.left)
    if item and (ended or deeper > _INDENT):
        return True
    if line.text[0].islower() and not ended and not item:
        return False
    if (
        _centred(above, its)
        and _centred(line, columns)
        and abs(above.left + above.right - line.left - line.right) < 4 * _NEAR
    ):
        return _TITLE.fullmatch(above.text) is not None or above.text.isupper() != line.text.isupper()
    if deeper > _INDENT and not _ITEM.match(above.text):
        return True
    if ended and line.left > columns.left + _INDENT and deeper > -_NEAR:
        return True
    word = line.text.split(maxsplit=1)[0]
    reach = its.right(above, *([line] if its is columns else ()))
    if item and item[0][0].isalnum():  # a dash may be one within a name: "Lao động - Thương binh và Xã hội"
        reach = max(reach, its.widest)
    room = reach - above.right
    return room > (len(word) + 1) * (above.right - above.left) / max(len(above.text), 1)


def _centred(line: Line, columns: _Columns) -> bool:
    return line.left > columns.left + 2 * _INDENT


def _middle(line: Line) -> float:
    return (line.left + line.right) / 2


def wide_gaps(boxes: Sequence[tuple[float, float]], height: float) -> set[int]:
    """Before which of a line's words, by their left and right ends, there is the gap between two columns.

    In a line that is stretched to the margins every gap is wide, and none is one between columns.
    """
    gaps = [word[0] - before[1] for before, word in pairwise(boxes)]
    least = 1.5 * height if len(gaps) < _FEW else max(1.5 * height, 2 * min(gaps))
    return {number for number, gap in enumerate(gaps, 1) if gap > least}


def usual_width(page: Page) -> float:
    """How wide a sign is in most lines of a page."""
    return median((line.right - line.left) / max(len(line.text), 1) for line in page)
