"""The words of a message: facts poured into the templates that officials may edit."""

import string
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from html import escape
from typing import NamedTuple

from dunghan.core.names import show
from dunghan.core.periods import period_name

SECTIONS = ("subject", "text", "line", "html", "line_html")
_OF_A_LINE = frozenset(
    ("office", "report", "period", "last_day", "when", "to", "clause", "basis", "explanation", "missing", "because")
)
_OF_A_MESSAGE = frozenset(
    (
        "office", "name", "plan", "plan_title", "place", "lines", "count", "when", "last_day", "sign_office",
        "sign_name", "sign_contact", "date", "table", "missing", "reached", "waiting", "failed", "unreachable",
        "undated",
    )
)  # fmt: skip
NAMES_SHOWN = 12
"""How many missing offices a message names before it counts the rest."""


class Template(NamedTuple):
    """One kind of message in one language: five texts with ``{placeholders}``."""

    subject: str
    text: str
    line: str
    html: str
    line_html: str

    @classmethod
    def parse(cls, raw: str) -> "Template":
        """Read a template file: sections headed by ``--- name``; ValueError says what is missing."""
        parts: dict[str, list[str]] = {}
        name = ""
        for row in raw.splitlines():
            if row.startswith("--- "):
                name = row[4:].strip()
                parts[name] = []
            elif name:
                parts[name].append(row)
        missing = [s for s in SECTIONS if s not in parts]
        if missing:
            raise ValueError(f"no section `--- {missing[0]}`: add it")
        texts = {s: "\n".join(parts[s]).strip("\n") for s in SECTIONS}
        for section, text in texts.items():
            try:
                fields = list(string.Formatter().parse(text))
            except ValueError:
                raise ValueError(f"section {section}: a brace stands alone: write {{name}}, or remove it") from None
            for _, field, spec, conversion in fields:
                if field is None:
                    continue
                if not field.isidentifier() or spec or conversion:
                    raise ValueError(f"section {section}: {{{field}}} is not a plain placeholder")
                known = _OF_A_LINE if section.startswith("line") else _OF_A_MESSAGE
                if field not in known:
                    raise ValueError(
                        f"section {section}: no placeholder {{{field}}}; known: {', '.join(sorted(known))}"
                    )
        return cls(**texts)


class Line(NamedTuple):
    """One obligation as a message shows it. ``missing`` names who upstream has not reported."""

    office: str
    report: str
    period: str
    last_day: date
    clause: str
    quote: str
    explanation: str
    to: tuple[str, ...] = ()
    through: str = ""
    missing: tuple[str, ...] = ()
    because: str = ""


class Signature(NamedTuple):
    """For whom a message is signed: the lead, and its coordinator."""

    office: str
    name: str = ""
    phone: str = ""
    email: str = ""


class Words(NamedTuple):
    """A message ready to send."""

    subject: str
    text: str
    html: str


def when(last_day: date, today: date, language: str = "vi") -> str:
    """How far off a last day is.

    >>> when(date(2018, 12, 9), date(2018, 12, 7)), when(date(2018, 12, 9), date(2018, 12, 12))
    ('còn 2 ngày', 'đã quá hạn 3 ngày')
    """
    days = (last_day - today).days
    if language == "en":
        count = f"{abs(days)} day{'' if abs(days) == 1 else 's'}"
        return f"{count} left" if days > 0 else "due today" if days == 0 else f"{count} overdue"
    return f"còn {days} ngày" if days > 0 else "hết hạn hôm nay" if days == 0 else f"đã quá hạn {-days} ngày"


def some(names: Sequence[str], language: str = "vi", most: int = NAMES_SHOWN) -> str:
    """The first names, and how many more.

    >>> some(["a", "b", "c"], most=2)
    'a; b và 1 đơn vị khác'
    """
    rest = len(names) - most
    more = "" if rest <= 0 else f" and {rest} more" if language == "en" else f" và {rest} đơn vị khác"
    return "; ".join(names[:most]) + more


def _day(day: date, language: str) -> str:
    return day.isoformat() if language == "en" else show(day)


def _line_fields(line: Line, today: date, language: str) -> dict[str, str]:
    english = language == "en"
    to = ", ".join(line.to) or ("not stated" if english else "văn bản không nêu nơi nhận")
    if line.through:
        to += f" ({'through' if english else 'qua'} {line.through})"
    basis = f"“{line.quote}”" if line.quote else ""
    missing = ""
    if line.missing:
        label = "Still waiting for" if english else f"Chưa nhận được từ {len(line.missing)} đơn vị"
        missing = f"{label}: {some(line.missing, language)}"
    return {
        "office": line.office,
        "report": line.report,
        "period": period_name(line.period, language),
        "last_day": _day(line.last_day, language),
        "when": when(line.last_day, today, language),
        "to": to,
        "clause": line.clause,
        "basis": basis,
        "explanation": line.explanation,
        "missing": missing,
        "because": line.because,
    }


def letter(
    template: Template, lines: Iterable[Line], sign: Signature, today: date, language: str, fields: Mapping[str, str]
) -> Words:
    """Compose a message. ``fields`` adds what only this kind has (plan, recipient, tables)."""
    rows = list(lines)
    shown = [_line_fields(line, today, language) for line in rows]
    first = min((line.last_day for line in rows), default=None)
    common = {
        "count": str(len(rows)),
        "sign_office": sign.office,
        "sign_name": sign.name,
        "sign_contact": " · ".join(part for part in (sign.phone, sign.email) if part),
        "when": when(first, today, language) if first else "",
        "last_day": _day(first, language) if first else "",
        **fields,
    }
    gap = "\n\n" if "\n" in template.line else "\n"
    text_lines = gap.join(_filled(template.line, f) for f in shown)
    html_lines = "\n".join(_filled(template.line_html, _escaped(f)) for f in shown)
    return Words(
        " ".join(template.subject.format_map(common).split()),
        _filled(template.text, {**common, "lines": text_lines}) + "\n",
        _filled(template.html, {**_escaped(common), "lines": html_lines}) + "\n",
    )


def _escaped(fields: Mapping[str, str]) -> dict[str, str]:
    return {name: escape(value).replace("\n", "<br>") for name, value in fields.items()}


def _filled(template: str, fields: Mapping[str, str]) -> str:
    r"""Pour the fields in. A row that begins with ``?name`` shows only when that field holds something.

    >>> _filled("a\n?b also {b}", {"b": ""}), _filled("a\n  ?b also {b}", {"b": "c"})
    ('a', 'a\n  also c')
    """
    rows = []
    for row in template.split("\n"):
        bare = row.lstrip()
        name, _, rest = bare[1:].partition(" ")
        if not bare.startswith("?"):
            rows.append(row)
        elif fields.get(name):
            rows.append(row[: len(row) - len(bare)] + rest)
    return "\n".join(rows).format_map(fields)
