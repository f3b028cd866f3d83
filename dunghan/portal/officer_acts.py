"""What an officer does: hands in, in two steps, or promises a day. Nothing is on record before the second step."""

import unicodedata
from datetime import date, timedelta

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException

from dunghan.engine import actions, checks, handing_in
from dunghan.engine.handing_in import AlreadyAccepted, HandedIn
from dunghan.files import Kept
from dunghan.portal import uploads
from dunghan.portal.drafts import Draft, Drafts
from dunghan.portal.forms import FIELD, require_own_form
from dunghan.portal.limits import UPLOADS
from dunghan.portal.officer_duties import Duty
from dunghan.portal.officer_link import About, Asked
from dunghan.portal.officer_pages import officer_page, report_page
from dunghan.portal.problems import Refused, Trouble
from dunghan.portal.sending import afterwards
from models.errors import NotPossible
from models.timezone import local_day

router = APIRouter(default_response_class=HTMLResponse)

MOST_LETTERS = 2000
MOST_REFERENCE = 100
MOST_DAYS = 90
"""How far ahead an office may promise: a promise silences the reminders through its day."""

ACCEPTED = Trouble(
    409,
    "Báo cáo này đã được chấp nhận, nên không nhận thêm bản nào. Nếu cần nộp lại, hãy đề nghị cơ quan đầu mối trả lại "
    "báo cáo.",
)
WAIVED = Trouble(409, "Đơn vị đã được miễn báo cáo này, nên không cần nộp.")
ANSWERED = Trouble(409, "Báo cáo này đã được nộp hoặc được miễn, nên không cần hẹn ngày nữa.")
TOO_LONG = Trouble(422, "Ghi chú dài quá {most} chữ. Hãy rút ngắn, hoặc đưa nội dung vào tệp.")
LONG_REFERENCE = Trouble(422, "Số văn bản dài quá {most} chữ. Hãy ghi như 45/BC-UBND.")
NO_DAY = Trouble(422, "Chưa có ngày hẹn, hoặc ngày không đúng dạng. Hãy chọn một ngày.")
BAD_DAY = Trouble(422, "Ngày hẹn phải từ {first} đến {last}.")


def _body(media: str, **properties: dict[str, object]) -> dict[str, object]:
    fields = {FIELD: {"type": "string"}, **properties}
    schema = {"type": "object", "properties": fields, "required": [FIELD]}
    return {"requestBody": {"required": True, "content": {media: {"schema": schema}}}}


_FORM = "application/x-www-form-urlencoded"
_TEXT: dict[str, object] = {"type": "string"}
_FILES: dict[str, object] = {"type": "array", "items": {"type": "string", "format": "binary"}}
_DAY: dict[str, object] = {"type": "string", "format": "date"}


@router.post(
    "/o/{plan}/{report}/{period}",
    openapi_extra=_body("multipart/form-data", kind=_TEXT, reference=_TEXT, note=_TEXT, files=_FILES),
)
async def look_over(request: Request, about: About) -> Response:
    """The first step: keep the files, look into them, and show what would be handed in. Nothing is on record.

    The body is read only now, when it is known whose link this is.
    """
    about.visit.limits.count(UPLOADS, str(about.visit.contact.id))
    duty = await run_in_threadpool(about.duty)
    try:
        async with request.form(max_files=2 * uploads.MOST_FILES, max_fields=10) as form:
            require_own_form(request, _words(form, FIELD))
            return await run_in_threadpool(_looked_over, request, about, duty, form)
    except HTTPException as error:
        if str(error.detail).startswith("Too many files"):  # the parser's only sign of it
            raise Refused(uploads.TOO_MANY, most=uploads.MOST_FILES) from None
        raise


def _looked_over(request: Request, about: Asked, duty: Duty, form: FormData) -> Response:
    written = {"reference": _words(form, "reference"), "note": _words(form, "note")}
    try:
        _require_open(duty)
        draft = _draft(about, form, written)
    except Refused as refused:
        return report_page(request, about, duty, refused, written)
    context = about.visit.context
    return officer_page(
        request, about.visit, "officer_confirm.html",
        duty=duty, draft=draft, sealed=Drafts(context.settings).seal(draft), here=about.here,
    )  # fmt: skip


def _draft(about: Asked, form: FormData, written: dict[str, str]) -> Draft:
    if len(written["note"]) > MOST_LETTERS:
        raise Refused(TOO_LONG, most=MOST_LETTERS)
    if len(written["reference"]) > MOST_REFERENCE:
        raise Refused(LONG_REFERENCE, most=MOST_REFERENCE)
    context, nothing = about.visit.context, _words(form, "kind") == "nothing"
    kept: tuple[Kept, ...] = ()
    sent = uploads.chosen(form)
    if nothing and sent:
        raise Refused(uploads.FILES_AND_NOTHING)
    if not nothing:
        uploads.require_fit(sent)
        kept = uploads.take(context.settings.files_url, sent)
    found = checks.look(context, about.obligation, kept)
    if bomb := checks.bomb(found):
        raise Refused(uploads.BOMB, name=bomb.file)
    return Draft(about.visit.contact.id, about.obligation, nothing, written["note"], written["reference"], kept, found)


@router.post("/o/{plan}/{report}/{period}/confirm", openapi_extra=_body(_FORM, draft=_TEXT))
async def confirm(request: Request, about: About) -> Response:
    """The second step: put the draft on record. The same draft twice is one submission and one receipt."""
    async with request.form(max_files=0, max_fields=10) as form:
        require_own_form(request, _words(form, FIELD))
        sealed = _words(form, "draft")
    return await run_in_threadpool(_confirmed, request, about, sealed)


def _confirmed(request: Request, about: Asked, sealed: str) -> Response:
    visit = about.visit
    draft = Drafts(visit.context.settings).open(sealed, visit.contact.id, about.obligation)
    duty = about.duty()
    handed = HandedIn(
        about.obligation, visit.context.now(), nothing=draft.nothing, reference=draft.reference, note=draft.note,
        via="portal", contact_id=visit.contact.id, kept=tuple(draft.files), found=draft.found,
    )  # fmt: skip
    try:
        [version] = handing_in.submit_all(visit.context, [handed], by=visit.contact.name)
    except AlreadyAccepted:
        return report_page(request, about, duty, Refused(ACCEPTED))
    sending = afterwards(visit.context, about.obligation)
    return RedirectResponse(f"{about.here}/{version}/receipt", 303, background=sending)


@router.post("/o/{plan}/{report}/{period}/promise", openapi_extra=_body(_FORM, until=_DAY, note=_TEXT))
async def promise(request: Request, about: About) -> Response:
    """Acknowledge, with the day by which the office will hand in."""
    async with request.form(max_files=0, max_fields=10) as form:
        require_own_form(request, _words(form, FIELD))
        written = {"until": _words(form, "until"), "why": _words(form, "note")}
    return await run_in_threadpool(_promised, request, about, written)


def _promised(request: Request, about: Asked, written: dict[str, str]) -> Response:
    context, duty = about.visit.context, about.duty()
    try:
        if len(written["why"]) > MOST_LETTERS:
            raise Refused(TOO_LONG, most=MOST_LETTERS)
        until = _day(written["until"], local_day(context.now()))
        actions.acknowledge(context, about.obligation, until=until, by=about.visit.contact.name, because=written["why"])
    except NotPossible:
        return report_page(request, about, duty, Refused(ANSWERED), written)
    except Refused as refused:
        return report_page(request, about, duty, refused, written)
    return RedirectResponse(f"{about.here}?done=promise", 303)


def _day(text: str, today: date) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise Refused(NO_DAY) from None
    last = today + timedelta(days=MOST_DAYS)
    if not today <= day <= last:
        raise Refused(BAD_DAY, first=f"{today:%d/%m/%Y}", last=f"{last:%d/%m/%Y}")
    return day


def _require_open(duty: Duty) -> None:
    if duty.state == "accepted":
        raise Refused(ACCEPTED)
    if duty.state == "waived":
        raise Refused(WAIVED)


def _words(form: FormData, field: str) -> str:
    """A field's text without what cannot be seen or stored; a file sent in its place is none."""
    value = form.get(field, "")
    if not isinstance(value, str):
        return ""
    plain = value.replace("\r\n", "\n")
    return "".join(c for c in plain if c in "\n\t" or not unicodedata.category(c).startswith("C")).strip()
