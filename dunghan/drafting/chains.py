"""Which reports and stages the clauses of a document make: contributors first, whoever puts theirs together last."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from dunghan.clauses.found import Clause, Said
from dunghan.core.plan_check import PLACEHOLDER
from dunghan.drafting.dates import dated, last
from dunghan.drafting.offices import Directory, Meant, placeholder, simple
from dunghan.drafting.places import Places
from models.office import TERRITORIAL, Office

STANDING = "dolisa"
"""The stage of the standing agency, whoever it is."""
_CONSOLIDATING = "consolidating"
"""The stage of an office that puts together what others of its own stage send."""
_STAGES = {level: level for level in ("province", "district", "commune", "organisation", "ministry")}
_RELAY = re.compile(
    r"\s*(?:để|nhằm)\s+(?:tổng\s+hợp|theo\s+dõi)[^.;]{0,60}?báo\s+cáo\s+(?P<to>(?:[^.;\n]|\n(?!\s*\n)){3,200})",
    re.IGNORECASE,
)
_ASKED = re.compile(r"(?:đề nghị|kính đề nghị)\W+(?:\w+\W+){0,60}$", re.IGNORECASE)
_TITLES = {
    "annual": "Báo cáo hằng năm", "semiannual": "Báo cáo 6 tháng", "quarterly": "Báo cáo quý", "monthly": "Báo cáo tháng",
    "midterm": "Báo cáo sơ kết", "final": "Báo cáo tổng kết", "once": "Báo cáo một lần", "periodic": "Báo cáo định kỳ",
}  # fmt: skip
_SURE = 0.6


class LeftOut(NamedTuple):
    """A clause that the plan's schema cannot hold, kept for a person."""

    clause: Clause
    place: str
    because: str


@dataclass
class Stage:
    """A link of a chain as the plan file writes it, with what a person has to settle."""

    link: dict[str, Any]
    doubts: list[str]
    sends_to: frozenset[str]
    reports_as: frozenset[str]
    """Codes and levels, by which stages find each other."""


@dataclass
class Drafted:
    """A report of the draft."""

    kind: str
    recurrence: str
    year: int | None
    who: str
    """The first reporters, in the text's words."""
    stages: list[Stage] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)

    @property
    def title(self) -> str:
        """What people call it."""
        return _TITLES[self.kind] + (f" năm {self.year}" if self.year else "")

    def takes(self, kind: str, recurrence: str, year: int | None, stages: Sequence[Stage]) -> bool:
        """Whether stages of that kind belong here: nobody owes one report twice, and strangers make their own."""
        if (self.kind, self.recurrence, self.year) != (kind, recurrence, year):
            return False
        mine = frozenset().union(*(s.reports_as for s in self.stages))
        theirs = frozenset().union(*(s.reports_as for s in stages))
        if mine & theirs:
            return False
        if kind not in ("once", "periodic"):
            return True
        to = frozenset().union(*(s.sends_to for s in self.stages))
        toward = frozenset().union(*(s.sends_to for s in stages))
        common = {code for code in to & toward if "." in code}  # a department puts together; many report to a province
        return bool(to & theirs or toward & mine or common)


class Chains:
    """Makes reports of clauses, for one document."""

    def __init__(
        self, text: str, directory: Directory, places: Places, named: Sequence[Office], lead: str | None
    ) -> None:
        self._text, self._directory, self._places, self._named, self._lead = text, directory, places, named, lead
        self.left_out: list[LeftOut] = []

    def reports(self, clauses: Sequence[Clause], issued: int, until: int | None) -> list[Drafted]:
        """The reports that the clauses make; those that no schema holds go to ``left_out``."""
        found: list[Drafted] = []
        relays: list[tuple[Drafted, Clause, Meant]] = []
        for clause in sorted(clauses, key=lambda one: not one.due):  # a dated one has the first claim to a chain
            if clause.recurrence == "relative":
                self.left_out.append(LeftOut(clause, self._places.of(clause.start), _because(clause)))
                continue
            kind, recurrence, year, doubts = _sort(clause, issued, until)
            stages = self._stages(clause, recurrence)
            report = next((r for r in found if r.takes(kind, recurrence, year, stages)), None)
            if report is None:
                found.append(report := Drafted(kind, recurrence, year, _line(clause.reporter)))
            report.stages += stages
            report.doubts += [d for d in doubts if d not in report.doubts]
            relays.append((report, clause, self._collector(clause)))
        for report, clause, recipient in relays:
            self._relayed(report, clause, recipient)
        for report in found:
            _join(report)
        return found

    def _stages(self, clause: Clause, recurrence: str) -> list[Stage]:
        """The stages of one clause: one for each class of reporters, one for those named."""
        when = dated(clause, recurrence)
        to, through, shared = self._recipients(clause)
        by = self._directory.meant(clause.reporter)
        asked = _ASKED.search(self._text[max(0, clause.start - 200) : clause.start].rpartition("\n\n")[2])
        common: dict[str, Any] = {"to": list(to)}
        if not to:
            common["to_note"] = (
                f"Văn bản viết nơi nhận là “{_line(clause.recipient)}”."
                if clause.recipient
                else "Câu này không nêu nơi nhận."
            )
        elif clause.recipient and simple(clause.recipient) not in simple(clause.quote):
            common["to_note"] = "Nơi nhận không đứng trong trích dẫn này; lấy từ phần khác của đoạn."
        if through:
            common["through"] = through
        common |= {"due": when.due, "clause": self._places.of(clause.start), "quote": clause.quote}
        if asked:
            common["binding"] = "requested"
            shared.append("câu có chữ “đề nghị” nên ghi là được đề nghị, không phải bị buộc")
        found: list[Stage] = []
        for reporters, stage, doubts in self._reporters(by):
            if not clause.reporter:
                doubts = ["không thấy cơ quan nào phải báo cáo trong câu này", *doubts]
            link = {"stage": stage, "reporters": reporters, **common}
            mine = frozenset(reporters.get("offices", (reporters.get("level"),)))
            both = {code for code in to if code in mine}
            if both or (through in mine):
                link = {**link, "to": [code for code in to if code not in both]}
                link.pop("through", None)
                doubts = [*doubts, "cơ quan này vừa là nơi báo cáo vừa là nơi nhận: đã bỏ nơi nhận ấy"]
                if not link["to"]:
                    link["to_note"] = "Nơi nhận trùng với nơi báo cáo."
            toward = frozenset((*to, through) if through else to) | self._levels(clause.recipient)
            found.append(Stage(link, [*doubts, *shared, *when.doubts, *_own_doubts(clause)], toward, mine))
        return found

    def _stage(self, code: str) -> str:
        """The stage at which a named office reports."""
        if code == self._lead:
            return STANDING
        if code.startswith(f"{PLACEHOLDER}bo-"):
            return "ministry"
        return _STAGES.get(self._directory.level(code) or "", "department")

    def _recipients(self, clause: Clause) -> tuple[tuple[str, ...], str | None, list[str]]:
        to = self._directory.meant(clause.recipient)
        codes, doubts = to.codes, list(to.doubts)
        if to.levels and not codes:
            codes, doubts = ("parent",), []
        elif to.classes and not codes:
            doubts.append(f"nơi nhận “{_line(clause.recipient)}” không chỉ rõ một cơ quan")
        if not clause.recipient:
            doubts.append("câu này không nêu nơi nhận")
        if not clause.via:
            return codes, None, doubts
        through = self._directory.meant(clause.via)
        if not through.codes or not re.match(
            r"\W*(?:sở|cục|vụ|văn phòng|ban|phòng|chi cục|ủy ban|bộ|công an|viện)(?!\w)", clause.via.lower()
        ):
            return (
                codes,
                None,
                [*doubts, f"gửi qua “{_line(clause.via)}”: không phải cơ quan nên không ghi vào `through`"],
            )
        return codes, through.codes[0], doubts + list(through.doubts)

    def _levels(self, words: str | None) -> frozenset[str]:
        return frozenset(self._directory.meant(words).levels)

    def _reporters(self, by: Meant) -> Iterator[tuple[dict[str, Any], str, list[str]]]:
        doubts = list(by.doubts)
        for level in by.levels:
            within = self._directory.issuer or placeholder("nơi ban hành")
            yield {"level": level, "within": within}, level, doubts
        for stage in dict.fromkeys(stage for stage, _ in by.classes):
            words = ", ".join(said for of, said in by.classes if of == stage)
            members = self._directory.members(stage, self._named, self._lead)
            members = tuple(code for code in members if code not in by.codes)
            about = [f"“{_line(words)}” là lớp mở: chỉ ghi những cơ quan được nêu tên trong văn bản"]
            if not members:
                members = (placeholder(words),)
                about = [
                    f"“{_line(words)}” là lớp mở mà danh mục chưa có cơ quan nào được nêu tên: ghi rõ từng cơ quan"
                ]
            yield {"offices": list(members), "open_class": _line(words)}, stage, [*about, *doubts]
        by_stage: dict[str, list[str]] = {}
        for code in by.codes:
            if code in ("parent", "council"):
                doubts.append("nơi báo cáo chỉ được gọi là “cùng cấp”: ghi rõ cơ quan")
                code = placeholder("cơ quan cùng cấp")
            by_stage.setdefault(self._stage(code), []).append(code)
        for stage, codes in by_stage.items():
            yield {"offices": codes}, stage, doubts
        if not by:
            yield {"offices": [placeholder("nơi báo cáo")]}, "department", doubts

    def _collector(self, clause: Clause) -> Meant:
        """Who puts together what a clause has sent: its recipient, or through whom it goes to a territory's committee."""
        recipient = self._directory.meant(clause.recipient)
        levels = {self._directory.level(code) for code in recipient.codes}
        return self._directory.meant(clause.via) if clause.via and levels & set(TERRITORIAL) else recipient

    def _relayed(self, report: Drafted, clause: Clause, recipient: Meant) -> None:
        """Adds the stage of a recipient who reports in turn, where no clause of its own does."""
        relay = clause.relay or _relay(self._text, clause)
        if relay is None or not recipient.codes:
            return
        code = recipient.codes[0]
        if any(code in stage.reports_as for stage in report.stages) or code in (
            "parent",
            "council",
            self._directory.issuer,
        ):
            return
        words = _RELAY.search(relay.text)
        to = self._directory.meant(words["to"] if words else relay.text)
        codes = [c for c in to.codes if c != code and c != "council"]
        link: dict[str, Any] = {"stage": self._stage(code), "reporters": {"offices": [code]}, "to": codes}
        if not codes:
            link["to_note"] = f"Văn bản viết: “{_line(relay.text)}”."
        link |= {"due": {"wording": "undated"}, "clause": self._places.of(relay.start), "quote": relay.text}
        doubts = ["văn bản giao tổng hợp, báo cáo tiếp mà không nêu hạn", *to.doubts]
        report.stages.append(Stage(link, doubts, frozenset(codes), frozenset({code})))


def _sort(clause: Clause, issued: int, until: int | None) -> tuple[str, str, int | None, list[str]]:
    """A clause's report: its kind, recurrence and, where it comes once, its year."""
    if clause.kind in ("midterm", "final") or clause.recurrence == "once":
        years = sorted({one.year for one in clause.due if one.year})
        kind = clause.kind if clause.kind in ("midterm", "final") else "once"
        if years:
            return kind, "once", years[0], []
        year = until if kind == "final" and until else issued
        return kind, "once", year, [f"câu này không nêu năm: đang ghi {year}"]
    if clause.recurrence == "unspecified-periodic":
        return (
            "periodic",
            "unspecified-periodic",
            None,
            ["văn bản chỉ viết “định kỳ” hoặc “theo quy định”: không nêu kỳ hạn"],
        )
    return clause.recurrence, clause.recurrence, None, []


def _because(clause: Clause) -> str:
    said = clause.quote.lower()
    if re.search(r"(?:lần\s*/\s*ngày|h[ằà]ng\s+ngày|h[ằà]ng\s+tuần|lần\s*/\s*tuần)", said):
        return "theo ngày hoặc theo tuần"
    if re.search(r"(?:yêu cầu|đột xuất)", said) and clause.wording != "within":
        return "đột xuất, khi có yêu cầu"
    return "tính từ một sự kiện không có ngày trước"


def _own_doubts(clause: Clause) -> list[str]:
    unsure = [f"chỉ chắc khoảng {clause.confidence:.0%}"] if clause.confidence < _SURE else []
    return [*clause.doubts, *unsure]


def _relay(text: str, clause: Clause) -> Said | None:
    """The stretch right behind a clause that says to whom its recipient reports in turn."""
    found = _RELAY.match(text, clause.end)
    if not found:
        return None
    start = clause.end + len(found[0]) - len(found[0].lstrip())
    end = start + len(found[0].strip())
    return Said(text[start:end], start, end, "relay")


def _join(report: Drafted) -> None:
    """Orders a chain so that whoever waits stands behind those it waits for, and tells of one due too early."""
    waits: dict[int, list[int]] = {}
    for n, stage in enumerate(report.stages):
        waits[n] = [m for m, other in enumerate(report.stages) if m != n and other.sends_to & stage.reports_as]
    order: list[int] = []
    while len(order) < len(report.stages):
        rest = [n for n in waits if n not in order]
        ready = [n for n in rest if set(waits[n]) <= set(order)] or rest[:1]  # a circle is cut where it begins
        order.append(ready[0])
    for n in order:
        stage = report.stages[n]
        before = [report.stages[m] for m in waits[n] if order.index(m) < order.index(n)]
        if any(other.link["stage"] == stage.link["stage"] for other in before):
            stage.link["stage"] = _CONSOLIDATING
        names = dict.fromkeys(other.link["stage"] for other in before if other.link["stage"] != stage.link["stage"])
        if names:
            stage.link["waits_for"] = list(names)
        mine = last(stage.link["due"])
        for other in before:
            theirs = last(other.link["due"])
            if mine and theirs and mine <= theirs:
                stage.doubts.append(
                    f"mâu thuẫn: nơi tổng hợp có hạn {_told(mine)} mà nơi gửi lên ({other.link['stage']}) có hạn "
                    f"{_told(theirs)}; giữ nguyên như văn bản"
                )
    report.stages = [report.stages[n] for n in order]


def _told(day: tuple[int, int, int]) -> str:
    return f"{day[2]:02}/{day[1]:02}" + (" năm sau" if day[0] else "")


def _line(words: str | None) -> str:
    return " ".join((words or "").split())


_MAY_LEAD = re.compile(re.escape(PLACEHOLDER) + r"(?:so|bo|cuc|vu|ban|van-phong|vien|trung-tam)-")


def lead(clauses: Iterable[Clause], directory: Directory) -> str | None:
    """The standing agency: whom most clauses go to or through, a department rather than a territory or a ministry."""
    votes: dict[str, float] = {}
    for clause in clauses:
        for words, weight in ((clause.via, 2.0), (clause.recipient, 1.0), (clause.reporter, 0.5)):
            codes = directory.meant(words).codes
            for code in codes if len(codes) < 3 else ():
                level = directory.level(code)
                if level in (*TERRITORIAL, "council") or (level is None and not _MAY_LEAD.match(code)):
                    continue
                above = directory.province and (level == "ministry" or code.startswith(f"{PLACEHOLDER}bo-"))
                votes[code] = votes.get(code, 0) + (weight / 4 if above else weight)
    return max(votes, key=lambda code: votes[code]) if votes else None
