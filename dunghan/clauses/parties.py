"""Who reports, to whom, and through whom or what: the parties of a duty, from its sentence or from above it."""

import re
from collections.abc import Sequence

from dunghan.clauses.offices import Office, joined, office_at, offices
from dunghan.clauses.sentences import Sentence
from dunghan.clauses.source import Source
from dunghan.clauses.times import When

AIM = re.compile(r"(?<!\w)(?:để|nhằm|làm (?:cơ sở|căn cứ)|phục vụ)(?!\w)")
"""What something is done for: behind it stands no duty of its own."""
_OTHERS = re.compile(r"(?<!\w)(?:với|của|gửi|về|đến|theo|cho) [^,;:]*(?:,[^,;:]*)?,$")
_SPEAKS = re.compile(r"(?:[,:;.)]|giao|đề nghị|yêu cầu)$")
_DRAFTS = re.compile(r"tham mưu(?: cho| giúp)? $")
_GOES_ON = re.compile(r"(?:và|;|,) $")
_TO = re.compile(
    r"(?<!\w)(?:gửi (?:báo cáo )?(?:về |đến |tới |cho |lên )?|về |đến |tới |cho |lên |trình |với |báo cáo )$"
)
_VIA = re.compile(
    r"\((?:thông )?qua (?P<bracketed>[^(),;:]+)"
    r"|(?<!\w)(?:(?:thông )?qua|trên|vào) (?P<bare>(?:(?:sở|cục|văn phòng|ban|phòng)(?! h)|hệ thống|phần mềm|cổng|"
    r"trục|email|hộp thư|thư điện tử)"
    r"(?: [^\s(),;:.]+){1,14}?)(?=[(),;:.]|$| (?:trước|chậm|để|định|theo|hằng|hàng|và|vào|về|gửi) )"
)
_RELAY = re.compile(r"[\s,.()]*(?P<said>để (?:kịp thời )?tổng hợp(?: chung)?(?:,| và)? (?:trình |tham mưu )?báo cáo )")
_OWN_DEPARTMENT = re.compile(r" \((?=cục|vụ|phòng|chi cục|văn phòng)")
_ADDRESSEE = re.compile(r"kính gửi ?:")
_BEFORE_A_NAME = re.compile(r"(?:(?:trách nhiệm|nhiệm vụ) (?:của )?|giao |đề nghị |đối với |\W)*")


def subject(source: Source, start: int, end: int, first: bool, whens: Sequence[When] = ()) -> Office | None:
    """The office, or list of offices, that a stretch before a duty makes its subject.

    Behind another duty (not ``first``) only one right before the verb is: "... đến cấp huyện và UBND cấp huyện gửi".
    """
    low = source.low
    named = offices(source, start, end)
    if named and end - named[-1].end <= 2:
        before = low[start : named[-1].start]
        if _DRAFTS.search(before):
            return named[-1]  # who drafts is not who signs
        if not first:
            return named[-1] if _GOES_ON.search(before) else None
    if not first:
        return None
    for number, office in enumerate(named):
        since = max([start, *(when.end for when in whens if start <= when.start < office.start)])
        before = low[since : office.start].rstrip(' "“(')
        if before.strip(" ,()") and not _SPEAKS.search(before):
            continue
        others = _OTHERS.search(before)  # "phối hợp với Sở A, Sở B": neither of them speaks
        if not (others and any(one.start >= since + others.start() for one in named[:number])):
            return joined(source, named, number, end)
    return None


def recipient(source: Source, start: int, end_of_verb: int, end: int, next_speaks: bool) -> Office | None:
    """The office or offices that a duty's words up to ``end`` report to.

    Where the next duty has a subject of its own (``next_speaks``) that is no part of the list.
    """
    low = source.low
    aim = AIM.search(low, end_of_verb, end)
    if aim and not low.startswith("để gửi báo cáo", aim.start()):
        end = aim.start()
    named = offices(source, end_of_verb, end)
    for number, office in enumerate(named):
        if office.start == end_of_verb + 1 or _TO.search(low, start, office.start):
            return office if next_speaks else joined(source, named, number, end)
    return None


def via(source: Source, start: int, end: int, to: Office | None) -> tuple[str | None, int]:
    """Through whom or what something is sent, and where those words end (``start`` where there are none)."""
    found = _VIA.search(source.low, start, end)
    if found:
        first, last = found.span("bracketed" if found["bracketed"] else "bare")
        office = office_at(source, first, last)
        return source.words[first : office.end if office else last].strip(), found.end()
    bracket = _OWN_DEPARTMENT.match(source.low, to.end, end) if to else None
    close = source.low.find(")", bracket.end(), end) if bracket else -1
    if bracket and close > 0:
        return source.words[bracket.end() : close].partition(",")[0], close + 1
    return None, start


def reporter_above(source: Source, every: Sequence[Sentence], number: int) -> Office | None:
    """The reporter where the sentence names none: of the sentence before, of a heading, or the addressee."""
    here = every[number]
    for before in reversed(every[max(0, number - 3) : number]):
        if here.depth < 9 or before.above != here.above:
            break
        if office := subject(source, before.body, before.end, True):
            return office
        if before.depth < 9:
            break
    for above in reversed(here.above):
        if office := heading_office(source, every[above]):
            return office
    to = _ADDRESSEE.search(source.low)
    named = offices(source, to.end(), min(len(source.low), to.end() + 400)) if to else []
    return joined(source, named, 0, len(source.low)) if named else None


def heading_office(source: Source, sentence: Sentence) -> Office | None:
    """The office that an item begins with: "2. Sở Y tế:", "Giao Sở Tài chính ..."."""
    named = offices(source, sentence.body, min(sentence.end, sentence.body + 260))
    for number, office in enumerate(named):
        if _BEFORE_A_NAME.fullmatch(source.low, sentence.body, office.start):
            return joined(source, named, number, sentence.end)
    return None


def relay(source: Source, start: int, end: int) -> tuple[int, int] | None:
    """Where a stretch says to whom the recipient reports in turn: "để tổng hợp, báo cáo UBND tỉnh"."""
    found = _RELAY.match(source.low, start, end)
    office = office_at(source, found.end(), end) if found else None
    if not found or not office:
        return None
    named = offices(source, found.end(), end)
    return found.start("said"), joined(source, named, 0, end).end
