"""A Prefect server as a child process: its settings, its start, and waiting until it answers."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import FrameType

from models.errors import ServerTrouble

PATIENCE_SECONDS = 90
"""A server is up in 9 s on a quiet machine."""


def server_settings(home: Path, host: str, port: int) -> dict[str, str]:
    """The environment of a server and of its clients: everything under ``home``, nothing told to anybody."""
    return {
        "PYTHONSAFEPATH": "1",  # a folder that holds a config/ of its own must not shadow ours
        "PREFECT_HOME": str(home.resolve()),
        "PREFECT_PROFILES_PATH": str(home.resolve() / "profiles.toml"),
        "PREFECT_API_URL": f"http://{host}:{port}/api",
        "PREFECT_SERVER_API_HOST": host,
        "PREFECT_SERVER_API_PORT": str(port),  # or the UI talks to 4200
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_CLI_PROMPT": "false",
        "PREFECT_LOGGING_LOGGERS_PREFECT_TASK_RUNS_LEVEL": "WARNING",  # a run's log tells the story, not its tasks
        "DO_NOT_TRACK": "1",
    }


def require_free(host: str, port: int) -> None:
    """Raise ServerTrouble if something listens there already."""
    with socket.socket() as probe:
        probe.settimeout(2)
        if probe.connect_ex((host, port)) == 0:
            raise ServerTrouble(f"Port {port} is in use: stop what listens there, or choose another with --port.")


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
    command = [
        sys.executable, "-m", "prefect", "server", "start",
        "--host", settings["PREFECT_SERVER_API_HOST"], "--port", settings["PREFECT_SERVER_API_PORT"],
    ]  # fmt: skip
    with log.open("ab") as words:
        child = subprocess.Popen(
            command, env={**os.environ, **settings}, stdout=words, stderr=words, cwd=home, start_new_session=True
        )
    try:
        wait_until_up(settings["PREFECT_API_URL"], child, log)
    except BaseException:
        stop(child)
        raise
    return child


def wait_until_up(api: str, child: subprocess.Popen[bytes], log: Path) -> None:
    """Return when the API answers; ServerTrouble if the server dies or takes too long."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if child.poll() is not None:
            raise ServerTrouble(f"The Prefect server ended with {child.returncode}: its words are in {log}.")
        try:
            with urllib.request.urlopen(f"{api}/health", timeout=2):  # noqa: S310 - our own server
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise ServerTrouble(f"The Prefect server did not answer within {PATIENCE_SECONDS} s: its words are in {log}.")


def interrupt_on_sigterm() -> None:
    """Let SIGTERM end this process as Ctrl-C does, so that its children are stopped."""

    def interrupt(_signal: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, interrupt)


def stop(child: subprocess.Popen[bytes], patience: float = 15) -> None:
    """End a child and what it started: asked first, then made to."""
    if child.poll() is not None:
        return
    os.killpg(child.pid, signal.SIGTERM)
    try:
        child.wait(patience)
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()
