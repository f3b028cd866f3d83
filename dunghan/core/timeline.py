"""The chart of submissions over time against the rungs and the last day, as SVG that needs neither style nor script."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from html import escape
from typing import NamedTuple

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 760, 300, 44, 14, 46, 62
_FONT = 'font-family="Arial, Helvetica, sans-serif" font-size="12"'
_MOST_BARS = 130
_BAR, _RUNG, _LINE, _QUIET = "#1c6b34", "#0b4f9c", "#a3201b", "#555"


class Words(NamedTuple):
    """What the chart says, in the reader's language."""

    title: str
    description: str
    came: str
    reminded: str
    last_day: str


def svg(words: Words, came: Mapping[date, int], reminded: Mapping[date, int], last_days: Sequence[date]) -> str:
    """The chart: a bar a day (a week where it spans months), a mark for each day of reminders, a line for a last day.

    Only presentation attributes: the portal's policy forbids ``style``. Empty where there is nothing to show.
    """
    shown = [*came, *reminded, *last_days[:3]]
    if not shown:
        return ""
    axis = _Axis(min(shown), max(shown))
    bars: dict[int, int] = {}
    for day, count in came.items():
        bars[axis.slot(day)] = bars.get(axis.slot(day), 0) + count
    top = max(bars.values(), default=1)
    named = 'role="img" aria-labelledby="chart-title chart-words"'
    drawn = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" {named} {_FONT}>',
        f'<title id="chart-title">{escape(words.title)}</title>',
        f'<desc id="chart-words">{escape(words.description)}</desc>',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
        *_legend(words),
        *_scale(top),
    ]
    for slot, count in sorted(bars.items()):
        high = (HEIGHT - TOP - BOTTOM) * count / top
        left = axis.place(slot) + 0.1 * axis.step
        drawn.append(
            f'<rect class="came" x="{left:.1f}" y="{HEIGHT - BOTTOM - high:.1f}" width="{0.8 * axis.step:.1f}" '
            f'height="{high:.1f}" fill="{_BAR}"><title>{axis.named(slot)}: {count}</title></rect>'
        )
    for slot in sorted({axis.slot(day) for day in reminded}):
        sent = sum(count for day, count in reminded.items() if axis.slot(day) == slot)
        middle = axis.place(slot) + axis.step / 2
        foot = HEIGHT - BOTTOM + 6
        drawn.append(
            f'<path class="rung" d="M{middle:.1f} {foot} l-5 10 h10 z" fill="{_RUNG}">'
            f"<title>{axis.named(slot)}: {sent}</title></path>"
        )
    for day in last_days[:3]:
        x = axis.place(axis.slot(day)) + axis.step  # late begins when the day has ended
        drawn.append(
            f'<path class="last-day" d="M{x:.1f} {TOP} V{HEIGHT - BOTTOM}" stroke="{_LINE}" stroke-width="2" '
            f'stroke-dasharray="6 4"/><text x="{x:.1f}" y="{TOP - 4}" text-anchor="middle" fill="{_LINE}">'
            f"{day:%d/%m}</text>"
        )
    return "\n".join([*drawn, *_days(axis), "</svg>"])


class _Axis:
    """The days from left to right, one by one or week by week."""

    def __init__(self, since: date, until: date) -> None:
        self._since = since
        span = (until - since).days + 1
        self._days = 1 if span <= _MOST_BARS else 7 * -(-span // (7 * _MOST_BARS))
        self.slots = -(-span // self._days)
        self.step = (WIDTH - LEFT - RIGHT) / max(self.slots, 14)

    def slot(self, day: date) -> int:
        return (day - self._since).days // self._days

    def place(self, slot: int) -> float:
        return LEFT + slot * self.step

    def first(self, slot: int) -> date:
        return self._since + timedelta(days=slot * self._days)

    def named(self, slot: int) -> str:
        first = self.first(slot)
        if self._days == 1:
            return f"{first:%d/%m/%Y}"
        return f"{first:%d/%m/%Y} – {first + timedelta(days=self._days - 1):%d/%m/%Y}"


def _scale(top: int) -> Iterator[str]:
    floor = HEIGHT - BOTTOM
    for value in sorted({0, top // 2, top}):
        y = floor - (floor - TOP) * value / top
        yield f'<path d="M{LEFT} {y:.1f} H{WIDTH - RIGHT}" stroke="#ddd"/>'
        yield f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end" fill="{_QUIET}">{value}</text>'


def _days(axis: _Axis) -> Iterator[str]:
    every = max(1, -(-axis.slots // 10))
    for slot in range(0, axis.slots, every):
        x = axis.place(slot) + axis.step / 2
        yield (
            f'<text x="{x:.1f}" y="{HEIGHT - BOTTOM + 34}" text-anchor="middle" fill="{_QUIET}">'
            f"{axis.first(slot):%d/%m}</text>"
        )


def _legend(words: Words) -> Iterator[str]:
    yield f'<rect x="{LEFT}" y="12" width="12" height="12" fill="{_BAR}"/>'
    yield f'<text x="{LEFT + 18}" y="22">{escape(words.came)}</text>'
    yield f'<path d="M296 12 l-6 12 h12 z" fill="{_RUNG}"/>'
    yield f'<text x="308" y="22">{escape(words.reminded)}</text>'
    yield f'<path d="M540 18 h20" stroke="{_LINE}" stroke-width="2" stroke-dasharray="6 4"/>'
    yield f'<text x="566" y="22">{escape(words.last_day)}</text>'
