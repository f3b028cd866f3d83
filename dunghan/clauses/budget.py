"""The money of a plan: its total and the parts that the text names."""

import re
from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

from dunghan.clauses.amounts import FIGURE, figure
from dunghan.clauses.found import Budget, Money
from dunghan.clauses.sentences import sentences
from dunghan.clauses.source import BREAK, Source
from dunghan.clauses.stretch import said
from dunghan.clauses.times import Rule

_WORTH = {"tỷ": 10**9, "tỉ": 10**9, "triệu": 10**6, "nghìn": 10**3, "ngàn": 10**3}
_SCALE = r"tỷ|tỉ|triệu|nghìn|ngàn"
_AMOUNT = Rule(
    "amount",
    re.compile(
        rf"(?<![\w.,/-])(?P<value>{FIGURE}) ?(?P<scale>(?:{_SCALE})(?: (?:{_SCALE}))?)?(?: (?P<more>{FIGURE}) "
        rf"(?P<less>{_SCALE}))? ?(?:đồng|vnđ|vnd|đ)(?!\w)(?! ?/)"
    ),
    (
        ("kinh phí: 10.800.000.000 đồng", "10.800.000.000 đồng"),
        ("khoảng 10,8 tỷ đồng từ", "10,8 tỷ đồng"),
        ("2 tỷ 500 triệu đồng", "2 tỷ 500 triệu đồng"),
        ("1.500 nghìn tỷ đồng", "1.500 nghìn tỷ đồng"),
    ),
)
_TOTAL = Rule(
    "total",
    re.compile(
        r"(?<!\w)(?:tổng (?:cộng |số )?(?:kinh phí|mức đầu tư|nhu cầu (?:kinh phí|vốn)|nguồn (?:vốn|lực|kinh phí)|"
        r"vốn|dự toán|số tiền|chi phí|ngân sách)|kinh phí (?:thực hiện|dự kiến|triển khai)|"
        r"dự toán kinh phí|dự kiến kinh phí|tổng cộng|tổng số)(?!\w)"
    ),
    (("Tổng kinh phí thực hiện kế hoạch: 5 tỷ đồng", "tổng kinh phí"),),
)
_SOURCE = Rule(
    "source-of-money",
    re.compile(
        r"(?<!\w)(?P<said>(?:nguồn |vốn )?ngân sách (?:nhà nước|trung ương|địa phương|cấp (?:tỉnh|huyện|xã|thành "
        r"phố)|tỉnh|thành phố|huyện|quận|xã|các cấp)|(?:nguồn )?(?:vốn |kinh phí )?xã hội hóa|"
        r"(?:nguồn )?vốn (?:vay|đối ứng|oda|tín dụng|sự nghiệp|đầu tư(?: phát triển| công)?|doanh nghiệp|tự có|"
        r"viện trợ|tài trợ|huy động|khác)|(?:nguồn )?(?:viện trợ|tài trợ|huy động)(?: khác| hợp pháp)?|"
        r"(?:nguồn|vốn|quỹ) [^\W\d][^\n;:.,()]{2,60}?(?=:| là | khoảng |\n)|nhà tài trợ|doanh nghiệp|(?:các "
        r")?nguồn khác|(?:nguồn )?hợp pháp khác|năm (?:19|20)\d\d|giai đoạn (?:19|20)\d\d ?[-–] ?(?:19|20)\d\d)"
    ),
    (("- Ngân sách tỉnh: 4 tỷ đồng", "ngân sách tỉnh"), ("Nguồn xã hội hóa khoảng 2 tỷ đồng", "nguồn xã hội hóa")),
)
_SECTION = Rule(
    "section-of-money",
    re.compile(r"(?<!\w)(?:kinh phí|nguồn vốn|nguồn lực|ngân sách|dự toán|vốn đầu tư|tài chính)(?!\w)"),
    (("VI. KINH PHÍ THỰC HIỆN", "kinh phí"),),
)
_YEAR = re.compile(r"(?:năm|giai đoạn) \d")
_OF_THIS = re.compile(r"(?<!\w)trong đó(?!\w)")
_REACH = 160  # signs between an amount's name and the amount
RULES = (_AMOUNT, _TOTAL, _SOURCE, _SECTION)


class _Named(NamedTuple):
    """An amount, what it is called, and whether it is a share of the amount named before it ("trong đó")."""

    money: Money
    total: bool
    within: bool


def budget(source: Source) -> Budget:
    """The total and the parts of a plan's money, in đồng.

    Amounts count where the text speaks of the plan's money: behind "Tổng kinh phí …", or under a heading of it. A
    share of a part ("trong đó …") is no part of its own, and where money is split by source, a split by years is not
    given again.
    """
    total: Money | None = None
    parts: list[Money] = []
    for one in _amounts(source):
        if one.total and not total:
            total = one.money
        elif one.money.source and not (one.within and parts) and one.money[1:] not in [part[1:] for part in parts]:
            parts.append(one.money)
    kinds = {bool(_YEAR.match(part.source.lower())) for part in parts if part.source}
    if len(kinds) == 2:
        parts = [part for part in parts if part.source and not _YEAR.match(part.source.lower())]
    return Budget(total, tuple(parts))


def adds_up(found: Budget) -> bool | None:
    """Whether the parts make up the total; None where there is nothing to compare."""
    if not found.total or not found.parts:
        return None
    return sum(part.amount for part in found.parts) == found.total.amount


def _amounts(source: Source) -> Iterator[_Named]:
    low = source.low
    sections, opened_until, before = _sections(source), 0, 0
    for match in _AMOUNT.pattern.finditer(low):
        while sections and sections[-1][1] <= match.start():
            sections.pop()
        opened = match.start() < opened_until or bool(sections and sections[-1][0] <= match.start())
        start, before = max(before, match.start() - _REACH), match.end()
        total = _last(_TOTAL, low, start, match.start())
        label = _last(_SOURCE, low, start, match.start())
        if total and label and label.start() < total.end() + 60 and BREAK not in low[total.end() : match.start()]:
            label = None  # "Tổng kinh phí từ ngân sách tỉnh: ..."
        named = label or total
        if not named or (label and not opened) or re.search(r"\.\s(?=\w)", low[named.end() : match.start()]):
            continue
        if not label:
            opened_until = match.end() + _REACH * 10
        ahead = low[max(start, named.start() - 30) : named.start()]
        within = bool(_OF_THIS.search(ahead)) and BREAK not in ahead
        name = source.words[slice(*label.span("said"))] if label else None
        rule = _SOURCE.name if label else _TOTAL.name
        yield _Named(Money(said(source, named.start(), match.end(), rule), name, _value(match)), not label, within)


def _last(rule: Rule, low: str, start: int, end: int) -> "re.Match[str] | None":
    return next(iter(deque(rule.pattern.finditer(low, start, end), maxlen=1)), None)


def _sections(source: Source) -> list[tuple[int, int]]:
    """The sentences that stand under a heading of money, the last first."""
    every = sentences(source)
    of_money = [
        one.depth < 4 and bool(_SECTION.pattern.search(source.low, one.start, min(one.end, one.start + 80)))
        for one in every
    ]
    return [
        (one.start, one.end)
        for number, one in reversed(list(enumerate(every)))
        if of_money[number] or any(of_money[n] for n in one.above)
    ]


def _value(match: "re.Match[str]") -> int:
    value = figure(match["value"])
    for scale in (match["scale"] or "").split():
        value *= _WORTH[scale]
    if match["more"]:
        value += figure(match["more"]) * _WORTH[match["less"]]
    return round(value)
