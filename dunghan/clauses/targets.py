"""The numeric targets of a text: what it wants to reach, told apart from what it says of how things stand."""

import re
from collections.abc import Iterator
from itertools import zip_longest
from typing import Literal, NamedTuple

from dunghan.clauses.amounts import FIGURE, figure
from dunghan.clauses.found import Target
from dunghan.clauses.sentences import Sentence, sentences
from dunghan.clauses.source import Source
from dunghan.clauses.stretch import said, trimmed
from dunghan.clauses.times import Rule

Comparison = Literal["exactly", "at_least", "more_than", "reduce_by"]

_UNITS = (
    r"(?:tỷ|triệu|nghìn) (?:đồng|usd|người|lượt|tấn)|triệu|mô hình|doanh nghiệp|hợp tác xã|tổ hợp tác|cơ sở|sản "
    r"phẩm|trung tâm|kịch bản|(?:tập|bộ) dữ liệu|khu công nghiệp|cụm công nghiệp|"
    r"trường học|trường|lớp|học sinh|giáo viên|cán bộ|công chức|trẻ em|trẻ|người|hộ gia đình|hộ|lượt người|lượt|"
    r"huyện|quận|xã|phường|thị trấn|thôn|bản|ấp|tỉnh|địa phương|đơn vị|công trình|"
    r"dự án|đề tài|nhiệm vụ|câu lạc bộ|chương trình|điểm|vùng|cuộc|buổi|hội nghị|đợt|lần|bệnh viện|trạm y tế|"
    r"giường bệnh|bác sĩ|nhà|căn|ha|km|tấn|nền tảng|hệ thống|dịch vụ|chuỗi|sáng kiến|"
    r"tổ chức|nhóm|đội|tin|bài|phóng sự|mẫu|cây|con|phòng|khu|tuyến|cầu|chợ|siêu thị|văn bản|hồ sơ|giải pháp|"
    r"chuyên gia|nhân lực|lao động|thành viên|hội viên"
)
_SIGN = r"(?:≥|>=|>|trên|hơn|vượt|ít nhất(?: là)?|tối thiểu(?: là)?|không dưới|không ít hơn|không thấp hơn|từ)"
_VALUE = rf"(?<![\w.,/-])(?P<value>{FIGURE})"
PERCENT = Rule(
    "percentage",
    re.compile(
        rf"(?:(?P<sign>{_SIGN}) ?)?{_VALUE} ?%?(?:(?:(?: ?[-–—] ?| (?:đến|tới) )(?P<upper>{FIGURE}) ?)%|(?<=%)|"
        rf"(?<=\d )%|(?<=\d)%)(?P<up> trở lên)?"
    ),
    (
        ("đạt trên 90% số", "trên 90%"),
        ("kéo giảm từ 5% đến 7% tội", "từ 5% đến 7%"),
        ("giảm 1 - 1,5 %/năm", "1 - 1,5 %"),
        ("đạt 95,5% trở lên", "95,5% trở lên"),
    ),
)
COUNT = Rule(
    "count",
    re.compile(rf"(?P<sign>{_SIGN}) ?{_VALUE}(?P<up> trở lên)? (?P<unit>{_UNITS})(?!\w)"),
    (
        ("có ít nhất 01 huyện thành lập", "ít nhất 01 huyện"),
        ("tối thiểu 3.000 lượt người", "tối thiểu 3.000 lượt người"),
    ),
)
_GOALS = Rule(
    "heading-of-goals",
    re.compile(r"(?<!đạt )(?:mục tiêu|chỉ tiêu)(?! (?:quốc gia|của luật))"),
    (("II. MỤC TIÊU, ĐỐI TƯỢNG", "mục tiêu"),),
)
_STATUS_ABOVE = Rule(
    "heading-of-status",
    re.compile(
        r"^\W*(?:[\w.]{1,6}[.)]? )?(?:về )?(?:những |một số |các )?(?:kết quả|tình hình|đánh giá|thực trạng|hiện "
        r"trạng|tồn tại|hạn chế|khó khăn|nguyên nhân|kinh phí|nguồn vốn|"
        r"nguồn kinh phí|sự cần thiết|bối cảnh|đặc điểm|căn cứ|cơ sở pháp lý|ưu điểm|mức (?:chi|hỗ trợ)|chế độ)"
    ),
    (("I. Những kết quả đạt được", "i. những kết quả"),),
)
_LEAD = Rule(
    "lead",
    re.compile(
        r"(?<!\w)(?:phấn đấu|bảo đảm|đảm bảo|mục tiêu|chỉ tiêu|đạt|tối thiểu|ít nhất|kéo giảm|giảm|nâng|đưa tỷ lệ|"
        r"duy trì|hoàn thành|hướng tới|tăng)(?!\w)"
    ),
    (("Phấn đấu 100% gia đình", "phấn đấu"),),
)
_STRIVES = re.compile(r"(?<!\w)(?:phấn đấu|mục tiêu|chỉ tiêu)(?!\w)")
_STATUS = Rule(
    "status",
    re.compile(
        r"(?<!\w)(?:đã (?:đạt|có|hoàn thành|tăng|giảm)|ước(?: đạt| thực hiện| tính)?|cùng kỳ|so với (?:cùng|mục "
        r"tiêu)|bình quân (?:cả nước|chung)|hiện (?:nay|có|tại)|tính đến|"
        r"kế hoạch giao|đạt được|vượt kế hoạch|chỉ đạt|mới đạt|trong đó có(?= \d)|tối đa|không quá|dưới|nhỏ "
        r"hơn)(?!\w)"
    ),
    (("10 tháng ước đạt 8,19%", "ước đạt"), ("tỷ lệ hộ nghèo còn dưới 1%", "dưới")),
)
_RATES = Rule(
    "rate-or-share",
    re.compile(
        r"(?<!\w)(?:đã|năm trước|lãi suất|hưởng|ngân sách (?:nhà nước|tỉnh|trung ương|địa phương)|hỗ trợ(?= \d)|"
        r"kinh phí|học phí|lệ phí|chi phí|thuế|tiền|lương|"
        r"mức (?:thu|chi|đóng|hưởng|phạt|hỗ trợ|giảm)|giá (?:trị|bán|thuê|đất)|vốn|khấu hao|hệ số)(?!\w)"
    ),
    (("ngân sách nhà nước bảo đảm 100%", "ngân sách nhà nước"), ("được giảm 50% học phí", "học phí")),
)
_SINCE = re.compile(r"(?:năm (?:19|20)\d\d (?:là|đạt|lên|chiếm)|mức|^từ) ?$")
_UPTO = re.compile(r"^(?: \([^()]{1,40}\)| năm (?:19|20)\d\d)? (?:lên|xuống)(?: còn)?(?= )")
_REDUCE = re.compile(r"(?<!\w)(?:kéo |cắt |tiết )?giảm(?! nghèo| thiểu| nhẹ| phát thải| sút)(?!\w)")
_TO_A_LEVEL = re.compile(r"(?<!\w)(?:xuống|còn)(?: còn)?(?!\w)[^,;]{0,15}$")
_YEARLY = re.compile(r"(?<!\w)(?:mỗi năm|hằng năm|hàng năm|bình quân năm|một năm)(?!\w)")
_A_YEAR = re.compile(r" ?/ ?năm(?!\w)| (?:mỗi|một|hằng|hàng) năm(?!\w)")
_EACH_YEAR = re.compile(r" (?:mỗi|hằng|hàng) năm$")
_LEADS_IN = re.compile(
    r"^(?:\W|(?:theo đó|trong đó|đồng thời|phấn đấu|bảo đảm|đảm bảo|cụ thể|và|mục tiêu|chỉ tiêu|đến (?:hết |cuối "
    r")?năm \d{4}|(?:trong )?giai đoạn \d{4} ?[-–] ?\d{4}|mỗi năm|hằng năm|hàng năm)(?!\w))*"
)
_LEADS_OUT = re.compile(
    r"(?:[\s,:;–-]|(?<!\w)(?:đạt|là|có|tỷ lệ|được|tới|đến|lên|ít nhất|tối thiểu|trên|bằng|phấn đấu|từ|hơn|phải|mỗi "
    r"năm|hằng năm|hàng năm)(?!\w))*$"
)
_DEPTH = re.compile(r"[()]")
RULES = (PERCENT, COUNT, _GOALS, _STATUS_ABOVE, _LEAD, _STATUS, _RATES)


class _Figure(NamedTuple):
    """A number with its unit in the settled text."""

    start: int
    end: int
    match: "re.Match[str]"
    rule: str


def targets(source: Source) -> tuple[Target, ...]:
    """Every numeric target, in order; one that an annex repeats in the same words is told once.

    A bare share below 100 % is a level to reach, so at least that much; a bare 100 % is exact. Goals to stay below a
    level ("còn dưới 1%") are left out: a plan cannot hold them.
    """
    every = sentences(source)
    found: list[Target] = []
    seen: set[tuple[str, float]] = set()
    for sentence in every:
        if not re.search(r"\d", source.low[sentence.start : sentence.end]):
            continue
        for one in _of_sentence(source, sentence, _stands(source, every, sentence)):
            key = ("".join(filter(str.isalnum, one.subject.lower())), one.value)
            if key not in seen:
                seen.add(key)
                found.append(one)
    return tuple(found)


def _stands(source: Source, every: list[Sentence], sentence: Sentence) -> Literal["goals", "status", "elsewhere"]:
    """Under what heading a sentence stands: the nearest that says it."""
    for number in reversed(sentence.above):
        above = every[number]
        heading = source.low[above.start : min(above.end, above.start + 160)]
        goals = _GOALS.pattern.search(heading)
        if goals and above.depth < 5 and "%" not in heading[: goals.start()]:
            return "goals"
        if _STATUS_ABOVE.pattern.search(heading):
            return "status"
    return "elsewhere"


def _of_sentence(source: Source, sentence: Sentence, stands: str) -> Iterator[Target]:
    if stands == "status":
        return
    low = source.low
    led = False
    for start, end in sentence.parts:
        led = led or bool(_STRIVES.search(low, start, min(end, start + 40)))
        begin = start
        figures = list(_figures(low, start, end))
        for one, following in zip_longest(figures, figures[1:]):
            stop = _end_of(low, one, following) if following else end
            if _is_goal(low, one, begin, stop, stands == "goals" or led):
                yield _target(source, one, begin, stop)
                led = True  # what a sentence goes on to count is wanted as well
            begin = stop


def _is_goal(low: str, one: _Figure, begin: int, stop: int, wanted: bool) -> bool:
    """Whether a figure is to be reached: where goals stand, behind a verb of striving, or "100%" of whoever does it."""
    around = begin, min(one.end + 25, stop)
    if _STATUS.pattern.search(low, *around):
        return False
    if wanted or _STRIVES.search(low, begin, one.start):
        return True
    if one.rule == COUNT.name or _RATES.pattern.search(low, *around):
        return False
    lead = low[begin : one.start].strip(' -–—+"“')
    return bool(_LEAD.pattern.search(low, begin, one.end)) or (
        one.match["value"] == "100" and (not lead or lead.endswith(":"))
    )


def _figures(low: str, start: int, end: int) -> Iterator[_Figure]:
    """The figures of a part that may be targets: outside brackets, and the later where one rises from an earlier."""
    found = [_Figure(*m.span(), m, PERCENT.name) for m in PERCENT.pattern.finditer(low, start, end)]
    found += [_Figure(*m.span(), m, COUNT.name) for m in COUNT.pattern.finditer(low, start, end)]
    found.sort(key=lambda one: one.start)
    depth, at = 0, start
    for number, one in enumerate(found):
        for bracket in _DEPTH.finditer(low, at, one.start):
            depth = max(0, depth + (1 if bracket[0] == "(" else -1))
        at = one.start
        rises = number + 1 < len(found) and _UPTO.search(low[one.end : min(one.end + 60, end)])
        if not depth and not rises and not (_SINCE.search(low, max(start, one.start - 25), one.start)):
            yield one


def _end_of(low: str, one: _Figure, following: _Figure) -> int:
    """Where the words of one figure end and those of the next begin, in a part that has both."""
    cuts = [m.end() for m in re.finditer(r",? và |, ", low[one.end : following.start])]
    return one.end + cuts[-1] if cuts else one.end


def _target(source: Source, one: _Figure, begin: int, stop: int) -> Target:
    low, words, match = source.low, source.words, one.match
    value = figure(match["value"])
    unit = "%" if one.rule == PERCENT.name else match["unit"]
    upper = match["upper"] if one.rule == PERCENT.name else None
    first, last = trimmed(source, begin, stop)
    if low.endswith((" và", " hoặc"), one.end, last):
        first, last = trimmed(source, first, low.rindex(" ", one.end, last))
    last += 1 if low.count("(", first, last) > low.count(")", first, last) and low.startswith(")", last) else 0
    lead, rest = low[first : one.start], low[one.end : last]
    yearly = bool(
        _YEARLY.search(low[max(first, one.start - 60) : one.start])
        or _A_YEAR.match(rest[:20])
        or _EACH_YEAR.search(rest)
    )
    return Target(
        said(source, first, max(last, one.end), one.rule),
        _subject(words[first : one.start], words[match.start("unit") if one.rule == COUNT.name else one.end : last]),
        _comparison(match, value, unit, lead),
        value,
        figure(upper) if upper else None,
        unit,
        yearly,
    )


def _comparison(match: "re.Match[str]", value: float, unit: str, lead: str) -> Comparison:
    reduced = _REDUCE.search(lead)
    if reduced and not _TO_A_LEVEL.search(lead) and "đạt" not in lead[reduced.end() :]:
        return "reduce_by"
    sign = match["sign"] or ""
    if sign in ("trên", "hơn", "vượt", ">") and not match["up"]:
        return "more_than"
    if (sign or match["up"]) or value < 100 or unit != "%":
        return "at_least"
    return "exactly"


def _subject(before: str, after: str) -> str:
    """What is to be reached, in the words before the figure and behind it, without verbs of striving."""
    low = before.lower()
    start = _LEADS_IN.match(low)
    end = _LEADS_OUT.search(low)
    head = before[start.end() if start else 0 : end.start() if end else len(before)].strip()
    yearly = _A_YEAR.match(after)
    tail = after[yearly.end() if yearly else 0 :].strip(" ,;.:")
    return " ".join(part for part in (head, tail) if part)
