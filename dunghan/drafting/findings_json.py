"""Findings as JSON and back, for a table's column or another process."""

from datetime import date
from typing import Any

from pydantic import TypeAdapter

from dunghan.clauses.found import Findings

_FINDINGS = TypeAdapter(Findings)


def plain(value: Any) -> Any:
    """Named tuples as JSON has them: objects, so that a field added later does not move the others.

    >>> from dunghan.clauses.times import Due
    >>> plain((Due(2025, 12), date(2026, 1, 5)))
    [{'year': 2025, 'month': 12, 'day': None, 'next_year': False}, '2026-01-05']
    """
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return {name: plain(held) for name, held in value._asdict().items()}
    if isinstance(value, tuple):
        return [plain(held) for held in value]
    return value.isoformat() if isinstance(value, date) else value


def findings(value: Any) -> Findings:
    """What ``plain`` made of findings, as findings again."""
    return _FINDINGS.validate_python(value)
