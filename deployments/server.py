"""A Prefect server as a child process: its settings, its start, and waiting until it answers."""

import errno
import socket
import subprocess
import time
from pathlib import Path

from deployments import child
from deployments.supervisor import answers
from models.errors import ServerTrouble

PATIENCE_SECONDS = 90
"""A server is up in 9 s on a quiet machine."""

RUNS_KEPT_DAYS = 400
"""Last year's season can still be looked at in the UI."""


def api_url(host: str, port: int) -> str:
    """Where clients on this machine reach a server that listens at ``host``."""
    near = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
    return f"http://{f'[{near}]' if ':' in near else near}:{port}/api"


def server_settings(home: Path, host: str, port: int) -> dict[str, str]:
    """The environment of a server and of its clients: everything under ``home``, nothing told to anybody."""
    return {
        "PYTHONSAFEPATH": "1",  # a folder that holds a config/ of its own must not shadow ours
        "PREFECT_HOME": str(home.resolve()),
        "PREFECT_PROFILES_PATH": str(home.resolve() / "profiles.toml"),
        "PREFECT_API_URL": api_url(host, port),
        "PREFECT_SERVER_API_HOST": host,
        "PREFECT_SERVER_API_PORT": str(port),
        "PREFECT_SERVER_UI_API_URL": "/api",  # whatever name a browser knows us by
        "PREFECT_SERVER_API_CORS_ALLOWED_ORIGINS": api_url(host, port).removesuffix("/api"),  # no other page's scripts
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
        "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",  # or its database grows for ever
        "PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD": str(RUNS_KEPT_DAYS * 86400),
        "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": "30",  # seconds; the watchdog waits for three
        "PREFECT_CLI_PROMPT": "false",
        "PREFECT_LOGGING_LOGGERS_PREFECT_TASK_RUNS_LEVEL": "WARNING",  # a run's log tells the story, not its tasks
        "DO_NOT_TRACK": "1",
    }


def command(settings: dict[str, str]) -> tuple[str, ...]:
    """How a server with these settings is started, as after ``python -m``."""
    return (
        "prefect", "server", "start",
        "--host", settings["PREFECT_SERVER_API_HOST"], "--port", settings["PREFECT_SERVER_API_PORT"],
    )  # fmt: skip


def require_free(host: str, port: int, option: str = "--port") -> None:
    """Raise ServerTrouble if something listens there already, or if one cannot. ``option`` is what sets the port."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise ServerTrouble(_taken(host, port, error, option)) from None


def _taken(host: str, port: int, error: OSError, option: str) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} is in use: stop what listens there, or choose another with {option}."
    if error.errno == errno.EACCES:
        return f"Port {port} is kept for root: choose one above 1023 with {option}."
    return f"Nothing can listen at {host} ({error.strerror or error}): give an address of this machine with --host."


def free_port() -> int:
    """A port of loopback that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start(settings: dict[str, str], log: Path) -> subprocess.Popen[bytes]:
    """Start a server with these settings, its words going to ``log``, and return when it answers."""
    home = Path(settings["PREFECT_HOME"])
    home.mkdir(parents=True, exist_ok=True)
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as words:
        server = child.start(command(settings), settings, words, cwd=home)
    try:
        wait_until_up(settings["PREFECT_API_URL"], server, log)
    except BaseException:
        child.stop(server)
        raise
    return server


def wait_until_up(api: str, server: subprocess.Popen[bytes], log: Path) -> None:
    """Return when the API answers; ServerTrouble if the server dies or takes too long."""
    answered, deadline = answers(f"{api}/health"), time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise ServerTrouble(f"The Prefect server ended with {server.returncode}: its words are in {log}.")
        if answered():
            return
        time.sleep(0.2)
    raise ServerTrouble(f"The Prefect server did not answer within {PATIENCE_SECONDS} s: its words are in {log}.")
