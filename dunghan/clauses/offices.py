"""Who: the offices, and classes of offices, that a text names."""

import re
from typing import NamedTuple

from dunghan.clauses.source import Source

_HEAD = re.compile(
    r"(?<!\w)(?:các |những |toàn thể |tất cả các )?(?:(?<=các )(?:xã|phường|huyện|quận|thị xã|tỉnh|thành phố)|"
    r"ủy ban|ubnd|ubmttq|ubmt|hội đồng nhân dân|hđnd|chính phủ|thủ tướng|quốc hội|ủy viên|văn phòng|bộ trưởng|"
    r"bộ(?! phận| máy| mặt|\s*đội ngũ)|"
    r"sở|ban(?! hành)|cục|tổng cục|chi cục|vụ|viện|thanh tra(?= (?:tỉnh|thành|huyện|chính|nhà|bộ|sở))|thống kê|"
    r"kho bạc|ngân hàng|bảo hiểm xã hội|tòa án|"
    r"công an|tỉnh ủy|thành ủy|"
    r"huyện ủy|đảng ủy|tỉnh đoàn|thành đoàn|đoàn (?:thanh niên|thể)|hội (?:liên hiệp|nông dân|cựu chiến binh|"
    r"phụ nữ|chữ thập đỏ|đồng)|hội(?= [A-ZĐ])|"
    r"liên đoàn|liên minh|mặt trận|trung tâm|phòng(?! chống|, chống)|đài(?= (?:phát|truyền))|đoàn(?= (?:kiểm tra|"
    r"giám sát|công tác))|tập đoàn|tổng công ty|bộ chỉ huy|quân khu|"
    r"thường trực|tổ công tác|chủ tịch|giám đốc|thủ trưởng|cơ quan|đơn vị|tổ chức(?= (?:chính trị|xã hội|đoàn thể|"
    r"liên quan|thành viên|hội))|"
    r"địa phương|doanh nghiệp|hiệp hội|cấp có thẩm quyền|cấp ủy|ngành|trường(?! hợp)|nhà trường|cơ sở (?:giáo dục|"
    r"y tế|"
    r"trợ giúp|cai nghiện)|chủ đầu tư)(?!\w)"
)
_SMALL = frozenset(
    """
    và các của tỉnh thành phố huyện quận thị xã phường đặc khu cấp cùng trung ương ban ngành sở đơn vị liên quan
    địa phương cơ tổ chức nhân dân trực thuộc ngang bộ chính trị hội đoàn thể khác trên bàn nhà nước chủ trì
    thường tw tp - – có thẩm quyền hữu công lập giáo dục y tế lực lượng vũ trang cá doanh nghiệp khối ở tại trong
    toàn đại học cao đẳng được phân giao nhiệm vụ hành lĩnh vực vận tải binh số quản lý phụ trách ủy chuyên môn
    hợp tác
    """.split()  # noqa: SIM905 - words of a language, not a list of them
)
_STOPS = re.compile(
    r"(?:chủ trì,|chủ trì (?:phối|tổng|tham|xây|theo|hướng|tổ)|và (?:định|báo|tổng|đề|kịp|thực|xây|tham|gửi|chịu)|"
    r"tổ chức (?:thực|triển|các|tuyên|tập|rà|quán|vận)|phương (?:án|thức|hướng)|quản lý (?:và|chặt)|"
    r"của (?:mình|ngành|đơn vị|cơ quan|địa phương)|được (?:giao trong|phân công tại|giao,|nêu)|có (?:trách|văn|kế|"
    r"liên quan,)|trong (?:quá|việc|tháng|năm|quý|thời|công|phạm|lĩnh|trường)|trên cơ sở|tại (?:khoản|điểm|điều|"
    r"mục|văn|quyết|kế)|ban hành|chủ trì$|tổng hợp)"
)


class Office(NamedTuple):
    """A mention of an office or a class of offices, ``start`` to ``end`` in the settled text."""

    start: int
    end: int


_TOKEN = re.compile(r"(,?) ?([^\s,;.:()]+)")
_AFTER_COMMA = ("phường", "xã", "thị xã", "thành phố", "huyện", "quận", "ban ", "ngành", "đặc khu", "tỉnh")
_LOOSE = frozenset(
    [
        "và",
        "các",
        "của",
        "-",
        "–",
        "tại",
        "trong",
        "ở",
        "trên",
        "được",
        "có",
        "với",
        "cùng",
        "theo",
        "về",
        "để",
        "trước",
        "qua",
        "gửi",
        "trình",
    ]
)
_LEVELS = frozenset(["tỉnh", "thành", "huyện", "xã", "phường", "bộ", "sở", "ban", "cục", "quận"])
_ONE_CLASS = re.compile(r"ngành|cơ quan ngang|ban(?:,| )")
_DUTY = re.compile(  # what an item begins with, where its heading has no end: "UBND các huyện - Triển khai ..."
    r"(?:là|triển|tổ|chủ|phối|chỉ|xây|thực|hướng|rà|tăng|bảo|đảm|hàng|hằng|căn|bố|đẩy|tuyên|quản|lồng|chịu|theo|"
    r"kiểm|tham|đề|cân|phê|ban|định|báo|tiếp|phát|"
    r"huy|đôn|vận|thường|trên|giám|khảo|đưa|nâng|thống|cập)\b"
)


def office_at(source: Source, place: int, end: int) -> Office | None:
    """The office that is named from a place on, or None: one of a list; a class ("các sở, ban, ngành") is one."""
    head = _HEAD.match(source.low, place, end)
    if not head:
        return None
    last = after = head.end()
    words, low = source.words, source.low
    capitals = 0  # in a row: "Lao động" has one and goes on in lower case, "Thanh Hóa" has two and is whole
    while after < end and (token := _TOKEN.match(words, after, end)):
        begins, word, said = token.start(2), token[2], low[token.start(2) : token.end()]
        capital = word[0].isupper()
        between = low[last:begins].strip()
        if _STOPS.match(low, begins) or (between in ("-", "–") and _DUTY.match(low, begins)):
            break
        if between in (",", "và", ", và") and _HEAD.match(low, begins, end) and not _ONE_CLASS.match(low, begins):
            break
        if token[1] and not (capital or low.startswith(_AFTER_COMMA, begins)):
            break
        goes_on = not capital and capitals == 1 and not token[1] and word.isalpha() and said not in _LOOSE
        if not (capital or goes_on or said in _SMALL):
            break
        capitals = (1 if token[1] else capitals + 1) if capital else 0
        if said in _LEVELS:
            capitals = 0
        elif word.isupper():
            capitals = 2
        after = token.end()
        if said not in _LOOSE:
            last = after
    return Office(place, last)


def offices(source: Source, start: int, end: int) -> list[Office]:
    """Every office that a stretch names, in order."""
    found: list[Office] = []
    place = start
    while head := _HEAD.search(source.low, place, end):
        office = office_at(source, head.start(), end) or Office(head.start(), head.end())
        found.append(office)
        place = max(office.end, head.end())
    return found


_JOINT = re.compile(r"(?: \([^()]{1,60}\))?(?:,| và|, và|;|,? cùng| hoặc)? ")


def joined(source: Source, named: list[Office], first: int, until: int) -> Office:
    """The list of offices that begins with one of them ("Sở A, Sở B và Ủy ban C"), not going on behind a place."""
    whole = named[first]
    for office in named[first + 1 :]:
        gap = source.low[whole.end : office.start]
        if office.end > until or not re.fullmatch(r"(?:,| và|, và|;| hoặc) ", gap):
            break
        whole = Office(whole.start, office.end)
    return whole
