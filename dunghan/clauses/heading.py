"""What stands at a document's head: number, title, issuer, place and date, the years covered, what it carries out."""

import re
from datetime import date

from dunghan.clauses.found import Heading, Said
from dunghan.clauses.instruments import instruments
from dunghan.clauses.numbering import BARE_DAY, NUMBER, day_of
from dunghan.clauses.source import BREAK, Source
from dunghan.clauses.stretch import said, trimmed
from dunghan.clauses.times import Rule
from dunghan.clauses.titles import HEAD, Title, period, title

_TAIL = 6_000  # signs at a document's end in which a portal says again what it is
_NUMBER_SAID = Rule(
    "number",
    re.compile(
        r"(?:^|(?<=\n)|(?<!\w)(?<!định )(?<!quyết )(?<!hoạch )(?<!tư )(?<!thị )(?<!luật )(?<!văn )(?<!điện "
        r")(?<!trình )(?<!báo )(?<!luận )(?=số ?:))số ?:? ?(?=\d)"
    ),
    (("Số: 15/KH-UBND", "số: "), ("Hạnh phúc Số:15/KH", "số:")),
)
_LISTED_NUMBER = Rule(
    "portal-number",
    re.compile(r"(?<!\w)(?:số hiệu|số/ký hiệu|số ký hiệu|số văn bản) ?: ?\n?"),
    (("Số hiệu: 15/KH", "số hiệu: "),),
)
_FILE = Rule(
    "file-name",
    re.compile(
        r"(?<![\w/-])\d{1,5}(?:[-_](?:19|20)\d\d)?[-_](?:kh|qđ|qd|tb|ct|nq|tt|cv|hd|kl|"
        r"ctr)[-_](?:[a-zđ]{2,10})(?![a-zđ])"
    ),
    (("tải tại đây 76-KH-UBND.signed", "76-kh-ubnd"), ("12_QD_UBND.pdf", "12_qd_ubnd")),
)
_ISSUER = Rule(
    "issuer-at-the-top",
    re.compile(
        r"(?:^|(?<=[\n ]))(?:ủy ban nhân dân|ubnd|hội đồng nhân dân|hđnd|thủ tướng chính phủ|văn phòng chính phủ|"
        r"chính phủ|quốc hội|bộ (?=\w)|tỉnh ủy|thành ủy|sở (?=\w)|"
        r"ban chỉ đạo|ủy ban|tổng cục|cục|thanh tra|ngân hàng|bảo hiểm xã hội|tòa án|viện kiểm sát|văn phòng)"
    ),
    (("ỦY BAN NHÂN DÂN\nTỈNH AN BIÊN", "ủy ban nhân dân"),),
)
_BELOW = re.compile(r"(?<= )(?:sở (?!hữu)|văn phòng|chi cục|tổng cục|cục |ban quản lý|trung tâm|thanh tra)")
_NATION = re.compile(
    r"cộng hòa xã hội|độc lập - tự do|đảng cộng sản|[-_–—=]{3,}|số ?:|(?:^|(?<= ))kế hoạch |quyết định|v/v"
)
_ENACTS = Rule(
    "enacting-words",
    re.compile(
        r"(?<!\w)(?P<said>(?:ủy ban nhân dân|ubnd)(?: (?:tỉnh|thành phố|huyện|quận|thị xã|xã|phường)(?: "
        r"[^\s,;.:()]+){0,4}?)?|thủ tướng chính phủ|bộ [^\s,;.:()]+(?:,? [^\s,;.:()]+){0,9}?)"
        r" (?:vừa |đã |xây dựng và |mới )?(?:ban hành|xây dựng) (?:kế hoạch|quyết định|chương trình|chỉ thị|đề án|"
        r"quy chế|hướng dẫn)"
    ),
    (("2025, Ủy ban nhân dân tỉnh An Biên ban hành Kế hoạch", "ủy ban nhân dân tỉnh an biên"),),
)
_LISTED_ISSUER = Rule(
    "portal-issuer",
    re.compile(r"cơ quan ban hành ?: ?\n?(?P<said>[^\n:|]{5,80})"),
    (("Cơ quan ban hành: Bộ Y tế", "bộ y tế"),),
)
_PLACED = Rule(
    "place-and-date",
    re.compile(
        r"(?P<place>[^\d\n,;:()]{2,45}), ?(?:ngày[ .…]*(?P<day>\d{1,2})?[ .…]*tháng[ .…]*(?P<month>\d{1,2})?[ "
        r".…]*năm[ .…]*(?P<year>(?:19|20)\d\d)|ngày (?P<bare>\d{1,2}/\d{1,2}/(?:19|20)\d\d))"
    ),
    (("Số: 5/KH-UBND An Biên, ngày 18 tháng 7 năm 2016", "/kh-ubnd an biên, ngày 18 tháng 7 năm 2016"),),
)
_LISTED_DAY = Rule(
    "portal-date",
    re.compile(rf"ngày (?:ban hành|ký) ?: ?\n?(?P<said>{BARE_DAY})"),
    (("Ngày ban hành: 18/07/2016", "18/07/2016"),),
)
_PAGE_DAY = Rule(
    "date-of-the-page",
    re.compile(rf"(?:thứ (?:hai|ba|tư|năm|sáu|bảy|[2-7])|chủ nhật),? (?:ngày )?(?P<said>{BARE_DAY})"),
    (("Thứ Sáu, 20/03/2020 16:21", "20/03/2020"),),
)
RULES = (_NUMBER_SAID, _LISTED_NUMBER, _FILE, _ISSUER, _ENACTS, _LISTED_ISSUER, _PLACED, _LISTED_DAY, _PAGE_DAY)


def heading(source: Source) -> Heading:
    """The head of a document, each part as far as the text says it.

    ``issued_on`` may come from what a portal lists, or from the date of the page that tells of the document: the rule
    of ``issued_said`` says which. A number's and a title's words are the source's; ``numbering.plain_number`` writes
    the first as it is cited.
    """
    found = title(source)
    place, issued, issued_said = _place_and_date(source, found)
    covered = period(source, found) if found else None
    return Heading(
        number=_number(source, found),
        title=said(source, found.start, found.end, found.rule) if found else None,
        issuer=_issuer(source, found),
        place=place,
        issued_on=issued,
        issued_said=issued_said,
        since=covered.since if covered else None,
        until=covered.until if covered else None,
        period_said=said(source, covered.start, covered.end, covered.rule) if covered else None,
        implements=instruments(source, found.end if found and found.rule in _UNDER else 0),
    )


_UNDER = ("capitals-under-the-kind", "lines-under-the-kind", "about")


def _number(source: Source, found: Title | None) -> Said | None:
    words, low = source.words, source.low
    head, tail = min(len(low), HEAD), max(0, len(low) - _TAIL)
    before = found.start if found and found.rule in _UNDER else head
    for rule, start, end in (
        (_NUMBER_SAID, 0, min(before, head)),
        (_LISTED_NUMBER, 0, head),
        (_LISTED_NUMBER, tail, len(low)),
    ):
        for lead in rule.pattern.finditer(low, start, end):
            number = NUMBER.pattern.match(words, lead.end())
            if number:
                return said(source, number.start(), number.end(), rule.name)
    if found and "number" in found.named:
        return said(source, *found.named["number"], found.rule)
    file = _FILE.pattern.search(low, 0, head) or _FILE.pattern.search(low, tail)
    return said(source, file.start(), file.end(), _FILE.name) if file else None


def _issuer(source: Source, found: Title | None) -> Said | None:
    top = _at_the_top(source)
    if top and top[2]:
        return said(source, top[0], top[1], _ISSUER.name)
    if found and "issuer" in found.named:
        return said(source, *found.named["issuer"], found.rule)
    low = source.low
    enacts = _ENACTS.pattern.finditer(low, 0, min(len(low), HEAD))
    best = max(enacts, key=lambda m: len(m["said"]), default=None)
    if best:
        return said(source, *best.span("said"), _ENACTS.name)
    if top:
        return said(source, top[0], top[1], _ISSUER.name)
    listed = _LISTED_ISSUER.pattern.search(low, 0, HEAD) or _LISTED_ISSUER.pattern.search(low, max(0, len(low) - _TAIL))
    return said(source, *trimmed(source, *listed.span("said")), _LISTED_ISSUER.name) if listed else None


def _at_the_top(source: Source) -> tuple[int, int, bool] | None:
    """The capitals that name the issuer at the top left, and whether they name it wholly ("... TỈNH X")."""
    words, low = source.words, source.low
    for head in _ISSUER.pattern.finditer(low, 0, min(len(low), 1_500)):
        start = head.start()
        if not words[start : head.end()].strip().isupper():
            continue
        end = _end_of_capitals(source, start)
        below = [m.start() for m in _BELOW.finditer(low, start + 3, end)]
        start = below[-1] if below else start
        start, end = trimmed(source, start, end)
        return start, end, not re.fullmatch(r"(?:ủy ban|hội đồng) nhân dân|ubnd|hđnd", low[start:end])
    return None


def _end_of_capitals(source: Source, start: int) -> int:
    words, low = source.words, source.low
    stop = words.find(BREAK, start)
    stop = stop if stop >= 0 else len(words)
    if (
        low.startswith(("tỉnh ", "thành phố ", "huyện ", "quận ", "thị xã ", "xã ", "phường "), stop + 1)
        and words[stop + 1 : stop + 4].isupper()
    ):
        stop = words.find(BREAK, stop + 1) % (len(words) + 1)
    nation = _NATION.search(low, start, min(stop, start + 200))
    stop = nation.start() if nation else min(stop, start + 200)
    end = start
    for token in re.finditer(r"\S+", words[start:stop]):
        if any(map(str.islower, token[0])):
            break
        end = start + token.end()
    return end


def _place_and_date(source: Source, found: Title | None) -> tuple[Said | None, date | None, Said | None]:
    low = source.low
    limit = min(len(low), HEAD)
    for match in _PLACED.pattern.finditer(low, 0, limit):
        first, last = _name_before(source, *match.span("place"))
        if first == last:
            continue
        place = said(source, first, last, _PLACED.name)
        whole = match["bare"] or (
            all(match.group("day", "month", "year")) and f"{match['day']}/{match['month']}/{match['year']}"
        )
        issued = day_of(whole) if whole else None
        begin = low.index("ngày", match.end("place"))
        return place, issued, said(source, begin, match.end(), _PLACED.name) if issued else None
    if found and "dated" in found.named:
        start, end = found.named["dated"]
        return None, day_of(low[start:end]), said(source, start, end, found.rule)
    for rule, start, end in (
        (_LISTED_DAY, 0, limit),
        (_LISTED_DAY, max(0, len(low) - _TAIL), len(low)),
        (_PAGE_DAY, 0, 2_000),
    ):
        day = rule.pattern.search(low, start, end)
        if day and (issued := day_of(day["said"])):
            return None, issued, said(source, *day.span("said"), rule.name)
    return None, None, None


def _name_before(source: Source, start: int, end: int) -> tuple[int, int]:
    """The name of a place that ends a stretch: words with a capital, at most six of them."""
    words = source.words
    first = end
    for number, token in enumerate(reversed(list(re.finditer(r"\S+", words[start:end])))):
        sign = token[0]
        if (
            number > 5
            or not (sign[0].isupper() or (sign in "-–" and first < end))
            or (len(sign) > 3 and sign.isupper())
        ):
            break
        first = start + token.start()
    while first < end and words[first] in "-– ":
        first += 1
    named = re.match(r"tp\.? |thành phố ", source.low[first:end])
    return (first, end) if not named or first + named.end() < end else (end, end)
