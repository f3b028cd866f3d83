"""The chart of progress: a bar for each stage, as a small SVG that shows Vietnamese in any browser."""

from base64 import b64encode
from collections.abc import Iterable, Sequence
from html import escape
from typing import NamedTuple

from dunghan.core.tally import StageCount

Outcomes = tuple[tuple[str, str], ...]
"""What a bar is made of, in order, each with its colour."""
OUTCOMES: Outcomes = (
    ("đúng hạn", "seagreen"),
    ("nộp muộn", "darkseagreen"),
    ("chưa đến hạn", "gold"),
    ("quá hạn", "firebrick"),
    ("được miễn", "lightsteelblue"),
    ("chưa có hạn", "gainsboro"),
)
WIDTH, LABEL, ROW, HEAD = 760, 180, 26, 34
_ROOM = WIDTH - LABEL - 70


class Bar(NamedTuple):
    """A line of the chart, with as many parts as the chart has outcomes; one without parts is a heading.

    ``done`` of them are handed in.
    """

    label: str
    parts: tuple[int, ...] = ()
    done: int = 0


def bar(label: str, counted: StageCount) -> Bar:
    """A stage's bar; its parts add up to what is expected of it."""
    waiting = counted.missing - counted.overdue
    parts = (counted.on_time, counted.late, waiting, counted.overdue, counted.waived, counted.undated)
    return Bar(label, parts, counted.submitted)


def svg(title: str, bars: Sequence[Bar], outcomes: Outcomes = OUTCOMES) -> str:
    """The chart as SVG on a white ground, so that it can be read on a dark page as well."""
    height = HEAD + ROW * len(bars) + 40
    size = f'viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}"'
    drawn = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="Arial, Helvetica, sans-serif" font-size="13">',
        f'<rect width="{WIDTH}" height="{height}" fill="white"/>',
        f'<text x="12" y="22" font-size="15" font-weight="bold">{escape(title)}</text>',
    ]
    for number, one in enumerate(bars):
        drawn += _drawn(one, HEAD + ROW * number, outcomes)
    drawn += [*_legend(HEAD + ROW * len(bars) + 14, outcomes), "</svg>"]
    return " ".join(drawn)


def _drawn(one: Bar, top: int, outcomes: Outcomes) -> Iterable[str]:
    if not one.parts:
        yield f'<text x="12" y="{top + 18}" font-weight="bold">{escape(one.label)}</text>'
        return
    yield f'<text x="12" y="{top + 17}">{escape(one.label)}</text>'
    whole, left = sum(one.parts), float(LABEL)
    for count, (_, colour) in zip(one.parts, outcomes, strict=True):
        wide = _ROOM * count / whole if whole else 0
        if count:
            yield f'<rect x="{left:.1f}" y="{top + 4}" width="{wide:.1f}" height="18" fill="{colour}"/>'
        if wide > 9 * len(str(count)):
            ink = "white" if colour in ("seagreen", "firebrick") else "black"
            yield f'<text x="{left + wide / 2:.1f}" y="{top + 17}" text-anchor="middle" fill="{ink}">{count}</text>'
        left += wide
    yield f'<text x="{LABEL + _ROOM + 8}" y="{top + 17}">{one.done}/{whole}</text>'


def _legend(top: int, outcomes: Outcomes) -> Iterable[str]:
    for number, (name, colour) in enumerate(outcomes):
        left = 12 + number * 122
        yield f'<rect x="{left}" y="{top}" width="12" height="12" fill="{colour}"/>'
        yield f'<text x="{left + 17}" y="{top + 11}">{name}</text>'


def data_uri(drawing: str) -> str:
    """An address that carries the drawing along.

    Prefect writes an image's address out below it: in base64 that is one line, cut off at the margin.
    """
    return f"data:image/svg+xml;base64,{b64encode(drawing.encode()).decode()}"
