"""Whom a document's words mean: its names and classes of offices, looked up in the catalogue's tree."""

import re
from collections.abc import Iterable, Iterator
from datetime import date
from functools import cached_property
from typing import NamedTuple

from dunghan.clauses.offices import offices
from dunghan.clauses.source import Source
from dunghan.core.names import plain
from dunghan.core.plan_check import PLACEHOLDER
from models.office import TERRITORIAL, Office, OfficeTree
from models.report import Level

_SHORT = {
    "ubmttq": "ủy ban mặt trận tổ quốc", "ubmt": "ủy ban mặt trận", "ubnd": "ủy ban nhân dân",
    "hđnd": "hội đồng nhân dân",
    "lđ tb&xh": "lao động thương binh và xã hội", "lđtb&xh": "lao động thương binh và xã hội",
    "lđtbxh": "lao động thương binh và xã hội", "tb&xh": "thương binh và xã hội", "gd&đt": "giáo dục và đào tạo",
    "gdđt": "giáo dục và đào tạo", "kh&cn": "khoa học và công nghệ", "khcn": "khoa học và công nghệ",
    "kh&đt": "kế hoạch và đầu tư", "tt&tt": "thông tin và truyền thông", "tn&mt": "tài nguyên và môi trường",
    "nn&ptnt": "nông nghiệp và phát triển nông thôn", "nn&mt": "nông nghiệp và môi trường",
    "vhttdl": "văn hóa thể thao và du lịch", "vh tt&dl": "văn hóa thể thao và du lịch", "tp": "thành phố",
    "lhpn": "liên hiệp phụ nữ", "tncs": "thanh niên cộng sản",
}  # fmt: skip
_ALSO = {
    "ủy ban mặt trận tổ quốc việt nam": ("ủy ban mặt trận tổ quốc", "mặt trận tổ quốc"),
    "đoàn thanh niên cộng sản hồ chí minh": ("đoàn thanh niên", "tỉnh đoàn", "thành đoàn"),
    "hội liên hiệp phụ nữ": ("hội phụ nữ",),
}
"""What else people call the organisations that every province has."""
_ABBREVIATED = re.compile(rf"(?<![\w&])(?:{'|'.join(map(re.escape, sorted(_SHORT, key=len, reverse=True)))})(?![\w&])")
_COMMITTEE = r"(?:ủy ban nhân dân|chủ tịch ủy ban nhân dân)"
_PROVINCES = re.compile(
    rf"{_COMMITTEE} (?:các )?(?:tỉnh (?:và )?thành phố|tỉnh thành|cấp tỉnh)"
    r"|các (?:tỉnh|địa phương) thành phố trực thuộc"
)
_DISTRICTS = re.compile(
    rf"{_COMMITTEE} (?:các |cấp )*(?:quận|huyện|thị xã)|cấp huyện|các (?:quận|huyện|thị xã)|các thành phố"
)
_COMMUNES = re.compile(
    rf"{_COMMITTEE} (?:các |cấp )*(?:xã|phường|thị trấn|đặc khu)|cấp xã|các (?:xã|phường)|(?:xã|thị xã) (?:và )?phường"
)
_BODIES = re.compile(
    r"(?:các|những|toàn thể|tất cả) |(?:cơ quan|đơn vị|ngành|ban ngành|sở (?:và )?(?:ban|ngành)"
    r"|địa phương|doanh nghiệp|tổ chức)(?: |$)"
)
_NOBODY = re.compile(r"cấp có thẩm quyền|cấp ủy|người có thẩm quyền")
_UNIONS = re.compile(r"đoàn thể|tổ chức (?:chính trị|xã hội|đoàn thể|thành viên|hội)|hội quần chúng|mặt trận và các")
_COMMITTEE_OF = re.compile(rf"{_COMMITTEE} ((?:tỉnh|thành phố|quận|huyện|thị xã|thị trấn|phường|xã|đặc khu) .+)")
_CENTRAL = re.compile(r"(?:bộ|chính phủ|thủ tướng|quốc hội|văn phòng (?:chính phủ|quốc hội)|tổng cục|cục)(?: |$)")
_OF_TERRITORIES = re.compile(
    rf"(?:các |toàn thể |tất cả )?(?:{_COMMITTEE}|cấp|quận|huyện|thị xã|thành phố|xã|phường|thị trấn|đặc khu)"
)
_HEADS = r"(?:(?:giám đốc|lãnh đạo|thủ trưởng|chủ tịch|thường trực|ban thường trực|tỉnh|thành|đồng chí|đề nghị|giao) )*"
_NOT_LOWER = r"(?! (?:các |cấp )*(?:huyện|quận|thị xã|thị trấn|xã|phường|cấp)(?!\w))"
_OWN = re.compile(rf"{_COMMITTEE} (?:tỉnh|thành phố)(?= |$)|^(?:tỉnh|thành phố)$")
_TERRITORY = re.compile(r"(?:tỉnh|thành phố|quận|huyện|thị xã|thị trấn|phường|xã|đặc khu) ")


class Meant(NamedTuple):
    """Whom a stretch of words means: offices by code, whole levels, and open classes with their stage."""

    codes: tuple[str, ...] = ()
    levels: tuple[Level, ...] = ()
    classes: tuple[tuple[str, str], ...] = ()
    """(``department`` or ``organisation``, the words)."""
    doubts: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.codes or self.levels or self.classes)


def simple(words: str) -> str:
    """Words for comparing: lower case, abbreviations written out, no commas and dashes.

    >>> simple("Sở Lao động - TB&XH")
    'sở lao động thương binh và xã hội'
    """
    return _settled(Source(words))


def _settled(source: Source) -> str:
    low = " ".join(re.sub(r"[-–,;:.()“”\"']", " ", source.low).split())
    return _ABBREVIATED.sub(lambda found: _SHORT[found[0]], low)


def slug(words: str) -> str:
    """Words as a code: ``hà giang`` is ``ha-giang``.

    >>> slug("Sở Khoa học & Công nghệ")
    'so-khoa-hoc-cong-nghe'
    """
    return re.sub(r"[^a-z0-9]+", "-", plain(words).lower()).strip("-")


def placeholder(words: str) -> str:
    """The code that stands for an office that the catalogue lacks; ``plan check`` tells of it."""
    return PLACEHOLDER + (slug(simple(words))[:60].strip("-") or "co-quan")


class Directory:
    """The catalogue's offices as a document of one issuer and day names them."""

    def __init__(self, tree: OfficeTree, issuer: str | None, place: str | None, day: date) -> None:
        self._tree, self._day = tree, day
        self._provinces = {simple(office.name): office for office in tree if office.level == "province"}
        self._meant: dict[str, Meant] = {}
        central = _CENTRAL.match(simple(issuer or ""))  # whose place of issue is where they sit, not what they govern
        self.province = self._province(issuer) or (None if central else self._province(place))
        own = [o for o in tree if o.level not in TERRITORIAL and self.province and o.parent == self.province.code]
        above = [o for o in tree if o.level not in TERRITORIAL and o.parent is None]
        self._names: dict[str, Office] = {}
        for office in (*above, *own):
            name = self._alias(office)
            self._names |= {called: office for called in (name, *_ALSO.get(name, ())) if office.level != "council"}
        self.issuer = self._named(simple(issuer)) if issuer else None
        if self.issuer is None and self.province and not central:
            self.issuer = self.province.code

    def _province(self, words: str | None) -> Office | None:
        """The province that words name at their end, or in which lies the only territory of that name."""
        said = simple(words or "")
        for name, province in self._provinces.items() if said else ():
            bare = _TERRITORY.sub("", name, count=1)
            if re.search(rf"(?<!\w)(?:{re.escape(name)}|{re.escape(bare)})$", said):
                return province
        if not (committee := _COMMITTEE_OF.match(said)):
            return None
        called = [o for o in self._tree if o.level in TERRITORIAL and simple(o.name) == committee[1]]
        return self._above(called[0]) if len(called) == 1 else None

    @cached_property
    def _territories(self) -> dict[str, Office]:
        """The territories that a committee's name may mean: every province, and what lies in the issuer's own."""
        lower = (o for o in self._tree if o.level in TERRITORIAL and self.province and self._above(o) == self.province)
        return {simple(office.name): office for office in lower} | self._provinces

    def _above(self, office: Office) -> Office | None:
        """The province that a territory lies in; a province itself."""
        seen: set[str] = set()
        above: Office | None = office
        while above and above.level != "province" and above.parent and above.code not in seen:
            seen.add(above.code)
            above = self._tree.ever(above.parent)
        return above if above and above.level == "province" else None

    def _alias(self, office: Office) -> str:
        name = simple(office.name)
        return name.removesuffix(" " + simple(self.province.name)) if self.province else name

    def named_in(self, source: Source) -> tuple[Office, ...]:
        """The offices of the catalogue that a document names, in the catalogue's order."""
        said = _settled(source)
        here = (o for alias, o in self._names.items() if re.search(rf"(?<!\w){re.escape(alias)}(?!\w)", said))
        return tuple(dict.fromkeys(here))

    def meant(self, words: str | None) -> Meant:
        """Whom the words mean; names that the catalogue lacks come back as placeholders, each with a doubt."""
        if not words:
            return Meant()
        if words not in self._meant:
            self._meant[words] = self._read(words)
        return self._meant[words]

    def named_by(self, words: str) -> Iterator[tuple[str, Meant]]:
        """Every mention of an office in some words, as they write it, with whom it means."""
        source = Source(words)
        for office in offices(source, 0, len(source.words)):
            said = source.words[office.start : office.end]
            yield said, self._one(said)

    def _read(self, words: str) -> Meant:
        found = [one for _, one in self.named_by(words)]
        return Meant(
            tuple(dict.fromkeys(code for one in found for code in one.codes)),
            tuple(dict.fromkeys(level for one in found for level in one.levels)),
            tuple(dict.fromkeys(held for one in found for held in one.classes)),
            tuple(dict.fromkeys(doubt for one in found for doubt in one.doubts)),
        )

    def _one(self, words: str) -> Meant:
        said = simple(words)
        if "hội đồng nhân dân" in said and "cùng cấp" in said:
            return Meant(("council",))
        if "cùng cấp" in said or "cấp trên" in said:
            return Meant(("parent",))
        if _NOBODY.match(said):
            return Meant(doubts=(f"“{words}” không chỉ rõ một cơ quan",))
        if code := self._named(said):
            return Meant((code,))
        return self._class(said, words) or Meant((placeholder(words),), doubts=(
            f"danh mục chưa có cơ quan “{words}”: thêm bằng `dunghan office import` rồi thay mã {placeholder(words)}",
        ))  # fmt: skip

    def _named(self, said: str) -> str | None:
        committee = _COMMITTEE_OF.match(said)
        if committee and (territory := self._territories.get(committee[1])):
            return territory.code
        if self.province and _OWN.search(said) and not _PROVINCES.search(said) and not _DISTRICTS.search(said):
            return self.province.code
        # at the front: "Bộ Công an" is not the province's police, nor is "Công an các huyện"
        fits = [alias for alias in self._names if re.match(rf"{_HEADS}{re.escape(alias)}(?!\w){_NOT_LOWER}", said)]
        if not fits:  # words that a saved page ran together: "THƯƠNG BINHVÀ XÃ HỘI"
            fits = [alias for alias in self._names if alias.replace(" ", "") == said.replace(" ", "")]
        if not fits and len(said.split()) > 1:
            fits = [alias for alias in self._names if alias.startswith(said + " ")]
        return self._names[max(fits, key=len)].code if fits else None

    def _class(self, said: str, words: str) -> Meant:
        doubts: list[str] = []
        if _PROVINCES.search(said):
            everywhere = tuple(sorted(o.code for o in self._tree if o.level == "province" and o.exists_on(self._day)))
            if not everywhere:
                doubts.append(f"danh mục không có tỉnh nào vào ngày {self._day:%d/%m/%Y}")
            return Meant(everywhere or (placeholder(words),), doubts=tuple(doubts))
        levels: list[Level] = []
        if _OF_TERRITORIES.match(said):
            if _DISTRICTS.search(said):
                levels.append("district")
                said = re.sub(r"thị xã|thành phố", "", said)
            if _COMMUNES.search(said):
                levels.append("commune")
        if "ủy ban nhân dân các cấp" in said:
            levels = ["district", "commune"]
        levels = [level for level in levels if level != "district" or self._has("district") or levels == ["district"]]
        doubts += [
            f"danh mục không có cơ quan {'cấp huyện' if level == 'district' else 'cấp xã'} nào của nơi ban hành vào "
            f"ngày {self._day:%d/%m/%Y} (từ 01/7/2025 không còn cấp huyện)"
            for level in levels if not self._has(level)
        ]  # fmt: skip
        classes = []
        if _BODIES.match(said) and not levels and not _UNIONS.match(said.removeprefix("các ")):
            classes.append(("department", words))
        if _UNIONS.search(said):
            classes.append(("organisation", words))
        return Meant((), tuple(levels), tuple(classes), tuple(doubts))

    def _has(self, level: str) -> bool:
        return bool(self.province and self._tree.members(level, self.province.code, self._day))

    def level(self, code: str) -> str | None:
        """The level of an office by its code; None for a placeholder."""
        office = self._tree.ever(code)
        return office.level if office else None

    def members(self, stage: str, named: Iterable[Office], without: str | None) -> tuple[str, ...]:
        """Those of an open class that the document names, but the standing agency."""
        return tuple(o.code for o in named if o.level == stage and o.code != without)
