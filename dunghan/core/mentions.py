"""Whether a text names a plan or a period, however it is written."""

import re
import unicodedata
from functools import lru_cache

from dunghan.core.periods import period_name

_DASHES = re.compile("[\u2010-\u2015\u2212]")
_TIGHT = re.compile(r"\s*([/-])\s*")
_ROMAN = {"I": "1", "II": "2", "III": "3", "IV": "4"}


def names(text: str, number: str, period: str) -> bool:
    """Whether a text names the plan's number or the period (its key).

    >>> names("Kế hoạch số 168 / KH\u2013UBND", "168/KH-UBND", "2018"), names("NĂM  2018", "168/KH-UBND", "2018")
    (True, True)
    >>> names("số 1168/KH-UBND ngày 5/12/2017", "168/KH-UBND", "2018"), names("quý 3/2018", "x", "2018-Q3")
    (False, True)
    """
    folded = _folded(text)
    return any(pattern.search(folded) for pattern in _patterns(number, period))


def _folded(text: str) -> str:
    return _TIGHT.sub(r"\1", _DASHES.sub("-", unicodedata.normalize("NFC", text).casefold()))


@lru_cache(maxsize=256)
def _patterns(number: str, period: str) -> tuple[re.Pattern[str], ...]:
    return tuple(_pattern(words) for words in (number, *_written(period)))


def _pattern(words: str) -> re.Pattern[str]:
    parts = [re.escape(part) for part in _folded(words).split()]
    return re.compile(r"(?<![0-9])" + r"\s*".join(parts) + r"(?![0-9])")


def _written(key: str) -> list[str]:
    """The ways in which a period is written."""
    name = period_name(key)
    year, _, part = key.partition("-")
    if part.startswith("H"):
        return [name, name.replace("6 tháng", "sáu tháng"), name.replace(" năm ", " năm/")]
    if part.startswith("Q"):
        roman = name.split()[1]
        return [f"quý {n}{gap}{year}" for n in (roman, _ROMAN[roman]) for gap in (" năm ", "/")]
    return [name, f"tháng {part}/{year}", f"{part}/{year}"] if part else [name]
