"""The chart of submissions against reminders and the last day: what stands where, and nothing the portal refuses."""

import re
from datetime import date, timedelta
from xml.etree import ElementTree as ET

from dunghan.core.timeline import Words, svg

WORDS = Words("Nộp & nhắc", "3 trên 4 <đơn vị>", "nộp", "nhắc", "hết hạn")
FIRST = date(2018, 12, 1)
SVG = "{http://www.w3.org/2000/svg}"


def _drawn(text: str, kind: str) -> list[ET.Element]:
    return [one for one in ET.fromstring(text).iter() if one.get("class") == kind]


def test_a_bar_is_as_high_as_its_count_and_tells_its_day() -> None:
    text = svg(WORDS, {FIRST: 30, FIRST + timedelta(days=4): 15}, {}, [])
    bars = _drawn(text, "came")
    assert [bar.findtext(f"{SVG}title") for bar in bars] == ["01/12/2018: 30", "05/12/2018: 15"]
    high, half = (float(bar.get("height", "0")) for bar in bars)
    assert high > 100
    assert abs(high - 2 * half) < 0.2


def test_the_last_day_is_over_where_its_bar_ends() -> None:
    text = svg(WORDS, {FIRST: 1, FIRST + timedelta(days=1): 1}, {}, [FIRST])
    left, right = _drawn(text, "came")
    line = re.search(r'stroke-dasharray="6 4" d="M ([\d.]+) ', text)
    assert line
    assert float(left.get("x", "")) + float(left.get("width", "")) < float(line[1]) < float(right.get("x", ""))
    assert "hết hạn 01/12/2018" in text


def test_a_dot_for_each_day_of_reminders() -> None:
    text = svg(WORDS, {}, {FIRST: 2200, FIRST + timedelta(days=9): 7}, [])
    assert [dot.findtext(f"{SVG}title") for dot in _drawn(text, "rung")] == ["01/12/2018: 2200", "10/12/2018: 7"]


def test_a_year_is_gathered_by_weeks_and_nothing_is_lost() -> None:
    came = {FIRST + timedelta(days=day): 2 for day in range(365)}
    bars = _drawn(svg(WORDS, came, {}, []), "came")
    titles = [bar.findtext(f"{SVG}title") or "" for bar in bars]
    assert len(bars) < 131
    assert titles[0].startswith("01/12/2018 – ")
    assert sum(int(title.rpartition(": ")[2]) for title in titles) == 730


def test_words_are_escaped_and_nothing_needs_a_style_or_script() -> None:
    text = svg(WORDS, {FIRST: 1}, {FIRST: 1}, [FIRST])
    assert "Nộp &amp; nhắc" in text
    assert "&lt;đơn vị&gt;" in text
    assert not re.search(r"style|script|href|\son\w+=", text)


def test_nothing_to_show_is_no_chart() -> None:
    assert svg(WORDS, {}, {}, []) == ""
