"""The words of a message: facts poured into the templates that officials may edit."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from html import escape
from typing import NamedTuple

from dunghan.core.names import show
from dunghan.core.periods import period_name
from dunghan.core.templates import Template, filled
from models.timezone import VIETNAM

NAMES_SHOWN = 12
"""How many missing offices a message names before it counts the rest."""
ADDRESSEE, _NAME, _LINK = "\ue000", "\ue001", "\ue002"
_PLACES = re.compile(f"({ADDRESSEE}|{_NAME}|{_LINK})")
"""Stand-ins from Unicode's private use area, which no template and no name holds. A line whose office is ``ADDRESSEE``
is about the office that the message goes to."""


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
    forms: tuple[tuple[str, str], ...] = ()
    """Files to fill in: each one's title, and where it lies below the addressee's link."""


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


def some(names: Sequence[str], language: str = "vi", most: int = NAMES_SHOWN, total: int | None = None) -> str:
    """The first names, and how many more; ``total`` counts them where ``names`` does not hold them all.

    >>> some(["a", "b", "c"], most=2)
    'a; b và 1 đơn vị khác'
    """
    rest = (len(names) if total is None else total) - most
    more = "" if rest <= 0 else f" and {rest} more" if language == "en" else f" và {rest} đơn vị khác"
    return "; ".join(names[:most]) + more


def punctual(late_days: int | None, language: str = "vi", first_at: datetime | None = None) -> str:
    """Whether something came on time; None where nobody set a date. ``first_at``: by a version of then.

    >>> punctual(0), punctual(3), punctual(None)
    ('đúng hạn', 'muộn 3 ngày', 'chưa có hạn nộp')
    """
    if late_days is None:
        return "no date has been set" if language == "en" else "chưa có hạn nộp"
    since = f"{first_at.astimezone(VIETNAM):%H:%M, %d/%m/%Y}" if first_at else ""
    if language == "en":
        told = f"{late_days} day{'' if late_days == 1 else 's'} late" if late_days else "on time"
        return f"{told}, by what was first handed in at {since}" if since else told
    told = f"muộn {late_days} ngày" if late_days else "đúng hạn"
    return f"{told}, tính theo lần nộp đầu lúc {since}" if since else told


def _day(day: date, language: str) -> str:
    return day.isoformat() if language == "en" else show(day)


def _line_fields(line: Line, today: date, language: str, link: bool) -> dict[str, str]:
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
        "forms": "; ".join(f"{title}: {_LINK}{place}" if link else title for title, place in line.forms),
    }


class Form(NamedTuple):
    """A message in which only the addressee's office, name and link are still to be filled in: pieces, and places."""

    subject: tuple[str, ...]
    text: tuple[str, ...]
    html: tuple[str, ...]

    def to(self, office: str, name: str, link: str = "") -> Words:
        """The message to one addressee."""
        put = {ADDRESSEE: office, _NAME: name, _LINK: link}.get
        put_html = {ADDRESSEE: _html(office), _NAME: _html(name), _LINK: _html(link)}.get
        subject = "".join([put(piece, piece) for piece in self.subject])
        return Words(
            subject if len(self.subject) == 1 else " ".join(subject.split()),
            "".join([put(piece, piece) for piece in self.text]),
            "".join([put_html(piece, piece) for piece in self.html]),
        )


def letter(
    template: Template, lines: Iterable[Line], sign: Signature, today: date, language: str, fields: Mapping[str, str]
) -> Words:
    """Compose a message. ``fields`` adds what only this kind has (plan, recipient, tables)."""
    office, name, link = (fields.get(key, "") for key in ("office", "name", "link"))
    shared = {key: value for key, value in fields.items() if key not in ("office", "name", "link")}
    made = form(template, lines, sign, today, language, shared, bool(office), bool(name), bool(link))
    return made.to(office, name, link)


def _open(text: str) -> tuple[str, ...]:
    """The text cut at the stand-ins, which are pieces of their own."""
    return tuple(_PLACES.split(text))


def form(
    template: Template,
    lines: Iterable[Line],
    sign: Signature,
    today: date,
    language: str,
    fields: Mapping[str, str],
    office: bool = True,
    name: bool = True,
    link: bool = False,
) -> Form:
    """What letters share that differ by office, name and link alone; these say whether the addressee has such."""
    rows = list(lines)
    shown = [_line_fields(line, today, language, link) for line in rows]
    first = min((line.last_day for line in rows), default=None)
    common = {
        "count": str(len(rows)),
        "sign_office": sign.office,
        "sign_name": sign.name,
        "sign_contact": " · ".join(part for part in (sign.phone, sign.email) if part),
        "when": when(first, today, language) if first else "",
        "last_day": _day(first, language) if first else "",
        **fields,
        "office": ADDRESSEE if office else "",
        "name": _NAME if name else "",
        "link": _LINK if link else "",
    }
    gap = "\n\n" if "\n" in template.line else "\n"
    text_lines = gap.join(filled(template.line, f) for f in shown)
    html_lines = "\n".join(filled(template.line_html, _escaped(f)) for f in shown)
    return Form(
        _open(" ".join(template.subject.format_map(common).split())),
        _open(filled(template.text, {**common, "lines": text_lines}) + "\n"),
        _open(filled(template.html, {**_escaped(common), "lines": html_lines}) + "\n"),
    )


def _escaped(fields: Mapping[str, str]) -> dict[str, str]:
    return {name: _html(value) for name, value in fields.items()}


def _html(text: str) -> str:
    return escape(text).replace("\n", "<br>")
