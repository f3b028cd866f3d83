"""When: the dates, limits and frequencies that a text names, each by a rule that stands beside its examples."""

import re
from itertools import islice
from typing import Literal, NamedTuple

Wording = Literal["before", "by", "within", "month", "undated"]
Recurrence = Literal["annual", "semiannual", "quarterly", "monthly", "once", "relative", "unspecified-periodic"]


class Due(NamedTuple):
    """A due date as far as a text gives it; ``next_year`` where it lies after the year reported on ("năm sau")."""

    year: int | None = None
    month: int | None = None
    day: int | None = None
    next_year: bool = False


class When(NamedTuple):
    """A stretch of the settled text, ``start`` to ``end``, that says by when, how often, or on what occasion."""

    start: int
    end: int
    rule: str
    wording: Wording | None = None
    due: tuple[Due, ...] = ()
    often: Recurrence | None = None


class Rule(NamedTuple):
    """A pattern over lower-case settled text; each example is a text and the stretch that the rule takes of it."""

    name: str
    pattern: re.Pattern[str]
    examples: tuple[tuple[str, str], ...]


_D, _M, _Y = r"(?:0?[1-9]|[12]\d|3[01])(?!\d)", r"(?:0?[1-9]|1[0-2])(?!\d)", r"(?:19|20)\d\d(?!\d)"
_EVERY = r"(?:hằng|hàng|mỗi|từng)"
_LEAD = (
    r"(?P<lead>(?:(?:chậm|muộn|trễ) nhất(?: là)?|trước|không (?:quá|muộn hơn|chậm hơn)|(?:cho )?đến(?: hết)?|hết|"
    r"vào|trong(?: vòng| thời hạn)?)"
    r"(?: là)?(?: trước| vào| đến| trong| sau)*)"
)
_HOUR = r"\d{1,2} ?(?:h|giờ|:)(?: ?\d{2}(?: phút)?)?['’′]?"
_OF_YEAR = rf"(?:(?:,? của)? (?:{_EVERY} năm|năm (?:sau|trước|tiếp theo|kế tiếp|liền kề|báo cáo)|năm(?! \d)))"
_DAY = rf"(?:{_D} tháng {_M}(?:,? năm {_Y}|/{_Y})?|{_D} ?[/.-] ?{_M}(?: ?[/.-] ?{_Y})?(?![/.-]?\w))"
_UNIT = (
    r"(?:(?:0?[369]|sáu|ba|chín) tháng(?: (?:đầu|cuối) năm)?|tháng|quý|(?:cả |0?1 |một )?năm)"
    r"(?! (?:\d|[ivx]+\b|một|hai|ba|tư|tuổi|học))(?!\w)"
)
_ONE_OF = rf"{_UNIT}(?:(?:, và|,| và| hoặc|/) ?{_UNIT})*"

YEAR = re.compile(rf"\(?(?:vào |trong )?năm (?P<in>{_Y})\)?")

RULES = (
    Rule(
        "time-limit",
        re.compile(
            rf"{_LEAD} (?P<count>\d{{1,3}})(?: \([^()]{{1,30}}\))? (?P<unit>ngày|giờ|tuần|tháng)(?: làm việc)?,?"
            r"(?: (?:kể )?từ| sau)(?: [^\s,;.():]+){1,16}?(?=[,;.():]|$| (?:phải|gửi|báo cáo|tổng hợp|các cơ quan|"
            r"có trách nhiệm))"
        ),
        (
            ("Chậm nhất sau 15 ngày kể từ ngày kết thúc, cơ quan", "chậm nhất sau 15 ngày kể từ ngày kết thúc"),
            (
                "trong vòng 10 ngày làm việc kể từ ngày nhận được văn bản;",
                "trong vòng 10 ngày làm việc kể từ ngày nhận được văn bản",
            ),
        ),
    ),
    Rule(
        "day-of-a-month",
        re.compile(
            rf"(?:{_LEAD} )?ngày (?P<day>{_D})(?: của)? (?:{_EVERY} tháng|tháng (?P<which>tiếp theo|sau|kế tiếp|"
            rf"liền kề|cuối|đầu))"
            r"(?:(?: của| sau| liền kề| cùng| cuối| tiếp theo)* (?:tháng cuối(?: cùng)?(?: của)?|hằng quý|mỗi quý|"
            r"quý|kỳ báo cáo|tháng kỳ báo cáo|tháng báo cáo|quý báo cáo|kỳ))*"
        ),
        (
            ("trước ngày 25 hằng tháng", "trước ngày 25 hằng tháng"),
            ("trước ngày 20 tháng cuối quý", "trước ngày 20 tháng cuối quý"),
            (
                "trước ngày 03 của tháng tiếp theo sau tháng cuối cùng của kỳ báo cáo đối",
                "trước ngày 03 của tháng tiếp theo sau tháng cuối cùng của kỳ báo cáo",
            ),
        ),
    ),
    Rule(
        "day",
        re.compile(rf"(?:{_LEAD}(?: lúc)?(?: {_HOUR},?)? )?(?P<said>ngày )?(?P<day>{_DAY})(?P<year>{_OF_YEAR})?"),
        (
            ("trước ngày 15/11 hằng năm và", "trước ngày 15/11 hằng năm"),
            ("trước ngày 31 tháng 12 năm 2025.", "trước ngày 31 tháng 12 năm 2025"),
            ("chậm nhất ngày 30/01 năm sau", "chậm nhất ngày 30/01 năm sau"),
            ("(trước ngày 30/6 của năm)", "trước ngày 30/6 của năm"),
            ("trước 16h00 ngày 10/11/2025 để", "trước 16h00 ngày 10/11/2025"),
        ),
    ),
    Rule(
        "day-alone",
        re.compile(rf"{_LEAD} ngày (?P<day>{_D})(?! ?[/.-]|,? ?(?:tháng|hằng|hàng|\d))"),
        (("hằng tháng (vào ngày 20) báo cáo", "vào ngày 20"),),
    ),
    Rule(
        "hour",
        re.compile(rf"{_LEAD}(?: lúc)? {_HOUR}(?: và {_HOUR})*"),
        (("báo cáo trước 19h00’ hằng ngày", "trước 19h00’"), ("(trước 9h00’ và 16h00’)", "trước 9h00’ và 16h00’")),
    ),
    Rule(
        "quarter",
        re.compile(
            rf"(?:{_LEAD} )?(?:(?:cuối|đầu) )?quý (?P<quarter>iii|ii|iv|i|[1-4])(?!\w)(?:/| năm |"
            rf" của năm )(?P<year>{_Y})"
        ),
        (("trong Quý I năm 2026", "trong quý i năm 2026"), ("quý II/2027", "quý ii/2027")),
    ),
    Rule(
        "month",
        re.compile(
            rf"(?:{_LEAD} )?(?P<part>(?:đầu|giữa|cuối) )?tháng (?P<month>{_M})(?:(?:/| năm |"
            rf" của năm )(?P<in>{_Y})|(?P<year>{_OF_YEAR}))?"
        ),
        (("trong tháng 12 năm 2025", "trong tháng 12 năm 2025"), ("vào tháng 12 hằng năm", "vào tháng 12 hằng năm")),
    ),
    Rule(
        "part-of-a-year",
        re.compile(rf"(?:{_LEAD} )?(?P<part>giữa|cuối) (?P<every>{_EVERY} )?năm(?: (?P<in>{_Y}))?(?! (?:học|\w+ thứ))"),
        (("vào cuối năm", "vào cuối năm"), ("giữa năm 2028", "giữa năm 2028")),
    ),
    Rule("year", YEAR, (("sơ kết (năm 2030)", "(năm 2030)"),)),
    Rule(
        "periods",
        re.compile(
            rf"(?:định k\w(?: báo cáo)?|báo cáo(?: định k\w)?|đối với báo cáo|sơ kết|"
            rf"tổng kết)(?: theo)? (?P<units>{_ONE_OF})"
            rf"(?: \((?P<bracketed>{_ONE_OF})\))?(?: {_EVERY} năm)?|\((?P<alone>{_ONE_OF})\)"
        ),
        (
            ("định kỳ 6 tháng, năm", "định kỳ 6 tháng, năm"),
            ("đối với báo cáo quý, 6 tháng và cả năm", "đối với báo cáo quý, 6 tháng và cả năm"),
        ),
    ),
    Rule(
        "every",
        re.compile(
            rf"(?:định k\w )?{_EVERY} (?P<every>ngày|tuần|tháng|quý|năm)(?!\w)|"
            rf"(?P<times>\d{{1,2}} lần ?/ ?(?:ngày|tuần|tháng|quý|năm))"
        ),
        (("Hằng năm, báo cáo", "hằng năm"), ("02 lần/ngày", "02 lần/ngày"), ("định kỳ hàng năm", "định kỳ hàng năm")),
    ),
    Rule("periodic", re.compile(r"định k\w(?!\w)"), (("định kỳ báo cáo", "định kỳ"),)),
    Rule(
        "on-request",
        re.compile(
            r"(?:đột xuất )?(?:khi(?: có)?|theo) (?:yêu cầu|đề nghị)|đột xuất(?: khi (?:cần thiết|cần|phát sinh))?"
        ),
        (("hoặc đột xuất khi có yêu cầu", "đột xuất khi có yêu cầu"),),
    ),
)
_MOST = 20
"""Stretches that one rule takes of one part of a sentence."""
_FINEST: tuple[Recurrence, ...] = ("monthly", "quarterly", "semiannual", "annual")
_SINCE = re.compile(r"(?:kể|tính|từ|số liệu) ?$")
_FROM = re.compile(r"(?<!\w)từ (?:ngày |tháng )?\d[^;:()]*$")
_CITED = re.compile(r"(?:kể|từ|tính|số|luật|[/-]\w+|bản|\w+-\w+),? ?$")
_QUARTERS = {"i": 1, "ii": 2, "iii": 3, "iv": 4}


def times(low: str, start: int, end: int) -> list[When]:
    """What a stretch of lower-case settled text says of times, in order; of two that meet the earlier rule's counts."""
    found: list[When] = []
    for rule in RULES:
        for match in islice(rule.pattern.finditer(low, start, end), _MOST):
            if all(match.end() <= one.start or match.start() >= one.end for one in found):
                when = _READ[rule.name](match, low)
                if when:
                    found.append(when._replace(rule=rule.name))
    return sorted(found)


def _wording(match: re.Match[str]) -> Wording:
    return "before" if "trước" in (match["lead"] or "") else "by"


def _limit(match: re.Match[str], _: str) -> When:
    return When(*match.span(), "", "within", often="relative")


def _hour(match: re.Match[str], _: str) -> When:
    return When(*match.span(), "", _wording(match), often="relative")


def _day_of_a_month(match: re.Match[str], _: str) -> When:
    day = Due(day=int(match["day"]))
    often: Recurrence = "quarterly" if "quý" in match[0] else "monthly"
    return When(*match.span(), "", _wording(match), (day,), often)


def _day(match: re.Match[str], low: str) -> When | None:
    numbers = [int(n) for n in re.findall(r"\d+", match["day"])]
    year = numbers[2] if len(numbers) > 2 else None
    before = low[max(0, match.start() - 12) : match.start()]
    if not match["lead"] and (year or not match["said"]):
        joined = re.search(r"(?:và|,|hoặc|;) ?$", before)
        if not joined or (year and not match["said"]):
            return None
    if (_SINCE if match["lead"] else _CITED).search(before):
        return None
    if "đến" in (match["lead"] or "") and _FROM.search(low, max(0, match.start() - 60), match.start()):
        return None  # what the figures cover, not when they are due
    if numbers[0] > 31 or numbers[1] > 12:
        return None
    of = match["year"] or ""
    due = Due(year, numbers[1], numbers[0], any(word in of for word in ("sau", "tiếp", "liền")))
    often: Recurrence | None = "annual" if of else ("once" if year else None)
    return When(*match.span(), "", _wording(match), (due,), often)


def _day_alone(match: re.Match[str], _: str) -> When:
    return When(*match.span(), "", _wording(match), (Due(day=int(match["day"])),))


def _quarter(match: re.Match[str], _: str) -> When:
    number = _QUARTERS.get(match["quarter"]) or int(match["quarter"])
    wording: Wording = "before" if _wording(match) == "before" else "month"
    return When(*match.span(), "", wording, (Due(int(match["year"]), 3 * number),), "once")


def _month(match: re.Match[str], _: str) -> When | None:
    if not match["lead"] and not match["part"] and not match["year"]:
        return None
    of = match["year"] or ""
    year = int(match["in"]) if match["in"] else None
    day = 15 if (match["part"] or "").startswith("giữa") else None
    due = Due(year, int(match["month"]), day, any(word in of for word in ("sau", "tiếp", "liền")))
    wording: Wording = "before" if _wording(match) == "before" else "month"
    return When(*match.span(), "", wording, (due,), "annual" if of else "once" if year else None)


def _part_of_a_year(match: re.Match[str], _: str) -> When:
    year = int(match["in"]) if match["in"] else None
    due = Due(year, 12 if match["part"] == "cuối" else 6)
    return When(*match.span(), "", "month", (due,), "once" if year else "annual")


def _year(match: re.Match[str], _: str) -> When:
    return When(*match.span(), "", "month", (Due(int(match["in"])),), "once")


_OFTEN: dict[str, Recurrence] = {
    "ngày": "relative",
    "tuần": "relative",
    "tháng": "monthly",
    "quý": "quarterly",
    "năm": "annual",
}


def _every(match: re.Match[str], _: str) -> When:
    unit = match["every"] or match["times"].rpartition("/")[2].strip()
    often = _OFTEN[unit]
    if match["times"] and unit == "năm" and int(match["times"].split()[0]) == 2:
        often = "semiannual"
    return When(*match.span(), "", often=often)


def _periods(match: re.Match[str], _: str) -> When | None:
    said = match["units"] or match["alone"]
    if match["units"] and match[0].startswith(("sơ kết", "tổng kết")) and not re.search("định k|h[ằà]ng", match[0]):
        return None
    often: set[Recurrence] = set()
    for unit in re.findall(_UNIT, said):
        if "tháng" in unit and unit != "tháng":
            often.add("quarterly" if unit[:1] in "39" or unit.startswith(("03", "ba", "chín", "09")) else "semiannual")
        else:
            often.add(_OFTEN[unit.split()[-1]])
    if "semiannual" in often and "9 tháng" in said:
        often.discard("quarterly")
        if "quý" in said:
            often.add("quarterly")
    return When(*match.span(), "", often=next(one for one in _FINEST if one in often))


def _periodic(match: re.Match[str], _: str) -> When:
    return When(*match.span(), "", often="unspecified-periodic")


def _on_request(match: re.Match[str], _: str) -> When:
    return When(*match.span(), "", often="relative")


_READ = {
    "time-limit": _limit, "hour": _hour, "day-of-a-month": _day_of_a_month, "day": _day, "day-alone": _day_alone,
    "quarter": _quarter, "month": _month, "part-of-a-year": _part_of_a_year, "year": _year, "every": _every,
    "periods": _periods, "periodic": _periodic, "on-request": _on_request,
}  # fmt: skip
