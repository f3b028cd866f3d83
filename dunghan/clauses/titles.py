"""A document's title, and the years it covers."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from dunghan.clauses.source import BREAK, Source
from dunghan.clauses.stretch import trimmed
from dunghan.clauses.times import Rule

HEAD = 9_000  # signs of the settled form in which a document's head must stand
_KIND = (
    r"(?:kế hoạch|quyết định|thông báo|chỉ thị|chương trình|đề án|nghị quyết|thông tư(?: liên tịch)?|nghị định|"
    r"công điện|hướng dẫn|quy chế|quy định|"
    r"phương án|kết luận|báo cáo|tờ trình)"
)
_KINDS = Rule(
    "capitals-under-the-kind",
    re.compile(rf"(?<!\w)(?<!sở )(?<!bộ )(?<!phòng ){_KIND}(?! và đầu tư| - tài chính)(?!\w)"),
    (("QUYẾT ĐỊNH\n\nBAN HÀNH QUY CHẾ", "quyết định"), ("SỞ KẾ HOẠCH VÀ ĐẦU TƯ KẾ HOẠCH\n\n", "kế hoạch")),
)
_OVER = Rule(
    "end-of-capitals",
    re.compile(
        r"^(?:[ivx]{1,5}[.)]|[a-z1-9][.)]|điều|chương|phần|mục|căn cứ|thực hiện|kính gửi|số ?:|[-_–—=]{2,}|nơi "
        r"nhận|(?:quyết định|quyết nghị|thông báo|yêu cầu):)"
    ),
    (("I. MỤC TIÊU", "i."), ("QUYẾT ĐỊNH:", "quyết định:")),
)
_ISSUER = Rule(
    "issuer-under-the-title",
    re.compile(
        r"(?<!của)(?<!thuộc)(?<!và)(?<!với)(?<!giữa)(?<!cho)(?<!do)(?:^| )(?:thủ tướng chính phủ|chính phủ|quốc "
        r"hội|bộ trưởng (?:bộ )?.{1,60}|(?:chủ tịch )?(?:ủy ban|hội đồng) nhân dân"
        r"(?: (?:tỉnh|thành phố|huyện|quận|thị xã|xã|phường).{0,40})?|giám đốc sở.{1,60})$"
    ),
    (("BAN HÀNH QUY CHẾ LƯU TRỮ CHỦ TỊCH ỦY BAN NHÂN DÂN TỈNH AN BIÊN", " chủ tịch ủy ban nhân dân tỉnh an biên"),),
)
_ABOUT = Rule(
    "about",
    re.compile(r"(?<![\w/])v/v:? (?P<said>[^\n]{8,400}?)(?= [^\d\n,;:]{2,40}, ngày \d| kính gửi|\n|$)"),
    (("Số: 12/SYT-NV V/v báo cáo công tác trẻ em\n\nAn Biên, ngày", "báo cáo công tác trẻ em"),),
)
_ENACTED = Rule(
    "enacting-words",
    re.compile(
        rf"(?<!\w)ban hành {_KIND}(?: số [^ \n]{{1,30}})? (?P<said>(?:[^\n.;:]|\.(?! )){{15,400}}?)(?:,? (?:cụ thể|"
        rf"gồm|với (?:các|những|một số) nội dung|như sau)|[:;])"
    ),
    (("UBND tỉnh ban hành Kế hoạch phòng, chống dịch sởi năm 2025, cụ thể như sau", "phòng, chống dịch sởi năm 2025"),),
)
_TOLD = Rule(
    "told-of",
    re.compile(
        rf"(?<!\w)(?:vừa|đã|mới|vừa mới)(?: ký)? ban hành {_KIND}(?: số [^ \n]{{1,30}})? (?P<said>(?:[^\n.;]|\.(?! "
        rf")){{15,400}}?)(?=\.(?:\s|$)|[;\n]|$)"
    ),
    (("UBND thành phố vừa ban hành Kế hoạch trồng cây xanh đô thị. Theo đó", "trồng cây xanh đô thị"),),
)
_LISTED = Rule(
    "portal-title",
    re.compile(
        rf"(?:^|(?<=\n)){_KIND} (?:số )?\d[^ \n]{{1,30}} (?:năm \d{{4}} )?(?P<said>[^\n]{{15,400}}?)(?: do "
        rf"[^\n]{{3,80}} ban hành)?(?=\n|$)"
    ),
    (
        (
            "Kế hoạch 15/KH-UBND năm 2021 phòng, chống đuối nước trẻ em do tỉnh An Biên ban hành",
            "phòng, chống đuối nước trẻ em",
        ),
    ),
)
_CODIFIED = Rule(
    "codified",
    re.compile(
        rf"\(điều \d{{1,3}}[a-z]? {_KIND} số (?P<number>[^ \n]{{3,40}}) {_KIND} (?P<said>[^\n;()]{{8,300}}?) "
        rf"(?P<dated>ngày [\d/]{{8,10}})"
        r" của (?P<issuer>[^\n()]{3,90}?), có hiệu lực"
    ),
    (
        (
            "(Điều 1 Thông tư số 9/2019/TT-BYT Thông tư Tiêm chủng trẻ em ngày 26/12/2019 của Bộ Y tế, có hiệu lực",
            "tiêm chủng trẻ em",
        ),
    ),
)
_YEAR = r"(?:19|20)\d\d(?!\d)"
_PERIODS = (
    Rule(
        "period",
        re.compile(
            rf"(?:giai đoạn|nhiệm kỳ|năm học|trong các năm|từ)(?: từ)?(?: năm)? (?P<since>{_YEAR}) ?(?:[-–—]|đến|"
            rf"tới)(?: hết)? ?(?:năm )?(?P<until>{_YEAR})"
        ),
        (
            ("giai đoạn 2016 - 2020 trên", "giai đoạn 2016 - 2020"),
            ("từ năm 2021 đến năm 2025", "từ năm 2021 đến năm 2025"),
        ),
    ),
    Rule(
        "until",
        re.compile(rf"đến(?: hết)? năm (?P<until>{_YEAR})"),
        (("đổi mới công nghệ đến năm 2035", "đến năm 2035"),),
    ),
    Rule(
        "years",
        re.compile(rf"(?<!\w)năm (?P<since>{_YEAR}) ?(?:[-–—]|và|,) ?(?:năm )?(?P<until>{_YEAR})"),
        (("năm 2024 - 2025", "năm 2024 - 2025"),),
    ),
    Rule("year", re.compile(rf"(?<!\w)năm (?P<year>{_YEAR})"), (("vì trẻ em năm 2018", "năm 2018"),)),
)
_OF_SOMETHING_ELSE = re.compile(r"(?:tháng \d{1,2},? |(?<!pháp )luật [^,;]{0,60}|hiến pháp )$")
RULES = (_KINDS, _OVER, _ISSUER, _ABOUT, _ENACTED, _TOLD, _LISTED, _CODIFIED, *_PERIODS)


class Title(NamedTuple):
    """A title's place in the settled form, and the rule that found it; ``named`` are more places that it told."""

    start: int
    end: int
    rule: str
    named: Mapping[str, tuple[int, int]] = MappingProxyType({})


class Period(NamedTuple):
    """The years that a title names, and where it does."""

    start: int
    end: int
    rule: str
    since: int | None
    until: int | None


def title(source: Source) -> Title | None:
    """The title: the capitals under the kind of document; else behind "V/v"; else in the enacting words."""
    limit = min(len(source.low), HEAD)
    return _under_the_kind(source, limit) or next(filter(None, (_by(source, rule, limit) for rule in _OTHERS)), None)


_OTHERS = (_ABOUT, _CODIFIED, _ENACTED, _TOLD, _LISTED)


def _by(source: Source, rule: Rule, limit: int) -> Title | None:
    starts = (0, max(limit, len(source.low) - 3000)) if rule is _LISTED else (0,)
    for start in starts:
        found = rule.pattern.search(source.low, start, max(limit, len(source.low) if start else limit))
        if found:
            first, last = trimmed(source, *found.span("said"))
            named = {name: found.span(name) for name in found.groupdict() if name != "said"}
            return Title(first, last, rule.name, named) if first < last else None
    return None


def _under_the_kind(source: Source, limit: int) -> Title | None:
    for kind in _KINDS.pattern.finditer(source.low, 0, limit):
        if not source.words[kind.start() : kind.end()].isupper():
            continue
        start, end = _capitals(source, kind.end(), limit + 600)
        if len(source.low[start:end].split()) >= 2:
            return Title(start, end, _KINDS.name)
        start, end = _sentence_case(source, kind.end(), limit + 600)
        if start < end:
            return Title(start, end, "lines-under-the-kind")
    return None


def _capitals(source: Source, place: int, limit: int) -> tuple[int, int]:
    """The capitals from a place on, over the borders of cells, as far as they are the title's."""
    words, low = source.words, source.low
    start = end = place
    about = re.compile(r"[\s:\-_–—]*(?:v/v:? )?").match(low, place, limit)
    start = about.end() if about else place
    at = start
    while at < limit:
        stop = words.find(BREAK, at, limit)
        stop = stop if stop >= 0 else min(len(words), limit)
        last = _run(words, at, stop)
        if last > at and not (at > start and _OVER.pattern.match(low[at : at + 12])):
            issuer = _ISSUER.pattern.search(low[at:last])
            end = at + issuer.start() if issuer else last
            if issuer or last < stop:
                break
        else:
            break
        at = stop + 1
    return trimmed(source, start, end) if end > start else (start, start)


def _run(words: str, start: int, stop: int) -> int:
    """Where the capitals that begin at a place end: before a lower case word, an item's number, a row of dashes."""
    end = start
    for token in re.finditer(r"[^\s]+", words[start:stop]):
        sign = token[0]
        if (
            any(map(str.islower, sign))
            or re.fullmatch(r"[-_–—=]{2,}", sign)
            or (token.start() and re.fullmatch(r"[IVX]{1,4}[.)]|\d\.|[A-Z][.)]", sign))
        ):
            break
        end = start + token.end()
    return end


def _sentence_case(source: Source, place: int, limit: int) -> tuple[int, int]:
    """A title that is set in bold, not in capitals: what stands under the kind of document, to its paragraph's end."""
    words, low = source.words, source.low
    stop = words.find(BREAK, place + 1, limit)
    start, end = trimmed(source, place, stop if stop >= 0 else place)
    if low.startswith("v/v ", start):
        start += 4
    paragraph = low[start:end]
    cited = paragraph.startswith(("căn cứ", "kính gửi", "theo ")) or (
        _OVER.pattern.match(paragraph) and not paragraph.startswith("thực hiện")
    )
    closed = words[end : end + 1] in (";", ":", ",") or (words[end : end + 1] == "." and " ban hành " in paragraph)
    return (place, place) if cited or closed or not 10 <= end - start <= 400 or "như sau" in paragraph else (start, end)


def period(source: Source, found: Title) -> Period | None:
    """The years that a title covers, by the first of the rules that finds them."""
    low = source.low
    for rule in _PERIODS:
        for match in rule.pattern.finditer(low, found.start, found.end):
            if _OF_SOMETHING_ELSE.search(low, max(found.start, match.start() - 80), match.start()):
                continue
            years = match.groupdict()
            alone = years.get("year")
            since, until = years.get("since") or alone, years.get("until") or alone
            return Period(
                match.start(), match.end(), rule.name, int(since) if since else None, int(until) if until else None
            )
    return None
