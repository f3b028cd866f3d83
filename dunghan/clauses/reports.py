"""The reporting clauses of a text: who reports to whom, how often and by when."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from dunghan.clauses.found import Clause, Kind
from dunghan.clauses.offices import Office, joined, office_at, offices
from dunghan.clauses.sentences import Sentence, sentences
from dunghan.clauses.source import Source
from dunghan.clauses.times import Due, Recurrence, When, Wording, times

_REPORT = re.compile(r"(?<!\w)báo cáo(?!\w)")
_NO_DUTY_BEFORE = re.compile(
    r"(?:(?<!định )k\w|số liệu|thông tin|mẫu|nghe|nội dung|hệ thống|công tác|phục vụ|công bố|cung cấp|ban hành|thời hạn(?: gửi)?|tần suất(?: thực hiện)?|"
    r"thời gian gửi|của|theo|căn cứ|tại|những|kèm theo|nêu tại|cơ chế(?: thông tin,)?|thông tin,|đối với|(?<!thực hiện )chế độ(?: thông tin,)?|công bố định k\w|"
    r"đề cương|dự thảo|xây dựng, công bố|nhận|tiếp nhận|tổng hợp từ|qua|không|làm|căn cứ vào|từ|sau|ngoài) $"
)
_NO_DUTY_AFTER = re.compile(r" (?:viên|tài chính|nghiên cứu khả thi|nghiên cứu tiền|kinh tế|đánh giá tác động|quyết toán|giải trình|dự báo|thường niên|tương ứng)(?!\w)")
_AIM = re.compile(r"(?<!\w)(?:để|nhằm|làm (?:cơ sở|căn cứ)|phục vụ)(?!\w)")
_AIMED = re.compile(
    r"(?<!\w)(?:để|nhằm|làm (?:cơ sở|căn cứ)|phục vụ|giúp)(?:,? (?:(?:kịp thời|công tác|việc|có cơ sở) )*(?:tổng hợp|tham mưu|xem xét|theo dõi|chỉ đạo|phục vụ|"
    r"rà soát|đánh giá|hoàn thiện|xây dựng|phân tích|dự báo|trình|đề xuất|điều chỉnh|xử lý|giải quyết|hướng dẫn|tổng hợp chung|biết)(?: [^,;]{0,60}?)?)*(?:,| và)? "
    r"(?:(?:chung|và|gửi|đề xuất|trình|kịp thời) )*$"
)
_LEADS_IN = re.compile(
    r"(?:(?:và |, |hoặc )?(?:có trách nhiệm |phải |cần |thực hiện |tổ chức |kịp thời |khẩn trương |định k\w |thường xuyên |chủ động |nghiêm túc )*"
    r"(?:(?:tổng hợp|đề xuất|gửi|nộp|lập|xây dựng|đánh giá|thực hiện|có|rà soát|theo dõi|chế độ)(?:,| và)? ){0,4}(?:chế độ )?)$"
)
_TO = re.compile(r"(?<!\w)(?:gửi (?:báo cáo )?(?:về |đến |tới |cho |lên )?|về |đến |tới |cho |lên |trình |với |báo cáo )$")
_VIA = re.compile(r"\((?:thông )?qua (?P<who>[^(),;:]+)|(?<!\w)(?:thông )?qua (?P<bare>(?:sở|cục|văn phòng|ban|phòng|hệ thống|phần mềm|cổng|trục|email|hộp thư|thư điện tử)[^(),;:.]*)")
_MIDTERM = re.compile(r"sơ kết|giữa k\w(?!\w)|giữa giai đoạn|giữa nhiệm k")
_FINAL = re.compile(r"tổng kết|cuối k\w(?!\w)|cuối giai đoạn|kết thúc (?:giai đoạn|kế hoạch|chương trình)")
_YEAR = re.compile(r"năm (?P<year>(?:19|20)\d\d)(?!\d)")


class _Head(NamedTuple):
    """A "báo cáo" that puts a duty, with the times that belong to it.

    Its phrase goes from ``start``, its subject stands before ``speaks``, and the word ends at ``end``.
    """

    start: int
    speaks: int
    end: int
    whens: tuple[When, ...]
    rule: str


class _Said(NamedTuple):
    """What one part of a sentence says, in places of the settled text."""

    start: int
    end: int
    reporter: Office | None
    recipient: Office | None
    via: str | None
    whens: tuple[When, ...]
    rule: str


def reports(source: Source) -> list[Clause]:
    """Every reporting obligation of a text, in order; one that an editor repeated word for word is told once."""
    every = sentences(source)
    found: list[Clause] = []
    seen: set[tuple[str, str | None]] = set()
    for number, sentence in enumerate(every):
        if "báo cáo" not in source.low[sentence.start : sentence.end]:
            continue
        said = list(_sentence(source, sentence))
        for place, one in enumerate(said):
            if not one.recipient:
                others = [o for o in (*said[place + 1 :], *reversed(said[:place])) if o.recipient]
                if others:
                    one = one._replace(recipient=others[0].recipient, via=one.via or others[0].via)
            reporter = one.reporter or _reporter_above(source, every, number)
            clause = _clause(source, one, reporter)
            key = (source.low[one.start : one.end], clause.reporter)
            if key not in seen:
                seen.add(key)
                found.append(clause)
    return found


def _sentence(source: Source, sentence: Sentence) -> Iterator[_Said]:
    shared: tuple[When, ...] = ()
    reporter: Office | None = None
    for start, end in sentence.parts:
        whens = times(source.low, start, end)
        heads = _heads(source, start, end, whens, shared)
        for place, head in enumerate(heads):
            begin = heads[place - 1].end if place else start
            following = heads[place + 1] if place + 1 < len(heads) else None
            after = following.start if following else end
            speaker = _subject(source, head.end, after, False) if following else None
            after = speaker.start if speaker else after
            named = _subject(source, begin, head.speaks, place == 0, whens)
            reporter = named or reporter
            yield _said(source, head, begin, after, reporter, bool(speaker))
        if not heads and (named := _subject(source, start, end, True)) and start == sentence.body:
            reporter = named
        if start == sentence.parts[0][0]:
            shared = tuple(w for w in whens if w.start - start < 3 and w.often and w.rule in ("time-limit",))


def _heads(source: Source, start: int, end: int, whens: Sequence[When], shared: tuple[When, ...]) -> list[_Head]:
    """The duties of a part, each with the times that belong to it."""
    low = source.low
    places = [m.span() for m in _REPORT.finditer(low, start, end) if _is_duty(low, start, *m.span(), whens)]
    silent = _silent_heads(source, start, places[0][0] if places else end, whens)
    whens = [w for w in whens if not any(w in head.whens for head in silent)]
    begins = [_phrase(low, start, place, whens, number > 0) for number, (place, _) in enumerate(places)]
    owned: list[list[When]] = [[] for _ in places]
    opening = _opening(low, start, whens)
    for when in whens:
        after = [n for n, (place, _) in enumerate(places) if place <= when.start]
        before = [n for n, (place, _) in enumerate(places) if place > when.start]
        if before and (when.start >= begins[before[0]] or (not after and (when in opening or _leads(low, when, places[0][0])))):
            owned[before[0]].append(when)
        elif after and when.rule == "year":
            if re.search(f"{_MIDTERM.pattern}|{_FINAL.pattern}", low[begins[after[-1]] : when.start]):
                owned[after[-1]].append(when)
        elif after and not (_AIM.search(low, places[after[-1]][1], when.start) and any(map(_dated, owned[after[-1]]))):
            owned[after[-1]].append(when)
    heads = [
        _Head(begin, begin, last, tuple(of_one), "report") for (_, last), begin, of_one in zip(places, begins, owned, strict=True)
    ]
    settled = _settled(source, heads, start, end, shared)
    return silent + [part for head in settled for part in _by_period(low, head)]


def _dated(when: When) -> bool:
    return bool(when.due)


def _by_period(low: str, head: _Head) -> Iterator[_Head]:
    """A head, or as many as it has days that are each said of other reports ("... đối với báo cáo tháng và ...")."""
    ends = [
        place for place, when in enumerate(head.whens)
        if place and when.rule == "periods" and low.startswith("đối với", when.start) and head.whens[place - 1].due
    ]  # fmt: skip
    if len(ends) < 2:
        yield head
        return
    before = 0
    for number, place in enumerate(ends):
        whens = head.whens[before : place + 1]
        dated = [w for w in whens if w.due]
        of = whens[-1]
        mine = tuple(w._replace(often=of.often) for w in dated) + (of,)
        start = dated[0].start if number else head.start
        yield head._replace(start=start, speaks=head.speaks, end=head.end if not number else dated[0].start, whens=mine)
        before = place + 1


def _settled(source: Source, heads: list[_Head], start: int, end: int, shared: tuple[When, ...]) -> Iterator[_Head]:
    """Heads that owe something: those of one duty put together, those of a common time given it."""
    low = source.low
    kept: list[_Head] = []
    for place, head in enumerate(heads):
        nexts = heads[place + 1] if place + 1 < len(heads) else None
        if not _tells(head):
            own = _subject(source, heads[place - 1].end if place else start, head.start, place == 0)
            if nexts and _tells(nexts):
                if _subject(source, head.end, nexts.start, False):
                    kept.append(head._replace(whens=head.whens + tuple(w for w in nexts.whens if w.start > nexts.end)))
                    continue
                heads[place + 1] = nexts._replace(start=head.start)
                continue
            if shared and own:
                kept.append(head._replace(whens=shared))
                continue
            if kept and not own and _near(low, kept[-1], head):
                continue
            if _asked_for(low, head, end):
                kept.append(head._replace(rule="report-on-request"))
            elif _named_duty(source, head, start, end):
                kept.append(head._replace(rule="report-undated"))
            continue
        kept.append(head)
    yield from kept


def _near(low: str, before: _Head, head: _Head) -> bool:
    return head.start - before.end < 30


def _tells(head: _Head) -> bool:
    return any(w.rule != "on-request" for w in head.whens)


def _asked_for(low: str, head: _Head, end: int) -> bool:
    stretch = low[head.end : end]
    return stretch.startswith(" đột xuất") and any(w.rule == "on-request" for w in head.whens) and "yêu cầu" in stretch


_MATTER = re.compile(r"(?<!\w)(?:kết quả|tình hình|việc thực hiện|theo quy định)(?!\w)")
_AT_ONCE = re.compile(r"(?<!\w)(?:kịp thời|ngay|khi|vướng mắc|vượt thẩm quyền|đề xuất|xem xét|trường hợp|nếu|theo yêu cầu|phê duyệt|đề nghị|quyết định|chỉ đạo|xử lý|thẩm quyền)(?!\w)")


def _named_duty(source: Source, head: _Head, start: int, end: int) -> bool:
    """A duty to report to a named office on results, though nobody said when: a periodic one without a period."""
    low = source.low
    office = office_at(source, min(head.end + 1, end), end)
    return bool(
        office
        and low[head.start : head.end].strip() 
        and _MATTER.search(low, office.end, end)
        and not _AT_ONCE.search(low, max(start, head.start - 40), end)
    )


def _is_duty(low: str, start: int, place: int, last: int, whens: Sequence[When]) -> bool:
    if any(w.start < place < w.end and w.rule not in ("periods",) for w in whens):
        return False
    if any(w.rule == "periods" and w.start < place < w.end and low.startswith("đối với", w.start) for w in whens):
        return False
    before = low[start:place]
    if _NO_DUTY_BEFORE.search(before) or _NO_DUTY_AFTER.match(low, last):
        return False
    if _AIMED.search(before):
        return False
    return not re.search(r"^\W*đối với [^,]*$", before)


_GAP = re.compile(r"[\s,()]*(?:(?:hoặc|và|vào|(?:0?1 |một )?năm|quý|tháng|0?6 tháng)[\s,()]+)*")
_TIGHT_GAP = re.compile(r"\s*")


def _phrase(low: str, start: int, place: int, whens: Sequence[When], later: bool) -> int:
    """Where the phrase of a head begins: its verbs, and the times right before them."""
    lead = _LEADS_IN.search(low, max(start, place - 90), place)
    begin = lead.start() if lead else place
    begin += len(re.match(r"[\s,]*(?:và |hoặc )?", low[begin:place])[0])  # type: ignore[index]
    for when in reversed([w for w in whens if w.end <= begin + 1]):
        if (_TIGHT_GAP if later else _GAP).fullmatch(low, when.end, begin) and not (later and when.due):
            begin = when.start
    return begin


def _opening(low: str, start: int, whens: Sequence[When]) -> list[When]:
    """The times that open a part, before its subject: "Định kỳ hằng quý (trước ngày 20 tháng cuối quý), các sở ..."."""
    found: list[When] = []
    for when in whens:
        if (_GAP.fullmatch(low, found[-1].end, when.start) if found else when.start - start < 4):
            found.append(when)
        else:
            break
    return found


def _leads(low: str, when: When, place: int) -> bool:
    """Whether a frequency ahead of the first head speaks of it: nothing but verbs and a subject may stand between."""
    between = low[when.end : place]
    return when.rule in ("every", "periods", "periodic") and len(between) < 70 and (when.rule == "periodic" or "," not in between)


def _silent_heads(source: Source, start: int, end: int, whens: Sequence[When]) -> list[_Head]:
    """Duties to send results that never say "báo cáo", or say it of the aim alone."""
    low = source.low
    head = re.compile(r"(?<!\w)(?:gửi|đánh giá) (?:các )?(?:kết quả|tình hình|số liệu)").search(low, start, end)
    if not head or not any(w.due for w in whens):
        return []
    aim = re.compile(r"(?:để|phục vụ|làm cơ sở)[^;]{0,40}báo cáo").search(low, head.end(), end)
    own = tuple(w for w in whens if w.due and head.start() < w.start < end)
    return [_Head(head.start(), head.start(), head.end(), own, "results-for-a-report")] if aim and own else []


_OTHERS = re.compile(r"(?<!\w)(?:với|của|gửi|về|đến|theo|cho) [^,;:]*(?:,[^,;:]*)?,$")
_SPEAKS = re.compile(r"(?:[,:;.)]|giao|đề nghị|yêu cầu)$")


def _subject(source: Source, start: int, end: int, first: bool, whens: Sequence[When] = ()) -> Office | None:
    """The office that a stretch before a head makes its subject."""
    low = source.low
    named = offices(source, start, end)
    last = [n for n, office in enumerate(named) if end - office.end <= 2]
    if last and re.search(r"tham mưu(?: cho| giúp)? $", low[start : named[last[-1]].start]):
        return named[last[-1]]  # who drafts is not who signs
    if not first:  # "... đến UBND cấp huyện và UBND cấp huyện tổng hợp, gửi báo cáo": the last one speaks on
        return named[last[-1]] if last and re.search(r"(?:và|;|,) $", low[start : named[last[-1]].start]) else None
    for number, office in enumerate(named):
        ends = [w.end for w in whens if start <= w.start < office.start]
        before = low[max([start, *ends]) : office.start].rstrip(" \"“(")
        if before.strip(" ,()") and not _SPEAKS.search(before):
            continue
        if not _OTHERS.search(before):
            return joined(source, named, number, end)
    return None


def _reporter_above(source: Source, every: Sequence[Sentence], number: int) -> Office | None:
    """The reporter where the sentence names none: of the sentence before, of a heading, or the addressee."""
    here = every[number]
    for back in range(number - 1, max(-1, number - 4), -1):
        before = every[back]
        if here.depth < 9 or before.above != here.above:
            break
        office = _subject(source, before.body, before.end, True)
        if office:
            return office
        if before.depth < 9:
            break
    for above in reversed(here.above):
        office = _heading_office(source, every[above])
        if office:
            return office
    to = re.search(r"kính gửi ?:", source.low)
    named = offices(source, to.end(), min(len(source.low), to.end() + 400)) if to else []
    return joined(source, named, 0, len(source.low)) if named else None


def _heading_office(source: Source, sentence: Sentence) -> Office | None:
    named = offices(source, sentence.body, min(sentence.end, sentence.body + 260))
    for office in named:
        before = source.low[sentence.body : office.start]
        if re.fullmatch(r"(?:(?:trách nhiệm|nhiệm vụ) (?:của )?|giao |đề nghị |đối với |\W)*", before):
            return joined(source, named, named.index(office), sentence.end)
    return None


def _said(source: Source, head: _Head, begin: int, after: int, reporter: Office | None, next_speaks: bool) -> _Said:
    low = source.low
    recipient = _recipient(source, head, after, next_speaks)
    start = min([head.start, *(w.start for w in head.whens if w.start >= begin)])
    if reporter and 0 <= start - reporter.end <= 2:
        start = reporter.start
    via, via_end = _via(source, head.end, after, recipient)
    known = max([head.end, via_end, *(w.end for w in head.whens if w.end <= after), *([recipient.end] if recipient else [])])
    aim = _AIM.search(low, known, after)
    end = aim.start() if aim else after
    if any(w.due and w.start > head.start for w in head.whens) or end - known > 300:
        end = known
    while end > start and low[end - 1] in " ,;.:/*-–(":
        end -= 1
    if low.endswith((" và", " hoặc"), start, end):
        end = low.rindex(" ", start, end)
    if low.count("(", start, end) > low.count(")", start, end) and low.startswith(")", end):
        end += 1
    return _Said(start, end, reporter, recipient, via, head.whens, head.rule)


def _recipient(source: Source, head: _Head, after: int, next_speaks: bool) -> Office | None:
    low = source.low
    aim = _AIM.search(low, head.end, after)
    end = aim.start() if aim and not low.startswith("để gửi báo cáo", aim.start()) else after
    named = offices(source, head.end, end)
    for number, office in enumerate(named):
        before = low[head.start : office.start]
        if _TO.search(before) or office.start == head.end + 1:
            return office if next_speaks and number + 1 < len(named) else joined(source, named, number, end)
    return None


def _via(source: Source, start: int, after: int, recipient: Office | None) -> tuple[str | None, int]:
    found = _VIA.search(source.low, start, after)
    if found:
        name = "who" if found["who"] else "bare"
        return source.words[slice(*found.span(name))].strip(), found.end()
    if recipient:
        bracket = re.compile(r" \((?=cục|vụ|phòng|chi cục|văn phòng)").match(source.low, recipient.end, after)
        close = source.low.find(")", bracket.end(), after) if bracket else -1
        if bracket and close > 0:
            return source.words[bracket.end() : close].partition(",")[0], close + 1
    return None, start


_ORDER: tuple[Recurrence, ...] = ("monthly", "quarterly", "semiannual", "annual")


def _clause(source: Source, said: _Said, reporter: Office | None) -> Clause:
    low = source.low
    stretch = low[said.start : said.end]
    whens = said.whens
    due = tuple(d for w in whens for d in w.due)
    often = {w.often for w in whens if w.often}
    requested = "on-request" in {w.rule for w in whens}
    rest = [w for w in whens if w.rule != "on-request"]
    kind: Kind = "periodic"
    named = _MIDTERM.search(stretch), _FINAL.search(stretch)
    years = {d.year for d in due if d.year}
    if said.rule != "report-on-request" and any(named) and not often & set(_ORDER):
        if not due:
            due = tuple(Due(int(m["year"])) for m in _YEAR.finditer(stretch))[:1]
            years = {d.year for d in due}
        if years:
            kind = "midterm" if named[0] else "final"
    regular = [one for one in _ORDER if one in often]
    recurrence: Recurrence
    if regular and not (years and len(regular) == 1 and regular[0] == "annual" and False):
        recurrence = regular[0]
        if recurrence == "annual" and len({(d.month, d.day) for d in due if d.month}) >= 2:
            recurrence = "semiannual"
    elif years:
        recurrence = "once"
    elif {w.rule for w in rest} & {"time-limit", "hour"} or "relative" in {w.often for w in rest}:
        recurrence = "relative"
    elif due:
        recurrence = "semiannual" if len({(d.month, d.day) for d in due}) >= 2 else "annual"
    elif "unspecified-periodic" in often or said.rule == "report-undated":
        recurrence = "unspecified-periodic"
    else:
        recurrence = "relative" if requested else "unspecified-periodic"
    if kind == "periodic" and (recurrence == "once" or said.rule == "report-on-request" or any(w.rule == "time-limit" for w in rest)):
        kind = "adhoc"
    wording: Wording = next((w.wording for w in whens if w.wording), "undated")
    start, end = source.place(said.start, said.end)
    def words(o: Office | None) -> str | None:
        return source.words[o.start : o.end] if o else None
    return Clause(
        source.text[start:end], start, end, words(reporter), words(said.recipient), said.via, recurrence, due, wording,
        kind, said.rule, 0.9, (),
    )
