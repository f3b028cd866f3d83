"""A document's findings as a plan: gathered, looked up in the catalogue, and told where a person has to decide."""

from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple

from dunghan.clauses.found import Budget, Findings, Heading, Instrument, Money, Said, Target
from dunghan.clauses.source import Source
from dunghan.clauses.stretch import plain
from dunghan.core.plan_check import Loc
from dunghan.drafting.chains import Drafted, LeftOut, reports
from dunghan.drafting.offices import Directory, placeholder, slug
from dunghan.drafting.places import Places
from dunghan.drafting.stages import STANDING, Stages
from dunghan.drafting.standing import lead
from models.office import OfficeTree

_UNKNOWN_DAY = date(2000, 1, 1)
"""Stands where a text has no date of issue, so that the draft can be read; always with a doubt."""


class Draft(NamedTuple):
    """The draft of a plan.

    ``plan`` has the keys of a plan file; ``doubts`` say in Vietnamese, place by place (pydantic's ``loc``), what a
    person has to confirm; ``left_out`` are the clauses that the schema cannot hold.
    """

    plan: dict[str, Any]
    doubts: dict[Loc, tuple[str, ...]]
    left_out: tuple[LeftOut, ...]
    other_deadlines: tuple[tuple[str, str], ...]
    """(place, words) of duties with a deadline that is no report's."""

    @property
    def id(self) -> str:
        """The plan's id."""
        return str(self.plan["id"])


class _Notes:
    """Collects doubts by place."""

    def __init__(self) -> None:
        self.held: dict[Loc, tuple[str, ...]] = {}
        self._told: set[str] = set()

    def say(self, loc: Loc, *doubts: str) -> None:
        """Keeps doubts about a place; what the catalogue lacks is told once in a draft."""
        fresh = [d for d in doubts if not (d.startswith("danh mục") and d in self._told)]
        self._told.update(fresh)
        if fresh:
            self.held[loc] = tuple(dict.fromkeys((*self.held.get(loc, ()), *fresh)))


def draft(text: str, found: Findings, tree: OfficeTree, file: str | None = None) -> Draft:
    """The plan that a document's findings make; ``file`` is where its text lies, ``sources/<id>.txt`` by default."""
    notes = _Notes()
    head = found.heading
    issued = head.issued_on or _UNKNOWN_DAY
    directory = Directory(
        tree, head.issuer.text if head.issuer else None, head.place.text if head.place else None, issued
    )
    source = Source(text)
    places, named = Places(source), directory.named_in(source)
    standing = lead(found.clauses, directory)
    plan = _heading(found, directory, notes) | {
        "years": _years(found.heading, issued.year, notes),
        "territory": directory.issuer or placeholder("nơi ban hành"),
        "lead": standing or placeholder("cơ quan đầu mối"),
    }
    if standing is None:
        notes.say(("lead",), "không thấy cơ quan đầu mối (nơi đôn đốc, tổng hợp): ghi mã của cơ quan ấy")
    else:
        notes.say(("lead",), "chọn theo nơi nhận của các báo cáo: đúng là cơ quan đầu mối không?")
    plan["source"] = {"file": file or f"sources/{plan['id']}.txt"}
    if head.implements:
        plan["implements"] = [_instrument(one) for one in head.implements]
    if offices := list(_participants(text, found, directory, places, standing)):
        plan["offices"] = offices
    stages = Stages(text, directory, places, named, standing)
    made, left_out = reports(found.clauses, stages, places, issued.year, head.until)
    plan["reports"] = _reports(made, notes) or [_nothing(plan, notes)]
    if tasks := list(_tasks(found, directory, places)):
        plan["tasks"] = tasks
    if targets := _targets(found.targets, places):
        plan["targets"] = targets
    plan |= _budget(found.budget, places, notes)
    others = tuple((places.of(duty.said.start), plain(duty.said.text)) for duty in found.duties if duty.due)
    return Draft(plan, notes.held, tuple(left_out), others)


def _heading(found: Findings, directory: Directory, notes: _Notes) -> dict[str, Any]:
    head = found.heading
    place = head.place.text if head.place else None
    if directory.province:
        name = directory.province.name
        place = place or name.split(" ", 2 if name.startswith("Thành phố") else 1)[-1]
    issued = head.issued_on or _UNKNOWN_DAY
    number = _words(head.number) if head.number else "chưa rõ số"
    parts = (
        slug(place or ""),
        number.partition("/")[0] if head.number else "",
        str(issued.year) if head.issued_on else "",
    )
    plan: dict[str, Any] = {"id": slug("-".join(part for part in parts if part)) or "ke-hoach"}
    plan |= {"number": number, "title": _words(head.title) if head.title else "chưa rõ tên"}
    plan |= {"issuer": directory.issuer or placeholder(head.issuer.text if head.issuer else "nơi ban hành")}
    plan |= {"place": plain(place) if place else "chưa rõ nơi", "issued_on": issued.isoformat()}
    for key, there, what in (
        ("number", head.number, "số"), ("title", head.title, "tên"), ("place", place, "nơi ban hành"),
        ("issued_on", head.issued_on, "ngày ban hành"),
    ):  # fmt: skip
        if not there:
            notes.say((key,), f"không thấy {what} trong văn bản: điền vào đây")
    if not directory.issuer:
        said = f" “{plain(head.issuer.text)}”" if head.issuer else ""
        notes.say(("issuer",), f"không thấy cơ quan ban hành{said} trong danh mục: ghi mã của cơ quan ấy")
        notes.say(("territory",), "không rõ địa bàn: ghi mã của tỉnh, thành phố")
    return plan


def _instrument(one: Instrument) -> dict[str, Any]:
    held: dict[str, Any] = {"number": plain(one.number), "issuer": plain(one.issuer) or "chưa rõ"}
    if one.title and plain(one.title):
        held["title"] = plain(one.title)
    if one.issued_on:
        held["issued_on"] = one.issued_on.isoformat()
    return held


def _years(head: Heading, issued: int, notes: _Notes) -> dict[str, int]:
    """The years of a plan; the year of issue where the text has none, or none that can be."""
    if head.since and 1990 <= head.since <= 2100:
        until = head.until if head.until and head.since <= head.until <= 2100 else None
        return {"since": head.since, "until": until} if until else {"since": head.since}
    notes.say(("years",), "văn bản không nêu giai đoạn: đang lấy năm ban hành")
    return {"since": min(max(issued, 1990), 2100)}


def _reports(drafted: Iterable[Drafted], notes: _Notes) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for report in drafted:
        base = {"once": "one-off"}.get(report.kind, report.kind)
        base += f"-{report.year}" if report.kind == "once" else ""
        same = sum(1 for one in found if one["id"] == base or one["id"].startswith(f"{base}-"))
        held: dict[str, Any] = {"id": f"{base}-{same + 1}" if same else base}
        held["title"] = f"{report.title} của {report.who}" if same and report.who else report.title
        held |= {"kind": report.kind, "recurrence": report.recurrence}
        if report.year:
            held["years"] = [report.year]
        loc: Loc = ("reports", len(found))
        notes.say(loc, *report.doubts)
        for n, stage in enumerate(report.stages):
            notes.say((*loc, "chain", n), *stage.doubts)
        found.append(held | {"chain": [stage.link for stage in report.stages]})
    return found


def _nothing(plan: dict[str, Any], notes: _Notes) -> dict[str, Any]:
    """The report that stands in where no clause was found: undated, so nobody is reminded because of it."""
    notes.say(
        ("reports", 0),
        "không tìm thấy câu nào trong văn bản đòi báo cáo mà lược đồ chứa được; mục này chỉ giữ chỗ, xóa hoặc thay",
    )
    link = {"stage": STANDING, "reporters": {"offices": [plan["lead"]]}, "to": [], "due": {"wording": "undated"}}
    return {
        "id": "periodic", "title": "Báo cáo định kỳ", "kind": "periodic", "recurrence": "unspecified-periodic",
        "chain": [link],
    }  # fmt: skip


def _participants(
    text: str, found: Findings, directory: Directory, places: Places, standing: str | None
) -> Iterable[dict[str, Any]]:
    """Each office that the text names by its own name and gives a duty, a report to make, or one to receive."""
    mentions = [(duty.office, duty.said.start, _part(text, duty.said.start)) for duty in found.duties]
    mentions += [(one.reporter, one.start, "obliged") for one in found.clauses if one.reporter]
    for one in found.clauses:
        mentions += [(words, one.start, "recipient") for words in (one.recipient, one.via) if words]
    seen: set[str] = set()
    for words, start, role in mentions:
        for named, meant in directory.named_by(words):
            code = meant.codes[0] if len(meant.codes) == 1 else None
            if code and code not in seen and code not in ("parent", "council"):
                seen.add(code)
                part = "lead" if code == standing else role
                yield {"office": code, "named": plain(named), "role": part, "clause": places.of(start)}


def _part(text: str, start: int) -> str:
    """Whether an office is obliged to what begins there, or only asked ("Đề nghị Ủy ban Mặt trận Tổ quốc …")."""
    before = " ".join(text[max(0, start - 20) : start].lower().split())
    return "requested" if before.endswith("đề nghị") else "obliged"


def _tasks(found: Findings, directory: Directory, places: Places) -> Iterable[dict[str, Any]]:
    for duty in found.duties:
        codes = [code for code in directory.meant(duty.office).codes if code not in ("parent", "council")]
        if codes:
            yield {"offices": codes, "clause": plain(duty.place) or places.of(duty.said.start), "quote": duty.said.text}


def _targets(targets: Iterable[Target], places: Places) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for one in targets:
        base = "-".join(slug(one.subject).split("-")[:6]) or "chi-tieu"
        same = sum(1 for held in found if held["id"] == base or held["id"].startswith(f"{base}-so-"))
        held: dict[str, Any] = {
            "id": f"{base}-so-{same + 1}" if same else base,
            "subject": plain(one.subject) or "chưa rõ",
        }
        held |= {"comparison": one.comparison, "value": one.value}
        if one.upper is not None:
            held["upper"] = one.upper
        held["unit"] = plain(one.unit) or "chưa rõ"
        if one.per_year:
            held["per_year"] = True
        found.append(held | {"clause": places.of(one.said.start), "quote": one.said.text})
    return found


def _budget(budget: Budget, places: Places, notes: _Notes) -> dict[str, Any]:
    total, parts = budget.total, [part for part in budget.parts if part.amount > 0]
    if total is None or total.amount <= 0:
        said = "; ".join(map(_money, parts))
        return {"budget_note": f"Văn bản không nêu tổng kinh phí. {said}".strip()} if parts else {}
    held: dict[str, Any] = {"total": total.amount, "clause": places.of(total.said.start), "quote": total.said.text}
    if parts and sum(part.amount for part in parts) == total.amount:
        held["parts"] = [
            {"source": plain(part.source) or "chưa rõ nguồn", "amount": part.amount, "quote": part.said.text}
            for part in parts
        ]
    elif parts:
        said = "; ".join(map(_money, parts))
        notes.say(("budget",), f"các nguồn ({said}) cộng lại không bằng tổng: chỉ ghi tổng")
    return {"budget": held}


def _money(part: Money) -> str:
    return f"{plain(part.source) or 'chưa rõ nguồn'}: {part.amount:,} đồng".replace(",", ".")


def _words(said: Said) -> str:
    """What is said without line ends and marks of emphasis."""
    return plain(said.text) or "chưa rõ"
