"""The decisions, resolutions and laws that a document carries out: what its preamble cites."""

import re
from datetime import date

from dunghan.clauses.found import Instrument
from dunghan.clauses.numbering import DAY, NUMBER, day_of, plain_number
from dunghan.clauses.offices import office_at
from dunghan.clauses.source import BREAK, Source
from dunghan.clauses.stretch import said, trimmed
from dunghan.clauses.times import Rule

_REACH = 15_000  # signs that a preamble may have
_OPENS = Rule(
    "preamble",
    re.compile(r"(?<!\w)(?:căn cứ|thực hiện|triển khai|tiếp tục|thi hành|theo|để|nhằm|trên cơ sở)(?= )"),
    (("Căn cứ Luật Trẻ em;", "căn cứ"),),
)
_BODY = Rule(
    "first-section",
    re.compile(
        r"(?:^|(?<=[\n ]))(?:(?:i|1|a)[.)/] (?=[\"“]?[^\W\d_])|điều 1[.:]|phần (?:thứ )?(?:nhất|một|i|1)(?!\w)|"
        r"chương (?:i|1)(?!\w)|quyết định:)"
    ),
    (("như sau: I. MỤC ĐÍCH", "i. "), ("như sau:\n\nĐiều 1. Phạm vi", "điều 1.")),
)
_KIND = (
    r"(?:nghị quyết|quyết định|kế hoạch|chỉ thị|nghị định|thông tư(?: liên tịch)?|(?:bộ )?luật|pháp lệnh|chương "
    r"trình(?: hành động)?|kết luận|"
    r"thông báo|công điện|hướng dẫn|quy định|phương án|đề án|quy chế(?: phối hợp)?|công văn|văn bản|lệnh|chiến lược)"
)
_NAMED_BEFORE = re.compile(rf"(?<!\w)(?P<kind>{_KIND})(?P<name> (?!số[ :])[^;\n()\d]{{1,90}}?)?(?: số)?:? ?$")
_NO_GROUND = re.compile(r"(?:tờ trình|báo cáo|biên bản|giấy mời|phiếu|tại (?:công văn|văn bản))(?: số)?:? ?$")
_OF = re.compile(r",? ?của (?=\w)")
_OFFICE = re.compile(r"[^;\n()]{3,90}?(?=,? (?:và)(?!\w)|[;\n(),]|\. |$)")
_BEYOND = re.compile(
    rf",? (?:khóa|về|ban hành|phê duyệt|quy định|sửa đổi|hướng dẫn|triển khai|thực hiện|thông qua|giao|công bố|"
    rf"(?:và )?{_KIND})(?!\w)"
)
_ASSEMBLY = re.compile(r" khóa [ivx]{1,6}(?!\w)")
_TITLE = Rule(
    "title-of-an-instrument",
    re.compile(
        r"[\s,]{0,2}(?P<about>về việc |về |v/v )?(?P<said>(?(about)|(?=ban hành|phê duyệt|quy định|sửa đổi|hướng "
        r"dẫn|triển khai|thực hiện|thông qua|giao |công bố|tổ chức "
        r"|tăng cường|đẩy mạnh|thành lập|điều chỉnh|kết luận|thông báo|cập nhật))[^\n;]{4,500}?)"
        r"(?=[;\n]|\.(?:\s|$)|, ?(?:ủy ban nhân dân|ubnd|hội đồng nhân dân|bộ|sở|thủ tướng|ban chỉ "
        r"đạo)[^,;.\n]{0,70} (?:vừa |đã )?(?:ban hành|xây dựng|đề nghị|yêu cầu|báo cáo)(?!\w)"
        r"| \((?:sau đây|gọi|nghị quyết|quyết định|kế hoạch|nghị định|chỉ thị)|$)"
    ),
    (
        (" về việc phê duyệt Chương trình bơi an toàn;", "phê duyệt chương trình bơi an toàn"),
        (" ban hành Kế hoạch trồng rừng, Ủy ban nhân dân tỉnh ban hành", "ban hành kế hoạch trồng rừng"),
    ),
)
_LAW = Rule(
    "law",
    re.compile(
        r"(?:căn cứ|thực hiện|thi hành) (?:(?:khoản|điểm) \w{1,3},? |điều \d{1,3}[a-z]?,? |(?:và )?của "
        r"){0,6}(?P<said>(?:bộ )?luật [^\W\d][^;\n.()]{1,100}?(?: năm (?:19|20)\d\d)?)"
        r"(?=[;\n(]|\. |,? ngày \d|, (?:bộ|ủy|ubnd|sở|luật)|(?<=\d\d\d\d)\W| số \d| được |$)"
    ),
    (
        ("Căn cứ Luật Phòng, chống thiên tai;", "luật phòng, chống thiên tai"),
        ("Căn cứ Điều 11 Luật Trẻ em năm 2016, Bộ", "luật trẻ em năm 2016"),
    ),
)
_BY_NUMBER = (
    (re.compile(r"-TTg$"), "Thủ tướng Chính phủ"),
    (re.compile(r"/(?:NQ|NĐ)-CP$"), "Chính phủ"),
    (re.compile(r"/(?:19|20)\d\d/QH\d+$|/UBTVQH\d+$"), "Quốc hội"),
)
RULES = (_OPENS, _BODY, _TITLE, _LAW)


def instruments(source: Source, after: int) -> tuple[Instrument, ...]:
    """What the preamble behind a place (the title's end) cites as carried out or as ground, each once, in order.

    The issuer is as the text says it, or where it does not, whom the number's letters name; the title is in the words
    of the text without "về việc".
    """
    start, end = _preamble(source, after)
    found: dict[str, Instrument] = {}
    places = [
        (m.start(), _numbered(source, start, m.start(), m.end(), end))
        for m in NUMBER.pattern.finditer(source.words, start, end)
    ]
    places += [(m.start("said"), _law(source, m, end)) for m in _LAW.pattern.finditer(source.low, start, end)]
    for _, one in sorted(((place, one) for place, one in places if one), key=lambda pair: pair[0]):
        known = found.setdefault(one.number, one)
        found[one.number] = known._replace(
            issuer=known.issuer or one.issuer,
            title=known.title or one.title,
            issued_on=known.issued_on or one.issued_on,
        )
    return tuple(found.values())


def _preamble(source: Source, after: int) -> tuple[int, int]:
    low, words = source.low, source.words
    limit = min(len(low), after + _REACH)
    body = _BODY.pattern.search(low, after, limit)
    if body and body.start() > after:
        limit = body.start()
    opens = [
        m.start()
        for m in _OPENS.pattern.finditer(low, after, limit)
        if words[m.start()].isupper() and words[m.start() + 1].islower()
    ]
    if not opens:
        return limit, limit
    if not body:
        limit = min(limit, max(low.find(BREAK, opens[-1]) % (len(low) + 1), opens[-1]))
    return opens[0], limit


def _numbered(source: Source, floor: int, start: int, end: int, limit: int) -> Instrument | None:
    low, words = source.low, source.words
    before = max(floor, start - 110)
    lead = low[before:start]
    if _NO_GROUND.search(lead[-40:]):
        return None
    named = _kind_before(lead)
    begin = before + named.start() if named else start
    number = plain_number(words[start:end])
    title = (
        words[begin : before + named.end("name")].strip()
        if named and named["kind"].endswith("luật") and named["name"]
        else None
    )
    issuer, issued, place = _issued(source, end, limit)
    about = _TITLE.pattern.match(low, place, limit)
    if about and not title:
        first, last = trimmed(source, *about.span("said"))
        title, place = words[first:last], last
    issuer = issuer or next((name for letters, name in _BY_NUMBER if letters.search(number)), None)
    return Instrument(said(source, begin, place, "cited-by-number"), number, issuer, title, issued)


def _kind_before(lead: str) -> "re.Match[str] | None":
    """The kind of document that stands before its number: a law with its name between, or another next to it."""
    kinds = [
        named
        for kind in re.finditer(rf"(?<!\w)(?<!pháp ){_KIND}", lead)
        if (named := _NAMED_BEFORE.match(lead, kind.start()))
    ]
    laws = [named for named in kinds if named["kind"].endswith("luật") and named["name"]]
    near = [named for named in kinds if not named["kind"].endswith("luật") and len(named["name"] or "") < 30]
    return next(iter(laws), None) or (near[-1] if near else next(iter(kinds[-1:]), None))


def _issued(source: Source, place: int, limit: int) -> "tuple[str | None, date | None, int]":
    """Who issued it and when, in either order, and where that ends."""
    low, words = source.low, source.words
    issuer, issued = None, None
    for _ in range(2):
        day = re.compile(r",? ?(?:ban hành )?").match(low, place, limit)
        dated = DAY.pattern.match(low, day.end() if day else place, limit)
        if dated and not issued:
            issued, place = day_of(dated["day"]), dated.end()
        of = _OF.match(low, place, limit)
        if of and not issuer:
            office = office_at(source, of.end(), limit)
            said_so = _OFFICE.match(low, of.end(), limit)
            last = office.end if office else said_so.end() if said_so else of.end()
            beyond = _BEYOND.search(low, of.end(), min(last + 24, limit))
            last = min(beyond.start(), last) if beyond else last
            issuer, place = words[of.end() : last] or None, last
            assembly = _ASSEMBLY.match(low, place, limit)
            place = assembly.end() if assembly else place
    return issuer, issued, place


def _law(source: Source, match: "re.Match[str]", limit: int) -> Instrument | None:
    start, end = match.span("said")
    if NUMBER.pattern.match(source.words, min(end + 4, limit)):
        return None  # it has a number, and is found by it
    name = source.words[start:end]
    day = (
        DAY.pattern.search(source.low, end, min(end + 8 + 30, limit))
        if source.low.startswith((" ngày", ", ngày"), end)
        else None
    )
    last = day.end() if day else end
    return Instrument(
        said(source, start, last, "law-by-name"), name, "Quốc hội", None, day_of(day["day"]) if day else None
    )
