"""The duties of a part of a sentence: each "báo cáo" that somebody owes, with the times that belong to it."""

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from dunghan.clauses.offices import office_at
from dunghan.clauses.parties import AIM, subject
from dunghan.clauses.source import Source
from dunghan.clauses.times import When

MIDTERM = re.compile(r"sơ kết|giữa k\w(?!\w)|giữa giai đoạn|giữa nhiệm k")
FINAL = re.compile(r"tổng kết|cuối k\w(?!\w)|cuối giai đoạn|kết thúc (?:giai đoạn|kế hoạch|chương trình)")
EXAMPLES = (
    (
        "report",
        "Các đơn vị gửi báo cáo về Sở Y tế trước ngày 05/12 hằng năm.",
        "Các đơn vị gửi báo cáo về Sở Y tế trước ngày 05/12 hằng năm",
    ),
    (
        "report",
        "Sở A giao các phòng hướng dẫn, định kỳ báo cáo UBND tỉnh theo quy định.",
        "định kỳ báo cáo UBND tỉnh theo quy định",
    ),
    (
        "report-on-request",
        "Các xã nộp báo cáo đột xuất khi có yêu cầu về Sở Y tế.",
        "Các xã nộp báo cáo đột xuất khi có yêu cầu về Sở Y tế",
    ),
    (
        "report-undated",
        "Sở Nội vụ tổng hợp, báo cáo UBND tỉnh kết quả thực hiện theo quy định.",
        "Sở Nội vụ tổng hợp, báo cáo UBND tỉnh kết quả thực hiện theo quy định",
    ),
    (
        "results-for-a-report",
        "Các xã gửi kết quả về Sở Y tế trước ngày 15/11/2024 để tổng hợp, báo cáo Bộ Y tế.",
        "Các xã gửi kết quả về Sở Y tế trước ngày 15/11/2024",
    ),
)
"""Of each rule a sentence, and the stretch that it takes."""
COUNTEREXAMPLES = (
    "Căn cứ Báo cáo số 15/BC-SYT ngày 12/3/2024 của Sở Y tế về kết quả thực hiện;",
    "Các xã xây dựng kế hoạch, gửi về Sở Y tế trước ngày 30/3/2025 để tổng hợp, báo cáo UBND tỉnh.",
    "Hoàn thành việc rà soát trẻ em có hoàn cảnh đặc biệt trước ngày 30/6/2025.",
    "Công bố định kỳ báo cáo dự báo nhu cầu nhân lực.",
    "Nếu có khó khăn, vướng mắc, các đơn vị kịp thời báo cáo UBND tỉnh để xem xét.",
    "Kinh phí bố trí trong dự toán ngân sách hằng năm; báo cáo quyết toán theo quy định.",
)
"""Sentences that owe nobody a report."""


class Head(NamedTuple):
    """A "báo cáo" that puts a duty, with the times that belong to it.

    Its phrase goes from ``start``, its subject stands before ``speaks``, and the word ends at ``end``.
    """

    start: int
    speaks: int
    end: int
    whens: tuple[When, ...]
    rule: str

    @property
    def told(self) -> bool:
        """Whether the text says when or how often."""
        return any(when.rule != "on-request" for when in self.whens)


_MOST, _FAR = 24, 600
"""What one part of a sentence can say, and how far from its verb; beyond that it is no sentence."""
_REPORT = re.compile(r"(?<!\w)báo cáo(?!\w)")
_NO_DUTY_BEFORE = re.compile(
    r"(?:(?<!định )k\w|việc|số liệu|thông tin|mẫu|nghe|nội dung|hệ thống|công tác|phục vụ|công bố|cung cấp|"
    r"ban hành|thời hạn(?: gửi)?|"
    r"tần suất(?: thực hiện)?|thời gian gửi|của|theo|căn cứ|tại|những|kèm theo|nêu tại|cơ chế(?: thông tin,)?|"
    r"thông tin,|đối với|"
    r"(?<!thực hiện )chế độ(?: thông tin,)?|công bố định k\w|đề cương|dự thảo|xây dựng, công bố|nhận|vào|trong|"
    r"cùng|tổng hợp từ|"
    r"qua|không|làm|từ|sau|ngoài) $"
)
_NO_DUTY_AFTER = re.compile(
    r" (?:viên|tài chính|nghiên cứu khả thi|nghiên cứu tiền|kinh tế|đánh giá tác động|quyết toán|giải trình|"
    r"dự báo|thường niên|tương ứng|số \d)(?!\w)"
    r"|[^,.;:]{0,40}: (?:thời gian )?(?:được )?tính từ"
)
_CITES = re.compile(
    r"\W*(?:căn cứ|v/v|về việc) [^;]{0,120}(?:số \d|luật|nghị định|quyết định|công văn|thông tư|chỉ thị|"
    r"nghị quyết)[^,]*$"
)
_SENT_ON = re.compile(
    r"(?<!\w)(?:gửi|về|tới) [^,;.:]{3,100} (?:để )?tổng hợp(?: chung)?(?:,| và)? (?:trình |tham mưu )?$"
)
_AIMED = re.compile(
    r"(?<!\w)(?:để|nhằm|làm (?:cơ sở|căn cứ)|phục vụ|giúp)(?:,? (?:(?:kịp thời|công tác|việc|"
    r"có cơ sở) )*(?:tổng hợp|tham mưu|xem xét|theo dõi|"
    r"chỉ đạo|phục vụ|rà soát|đánh giá|hoàn thiện|xây dựng|phân tích|dự báo|trình|đề xuất|điều chỉnh|xử lý|"
    r"giải quyết|hướng dẫn|biết)"
    r"(?: [^,;]{0,60}?)?){1,6}(?:,| và)? (?:(?:chung|và|gửi|đề xuất|trình|kịp thời) ){0,3}$"
)
_OF_SUCH = re.compile(r"\W*đối với [^,]*$")
_LEADS_IN = re.compile(
    r"(?:và |, |hoặc )?(?:(?:có trách nhiệm|phải|cần|thực hiện|tổ chức|kịp thời|khẩn trương|định k\w|thường xuyên|"
    r"chủ động|nghiêm túc) ){0,4}"
    r"(?:(?:tổng hợp|đề xuất|gửi|nộp|lập|(?<!sở )(?<!bộ )xây dựng|đánh giá|thực hiện|có|rà soát|theo dõi|chế độ)(?:,|"
    r" và)? ){0,4}(?:chế độ )?$"
)
_JOINS = re.compile(r"[\s,]*(?:và |hoặc )?")
_GAP = re.compile(r"[\s,()]*(?:(?:hoặc|và|vào|(?:0?1 |một )?năm|quý|tháng|0?6 tháng)[\s,()]+){0,4}")
_STANDS_APART = re.compile(r"(?:^|[,;:()]|và|hoặc|trách nhiệm|định k\w|các [^,;.:]{1,60}) ?$")
_HEADING = re.compile(r"[^:;,.()]{2,120}: ?")
_INSPECTS = re.compile(r"(?:kiểm tra|giám sát|rà soát|thanh tra|họp|khám|bảo dưỡng|công bố|sinh hoạt) $")
_TERM = re.compile(r"thời (?:hạn|gian)(?: gửi| nộp)?(?: các)? báo cáo(?: định k\w| kết quả)?(?!\w)")
_MATTER = re.compile(r"(?<!\w)(?:kết quả|tình hình|việc thực hiện|theo quy định)(?!\w)")
_AT_ONCE = re.compile(
    r"(?<!\w)(?:kịp thời|ngay|khi|vướng mắc|đề xuất|xem xét|trường hợp|nếu|theo yêu cầu|phê duyệt|đề nghị|"
    r"quyết định|chỉ đạo|xử lý|thẩm quyền)(?!\w)"
)
_RESULTS = re.compile(r"(?<!\w)(?:gửi|đánh giá|tổng hợp) (?:các )?(?:kết quả|tình hình|số liệu)")
_FOR_A_REPORT = re.compile(r"(?:để|phục vụ|làm cơ sở)[^;]{0,40}báo cáo")


def heads(source: Source, start: int, end: int, whens: Sequence[When], shared: Sequence[When]) -> list[Head]:
    """The duties of a part, each with the times that belong to it; ``shared`` are those that open the sentence."""
    low = source.low
    spans = (found.span() for found in islice(_REPORT.finditer(low, start, end), _MOST))
    places = [span for span in spans if _is_duty(low, start, *span, whens)]
    sent = list(_results(low, start, places[0][0] if places else end, whens))
    whens = [when for when in whens if not any(when in head.whens for head in sent)]
    if not places and not sent and (term := _TERM.search(low, start, end)) and any(when.due for when in whens):
        places = [term.span()]
    begins = [_phrase(low, start, place, whens, number > 0) for number, (place, _) in enumerate(places)]
    owned = _owned(low, start, places, begins, whens)
    found = [
        Head(begin, begin, last, tuple(own), "report")
        for (_, last), begin, own in zip(places, begins, owned, strict=True)
    ]
    return sent + [each for head in _owed(source, found, start, end, shared) for each in _by_period(low, head)]


def _is_duty(low: str, start: int, place: int, last: int, whens: Sequence[When]) -> bool:
    """Whether somebody is to report: not of a report that there is, nor of what something else is done for."""
    for when in whens:
        if when.start < place < when.end and (when.rule != "periods" or low.startswith("đối với", when.start)):
            return False
    far = max(start, place - _FAR)
    before = low[far:place]
    if _NO_DUTY_BEFORE.search(before) or _NO_DUTY_AFTER.match(low, last) or _AIMED.search(before):
        return False
    if _SENT_ON.search(before):
        return False  # something is sent to an office, and that one reports
    return not (far == start and (_OF_SUCH.match(before) or _CITES.match(before)))


def _phrase(low: str, start: int, place: int, whens: Sequence[When], later: bool) -> int:
    """Where the phrase of a duty begins: its verbs, and the times right before them.

    Behind another duty a day is that one's, and a frequency this one's only where nothing stands between.
    """
    lead = _LEADS_IN.search(low, max(start, place - 90), place)
    begin = lead.start() if lead else place
    joins = _JOINS.match(low, begin, place)
    begin = joins.end() if joins else begin
    for when in reversed([when for when in whens if when.end <= begin + 1]):
        near = not low[when.end : begin].strip() if later else _GAP.fullmatch(low, when.end, begin)
        if when.rule == "year":
            continue
        apart = re.search(r",|và", low[when.end : begin]) and not any(begin == other.start for other in whens)
        if near and apart and not _STANDS_APART.search(low, start, when.start):
            near = None  # "dự toán hằng năm, báo cáo": what is yearly there is something else
        if near and not (later and when.due):
            begin = when.start
    return begin


def _owned(
    low: str, start: int, places: Sequence[tuple[int, int]], begins: Sequence[int], whens: Sequence[When]
) -> list[list[When]]:
    """Which duty each time belongs to: the one whose phrase it stands in, or else the last one before it."""
    owned: list[list[When]] = [[] for _ in places]
    opening = _opening(low, start, whens)
    for when in whens:
        after = [number for number, (place, _) in enumerate(places) if place <= when.start]
        before = next((number for number, (place, _) in enumerate(places) if place > when.start), None)
        leads = not after and before == 0 and (when in opening or _leads(low, when, places[0][0]))
        if before is not None and (leads or when.start >= begins[before]):
            owned[before].append(when)
        elif after:
            own, last = owned[after[-1]], places[after[-1]][1]
            stretch = low[begins[after[-1]] : when.start]
            if when.rule == "year" and not (MIDTERM.search(stretch) or FINAL.search(stretch)):
                continue  # "năm 2018" is when a sơ kết is due, and of other reports what they are about
            if not (AIM.search(low, last, when.start) and any(one.due for one in own)):
                own.append(when)
    return [_settled(own) for own in owned]


def _settled(own: Sequence[When]) -> list[When]:
    """The times of a duty; a day that names no month counts where it comes every month or quarter."""
    regular = {"monthly", "quarterly"} & {when.often for when in own}
    return [when for when in own if when.rule != "day-alone" or regular]


def _opening(low: str, start: int, whens: Sequence[When]) -> list[When]:
    """The times that open a part, before its subject: "Định kỳ hằng quý (trước ngày 20 tháng cuối quý), các sở ..."."""
    found: list[When] = []
    heading = _HEADING.match(low, start)
    start = heading.end() if heading else start
    for when in (when for when in whens if when.start >= start):
        if not (_GAP.fullmatch(low, found[-1].end, when.start) if found else when.start - start < 4):
            break
        found.append(when)
    return found


def _leads(low: str, when: When, place: int) -> bool:
    """Whether a frequency ahead of the first duty speaks of it: nothing but verbs and a subject may stand between."""
    between = low[when.end : place]
    if when.rule == "periodic" and _INSPECTS.search(low, max(0, when.start - 12), when.start):
        return False
    return (low.startswith("định k", when.start) or (when.rule in ("every", "periods") and "," not in between)) and len(
        between
    ) < 70


def _owed(source: Source, found: list[Head], start: int, end: int, shared: Sequence[When]) -> list[Head]:
    """The heads that owe something: those of one duty put together, those of a common time given it."""
    owed: list[Head] = []
    for place, head in enumerate(found):
        if head.told:
            owed.append(head)
            continue
        following = found[place + 1] if place + 1 < len(found) else None
        own = subject(source, found[place - 1].end if place else start, head.start, place == 0)
        if following and following.told:
            if subject(source, head.end, following.start, False):
                common = tuple(when for when in following.whens if when.start > following.end)
                owed.append(head._replace(whens=head.whens + common))
            else:
                found[place + 1] = following._replace(start=head.start)
        elif shared and own:
            owed.append(head._replace(whens=tuple(shared)))
        elif owed and not own and head.start - owed[-1].end < 30:
            continue  # "báo cáo đột xuất, báo cáo sơ kết": one duty
        elif _on_request(source.low, head, end):
            owed.append(head._replace(rule="report-on-request"))
        elif _undated(source, head, start, end):
            owed.append(head._replace(rule="report-undated"))
    return owed


def _on_request(low: str, head: Head, end: int) -> bool:
    asked = any(when.rule == "on-request" for when in head.whens)
    return asked and low.startswith(" đột xuất", head.end) and "yêu cầu" in low[head.end : end]


def _undated(source: Source, head: Head, start: int, end: int) -> bool:
    """A duty to report to a named office on results, though nobody said when: a periodic one without a period."""
    office = office_at(source, min(head.end + 1, end), end)
    if not office or not _MATTER.search(source.low, office.end, end):
        return False
    return not _AT_ONCE.search(source.low, max(start, head.start - 40), end)


def _by_period(low: str, head: Head) -> Iterator[Head]:
    """A head, or as many as it has days that are each said of other reports ("... đối với báo cáo tháng và ...")."""
    whens = head.whens
    ends = [
        place for place, when in enumerate(whens)
        if place and when.rule == "periods" and low.startswith("đối với", when.start) and whens[place - 1].due
    ]  # fmt: skip
    often = [whens[place].often for place in ends]
    if len(ends) < 2 or often == ["semiannual", "annual"]:  # two days of a year are one report's
        yield head
        return
    for before, place in zip([-1, *ends], ends, strict=False):
        days = [when._replace(often=whens[place].often) for when in whens[before + 1 : place] if when.due]
        own = head if before < 0 else head._replace(start=days[0].start, end=days[0].start)
        yield own._replace(whens=(*days, whens[place]))


def _results(low: str, start: int, end: int, whens: Sequence[When]) -> Iterator[Head]:
    """A duty to send results that says "báo cáo" of the aim alone."""
    found = _RESULTS.search(low, start, end)
    if found and _FOR_A_REPORT.search(low, found.end(), end + 8):
        own = tuple(when for when in whens if when.due and found.start() < when.start < end)
        if own:
            yield Head(found.start(), found.start(), found.end(), own, "results-for-a-report")
