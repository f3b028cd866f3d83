"""The duties that a text gives to offices, and by when they are to be done where that is no report's deadline."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from dunghan.clauses.found import Clause, Duty
from dunghan.clauses.offices import Office, joined, office_at, offices
from dunghan.clauses.sentences import Sentence, sentences
from dunghan.clauses.source import Source
from dunghan.clauses.stretch import said, trimmed
from dunghan.clauses.times import Due, Rule, times

_GIVES = Rule(
    "giving-words",
    re.compile(
        r"\W*(?:(?:giao|đề nghị|yêu cầu|trách nhiệm|nhiệm vụ|đối với|phân công|ủy quyền|cho|của) (?:nhiệm vụ "
        r")?(?:cho |của )?){0,3}"
    ),
    (("Giao Sở Y tế chủ trì", "giao "), ("Trách nhiệm của Sở Y tế", "trách nhiệm của ")),
)
_TAKES = Rule(
    "duty-words",
    re.compile(
        r"(?: \([^()\n]{1,80}\))?(?:\W{0,3}$|\W{0,2}:|\W{1,3}(?:có (?:trách nhiệm|nhiệm vụ)|chịu trách nhiệm|phải|"
        r"cần|thực hiện|triển khai|tổ chức|chủ trì|phối hợp|chỉ đạo|xây dựng|hướng dẫn|rà soát|"
        r"tăng cường|bảo đảm|đảm bảo|hằng năm|hàng năm|định k\w|căn cứ|theo|bố trí|đẩy mạnh|tuyên truyền|quản lý|"
        r"lồng ghép|kiểm tra|giám sát|tham mưu|tham gia|đề xuất|cân đối|phê duyệt|ban hành|"
        r"tổng hợp|theo dõi|đôn đốc|tiếp tục|tiếp nhận|phát huy|vận động|thường xuyên|trên cơ sở|khảo sát|nâng cao|"
        r"thống kê|cập nhật|nghiên cứu|khẩn trương|chủ động|kịp thời|là cơ quan|là đầu mối|"
        r"làm đầu mối|làm việc|hoàn thành|hoàn thiện|cung cấp|huy động|lập|duy trì|phân công|công bố|quy định|thẩm "
        r"định|trình|giúp|xem xét|đưa|tập trung|quan tâm|đánh giá|phổ biến|giao|xử lý|"
        r"khuyến khích|trong phạm vi|trong quá trình|ưu tiên|trực tiếp|nghiêm túc|gửi|thông báo|sử dụng|vận hành|"
        r"quyết định|hỗ trợ|đăng tải|báo cáo)(?!\w))"
    ),
    (
        ("Sở Y tế|: Bố trí", ":"),
        ("Sở Y tế| có trách nhiệm", " có trách nhiệm"),
        ("Sở Y tế| (cơ quan thường trực) chủ trì", " (cơ quan thường trực) chủ trì"),
    ),
)
_LABEL = Rule(
    "label-of-an-office",
    re.compile(
        r"\W*(?:cơ quan|đơn vị)(?: chịu trách nhiệm)?(?: đầu mối)?(?: chủ trì| thực hiện| tham mưu| triển "
        r"khai){1,4}(?: \([^()]{1,40}\))? ?: ?"
    ),
    (("- Cơ quan chủ trì: Bộ Công an.", "- cơ quan chủ trì: "), ("Đơn vị thực hiện: Sở Y tế", "đơn vị thực hiện: ")),
)
_LABEL_OF_TIME = Rule(
    "label-of-a-time",
    re.compile(
        r"\W*(?:thời gian|thời hạn|tiến độ|thời điểm)(?: thực hiện| hoàn thành| ban hành| trình)*(?: "
        r"\([^()]{1,40}\))? ?: ?|\W*(?:hoàn thành|xong) (?=trong|trước|vào)"
    ),
    (("- Thời gian hoàn thành: Quý I năm 2026", "- thời gian hoàn thành: "),),
)
_DATED_RULES = frozenset(("day", "day-of-a-month", "quarter", "month", "part-of-a-year", "time-limit"))
_ONLY_LEADS = re.compile(r"\W*|\W*(?:cơ quan|đơn vị).{0,40}")
_SAYS_NOTHING = re.compile(r"[\W\d]*$")
_MARK = re.compile(
    r"\W*(?:(?P<article>điều\s+\d[\w.]*)|(?P<letter>[a-zđ]{1,2})\)|(?P<roman>[ivx]{1,5})[./]|"
    r"(?P<deep>\d{1,2}(?:\.\d{1,2}){1,3})|(?P<number>\d{1,2})[.)/])"
)
_CLOSES = re.compile(r"\./\.?\W*$|^\W*(?:nơi nhận|trên đây là)")
_CLOSING_WORDS = re.compile(
    r"\W*(?:trong quá trình|trên đây|trân trọng|kế hoạch này|văn bản này|kinh phí thực hiện|căn cứ kế hoạch này, "
    r"yêu cầu|\(|phụ lục)"
)
_MORE = Rule(
    "office-by-its-kind",
    re.compile(
        r"(?:các )?(?:báo|công ty|bưu điện|điện lực|viễn thông|cổng thông tin điện tử|hợp tác xã|đại học|học viện|"
        r"bệnh viện|quỹ|hội|đoàn thể|tổ chức|huyện|quận|xã|cơ quan|trường)(?!\w)"
    ),
    (("Báo An Biên, Đài", "báo"), ("Công ty Điện lực An Biên:", "công ty")),
)
_NO_OFFICE = re.compile(
    r"(?:các |những )?(?:trường hợp|báo cáo|quỹ đất|thanh tra(?:,| chuyên đề| việc| công tác| kiểm tra)|tổ chức "
    r"(?:thực|triển|các|tuyên|tập|rà|quán|kiểm|hội)|xã hội|hội (?:nghị|thảo|nhập|đồng thi))"
)
_TOO_BROAD = re.compile(r"(?:cơ quan|đơn vị|tổ chức|trường|ngành|địa phương|phòng|trung tâm|ban|cơ sở)")
_ALSO_BROAD = re.compile(r"(?:các )?(?:doanh nghiệp|đơn vị|tổ chức|hội|trường|xã|huyện|cơ quan)")
_NOT_OF_DUTIES = re.compile(
    r"đối tượng (?:áp dụng|điều chỉnh)|phạm vi (?:điều chỉnh|áp dụng)|giải thích từ ngữ|nơi nhận|mục tiêu|quan điểm"
)
_RUN_ON = re.compile(  # a heading and its first duty on one line: "Sở Tài chính Tổng hợp, bố trí ..."
    r"(?<!Sở)(?<!Bộ)(?<!Ban)(?<!Phòng)(?<!Cục)(?<!Vụ)(?<!và)(?<!,)(?<!-) (?:Tổng hợp|Phối hợp|Chủ trì|Xây dựng|Tổ "
    r"chức|Triển khai|Trên cơ sở|Tham mưu|Hướng dẫn|Chỉ đạo|"
    r"Rà soát|Tăng cường|Bố trí|Căn cứ|Theo|Thực hiện|Tuyên truyền|Đẩy mạnh|Cân đối|Thẩm định|Đảm bảo|Bảo đảm|Tiếp "
    r"tục|Tham gia|Kiểm tra|Quản lý)(?= )"
)
_GOES_ON = re.compile(r"trách nhiệm|chủ trì|thực hiện|phối hợp|đối với|theo |căn cứ|;")


RULES = (_GIVES, _LABEL, _LABEL_OF_TIME, _MORE)


class _Owner(NamedTuple):
    """The offices that a sentence names first, their words, and where its duty begins; a label is of what is above."""

    start: int
    end: int
    words: str
    label: bool


def duties(source: Source, clauses: Sequence[Clause]) -> tuple[Duty, ...]:
    """What offices are given to do: under their heading, behind their name, or labelled ("Cơ quan chủ trì: …").

    ``office`` is a list of offices as the text writes it; ``place`` is the number of the item ("VII.1", "Điều 4.2.a").
    A sentence that is a reporting clause and nothing else is left to ``clauses``, and no clause's time is a duty's.
    """
    every = sentences(source)
    owners = [_owner(source, sentence) for sentence in every]
    closed = -1
    closing = [
        closed := n if _CLOSES.search(source.low[one.start : one.end]) else closed for n, one in enumerate(every)
    ]
    reported = _Reported(clauses)
    below = _labels_below(source, every)
    found: list[Duty] = []
    seen: set[tuple[int, str]] = set()
    for number in range(len(every)):
        for one in _of_sentence(source, every, owners, number, reported, below, closing[number]):
            key = (one.said.start, one.office)
            if key not in seen:
                seen.add(key)
                found.append(one)
    return tuple(found)


class _Reported:
    """The stretches of the source that are reporting clauses, looked at in order of their places."""

    def __init__(self, clauses: Sequence[Clause]) -> None:
        self._spans = sorted((clause.start, clause.end) for clause in clauses)

    def within(self, start: int, end: int) -> list[tuple[int, int]]:
        """Those that a stretch meets."""
        return [span for span in self._spans if span[0] < end and span[1] > start]


def _of_sentence(
    source: Source,
    every: Sequence[Sentence],
    owners: "Sequence[_Owner | None]",
    number: int,
    reported: _Reported,
    below: dict[int, list[int]],
    closed: int,
) -> Iterator[Duty]:
    sentence, owner = every[number], owners[number]
    if any(
        _NOT_OF_DUTIES.search(source.low, every[n].start, min(every[n].end, every[n].start + 80))
        for n in sentence.above
    ):
        return
    if owner and owner.label:
        above = every[sentence.above[-1]] if sentence.above else None
        if above:
            first, last = trimmed(source, above.body, above.end)
            due = tuple(d for n in below.get(sentence.above[-1], ()) for d in _dues(source, every[n], reported, True))
            if first < last:
                yield Duty(
                    said(source, first, last, _LABEL.name), owner.words, _place(source, every, sentence.above[-1]), due
                )
        return
    rule = "office-speaks"
    if not owner:
        if _LABEL_OF_TIME.pattern.match(source.low, sentence.body, sentence.end) or re.match(
            r"\W*(?:cơ quan|đơn vị) phối hợp", source.low[sentence.body : sentence.body + 40]
        ):
            return
        heading = _owner_above(source, every, owners, number, closed)
        if not heading or (sentence.depth == 9 and _is_frame(source, sentence)):
            return
        owner, rule = heading, "under-an-office"
        first, last = trimmed(source, sentence.body, sentence.end)
    else:
        first, last = trimmed(source, owner.start, sentence.end)
        if (
            re.search("trách nhiệm|nhiệm vụ", source.low[sentence.body : owner.start])
            or _SAYS_NOTHING.fullmatch(source.low, owner.end, last)
            or (last - owner.end < 25 and source.low.startswith(":", sentence.end - 1))
        ):
            return  # a heading; its duties follow
    if first >= last or _is_report(source, first, last, reported):
        return
    yield Duty(
        said(source, first, last, rule),
        owner.words,
        _place(source, every, number),
        tuple(_dues(source, sentence, reported, False)),
    )


def _owner(source: Source, sentence: Sentence) -> _Owner | None:
    """The offices that a sentence begins with, where it goes on to give them a duty, or ends (a heading)."""
    low = source.low
    label = _LABEL.pattern.match(low, sentence.body, sentence.end)
    begin = (label or _GIVES.pattern.match(low, sentence.body, sentence.end)).end()  # type: ignore[union-attr]
    if sentence.depth == 9 and not sentence.above and begin == sentence.body:
        return None  # running text above the first section
    whole = _named_first(source, begin, sentence.end)
    if not whole or (not label and _TOO_BROAD.fullmatch(low, whole.start, whole.end)):
        return None
    given = begin > sentence.body and re.search("giao|đề nghị|yêu cầu", low[sentence.body : begin])
    takes = label or _TAKES.pattern.match(low, whole.end, sentence.end) or given
    if not takes or (
        not label and not takes[0].strip() and _ALSO_BROAD.match(low, whole.start) and ":" not in takes[0]
    ):
        return None  # "9. Doanh nghiệp số" is a heading of a matter, not of whom it is given to
    return _Owner(begin, whole.end, source.words[begin : whole.end], bool(label))


def _named_first(source: Source, begin: int, end: int) -> Office | None:
    """The list of offices that begins at a place; before a colon it goes on to the colon, whatever is named there."""
    low, words = source.low, source.words
    if _NO_OFFICE.match(low, begin, end):
        return None
    first = office_at(source, begin, end)
    kind = _MORE.pattern.match(low, begin, end)
    if kind and (not first or first.end <= kind.end()):
        last = kind.end()
        for token in re.finditer(r" (?:và |[-–] )?([^\s,;:.()]+)", words[last : min(end, last + 80)]):
            if not token[1][0].isupper():
                break
            last = kind.end() + token.end()
        first = Office(begin, last)
    if not first:
        return None
    named = [first, *offices(source, first.end, min(end, begin + 400))]
    whole = joined(source, named, 0, end)
    leads = low.find(" chủ trì", begin, whole.end)
    if leads >= 0:
        return Office(begin, leads)
    verb = _RUN_ON.search(words, begin, min(whole.end + 20, end))
    if verb and verb.start() < whole.end:
        return Office(begin, verb.start())
    colon = low.find(":", whole.end, min(end, whole.end + 160))
    if colon >= 0 and not _GOES_ON.search(low, whole.end, colon) and "(" not in low[whole.end : whole.end + 2]:
        return Office(begin, colon)
    return whole


def _owner_above(
    source: Source, every: Sequence[Sentence], owners: "Sequence[_Owner | None]", number: int, closed: int
) -> _Owner | None:
    """Whose heading a sentence stands under, not beyond the place where the document closed (its annex is another)."""
    for above in reversed(every[number].above):
        if above < closed or number == closed:
            return None
        owner = owners[above]
        if owner and not owner.label and owner.end - every[above].body < 400:
            rest = source.low[owner.end : every[above].end]
            if len(rest) < 60 or every[number].depth < 9:
                return owner
            return owner if every[above].depth < every[number].depth else None
    return None


def _is_frame(source: Source, sentence: Sentence) -> bool:
    """Whether an unnumbered sentence is no duty: closing words, a table's head, a stray abbreviation."""
    words = source.words[sentence.start : sentence.end]
    return len(words) < 20 or words.isupper() or bool(_CLOSING_WORDS.match(source.low, sentence.start))


def _is_report(source: Source, first: int, last: int, reported: _Reported) -> bool:
    start, end = source.place(first, last)
    covered = sum(min(e, end) - max(s, start) for s, e in reported.within(start, end))
    return covered > 0.7 * (end - start)


def _dues(source: Source, sentence: Sentence, reported: _Reported, labelled: bool) -> Iterator[Due]:
    """The deadlines of a sentence that stand in no reporting clause."""
    for when in times(source.low, sentence.body, sentence.end):
        if not when.due or not (when.rule in _DATED_RULES or (labelled and when.rule == "year")):
            continue
        start, end = source.place(when.start, when.end)
        if not reported.within(start, end):
            yield from when.due


def _labels_below(source: Source, every: Sequence[Sentence]) -> dict[int, list[int]]:
    """For each sentence the labels of times that stand directly under it."""
    found: dict[int, list[int]] = {}
    for number, sentence in enumerate(every):
        if sentence.above and _LABEL_OF_TIME.pattern.match(source.low, sentence.body, sentence.end):
            found.setdefault(sentence.above[-1], []).append(number)
    return found


def _place(source: Source, every: Sequence[Sentence], number: int) -> str:
    """The number of an item with those it stands under: "VII.1", "Điều 4.2.a"."""
    steps: list[tuple[str, str]] = []
    for one in (*every[number].above, number):
        mark = _MARK.match(source.low, every[one].start, every[one].body)
        if mark and mark.lastgroup:
            step = source.words[slice(*mark.span(mark.lastgroup))].rstrip(".")
            steps.append((mark.lastgroup, step.upper() if mark.lastgroup == "roman" else step))
    top = max((n for n, (kind, _) in enumerate(steps) if kind in ("article", "roman")), default=0)
    return ".".join(step for _, step in steps[top:])
