"""A document as one page with each finding marked and explained, to check by eye: no script, nothing to fetch."""

import re
from collections.abc import Iterator
from html import escape
from typing import NamedTuple

from dunghan.clauses.found import Clause, Findings, Said
from dunghan.clauses.times import Due
from dunghan.drafting.dates import told
from dunghan.drafting.words import KINDS, RECURRENCES

_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_WORDING = {"before": "trước", "by": "chậm nhất", "within": "trong vòng", "month": "trong", "undated": "không nêu ngày"}
_GROUPS = {
    "clause": "Nghĩa vụ báo cáo", "head": "Đầu văn bản", "ground": "Văn bản được thực hiện", "duty": "Nhiệm vụ",
    "target": "Chỉ tiêu", "money": "Kinh phí",
}  # fmt: skip
_COMPARISON = {"exactly": "đạt", "at_least": "ít nhất", "more_than": "trên", "reduce_by": "giảm"}
_STYLE = """
:root{color-scheme:light dark;--clause:#ffe08a;--head:#cfe3ff;--ground:#e3d5ff;--duty:#e8efe8;--target:#c9f0d0;
--money:#ffd3c2;--line:#8886;--ink:#1b1b1b;--paper:#fff}
@media(prefers-color-scheme:dark){:root{--clause:#6b5300;--head:#1d3a63;--ground:#42306b;--duty:#2a332a;
--target:#1d4d29;--money:#6b2f18;--ink:#eee;--paper:#161616}}
*{box-sizing:border-box}body{margin:0;font:1rem/1.6 system-ui,sans-serif;color:var(--ink);background:var(--paper)}
header,main,nav{padding:1rem}header{border-bottom:1px solid var(--line)}h1{font-size:1.25rem;margin:0 0 .5rem}
summary{font-weight:600;margin:.5rem 0}p{margin:.25rem 0}ol{list-style:none;margin:0;padding:0}
nav li{padding:.5rem;margin:.5rem 0;border-left:.4rem solid var(--line);overflow-wrap:anywhere}
nav li:target,mark:target{outline:3px solid currentColor}nav dl{margin:.25rem 0;font-size:.9rem}
dt{float:left;clear:left;margin-right:.4rem;opacity:.75}dd{margin:0}.doubt{font-weight:600}
.text{white-space:pre-wrap;overflow-wrap:anywhere}mark{color:inherit;background:var(--duty);border-radius:.2rem}
a{color:inherit}.pin{font-size:.75rem;vertical-align:super;text-decoration:none;font-weight:700;padding:0 .2rem}
"""
_WIDE = """@media(min-width:60rem){.both{display:grid;grid-template-columns:minmax(0,1fr) 26rem}
nav{grid-column:2;grid-row:1;border-left:1px solid var(--line);position:sticky;top:0;height:100vh;overflow:auto}}"""


class _Mark(NamedTuple):
    """A finding as the page shows it: where, of which group, and what is said about it."""

    start: int
    end: int
    group: str
    title: str
    facts: tuple[tuple[str, str], ...]
    rule: str
    confidence: float | None = None
    doubts: tuple[str, ...] = ()


def as_html(text: str, found: Findings, document: str) -> str:
    """The page. Every finding has a ``<mark>`` in the text and an entry in the list, which link to each other."""
    marks = sorted((m for m in _marks(found) if m.start < m.end), key=lambda m: (m.start, -m.end))
    number = " ".join(found.heading.number.text.split()) if found.heading.number else document
    colours = "".join(f"mark.{group},nav li.{group}{{background:var(--{group})}}" for group in _GROUPS)
    return (
        '<!doctype html>\n<html lang="vi"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{_safe(number)} · kiểm tra bằng mắt</title><style>{_STYLE}{colours}{_WIDE}</style></head><body>"
        f"<header><h1>{_safe(number)}</h1><p>Văn bản: {_safe(document)}</p><p>{_summary(marks)}</p>"
        "<p>Chỗ tô màu là chỗ máy tìm thấy; số nhỏ dẫn đến lời giải thích. Hãy đọc cả phần không tô màu.</p></header>"
        f'<div class="both"><nav aria-label="Những gì tìm thấy">{"".join(_list(marks))}</nav>'
        f'<main><div class="text">{"".join(_text(text, marks))}</div></main></div></body></html>\n'
    )


def _safe(words: str) -> str:
    return escape(_CONTROLS.sub("\N{REPLACEMENT CHARACTER}", words), quote=True)


def _summary(marks: list[_Mark]) -> str:
    counts = ((name, sum(1 for m in marks if m.group == group)) for group, name in _GROUPS.items())
    said = " · ".join(f"{name}: {count}" for name, count in counts if count)
    return said or "Không tìm thấy gì trong văn bản này."


def _marks(found: Findings) -> Iterator[_Mark]:
    head = found.heading
    named = (("Số", head.number), ("Tên", head.title), ("Nơi ban hành", head.issuer), ("Địa danh", head.place),
             ("Ngày ban hành", head.issued_said), ("Giai đoạn", head.period_said))  # fmt: skip
    for title, said in named:
        if said:
            yield _plain(said, "head", title, ())
    for one in head.implements:
        issued = f"{one.issued_on:%d/%m/%Y}" if one.issued_on else ""
        yield _plain(
            one.said, "ground", one.number, (("Của", one.issuer or ""), ("Về", one.title or ""), ("Ngày", issued))
        )
    yield from map(_clause, found.clauses)
    for duty in found.duties:
        days = "; ".join(map(_day, duty.due))
        yield _plain(duty.said, "duty", duty.office, (("Mục", duty.place), ("Thời hạn (không phải của báo cáo)", days)))
    for target in found.targets:
        upper = f"–{target.upper:g}" if target.upper is not None else ""
        figure = f"{_COMPARISON[target.comparison]} {target.value:g}{upper} {target.unit}"
        yield _plain(target.said, "target", target.subject, (("Mức", figure + ("/năm" if target.per_year else "")),))
    for money in (*([found.budget.total] if found.budget.total else []), *found.budget.parts):
        amount = f"{money.amount:,} đồng".replace(",", ".")
        yield _plain(money.said, "money", money.source or "Kinh phí", (("Số tiền", amount),))


def _plain(said: Said, group: str, title: str, facts: tuple[tuple[str, str], ...]) -> _Mark:
    return _Mark(said.start, said.end, group, title, facts, said.rule)


def _clause(one: Clause) -> _Mark:
    days = "; ".join(map(_day, one.due))
    facts = (
        ("Ai báo cáo", one.reporter or "không thấy"),
        ("Báo cáo ai", one.recipient or "không thấy"),
        ("Qua", one.via or ""),
        ("Kỳ", RECURRENCES[one.recurrence]),
        ("Hạn", f"{_WORDING[one.wording]} {days}".strip()),
        ("Loại", KINDS[one.kind]),
    )
    title = one.reporter or "Chưa rõ ai báo cáo"
    return _Mark(one.start, one.end, "clause", title, facts, one.rule, one.confidence, one.doubts)


def _day(due: Due) -> str:
    return told(due) + (" năm sau" if due.next_year else "")


def _list(marks: list[_Mark]) -> Iterator[str]:
    for group, name in _GROUPS.items():
        own = [(number, mark) for number, mark in enumerate(marks, 1) if mark.group == group]
        if own:
            entries = "".join(_entry(number, mark) for number, mark in own)
            shown = " open" if group == "clause" else ""
            yield f"<details{shown}><summary>{name} ({len(own)})</summary><ol>{entries}</ol></details>"


def _entry(number: int, mark: _Mark) -> str:
    facts = "".join(f"<dt>{_safe(name)}</dt><dd>{_safe(said)}</dd>" for name, said in mark.facts if said)
    doubts = "".join(f'<p class="doubt">Cần xác nhận: {_safe(doubt)}</p>' for doubt in mark.doubts)
    return (
        f'<li id="l{number}" class="{mark.group}"><a href="#f{number}">{number}. {_safe(mark.title)}</a>'
        f"<dl>{facts}{_how(mark)}</dl>{doubts}</li>"
    )


def _how(mark: _Mark) -> str:
    sure = f"<dt>Độ chắc</dt><dd>{mark.confidence:.0%}</dd>" if mark.confidence is not None else ""
    return f"<dt>Quy tắc</dt><dd>{_safe(mark.rule)}</dd>{sure}"


def _text(text: str, marks: list[_Mark]) -> Iterator[str]:
    """The text with its marks nested; one that crosses another's end is closed there and opened anew."""
    starts = {m.start: [n for n, other in enumerate(marks, 1) if other.start == m.start] for m in marks}
    cuts = sorted({0, len(text), *starts, *(m.end for m in marks)})
    open_now: list[int] = []
    for begin, end in zip(cuts, [*cuts[1:], len(text)], strict=True):
        ending = [n for n in open_now if marks[n - 1].end <= begin]
        while ending:
            closed = open_now.pop()
            yield "</mark>"
            if closed in ending:
                ending.remove(closed)
                continue
            again = [closed]
            while open_now and any(n in ending for n in open_now):
                inner = open_now.pop()
                yield "</mark>"
                if inner in ending:
                    ending.remove(inner)
                else:
                    again.append(inner)
            for number in reversed(again):
                open_now.append(number)
                yield f'<mark class="{marks[number - 1].group}">'
        for number in starts.get(begin, ()):
            mark = marks[number - 1]
            open_now.append(number)
            sure = f" · độ chắc {mark.confidence:.0%}" if mark.confidence is not None else ""
            yield (
                f'<mark id="f{number}" class="{mark.group}" data-rule="{_safe(mark.rule)}" '
                f'title="{_safe(_GROUPS[mark.group])}: {_safe(mark.title)} · quy tắc {_safe(mark.rule)}{sure}">'
                f'<a class="pin" href="#l{number}">{number}</a>'
            )
        yield _safe(text[begin:end])
