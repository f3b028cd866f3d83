"""One machine: the Prefect server and the process that runs every plan's schedule, supervised together."""

import os
from pathlib import Path

from deployments import server
from deployments.access import access
from deployments.child import interrupt_on_sigterm
from deployments.lock import only_one
from deployments.logbook import Logbook
from deployments.supervisor import Service, Supervisor, answers
from dunghan.engine import prefect_api
from dunghan.engine.context import Context
from dunghan.store.database import reading
from models.errors import ServerTrouble

LOG = Path("var/log/dunghan.log")

READY = "Every schedule is registered."
"""What the runner says when it begins to run what is scheduled."""

NEAR = "127.0.0.1"
"""Where the portal listens: officers reach it through a proxy with TLS, whoever may reach the Prefect server."""

RUNS_MAY_TAKE = 60
"""Seconds for which flow runs that have begun may go on after SIGTERM."""


def services(settings: dict[str, str], portal_port: int | None) -> list[Service]:
    """What is kept running, in the order of its start; it is stopped from the last to the first."""
    health = answers(f"{settings['PREFECT_API_URL']}/health")
    home = Path(settings["PREFECT_HOME"])
    found = [
        # The server's folder is its own: in ours Prefect would read .env, which is not about it.
        Service("server", server.command(settings), up=lambda _: health(), answers=health, cwd=home),
    ]
    if portal_port is not None:
        awake = answers(f"http://{NEAR}:{portal_port}/healthz")
        words = ("deployments.portal", NEAR, str(portal_port))
        found.append(Service("portal", words, up=lambda _: awake(), answers=awake))
    return [
        *found,
        Service("runner", ("deployments.runner",), up=lambda said: READY in said.tail, finish=RUNS_MAY_TAKE),
    ]


def serve(context: Context, host: str, port: int, portal_port: int | None) -> None:
    """Serve until SIGTERM or Ctrl-C. ``host`` is the Prefect server's; the portal stays on loopback.

    1. Refuse early what cannot work: a database that is missing, a plan with faults, a second copy, a port in use.
    2. Start the server, when it answers the portal, and then the runner, which registers a deployment for every plan.
    3. Restart what dies; give up when it dies again and again.
    4. When asked to stop, let the runner finish what it runs, then stop the portal and the server.
    """
    if not context.settings.secret_key:
        portal_port = None  # its links could not be signed
    with reading(context.db):
        plans = [plan.id for plan in context.catalog.plans()]
    home = prefect_api.home()
    for folder in (home, LOG.parent):
        _require_writable(folder)
    with only_one(context, home):
        server.require_free(host, port)
        if portal_port is not None:
            _require_apart(port, portal_port)
            server.require_free(NEAR, portal_port, "--portal-port")
        settings = server.server_settings(home, host, port)
        settings |= access(home, host, settings["PREFECT_API_URL"])
        interrupt_on_sigterm()
        _keep(services(settings, portal_port), settings, plans, portal_port)


def _require_apart(port: int, portal_port: int) -> None:
    if port == portal_port:
        raise ServerTrouble(f"Port {port} is the Prefect server's: choose another with --portal-port, or --no-portal.")


def _where_the_portal_is(port: int | None) -> str:
    if port is None:
        return "Without the portal (--no-portal, or no DUNGHAN_SECRET_KEY: `dunghan init` makes one)."
    return f"The portal is at http://{NEAR}:{port}; put a proxy with TLS before it."


def _require_writable(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        writable = os.access(folder, os.W_OK)
    except OSError:
        writable = False
    if not writable:
        raise ServerTrouble(f"{folder} cannot be written: serve in the installation's folder, as the user who owns it.")


def _keep(kept: list[Service], settings: dict[str, str], plans: list[str], portal_port: int | None) -> None:
    book = Logbook(LOG)
    supervisor = Supervisor(kept, settings, book)
    url = settings["PREFECT_API_URL"].removesuffix("/api")
    print(f"Starting the Prefect server on {url} …", flush=True)
    if "PREFECT_SERVER_API_AUTH_STRING" in settings:
        where = "PREFECT_SERVER_API_AUTH_STRING" if os.environ.get("PREFECT_SERVER_API_AUTH_STRING") else ""
        print(
            f"The API asks for a name and a password: see {where or prefect_api.client_file(prefect_api.home())}.",
            flush=True,
        )
    try:
        supervisor.start()
        print(_where_the_portal_is(portal_port), flush=True)
        print(f"{len(plans)} plans run daily at 08:00 (Asia/Ho_Chi_Minh): {', '.join(plans)}", flush=True)
        print(f"Log: {LOG}. Stop with Ctrl-C.", flush=True)
        supervisor.watch()
    except KeyboardInterrupt:
        print("Stopping …", flush=True)
    finally:
        supervisor.stop()
        book.close()
