"""The application: its routes, and what every answer has in common."""

from importlib.resources import files

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, PlainTextResponse
from fastapi.staticfiles import StaticFiles

from dunghan.engine.context import Context
from dunghan.engine.renewal import Renewal
from dunghan.portal import desk, officer, problems
from dunghan.portal.body_limit import BodyLimit
from dunghan.portal.headers import SecurityHeaders
from dunghan.portal.limits import Limits
from dunghan.portal.pages import page


def create_app(context: Context) -> FastAPI:
    """The portal over one installation; ``context`` is its own, used from several threads."""
    app = FastAPI(title="Đúng hạn", docs_url=None, redoc_url=None, openapi_url="/openapi.json")
    app.state.context = context
    app.state.limits = Limits()
    app.state.renewal = Renewal(context, then=lambda: desk.remember_anew(app, context))
    app.add_middleware(BodyLimit)
    app.add_middleware(SecurityHeaders)  # the last added is the outermost: its headers are on every answer
    problems.wire(app)
    app.mount("/static", StaticFiles(directory=str(files("dunghan.portal") / "static")), name="static")
    app.include_router(officer.router)
    desk.register(app, context)

    @app.get("/", include_in_schema=False)
    def front_door(request: Request) -> HTMLResponse:
        """For whoever types the bare address: where officers and coordinators go from here."""
        return page(request, "front_door.html")

    @app.get("/healthz", response_class=PlainTextResponse)
    def healthz() -> str:
        """Whether the portal answers."""
        return "ok"

    return app
