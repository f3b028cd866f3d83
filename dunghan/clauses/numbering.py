"""How documents are numbered and dated: "168/KH-UBND", "121/2020/QH14", "ngày 22 tháng 12 năm 2015"."""

import re
from datetime import date

from dunghan.clauses.times import Rule

_LETTERS = r"[A-ZĐƯ][A-Za-zĐđƯư&]{0,13}\d{0,3}"
NUMBER = Rule(
    "number",
    re.compile(
        rf"(?<![\w/.-])\d{{1,6}}[a-z]?(?: ?/ ?(?:19|20)\d\d(?!\d))?(?: ?/ ?| ?- ?(?=[A-ZĐ][A-Za-zĐđ]{{1,5}}/))"
        rf"{_LETTERS}(?:(?: ?/ ?|-| ?- (?=[A-Z]{{2}})|- ){_LETTERS}){{0,4}}(?!\w)"
    ),
    (
        ("Số: 168/KH-UBND Hà Giang, ngày", "168/KH-UBND"),
        ("Nghị quyết số 121/2020/QH14 ngày 19", "121/2020/QH14"),
        ("Chương trình số 10- CTr/TU ngày", "10- CTr/TU"),
        ("Số: 15 /QĐ-TTg", "15 /QĐ-TTg"),
        ("Kế hoạch số 07-KH/TU ngày", "07-KH/TU"),
        ("Quy chế số 49/QCPH-UBND-UBMT ngày", "49/QCPH-UBND-UBMT"),
    ),
)
_NUMERIC = r"\d{1,2} ?[/.-] ?\d{1,2} ?[/.-] ?(?:19|20)\d\d(?!\d)"
_WORDED = r"\d{1,2} tháng \d{1,2},? năm (?:19|20)\d\d(?!\d)"
DAY = Rule(
    "day",
    re.compile(rf"(?<!\w)ngày (?P<day>{_WORDED}|{_NUMERIC})"),
    (
        ("1863/QĐ-TTg, ngày 23/12/2019 của", "ngày 23/12/2019"),
        ("ngày 22 tháng 12 năm 2015 của", "ngày 22 tháng 12 năm 2015"),
    ),
)
BARE_DAY = rf"(?:{_NUMERIC}|{_WORDED})"
_DIGITS = re.compile(r"\d+")
_SPACES = re.compile(r" +")
_OF_A_FILE = re.compile(r"(\d+(?:[-_](?:19|20)\d\d)?)[-_](\w+(?:-\w+)*)")


def plain_number(number: str) -> str:
    """A number as it is cited: no spaces in it, and a file's "76-KH-UBND" with its stroke: "76/KH-UBND"."""
    plain = re.sub(r"\s", "", number).replace("*", "")
    file = _OF_A_FILE.fullmatch(plain)
    return plain if "/" in plain or not file else f"{file[1]}/{file[2].replace('_', '-')}"


def day_of(text: str) -> date | None:
    """The date that a day's words name, or None where the calendar has no such day."""
    day, month, year = (int(n) for n in _DIGITS.findall(text)[:3])
    try:
        return date(year, month, day)
    except ValueError:
        return None
