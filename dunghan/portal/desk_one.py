"""An obligation's page at the desk: its deadline, what came in, what was sent and why, and what can be decided."""

from collections.abc import Callable
from datetime import date
from typing import Annotated, NamedTuple

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from dunghan.core.findings import said_to_coordinators
from dunghan.core.names import show, stage_name
from dunghan.core.periods import period_name
from dunghan.engine import actions, mailroom, plan_actions
from dunghan.engine.context import Context
from dunghan.engine.delivery import may_leave
from dunghan.engine.explain import explain
from dunghan.engine.remind_now import remind_now
from dunghan.engine.why_not import why_not
from dunghan.portal import desk_words, login
from dunghan.portal.downloads import handed_in
from dunghan.portal.forms import require_own_form
from dunghan.portal.language import chosen
from dunghan.portal.login import LoggedIn
from dunghan.portal.pages import page
from dunghan.portal.sending import afterwards
from dunghan.store import acts, findings
from dunghan.store.database import reading
from models.errors import DunghanError, NotPossible, UsageError

_ONE = "/o/{plan_id}/{report}/{period}/{office}"
_LONGEST_REASON = 2000
"""As a browser counts: what it sends has two characters for the end of a line."""

router = APIRouter(prefix="/c", dependencies=[Depends(login.current_user)])


class Missing(Exception):
    """There is no such page here."""


class Refused(Exception):
    """What was asked for cannot be done; the text says why, in Vietnamese."""


def _id(plan_id: str, report: str, period: str, office: str) -> str:
    return f"{plan_id}/{report}/{period}/{office}"


Wanted = Annotated[str, Depends(_id)]


@router.get(_ONE)
def obligation(request: Request, wanted: Wanted, done: str = "") -> Response:
    """The page; ``done`` names the act that led here."""
    return _page(request, wanted, told=desk_words.DONE.get(done, ""))


def _page(
    request: Request, wanted: str, status: int = 200, told: str = "", refused: str = "", act: str = "",
    written: "Decision | None" = None,
) -> Response:  # fmt: skip
    """The page. Where an ``act`` was refused its form stands open with what was ``written`` in it."""
    context: Context = request.app.state.context
    language = chosen(request)
    try:
        found = explain(context, wanted, context.now())
        plan = context.catalog.plan(found["plan"])
    except UsageError:
        raise Missing from None
    with reading(context.db) as connection:
        versions = acts.submissions(connection, wanted)
        seen = findings.of(connection, [v.id for v in versions if v.id is not None])
    noticed = {
        number: [(f.file, said_to_coordinators(f.code, f.detail, language)) for f in of] for number, of in seen.items()
    }
    report = plan.report(found["report"])
    title = context.catalog.tree.title
    return page(
        request, "desk_obligation.html", status, plan=plan, one=found, report=report.title if report else "",
        period_name=period_name(found["period"], language), stage=stage_name(found["stage"], language),
        to=[title(code) for code in found["to"]], through=title(found["through"]) if found["through"] else "",
        versions=list(reversed(versions)), noticed=noticed, words=desk_words, told=told, refused=refused,
        day=lambda text: show(date.fromisoformat(text), language), act=act, written=written,
    )  # fmt: skip


@router.get(_ONE + "/file/{version}/{number}")
def file(request: Request, wanted: Wanted, version: str, number: str) -> Response:
    """A file of a version, to be kept, never shown; what lies in the store is compared with its SHA-256 first."""
    context: Context = request.app.state.context
    with reading(context.db) as connection:
        held = {str(v.version): v.files for v in acts.submissions(connection, wanted)}
    files = dict(enumerate(held.get(version, []), start=1))
    if not (number.isascii() and number.isdigit() and len(number) < 4 and int(number) in files):
        raise Missing
    try:
        return handed_in(context.settings.files_url, files[int(number)])
    except (NotPossible, OSError):
        return page(request, "desk_refused.html", 500, why="damaged")


class Decision(NamedTuple):
    """What a form of the page says."""

    because: str
    until: str
    version: str

    @property
    def reason(self) -> str:
        """The reason, where one is due."""
        if not self.because:
            raise Refused("Xin ghi lý do: lý do được lưu cùng quyết định.")
        return self.because

    @property
    def looked_at(self) -> int | None:
        """The version that the page showed; none where it showed nothing handed in."""
        if not self.version:
            return None
        return int(self.version) if self.version.isascii() and self.version.isdigit() else 0

    @property
    def day(self) -> date:
        """The day, where one is due."""
        try:
            return date.fromisoformat(self.until)
        except ValueError:
            raise Refused("Xin chọn một ngày.") from None


def _decision(
    because: Annotated[str, Form(max_length=2 * _LONGEST_REASON)] = "",
    until: Annotated[str, Form(max_length=20)] = "",
    version: Annotated[str, Form(max_length=10)] = "",
) -> Decision:
    return Decision(because.replace("\r\n", "\n").strip()[:_LONGEST_REASON], until.strip(), version)


@router.post(_ONE + "/{act}", dependencies=[Depends(require_own_form)])
def act(
    request: Request, wanted: Wanted, act: str, decided: Annotated[Decision, Depends(_decision)], user: LoggedIn
) -> Response:
    """Do what a form asks for in the user's name, and show the page again. What cannot be done is told there."""
    context: Context = request.app.state.context
    if act not in _ACTS:
        raise Missing
    try:
        done = _ACTS[act](context, wanted, decided, user.name)
    except Refused as error:
        return _page(request, wanted, 422, refused=str(error), act=act, written=decided)
    except (NotPossible, UsageError) as error:
        status = 409 if isinstance(error, NotPossible) else 422
        return _page(request, wanted, status, refused=_why_not(act, error), act=act, written=decided)
    task = afterwards(context, wanted) if act in ("return", "remind") else None
    return RedirectResponse(f"/c/o/{wanted}?done={done}", 303, background=task)


def _accept(context: Context, wanted: str, decided: Decision, by: str) -> str:
    actions.accept(context, wanted, by=by, because=decided.because, version=decided.looked_at)
    return "accept"


def _give_back(context: Context, wanted: str, decided: Decision, by: str) -> str:
    actions.give_back(context, wanted, by=by, because=decided.reason, version=decided.looked_at)
    nobody = mailroom.notice_fate(context, wanted) == "nobody"
    return "return-nobody" if nobody else _soon_or_later(context, "return")


def _extend(context: Context, wanted: str, decided: Decision, by: str) -> str:
    actions.extend(context, wanted, until=decided.day, by=by, because=decided.reason)
    return "extend"


def _waive(context: Context, wanted: str, decided: Decision, by: str) -> str:
    actions.waive(context, wanted, by=by, because=decided.reason)
    return "waive"


def _set_date(context: Context, wanted: str, decided: Decision, by: str) -> str:
    plan, report, period, _ = wanted.split("/")
    stage = explain(context, wanted, context.now())["stage"]
    plan_actions.set_date(context, plan, report, stage, decided.day, because=decided.reason, by=by, key=period)
    return "set-date"


def _remind(context: Context, wanted: str, decided: Decision, by: str) -> str:
    remind_now(context, wanted, by=by, because=decided.because)
    return _soon_or_later(context, "remind")


def _soon_or_later(context: Context, done: str) -> str:
    """What is told of something queued: whether it leaves at once, or waits for working hours."""
    return done if may_leave(context, context.now()) else f"{done}-later"


_ACTS: dict[str, Callable[[Context, str, Decision, str], str]] = {
    "accept": _accept,
    "return": _give_back,
    "extend": _extend,
    "waive": _waive,
    "set-date": _set_date,
    "remind": _remind,
}


_NOTHING_DONE = "Không thực hiện được việc này; chưa có gì thay đổi."


def _why_not(act: str, error: DunghanError) -> str:
    return why_not(act, error) or _NOTHING_DONE
