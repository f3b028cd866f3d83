"""The stages that one clause makes: one for each class of its reporters, and one for whoever passes its reports on."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from dunghan.clauses.found import Clause
from dunghan.clauses.stretch import plain
from dunghan.core.plan_check import PLACEHOLDER
from dunghan.drafting.dates import dated
from dunghan.drafting.offices import Directory, Meant, placeholder, simple
from dunghan.drafting.places import Places
from models.office import TERRITORIAL, Office

STANDING = "dolisa"
"""The stage of the standing agency, whoever it is."""
_STAGES = {level: level for level in ("province", "district", "commune", "organisation", "ministry")}
_ASKED = re.compile(r"đề nghị\W+(?:\w+\W+){0,60}$", re.IGNORECASE)
_OFFICE = re.compile(
    r"\W*(?:sở|cục|vụ|văn phòng|ban|phòng|chi cục|ủy ban|uỷ ban|ubnd|bộ|công an|viện)(?!\w)", re.IGNORECASE
)
_SURE = 0.6
"""Below this confidence a person is told of it."""


@dataclass
class Stage:
    """A link of a chain as the plan file writes it, with what a person has to settle."""

    link: dict[str, Any]
    doubts: list[str]
    sends_to: frozenset[str]
    reports_as: frozenset[str]
    """Codes and levels, by which stages find each other."""


class Stages:
    """Makes the stages of the clauses of one document."""

    def __init__(
        self, text: str, directory: Directory, places: Places, named: Sequence[Office], lead: str | None
    ) -> None:
        self._text, self._directory, self._places, self._named, self._lead = text, directory, places, named, lead

    def of(self, clause: Clause, recurrence: str) -> list[Stage]:
        """The stages of one clause: one for each class of reporters, one for those named."""
        when = dated(clause, recurrence)
        to, through, shared = self._recipients(clause)
        by = self._directory.meant(clause.reporter)
        asked = _ASKED.search(self._text[max(0, clause.start - 200) : clause.start].rpartition("\n\n")[2])
        common: dict[str, Any] = {"to": list(to)}
        if not to:
            common["to_note"] = (
                f"Văn bản viết nơi nhận là “{plain(clause.recipient)}”."
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
        levels = frozenset(self._directory.meant(clause.recipient).levels)
        found: list[Stage] = []
        for reporters, stage, doubts in self._reporters(by):
            own = [] if clause.reporter else ["không thấy cơ quan nào phải báo cáo trong câu này"]
            link = {"stage": stage, "reporters": reporters, **common}
            mine = frozenset(reporters.get("offices", (reporters.get("level"),)))
            both = {code for code in to if code in mine}
            if both or (through in mine):
                link = {**link, "to": [code for code in to if code not in both]}
                link.pop("through", None)
                own.append("cơ quan này vừa là nơi báo cáo vừa là nơi nhận: đã bỏ nơi nhận ấy")
                if not link["to"]:
                    link["to_note"] = "Nơi nhận trùng với nơi báo cáo."
            toward = frozenset((*to, through) if through else to) | levels
            found.append(Stage(link, [*own, *doubts, *shared, *when.doubts, *_own_doubts(clause)], toward, mine))
        return found

    def _recipients(self, clause: Clause) -> tuple[tuple[str, ...], str | None, list[str]]:
        to = self._directory.meant(clause.recipient)
        codes, doubts = to.codes, list(to.doubts)
        if to.levels and not codes:
            codes, doubts = ("parent",), []
        elif to.classes and not codes:
            doubts.append(f"nơi nhận “{plain(clause.recipient)}” không chỉ rõ một cơ quan")
        if not clause.recipient:
            doubts.append("câu này không nêu nơi nhận")
        if not clause.via:
            return codes, None, doubts
        through = self._directory.meant(clause.via)
        if not (through.codes and _OFFICE.match(clause.via)):
            doubts.append(f"gửi qua “{plain(clause.via)}”: không phải cơ quan nên không ghi vào `through`")
            return codes, None, doubts
        return codes, through.codes[0], doubts + list(through.doubts)

    def _reporters(self, by: Meant) -> Iterator[tuple[dict[str, Any], str, list[str]]]:
        doubts = list(by.doubts)
        for level in by.levels:
            within = self._directory.issuer or placeholder("nơi ban hành")
            yield {"level": level, "within": within}, level, doubts
        for stage in dict.fromkeys(stage for stage, _ in by.classes):
            words = ", ".join(said for of, said in by.classes if of == stage)
            members = self._directory.members(stage, self._named, self._lead)
            members = tuple(code for code in members if code not in by.codes)
            about = [f"“{plain(words)}” là lớp mở: chỉ ghi những cơ quan được nêu tên trong văn bản"]
            if not members:
                members = (placeholder(words),)
                about = [f"“{plain(words)}” là lớp mở, danh mục chưa có cơ quan nào được nêu tên: ghi rõ từng cơ quan"]
            yield {"offices": list(members), "open_class": plain(words)}, stage, [*about, *doubts]
        by_stage: dict[str, list[str]] = {}
        for code in by.codes:
            if code in ("parent", "council"):
                doubts.append("nơi báo cáo chỉ được gọi là “cùng cấp”: ghi rõ cơ quan")
                by_stage.setdefault("department", []).append(placeholder("cơ quan cùng cấp"))
            else:
                by_stage.setdefault(self._stage(code), []).append(code)
        for stage, codes in by_stage.items():
            yield {"offices": codes}, stage, doubts
        if not by:
            yield {"offices": [placeholder("nơi báo cáo")]}, "department", doubts

    def _stage(self, code: str) -> str:
        """The stage at which a named office reports."""
        if code == self._lead:
            return STANDING
        if code.startswith(f"{PLACEHOLDER}bo-"):
            return "ministry"
        return _STAGES.get(self._directory.level(code) or "", "department")

    def _collector(self, clause: Clause) -> Meant:
        """Who puts together what a clause has sent: its recipient, or through whom it goes to a committee."""
        recipient = self._directory.meant(clause.recipient)
        levels = {self._directory.level(code) for code in recipient.codes}
        return self._directory.meant(clause.via) if clause.via and levels & set(TERRITORIAL) else recipient

    def relayed(self, clause: Clause, beside: Sequence[Stage]) -> Stage | None:
        """The stage of a recipient who reports in turn, where none of those beside it does already."""
        relay = clause.relay
        recipient = self._collector(clause)
        if relay is None or not recipient.codes:
            return None
        code = recipient.codes[0]
        reports_anyway = any(code in stage.reports_as for stage in beside)
        if reports_anyway or code in ("parent", "council", self._directory.issuer):
            return None
        to = self._directory.meant(plain(relay.text).rpartition("báo cáo ")[2])
        codes = [one for one in to.codes if one not in (code, "council")]
        link: dict[str, Any] = {"stage": self._stage(code), "reporters": {"offices": [code]}, "to": codes}
        if not codes:
            link["to_note"] = f"Văn bản viết: “{plain(relay.text)}”."
        link |= {"due": {"wording": "undated"}, "clause": self._places.of(relay.start), "quote": relay.text}
        doubts = ["văn bản giao tổng hợp, báo cáo tiếp mà không nêu hạn", *to.doubts]
        return Stage(link, doubts, frozenset(codes), frozenset({code}))


def _own_doubts(clause: Clause) -> list[str]:
    unsure = [f"chỉ chắc khoảng {clause.confidence:.0%}"] if clause.confidence < _SURE else []
    return [*clause.doubts, *unsure]
