"""Working days in Vietnam: the law's holidays, days in lieu, and swaps that the library lacks."""

import sys
from collections.abc import Mapping
from datetime import date, timedelta
from functools import cached_property
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from holidays.countries.vietnam import Vietnam

_DAY = timedelta(days=1)


def _vietnam() -> "type[Vietnam]":
    """The library's Vietnam alone: its package would import 250 countries first (0.1 s of every listing)."""
    import holidays

    package = "holidays.countries"
    if package in sys.modules:
        return import_module(f"{package}.vietnam").Vietnam  # type: ignore[no-any-return]
    shell = ModuleType(package)
    shell.__path__ = [f"{holidays.__path__[0]}/countries"]
    sys.modules[package] = shell
    try:
        return import_module(f"{package}.vietnam").Vietnam  # type: ignore[no-any-return]
    finally:
        del sys.modules[package]


class WorkCalendar:
    """Knows which days are worked. ``off`` and ``worked`` (day → its dispatch) overrule the library.

    >>> calendar = WorkCalendar()
    >>> calendar.why_off(date(2018, 12, 31))
    'Ngày nghỉ (thay cho ngày 05/01/2019)'
    >>> calendar.is_working(date(2019, 1, 5)), calendar.is_working(date(2018, 12, 9))
    (True, False)
    """

    def __init__(self, off: Mapping[date, str] | None = None, worked: Mapping[date, str] | None = None) -> None:
        self._off = dict(off or {})
        self._worked = dict(worked or {})
        self._years: set[int] = set()
        self._known: dict[date, str] = {}

    @cached_property
    def _law(self) -> "Vietnam":
        return _vietnam()(language="vi")

    def why_off(self, day: date) -> str:
        """Why nobody works that day, in Vietnamese; empty on a working day."""
        if day not in self._known:
            self._known[day] = self._judge(day)
        return self._known[day]

    def _judge(self, day: date) -> str:
        if day in self._worked:
            return ""
        if day in self._off:
            return self._off[day]
        # A worked Saturday is known only once its own year and its neighbours have been expanded.
        for year in {day.year - 1, day.year, day.year + 1} - self._years:
            self._law.get(date(year, 1, 1))  # asking expands the year
            self._years.add(year)
        if name := self._law.get(day):
            return name
        if day.weekday() >= 5 and day not in self._law.weekend_workdays:
            return "Thứ Bảy" if day.weekday() == 5 else "Chủ nhật"
        return ""

    def is_off(self, day: date) -> bool:
        """Whether the day is a weekend, a holiday or a day given in exchange."""
        return bool(self.why_off(day))

    def is_working(self, day: date) -> bool:
        """The opposite of :meth:`is_off`."""
        return not self.is_off(day)

    def this_or_next(self, day: date) -> date:
        """The day itself if it is worked, else the next one that is (Civil Code 2015, art. 148.5)."""
        while self.is_off(day):
            day += _DAY
        return day

    def this_or_previous(self, day: date) -> date:
        """The day itself if it is worked, else the one before it that is."""
        while self.is_off(day):
            day -= _DAY
        return day

    def next_working(self, day: date) -> date:
        """The first working day after the day."""
        return self.this_or_next(day + _DAY)

    def back(self, day: date, count: int) -> date:
        """``count`` working days before a day that is itself not counted.

        >>> WorkCalendar().back(date(2018, 12, 9), 5)
        datetime.date(2018, 12, 3)
        """
        for _ in range(count):
            day = self.this_or_previous(day - _DAY)
        return day

    def forward(self, day: date, count: int) -> date:
        """``count`` working days after a day that is itself not counted (Civil Code 2015, art. 147)."""
        for _ in range(count):
            day = self.next_working(day)
        return day
