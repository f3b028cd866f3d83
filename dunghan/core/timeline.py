"""The chart of submissions over time against the rungs and the last day, as SVG that needs neither style nor script.

leather draws it: of the plotting libraries it alone writes presentation attributes, which the portal's policy admits.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple
from xml.etree import ElementTree as ET  # it writes here, and reads nothing

from leather import Chart, Dots, Series, Shape, theme

WIDTH, HEIGHT = 760, 320
_MOST_BARS = 130
_BAR, _RUNG, _LINE, _INK = "#1c6b34", "#0b4f9c", "#a3201b", "#444"
_FONT = "Arial, Helvetica, sans-serif"

theme.background_color, theme.margin = "white", 0.025
theme.legend_color = theme.label_color = _INK
theme.legend_font_family = theme.tick_font_family = _FONT
theme.legend_font_size = theme.tick_font_size = 12
theme.legend_font_char_width = 6


class Words(NamedTuple):
    """What the chart says, in the reader's language."""

    title: str
    description: str
    came: str
    reminded: str
    last_day: str


def svg(words: Words, came: Mapping[date, int], reminded: Mapping[date, int], last_days: Sequence[date]) -> str:
    """The chart: a bar a day (a week where it spans months), a dot for each day of reminders, a line for a last day.

    Empty where there is nothing to show.
    """
    shown = [*came, *reminded, *last_days[:3]]
    if not shown:
        return ""
    axis = _Axis(min(shown), max(shown))
    bars, rungs = axis.gathered(came), axis.gathered(reminded)
    top = max(bars.values(), default=1)
    chart = Chart()
    chart.add_x_scale(0, axis.slots)
    chart.add_y_scale(0, top)
    every = max(1, -(-axis.slots // 10))
    chart.add_x_axis(ticks=[slot + 0.5 for slot in range(0, axis.slots, every)], tick_formatter=axis.tick)
    chart.add_y_axis(ticks=sorted({0, top // 2, top}))
    if bars:
        chart.add_series(Series(list(bars.items()), name=words.came), _Bars(axis))
    if rungs:
        marks = [(slot + 0.5, 0, f"{axis.named(slot)}: {count}") for slot, count in rungs.items()]
        chart.add_series(Series(marks, name=words.reminded), _Marks())
    for day in last_days[:3]:
        end = axis.slot(day) + 1  # late begins when the day has ended
        name = f"{words.last_day} {day:%d/%m/%Y}"
        chart.add_line([(end, 0), (end, top)], name=name, stroke_color=_LINE, stroke_dasharray="6 4")
    named = {"role": "img", "aria-labelledby": "chart-title chart-words"}
    drawing = ET.Element("svg", xmlns="http://www.w3.org/2000/svg", viewBox=f"0 0 {WIDTH} {HEIGHT}", attrib=named)
    ET.SubElement(drawing, "title", id="chart-title").text = words.title
    ET.SubElement(drawing, "desc", id="chart-words").text = words.description
    drawing.append(chart.to_svg_group(WIDTH, HEIGHT))
    return ET.tostring(drawing, encoding="unicode")


class _Axis:
    """The days from left to right, one by one or week by week: slot 0 is the first, and one wide."""

    def __init__(self, since: date, until: date) -> None:
        self._since = since
        span = (until - since).days + 1
        self._days = 1 if span <= _MOST_BARS else 7 * -(-span // (7 * _MOST_BARS))
        self.slots = max(-(-span // self._days), 14)

    def slot(self, day: date) -> int:
        return (day - self._since).days // self._days

    def gathered(self, counts: Mapping[date, int]) -> dict[int, int]:
        found: dict[int, int] = {}
        for day, count in sorted(counts.items()):
            found[self.slot(day)] = found.get(self.slot(day), 0) + count
        return found

    def _first(self, slot: int) -> date:
        return self._since + timedelta(days=slot * self._days)

    def named(self, slot: int) -> str:
        first = self._first(slot)
        if self._days == 1:
            return f"{first:%d/%m/%Y}"
        return f"{first:%d/%m/%Y} – {first + timedelta(days=self._days - 1):%d/%m/%Y}"

    def tick(self, value: float, *_: int) -> str:
        return f"{self._first(int(value)):%d/%m}"


class _Bars(Shape):  # type: ignore[misc]  # leather has no types
    """A column for each slot; leather's own stand on an axis of words, where no line can be."""

    _fill_color = _BAR

    def __init__(self, axis: _Axis) -> None:
        self._axis = axis

    def validate_series(self, series: Any) -> None:
        """Any: the slots are made here."""

    def to_svg(self, width: float, height: float, x_scale: Any, y_scale: Any, series: Any, _: Any) -> ET.Element:
        group = ET.Element("g")
        floor = y_scale.project(0, height, 0)
        for one in series.data():
            left, right = (x_scale.project(one.x + edge, 0, width) for edge in (0.1, 0.9))
            high = y_scale.project(one.y, height, 0)
            places = {"x": left, "y": high, "width": right - left, "height": floor - high}
            drawn = ET.SubElement(group, "rect", {name: f"{place:.1f}" for name, place in places.items()})
            drawn.attrib |= {"class": "came", "fill": _BAR}
            ET.SubElement(drawn, "title").text = f"{self._axis.named(one.x)}: {one.y}"
        return group


class _Marks(Dots):  # type: ignore[misc]
    """Dots that tell their day and count, the third part of each row, where the pointer rests."""

    def __init__(self) -> None:
        super().__init__(_RUNG, 5)

    def to_svg(self, width: float, height: float, x_scale: Any, y_scale: Any, series: Any, palette: Any) -> ET.Element:
        group: ET.Element = super().to_svg(width, height, x_scale, y_scale, series, palette)
        for dot, one in zip(group, series.data(), strict=True):
            dot.set("class", "rung")
            ET.SubElement(dot, "title").text = one.row[2]
        return group
