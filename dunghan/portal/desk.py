"""The coordinator's desk: the plans, and the matrix of a period with its export and its chart."""

from itertools import chain
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, FastAPI, Query, Request, Response
from fastapi.responses import StreamingResponse
from markupsafe import Markup

from dunghan.core import timeline
from dunghan.core.names import stage_name
from dunghan.core.periods import period_name
from dunghan.engine.context import Context
from dunghan.engine.matrix import PAGE, Column, Matrices, Matrix, Wish, choose
from dunghan.engine.response import SOON, Responses
from dunghan.portal import desk_drafts, desk_one, export, login
from dunghan.portal.desk_words import SIGNS, STATES
from dunghan.portal.downloads import attachment, pieces
from dunghan.portal.language import chosen, translated
from dunghan.portal.pages import page
from dunghan.store import cells, facts
from dunghan.store.database import reading
from models.errors import UsageError

router = APIRouter(prefix="/c", dependencies=[Depends(login.current_user)])


def register(app: FastAPI, context: Context) -> None:
    """Add the desk to the application: its routes, its memory, and what it answers to who may not."""
    remember_anew(app, context)
    app.state.throttle = login.Throttle()
    for part in (login.router, desk_drafts.router, router, desk_one.router):  # /c/drafts/1 is no period of a plan
        app.include_router(part)
    app.add_exception_handler(login.NoSession, login.ask_to_log_in)
    app.add_exception_handler(desk_one.Missing, _missing)


def remember_anew(app: FastAPI, context: Context) -> None:
    """Begin with an empty memory: what it held was by plans and offices that have changed."""
    app.state.matrices, app.state.responses = Matrices(context), Responses(context)


def _missing(request: Request, _: Exception) -> Response:
    return page(request, "desk_refused.html", 404, why="missing")


@router.get("/")
def plans(request: Request) -> Response:
    """Every plan with the periods that have begun."""
    context: Context = request.app.state.context
    language = chosen(request)
    with reading(context.db) as connection:
        paused, opened = facts.paused_plans(connection), cells.opened(connection)
    listed = [
        (plan, [(key, period_name(key, language)) for key in opened.get(plan.id, ())], plan.id in paused)
        for plan in context.catalog.plans()
    ]
    return page(request, "desk_plans.html", listed=listed)


def _wish(
    stage: Annotated[str, Query(max_length=60)] = "",
    state: Annotated[str, Query(max_length=20)] = "",
    text: Annotated[str, Query(max_length=100)] = "",
) -> Wish:
    return Wish(stage, state, text.strip())


Wished = Annotated[Wish, Depends(_wish)]


def _matrix(request: Request, plan_id: str, period: str) -> Matrix:
    context: Context = request.app.state.context
    matrices: Matrices = request.app.state.matrices
    try:
        return matrices.of(context.catalog.plan(plan_id), period)
    except UsageError:
        raise desk_one.Missing from None


def _heads(found: Matrix, language: str) -> dict[Column, str]:
    """What a column is called: its report, and its period where that is but a part of the page's."""
    titles = {report.id: report.title for report in found.plan.reports}
    parts = {k: f", {period_name(k, language)}" if k != found.period else "" for _, k in found.columns}
    return {(r, k): titles[r] + parts[k] for r, k in found.columns}


@router.get("/{plan_id}/{period}")
def matrix(
    request: Request, plan_id: str, period: str, wish: Wished, number: Annotated[str, Query(alias="page")] = "1"
) -> Response:
    """Office × report, a hundred offices a page."""
    context: Context = request.app.state.context
    now, language = context.now(), chosen(request)
    found = _matrix(request, plan_id, period)
    shown = choose(found, wish, now)
    pages = max(1, -(-len(shown.lines) // PAGE))
    here = min(max(int(number) if number.isascii() and number.isdigit() and len(number) < 6 else 1, 1), pages)

    def link(**other: Any) -> str:
        query = {**wish._asdict(), **other}
        return "?" + urlencode({name: value for name, value in query.items() if value})

    return page(
        request, "desk_matrix.html", plan=found.plan, period=period, period_name=period_name(period, language),
        columns=found.columns, heads=_heads(found, language),
        stages=[(s, stage_name(s, language)) for s in found.stages], stage_names=stage_name,
        lines=shown.lines[(here - 1) * PAGE : here * PAGE], total=len(shown.lines), everybody=len(found.lines),
        counts=sorted(shown.counts.items(), key=lambda one: list(STATES).index(one[0])), wish=wish,
        link=link, here=here, pages=pages, now=now, states=STATES, signs=SIGNS,
    )  # fmt: skip


@router.get("/{plan_id}/{period}/export.xlsx")
def spreadsheet(request: Request, plan_id: str, period: str, wish: Wished) -> Response:
    """The same offices as a spreadsheet, all pages of them."""
    found, now = _matrix(request, plan_id, period), request.app.state.context.now()
    language = chosen(request)

    def t(text: str) -> str:
        return translated(text, language)

    head = [t("Cấp"), t("Mã"), t("Đơn vị")]
    for name in _heads(found, language).values():
        head += [name, t("Hạn nộp"), t("Nộp lần đầu")]
    lines = choose(found, wish, now).lines
    rows = (export.row(line, found.columns, now, t, stage_name(line.stage, language)) for line in lines)
    file = export.workbook(t("Báo cáo"), chain([head], rows))
    return StreamingResponse(pieces(file), media_type=export.TYPE, headers=attachment(f"{plan_id}-{period}.xlsx"))


@router.get("/{plan_id}/{period}/response/{report}/{key}")
def chart(request: Request, plan_id: str, period: str, report: str, key: str) -> Response:
    """Did the reminders help: a chart, and its figures in words."""
    responses: Responses = request.app.state.responses
    found, column = _matrix(request, plan_id, period), (report, key)
    if column not in found.columns:
        raise desk_one.Missing
    told = responses.of(found, column)
    language = chosen(request)
    head = _heads(found, language)[column]

    def t(text: str, **names: Any) -> str:
        return translated(text, language, **names)

    words = timeline.Words(
        title=t("Báo cáo nộp theo ngày, mốc nhắc và hạn nộp"),
        description=t(
            "{handed_in} trên {expected} đơn vị đã nộp; {after_rung} nộp trong {days} ngày sau một lần nhắc.",
            handed_in=told.handed_in, expected=told.expected, after_rung=told.after_rung, days=SOON.days,
        ),
        came=t("số đơn vị nộp lần đầu"),
        reminded=t("ngày có nhắc"),
        last_day=t("hết hạn nộp"),
    )  # fmt: skip
    drawn = Markup(timeline.svg(words, told.came, told.reminded, told.last_days))  # noqa: S704 - drawn here, escaped
    return page(
        request, "desk_response.html", plan=found.plan, period=period, period_name=period_name(period, language),
        head=head, told=told, drawing=drawn, days=SOON.days, words=words,
    )  # fmt: skip
