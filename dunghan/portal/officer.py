"""The officer's pages to read: what the office owes, one report of it, a receipt, and a file of one's own."""

import logging
from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import FileResponse, HTMLResponse, Response

from dunghan import files
from dunghan.engine import forms
from dunghan.engine.outline import outline
from dunghan.engine.receipts import receipt
from dunghan.portal import officer_acts
from dunghan.portal.downloads import OPAQUE, attachment, handed_in
from dunghan.portal.officer_duties import HandedIn, duties
from dunghan.portal.officer_link import About, Asked, Slug, Visitor
from dunghan.portal.officer_pages import officer_page, report_page
from dunghan.portal.problems import NOT_FOUND, Refused, Trouble
from dunghan.store.database import reading
from models.errors import NotPossible, PlanNotFound, UnknownName

log = logging.getLogger("dunghan.portal")
router = APIRouter(prefix="/b/{token}", default_response_class=HTMLResponse)
router.include_router(officer_acts.router)

Number = Annotated[int, Path(ge=1, le=10_000)]
FormName = Annotated[str, Path(max_length=200)]
DAMAGED = Trouble(
    500, "Tệp “{name}” đang lưu không còn đúng như khi nộp, nên không được gửi ra. Hãy báo cơ quan đầu mối."
)


@router.get("")
def home(request: Request, visitor: Visitor) -> Response:
    """What the office owes now, what it has handed in, and, under history, what belongs to ended plans."""
    context = visitor.context
    with reading(context.db) as connection:
        found = duties(context, connection, visitor.contact.office, context.now())
    current = [one for one in found if not one.over]
    asked = [one for one in current if one.asked]
    owing = sorted(
        (one for one in asked if one.state != "undated"), key=lambda d: d.standing.last_day or d.one.period.ends_on
    )
    undated = sorted((one for one in asked if one.state == "undated"), key=lambda d: d.one.period.ends_on, reverse=True)
    return officer_page(
        request, visitor, "officer_home.html",
        owing=owing, undated=undated, answered=[one for one in current if not one.asked],
        past=[one for one in found if one.over],
    )  # fmt: skip


@router.get("/o/{plan}/{report}/{period}")
def one_report(request: Request, about: About) -> Response:
    """One obligation: its deadline and why, the forms, and everything that happened to it."""
    return report_page(request, about, about.duty())


@router.get("/o/{plan}/{report}/{period}/{version}/receipt")
def receipt_page(request: Request, about: About, version: Number) -> Response:
    """The receipt of what was handed in, fit to be printed."""
    held = _version(about, version)
    told = receipt(about.visit.context, about.obligation, version)
    return officer_page(
        request, about.visit, "officer_receipt.html",
        receipt=told, duty=about.duty(), held=held, here=about.here,
    )  # fmt: skip


@router.get("/o/{plan}/{report}/{period}/{version}/file/{number}")
def download(about: About, version: Number, number: Number) -> Response:
    """One's own file as it was handed in: read through and compared first, and never opened by the browser."""
    held = _version(about, version).version.files
    if number > len(held):
        raise Refused(NOT_FOUND)
    kept = held[number - 1]
    try:
        return handed_in(about.visit.context.settings.files_url, kept)
    except (NotPossible, OSError) as error:
        log.error("A file of %s cannot be given out: %s", about.obligation, error)
        raise Refused(DAMAGED, name=files.safe_name(kept["name"])) from None


@router.get("/o/{plan}/{report}/{period}/outline.docx")
def outline_file(about: About) -> Response:
    """A Word file to write the report on, with the plan's own words about what is to be reported."""
    about.duty()
    name = f"{about.obligation.replace('/', '-')}.docx"
    return Response(outline(about.visit.context, about.obligation), media_type=OPAQUE, headers=attachment(name))


@router.get("/forms/{plan}/{report}/{name}")
def form(visitor: Visitor, plan: Slug, report: Slug, name: FormName) -> Response:
    """A form that the plan gives to offices; forms are no secret of any office."""
    try:
        found = forms.path(visitor.context, plan, report, name)
    except (PlanNotFound, UnknownName, NotPossible):
        raise Refused(NOT_FOUND) from None
    return FileResponse(found, media_type=OPAQUE, headers=attachment(name))


def _version(about: Asked, version: int) -> HandedIn:
    found = next((h for h in about.duty().handed_in if h.version.version == version), None)
    if found is None:
        raise Refused(NOT_FOUND)
    return found
