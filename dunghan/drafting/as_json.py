"""What was found in a document, as one JSON document for programs."""

from typing import Any

from dunghan.clauses.found import Clause, Findings, Instrument, Money, Said, Target
from dunghan.clauses.numbering import plain_number
from dunghan.clauses.stretch import plain
from dunghan.clauses.times import Due


def as_json(found: Findings) -> dict[str, Any]:
    """The findings as plain values: every ``quote`` is the text from ``start`` to ``end``."""
    head = found.heading
    return {
        "number": plain_number(head.number.text) if head.number else None,
        "title": _text(head.title),
        "issuer": _text(head.issuer),
        "issued_on": head.issued_on.isoformat() if head.issued_on else None,
        "period": _period(head.since, head.until),
        "implements": [_instrument(one) for one in head.implements],
        "clauses": [_clause(one) for one in found.clauses],
        "targets": [_target(one) for one in found.targets],
        "budget": _budget(found),
    }


def _text(said: Said | None) -> str | None:
    """The words without line ends and marks of emphasis."""
    return plain(said.text) if said else None


def _period(since: int | None, until: int | None) -> str | None:
    """``2016-2020``; ``2021`` where the plan covers one year or names no end.

    >>> _period(2016, 2020), _period(2021, None), _period(2018, 2018), _period(None, None)
    ('2016-2020', '2021', '2018', None)
    """
    years = dict.fromkeys(str(year) for year in (since, until) if year)
    return "-".join(years) or None


def _said(said: Said) -> dict[str, Any]:
    return {"quote": said.text, "start": said.start, "end": said.end, "rule": said.rule}


def _instrument(one: Instrument) -> dict[str, Any]:
    issued = one.issued_on.isoformat() if one.issued_on else None
    return {"number": one.number, "issuer": one.issuer, "title": one.title, "issued_on": issued, **_said(one.said)}


def _clause(one: Clause) -> dict[str, Any]:
    return {
        "quote": one.quote,
        "start": one.start,
        "end": one.end,
        "reporter": one.reporter,
        "recipient": one.recipient,
        "via": one.via,
        "recurrence": one.recurrence,
        "due": [_due(due) for due in one.due],
        "wording": one.wording,
        "kind": one.kind,
        "rule": one.rule,
        "confidence": one.confidence,
    }


def _due(due: Due) -> dict[str, Any]:
    """A due date; ``next_year`` stands only where the day lies in the year after the one reported on."""
    return {"year": due.year, "month": due.month, "day": due.day, **({"next_year": True} if due.next_year else {})}


def _target(one: Target) -> dict[str, Any]:
    return {
        "subject": one.subject,
        "comparison": one.comparison,
        "value": one.value,
        "upper": one.upper,
        "unit": one.unit,
        "per_year": one.per_year,
        **_said(one.said),
    }


def _money(one: Money) -> dict[str, Any]:
    return {"source": one.source, "amount": one.amount, **_said(one.said)}


def _budget(found: Findings) -> dict[str, Any]:
    """Empty where the text names no amount."""
    total, parts = found.budget
    if total is None and not parts:
        return {}
    return {"total": _money(total) if total else None, "parts": [_money(part) for part in parts]}
