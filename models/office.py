"""Offices, effective-dated, and the tree they stand in on a given day."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from functools import cached_property
from typing import NamedTuple

TERRITORIAL = ("province", "district", "commune")


class Office(NamedTuple):
    """One tenure of an office: its name, level and parent between two days (inclusive; None is open)."""

    code: str
    name: str
    level: str
    parent: str | None = None
    valid_from: date | None = None
    valid_until: date | None = None

    def exists_on(self, day: date) -> bool:
        """Whether this tenure covers the day."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_until is None or day <= self.valid_until
        )

    @property
    def title(self) -> str:
        """The body that reports: ``UBND huyện Đồng Văn`` for a territory, else the office's own name."""
        if self.level in TERRITORIAL:
            return f"UBND {self.name[:1].lower()}{self.name[1:]}"
        return self.name


class OfficeTree:
    """All tenures of all offices; every question names its day."""

    def __init__(self, offices: Iterable[Office]) -> None:
        self._by_code: dict[str, list[Office]] = defaultdict(list)
        self._titles: dict[str, str] = {}
        for office in offices:
            self._by_code[office.code].append(office)

    def __contains__(self, code: object) -> bool:
        return code in self._by_code

    def __iter__(self) -> Iterator[Office]:
        for tenures in self._by_code.values():
            yield from tenures

    def __len__(self) -> int:
        return len(self._by_code)

    @property
    def codes(self) -> Iterable[str]:
        """Every code that any office ever had."""
        return self._by_code.keys()

    def on(self, code: str, day: date) -> Office | None:
        """The office's tenure on that day, or None where it did not exist."""
        return next((o for o in self._by_code.get(code, ()) if o.exists_on(day)), None)

    def ever(self, code: str) -> Office | None:
        """The office's latest tenure, whether or not it still exists."""
        tenures = self._by_code.get(code)
        if not tenures or len(tenures) == 1:
            return tenures[0] if tenures else None
        return max(tenures, key=lambda o: o.valid_until or date.max)

    def title(self, code: str) -> str:
        """The office's title, or its code where nobody knows it."""
        if (found := self._titles.get(code)) is None:
            office = self.ever(code)
            found = self._titles[code] = office.title if office else code
        return found

    def members(self, level: str, within: str, day: date) -> list[Office]:
        """The offices of a level inside a territory on that day, by code; no number of levels is assumed."""
        found: list[Office] = []
        ring, seen = [within], {within}
        while ring:
            children = [o for code in ring for o in self._children.get(code, ()) if o.exists_on(day)]
            found += [o for o in children if o.level == level]
            ring = [o.code for o in children if o.code not in seen]
            seen.update(ring)
        return sorted(found, key=lambda o: o.code)

    @cached_property
    def _children(self) -> dict[str, list[Office]]:
        children: dict[str, list[Office]] = defaultdict(list)
        for office in self:
            if office.parent:
                children[office.parent].append(office)
        return children
