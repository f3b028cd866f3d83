"""Due dates as a form has them: one a line, as much of each as the text of a plan gives."""

import re
from collections.abc import Iterable
from datetime import date

from dunghan.clauses.times import Due

MOST = 24
_PARTS = (
    re.compile(r"(?P<day>\d{1,2})[/.-](?P<month>\d{1,2})(?:[/.-](?P<year>\d{4}))?"),
    re.compile(r"(?P<month>\d{1,2})[/.-](?P<year>\d{4})"),
    re.compile(r"(?:ngày|day) (?P<day>\d{1,2})"),
    re.compile(r"(?:tháng|month) (?P<month>\d{1,2})"),
    re.compile(r"(?:(?:năm|year) )?(?P<year>\d{4})"),
)
_NEXT_YEAR = re.compile(r"\s*(?:năm sau|next year)$")
_WORDS = {"vi": ("ngày", "tháng", "năm sau"), "en": ("day", "month", "next year")}
_LEAP_YEAR = 2000
_YEARS = range(1990, 2101)


def written(due: Iterable[Due], language: str) -> list[str]:
    """Each date as people write it, and as :func:`read` reads it.

    >>> written([Due(month=11, day=15), Due(2026, 1, 5), Due(month=12, next_year=True), Due(2025, 12)], "vi")
    ['15/11', '05/01/2026', 'tháng 12 năm sau', '12/2025']
    """
    return [_written(one, *_WORDS[language]) for one in due]


def _written(one: Due, day: str, month: str, next_year: str) -> str:
    numbers = [f"{n:02d}" for n in (one.day, one.month) if n is not None] + ([str(one.year)] if one.year else [])
    said = "/".join(numbers)
    if len(numbers) == 1 and not one.year:
        said = f"{day if one.month is None else month} {one.day if one.month is None else one.month}"
    return f"{said} {next_year}" if one.next_year else said


def read(text: str) -> tuple[Due, ...]:
    r"""The dates of a text, one a line (or parted by semicolons). ValueError: the line that is none.

    >>> read("15/11; ngày 25\n12/2025")
    (Due(year=None, month=11, day=15, next_year=False), Due(year=None, month=None, day=25, next_year=False),
     Due(year=2025, month=12, day=None, next_year=False))
    """
    lines = [" ".join(line.split()).lower() for line in re.split(r"[\n;]", text)]
    found = tuple(_read(line) for line in lines if line)
    if len(found) > MOST:
        raise ValueError(lines[MOST])
    return found


def _read(line: str) -> Due:
    said, later = _NEXT_YEAR.subn("", line)
    for pattern in _PARTS:
        if match := pattern.fullmatch(said):
            parts = {name: int(held) for name, held in match.groupdict().items() if held}
            if not _can_be(parts):
                break
            return Due(**parts, next_year=bool(later))
    raise ValueError(line)


def _can_be(parts: dict[str, int]) -> bool:
    try:
        date(parts.get("year", _LEAP_YEAR), parts.get("month", 1), parts.get("day", 1))
    except ValueError:
        return False
    return parts.get("year", _LEAP_YEAR) in _YEARS
