"""One machine: the Prefect server and the process that runs every plan's schedule, started and stopped together."""

import os
import subprocess
import sys
import time
from pathlib import Path

from deployments import server
from dunghan.engine.context import Context
from dunghan.store.database import reading

HOME = Path("var/prefect")
LOGS = Path("var/log")


def serve(context: Context, host: str, port: int) -> None:
    """Serve until SIGTERM or Ctrl-C.

    1. Refuse early what cannot work: a database that is missing, a plan with faults, a port in use.
    2. Start the server and wait until it answers.
    3. Start the runner, which registers a deployment for every plan.
    4. When asked to stop, or when one of the two dies, stop the runner first, then the server.
    """
    with reading(context.db):
        plans = [plan.id for plan in context.catalog.plans()]
    server.require_free(host, port)
    settings = server.server_settings(Path(os.environ.get("PREFECT_HOME", HOME)), host, port)
    LOGS.mkdir(parents=True, exist_ok=True)
    server.interrupt_on_sigterm()
    print(f"Starting the Prefect server on http://{host}:{port} …", flush=True)
    children = [server.start(settings, LOGS / "server.log")]
    try:
        with (LOGS / "runner.log").open("ab") as words:
            runner = subprocess.Popen(
                [sys.executable, "-m", "deployments.runner"],
                env={**os.environ, **settings}, stdout=words, stderr=words, start_new_session=True,
            )  # fmt: skip
        children.append(runner)
        print(f"{len(plans)} plans run daily at 08:00 (Asia/Ho_Chi_Minh): {', '.join(plans)}", flush=True)
        print(f"Logs: {LOGS}/server.log, {LOGS}/runner.log. Stop with Ctrl-C.", flush=True)
        while all(child.poll() is None for child in children):
            time.sleep(0.5)
        print("A part has ended by itself: see the logs. Stopping the rest.", file=sys.stderr)
    except KeyboardInterrupt:
        print("Stopping …", flush=True)
        return
    finally:
        for child in reversed(children):
            server.stop(child)
    sys.exit(1)
