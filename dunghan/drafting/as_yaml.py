"""A draft as the text of a plan file: its keys in their order, what is doubtful marked where it stands."""

import json
import re
from collections.abc import Iterator, Sequence
from textwrap import wrap
from typing import Any

from dunghan.core.plan_check import Loc
from dunghan.drafting.draft import Draft

MARK = "cần xác nhận"
_WIDTH = 100
_MANY = 15
_BARE = re.compile(r"(?!(?:true|false|yes|no|on|off|null|y|n)$)[a-z][a-z_-]*")
_UNPRINTED = re.compile(r"[^\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_BARE_KEYS = frozenset({"issued_on"})
_SECTIONS = ("implements", "offices", "reports", "tasks", "targets", "budget")


def as_yaml(draft: Draft, document: str, standing: str = "chưa ai xác nhận", rejected: Sequence[str] = ()) -> str:
    """The commented YAML of a draft of that document (its file's name).

    ``standing`` says who has looked at it; ``rejected`` are the quotes that a person found to be no reports.
    """
    body = _mapping(draft, draft.plan, (), "")
    return "\n".join((*_top(draft, document, standing), *body, *_bottom(draft), *_rejected(rejected))) + "\n"


def _rejected(quotes: Sequence[str]) -> Iterator[str]:
    if quotes:
        yield ""
        yield from _comment("Không phải nghĩa vụ báo cáo, theo người đã đọc từng mục:")
    for quote in quotes:
        yield from _comment(f"- {quote}", "#   ")


def _top(draft: Draft, document: str, standing: str) -> Iterator[str]:
    doubts = sum(map(len, draft.doubts.values()))
    yield from _comment(f"Bản nháp do `dunghan plan draft` lập từ “{document}”; {standing}.")
    yield from _comment(
        f"Đọc từng trích dẫn, sửa {doubts} chỗ có dòng “# {MARK}”, chạy `dunghan plan check`, rồi chép tệp này vào "
        f"config/plans/{draft.id}.yaml và văn bản vào config/plans/sources/{draft.id}.txt.",
    )
    if draft.left_out:
        yield from _comment(f"Cuối tệp còn {len(draft.left_out)} nghĩa vụ báo cáo mà lược đồ không chứa được.")


def _bottom(draft: Draft) -> Iterator[str]:
    if draft.left_out:
        yield ""
        yield from _comment("Nghĩa vụ báo cáo mà lược đồ không chứa được; ghi lại ở đây để không mất:")
    for one in draft.left_out:
        clause = one.clause
        who = f"{clause.reporter or 'chưa rõ ai báo cáo'} → {clause.recipient or 'chưa rõ nơi nhận'}"
        yield from _comment(f"- {one.place} · {who}{f' (qua {clause.via})' if clause.via else ''} · {one.because}:")
        yield from _comment(f"“{clause.quote}”", "#   ")
        for doubt in clause.doubts:
            yield from _comment(f"{MARK}: {doubt}", "#   ")
    if draft.other_deadlines:
        yield ""
        yield from _comment("Thời hạn của việc khác, không phải của báo cáo:")
        for place, words in draft.other_deadlines:
            yield from _comment(f"- {place}: {words}")


def _comment(words: str, sign: str = "# ") -> Iterator[str]:
    for line in _wrapped(_UNPRINTED.sub(" ", words)):
        yield sign + line


def _wrapped(words: str) -> list[str]:
    return wrap(" ".join(words.split()), _WIDTH, break_long_words=False, break_on_hyphens=False)


def _doubts(draft: Draft, loc: Loc, margin: str) -> Iterator[str]:
    for doubt in draft.doubts.get(loc, ()):
        for line in _comment(f"{MARK}: {doubt}"):
            yield margin + line


def _mapping(draft: Draft, held: dict[str, Any], loc: Loc, margin: str) -> Iterator[str]:
    for key, value in held.items():
        if not loc and key in _SECTIONS:
            yield ""
        yield from _doubts(draft, (*loc, key), margin)
        yield from _entry(draft, f"{margin}{key}:", value, (*loc, key), margin + "  ")


def _entry(draft: Draft, lead: str, value: Any, loc: Loc, margin: str) -> Iterator[str]:
    """A key with its value: in its line where it fits, else below."""
    if (flow := _flow(value, loc)) is not None and len(lead) + len(flow) < _WIDTH:
        yield f"{lead} {flow}"
    elif isinstance(value, dict):
        yield lead
        yield from _mapping(draft, value, loc, margin)
    elif isinstance(value, list) and len(value) > _MANY and not any(isinstance(one, dict) for one in value):
        yield f"{lead} ["
        yield from (margin + line for line in _wrapped(", ".join(map(_scalar, value))))
        yield margin[:-2] + "]"
    elif isinstance(value, list):
        yield lead
        yield from _sequence(draft, value, loc, margin)
    elif not isinstance(value, str) or _UNPRINTED.search(" ".join(value.split())):
        yield f"{lead} {_scalar(value)}"
    else:
        yield f"{lead} >-"
        yield from (margin + line for line in _wrapped(value))


def _sequence(draft: Draft, held: list[Any], loc: Loc, margin: str) -> Iterator[str]:
    for number, value in enumerate(held):
        here = (*loc, number)
        if number and len(loc) == 1 and loc[0] == "reports":
            yield ""
        yield from _doubts(draft, here, margin)
        if isinstance(value, dict):
            lines = list(_mapping(draft, value, here, margin + "  "))
            at = next(n for n, line in enumerate(lines) if not line.lstrip().startswith("#"))
            yield from lines[:at]
            yield f"{margin}- {lines[at].lstrip()}"
            yield from lines[at + 1 :]
        else:
            yield f"{margin}- {_scalar(value)}"


_FLOWING = frozenset({"years", "due", "reporters", "day", "days", "to", "offices", "waits_for", "parts"})


def _flow(value: Any, loc: Loc) -> str | None:
    """A value in one line, or None where it is better laid out below."""
    if isinstance(value, dict):
        if loc[-1] not in _FLOWING and not (len(loc) > 1 and loc[-2] == "days"):
            return None
        parts = [(key, _flow(one, (*loc, key))) for key, one in value.items()]
        return "{" + ", ".join(f"{key}: {one}" for key, one in parts) + "}" if all(one for _, one in parts) else None
    if isinstance(value, list):
        if any(isinstance(one, dict) for one in value):
            return None
        return "[" + ", ".join(map(_scalar, value)) + "]"
    if isinstance(value, str) and loc[-1] in _BARE_KEYS:
        return value
    return _scalar(value)


def _scalar(value: Any) -> str:
    """One value: words are quoted unless nothing in them could be read otherwise."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return f"{value:g}" if value == int(value) and abs(value) < 1e6 else repr(value)
    words = " ".join(str(value).split())
    if _BARE.fullmatch(words):
        return words
    return _UNPRINTED.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(words, ensure_ascii=False))
