"""The officer's pages as templates see them: the office's name, and the words for what stands on record."""

from collections.abc import Mapping
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse

from dunghan.core.findings import said
from dunghan.portal.officer_duties import Duty
from dunghan.portal.officer_link import Asked, Visit
from dunghan.portal.pages import page
from dunghan.portal.problems import Refused
from models.timezone import local_day

_EMPTY = {"reference": "", "note": "", "until": "", "why": ""}


def officer_page(request: Request, visit: Visit, template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """A page of the officer's. Templates find ``home`` (the link's own page), ``office``, ``who`` and ``said``."""
    contact, tree = visit.contact, visit.context.catalog.tree
    return page(
        request, template, status,
        home=visit.home, office=tree.title(contact.office), who=contact.name, said=said, title_of=tree.title, **values,
    )  # fmt: skip


def report_page(
    request: Request, asked: Asked, duty: Duty, refused: Refused | None = None, written: Mapping[str, str] | None = None
) -> HTMLResponse:
    """One obligation with its forms; what was refused stands above them, and they keep what was ``written``."""
    return officer_page(
        request, asked.visit, "officer_report.html", refused.trouble.status if refused else 200,
        duty=duty, here=asked.here, refused=refused, today=local_day(asked.visit.context.now()),
        written=_EMPTY | dict(written or {}), promising="until" in (written or {}),
    )  # fmt: skip
