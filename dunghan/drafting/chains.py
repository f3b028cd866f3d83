"""Which reports the clauses of a document make, and in which order their stages climb: whoever waits stands behind."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from dunghan.clauses.found import Clause
from dunghan.drafting.dates import last
from dunghan.drafting.places import Places
from dunghan.drafting.stages import Stage, Stages

_CONSOLIDATING = "consolidating"
"""The stage of an office that puts together what others of its own stage send."""
_TITLES = {
    "annual": "Báo cáo hằng năm", "semiannual": "Báo cáo 6 tháng", "quarterly": "Báo cáo quý",
    "monthly": "Báo cáo tháng", "midterm": "Báo cáo sơ kết", "final": "Báo cáo tổng kết",
    "once": "Báo cáo một lần", "periodic": "Báo cáo định kỳ",
}  # fmt: skip


class LeftOut(NamedTuple):
    """A clause that the plan's schema cannot hold, kept for a person."""

    clause: Clause
    place: str
    because: str


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


def reports(
    clauses: Sequence[Clause], stages: Stages, places: Places, issued: int, until: int | None
) -> tuple[list[Drafted], list[LeftOut]]:
    """The reports that clauses make, and those clauses that no plan can hold.

    ``issued`` is the year of issue and ``until`` the plan's last one, for what comes once and names no year.
    """
    found: list[Drafted] = []
    left_out: list[LeftOut] = []
    held: list[tuple[Drafted, Clause]] = []
    for clause in sorted(clauses, key=lambda one: not one.due):  # a dated one has the first claim to a chain
        if clause.recurrence == "relative":
            left_out.append(LeftOut(clause, places.of(clause.start), _because(clause)))
            continue
        kind, recurrence, year, doubts = _sort(clause, issued, until)
        made = stages.of(clause, recurrence)
        report = next((r for r in found if r.takes(kind, recurrence, year, made)), None)
        if report is None:
            found.append(report := Drafted(kind, recurrence, year, " ".join((clause.reporter or "").split())))
        report.stages += made
        report.doubts += [d for d in doubts if d not in report.doubts]
        held.append((report, clause))
    for report, clause in held:
        if relayed := stages.relayed(clause, report.stages):
            report.stages.append(relayed)
    for report in found:
        _join(report)
    return found, sorted(left_out, key=lambda one: one.clause.start)


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
