"""Plans drafted from documents at the desk: upload one, decide on each clause found in it, take the plan file away."""

import shutil
import tempfile
from pathlib import Path, PurePath
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse
from starlette.datastructures import FormData, UploadFile

from dunghan import files
from dunghan.clauses.stretch import plain
from dunghan.engine import plan_drafts
from dunghan.engine.context import Context
from dunghan.engine.plan_draft_file import Undecided, plan_file
from dunghan.engine.plan_drafts import DecidedMeanwhile, Draft, UnknownDraft
from dunghan.portal import desk_due, desk_words, login
from dunghan.portal.body_limit import MB
from dunghan.portal.desk_draft_form import LONGEST, Decision, Refused, decision, form_of
from dunghan.portal.desk_draft_text import around, pieces
from dunghan.portal.desk_one import Missing
from dunghan.portal.downloads import OPAQUE, attachment, handed_in
from dunghan.portal.forms import FIELD, require_own_form
from dunghan.portal.language import chosen
from dunghan.portal.limits import UPLOADS
from dunghan.portal.login import LoggedIn
from dunghan.portal.pages import page
from models.errors import DocumentRefused, NotPossible

KINDS = (".docx", ".pdf", ".html", ".htm", ".txt")
router = APIRouter(prefix="/c/drafts", dependencies=[Depends(login.current_user)])


@router.get("")
def listing(request: Request) -> Response:
    """The drafts so far, and the form for another document."""
    return _list(request)


def _list(request: Request, refused: Refused | None = None) -> Response:
    context: Context = request.app.state.context
    return page(
        request, "desk_drafts.html", refused.status if refused else 200, drafts=plan_drafts.listing(context),
        refused=refused, words=desk_words, kinds=",".join(KINDS), most=files.MOST_BYTES // MB,
    )  # fmt: skip


@router.post("/new", openapi_extra={"requestBody": {"content": {"multipart/form-data": {"schema": {
    "type": "object", "properties": {FIELD: {"type": "string"}, "file": {"type": "string", "format": "binary"}},
}}}}})  # fmt: skip
async def upload(request: Request, user: LoggedIn) -> Response:
    """Take a document and read it. The body is read only now, when it is known who sends it."""
    request.app.state.limits.count(UPLOADS, f"user/{user.id}")
    async with request.form(max_files=2, max_fields=5) as form:
        token = form.get(FIELD, "")
        require_own_form(request, token if isinstance(token, str) else "")
        return await run_in_threadpool(_uploaded, request, form, user.name)


def _uploaded(request: Request, form: FormData, by: str) -> Response:
    sent = form.get("file")
    try:
        if not isinstance(sent, UploadFile) or not (sent.filename or sent.size):
            raise Refused("no_file")
        number, new = _taken(request.app.state.context, sent, by)
    except Refused as refused:
        return _list(request, refused)
    return RedirectResponse(f"/c/drafts/{number}" + ("" if new else "?done=again"), 303)


def _taken(context: Context, sent: UploadFile, by: str) -> tuple[int, bool]:
    name = files.safe_name(sent.filename or "")
    ending = PurePath(name).suffix.lower()
    if ending not in KINDS:
        raise Refused("kind", 415, name=name)
    with tempfile.TemporaryDirectory(prefix="dunghan-") as folder:
        path = Path(folder, f"document{ending}")
        sent.file.seek(0)
        with path.open("wb") as handle:
            shutil.copyfileobj(sent.file, handle, files.CHUNK)
        try:
            return plan_drafts.add(context, path, name, by=by)
        except files.Refused as refused:
            status = 413 if refused.code == "too_large" else 422
            raise Refused(refused.code, status, name=name, most=files.MOST_BYTES // MB) from None
        except DocumentRefused as refused:
            raise Refused(refused.problem, name=name) from None


def _wanted(request: Request, number: str) -> Draft:
    if not (number.isascii() and number.isdigit() and len(number) < 10):
        raise Missing
    try:
        return plan_drafts.one(request.app.state.context, int(number))
    except UnknownDraft:
        raise Missing from None


Wanted = Annotated[Draft, Depends(_wanted)]


@router.get("/{number}")
def draft(request: Request, wanted: Wanted, done: str = "", clause: str = "") -> Response:
    """Its clauses, each with what was read out of it and what can be decided; ``done`` names the act that led here."""
    return _page(request, wanted, told=desk_words.DRAFT_DONE.get(done, ""), acted_on=clause[:6])


def _page(
    request: Request, wanted: Draft, told: str = "", refused: Refused | None = None, acted_on: str = "",
    written: "Decision | None" = None,
) -> Response:  # fmt: skip
    """The page. Where a form was refused it stands open, at its clause, with what was ``written`` in it."""
    context: Context = request.app.state.context
    language = chosen(request)
    try:
        text = plan_drafts.text(context, wanted)
    except NotPossible:
        return page(request, "desk_refused.html", 500, why="damaged")
    return page(
        request, "desk_draft.html", refused.status if refused else 200, draft=wanted, words=desk_words,
        around={one.number: around(text, one.found) for one in wanted.clauses},
        days=lambda due: desk_due.written(due, language), form_of=lambda one: form_of(one.stands, language),
        told=told, refused=refused, acted_on=acted_on, written=written, longest=LONGEST, plain=plain,
    )  # fmt: skip


@router.get("/{number}/text")
def whole(request: Request, wanted: Wanted) -> Response:
    """The whole text with every clause highlighted."""
    try:
        text = plan_drafts.text(request.app.state.context, wanted)
    except NotPossible:
        return page(request, "desk_refused.html", 500, why="damaged")
    by_number = {one.number: one for one in wanted.clauses}
    return page(
        request, "desk_draft_text.html", draft=wanted, pieces=pieces(text, wanted), by_number=by_number,
        words=desk_words,
    )  # fmt: skip


@router.get("/{number}/document")
def document(request: Request, wanted: Wanted) -> Response:
    """The document as it came."""
    return _kept(request, wanted.document)


@router.get("/{number}/source.txt")
def source(request: Request, wanted: Wanted) -> Response:
    """The text that was read out of the document: ``plan check`` looks for every quote in it."""
    try:
        name = plan_file(request.app.state.context, wanted).id
    except Undecided:
        name = PurePath(wanted.document["name"]).stem
    except NotPossible:
        return page(request, "desk_refused.html", 500, why="damaged")
    return _kept(request, files.Kept(**wanted.text | {"name": f"{name}.txt"}))


def _kept(request: Request, kept: files.Kept) -> Response:
    try:
        return handed_in(request.app.state.context.settings.files_url, kept)
    except (NotPossible, OSError):
        return page(request, "desk_refused.html", 500, why="damaged")


@router.get("/{number}/plan.yaml")
def plan(request: Request, wanted: Wanted) -> Response:
    """The plan made of what was decided, once everything is."""
    try:
        made = plan_file(request.app.state.context, wanted)
    except Undecided:
        return _page(request, wanted, refused=Refused("undecided", 409))
    except NotPossible:
        return page(request, "desk_refused.html", 500, why="damaged")
    return Response(made.yaml.encode("utf-8"), media_type=OPAQUE, headers=attachment(f"{made.id}.yaml"))


ACTS: dict[str, plan_drafts.Decision] = {"confirm": "confirmed", "reject": "rejected", "correct": "corrected"}


@router.post("/{number}/{act}", dependencies=[Depends(require_own_form)])
def decide(
    request: Request, wanted: Wanted, act: str, decided: Annotated[Decision, Depends(decision)], user: LoggedIn
) -> Response:
    """Decide on a clause in the user's name, and go on to the next that nobody has decided."""
    context: Context = request.app.state.context
    if act not in ACTS or not all(n.isascii() and n.isdigit() for n in (decided.clause, decided.seen)):
        raise Missing
    number = int(decided.clause)
    try:
        plan_drafts.decide(
            context, wanted.number, number, ACTS[act], by=user.name, seen=int(decided.seen),
            correction=decided.correction() if act == "correct" else None,
        )  # fmt: skip
    except UnknownDraft:
        raise Missing from None
    except DecidedMeanwhile:
        now = plan_drafts.one(context, wanted.number)
        return _page(request, now, refused=Refused("meanwhile", 409), acted_on=decided.clause)
    except Refused as refused:
        return _page(request, wanted, refused=refused, acted_on=decided.clause, written=decided)
    left = [one.number for one in wanted.clauses if not one.decision and one.number != number]
    after = [n for n in left if n > number] or left
    place = f"clause-{after[0]}" if after else "ready"
    return RedirectResponse(f"/c/drafts/{wanted.number}?done={act}&clause={number}#{place}", 303)
