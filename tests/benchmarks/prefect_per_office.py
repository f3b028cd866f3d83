"""A Prefect task for each office, as Prefect's documentation teaches it: ``@task``, ``submit``, nothing tuned.

Each task sends one mail over a connection of its own, since a task shares nothing with the next. The same is measured
as somebody has it who tuned it by trial: eight at once was the fastest on two cores (2, 4, 16 and 1,000 were tried, and
a plain loop). ``python -m tests.benchmarks.prefect_per_office DATABASE PORT AS_OF [AT_ONCE]``.
"""

import json
import smtplib
import sys
import threading
from datetime import datetime
from pathlib import Path

from prefect import flow, task
from prefect.client.schemas.objects import State
from prefect.futures import wait
from prefect.task_runners import ThreadPoolTaskRunner

from tests.benchmarks.cron_rows import Due, note, open_database, who_is_due
from tests.benchmarks.cron_smtplib import written

_writing = threading.Lock()  # SQLite takes one writer at a time: waiting here is cheaper than its busy handler


@task
def remind(one: Due, database: str, port: int, as_of: datetime) -> None:
    """Send one mail and note it."""
    with smtplib.SMTP("127.0.0.1", port) as server:
        server.send_message(written(one))
    with _writing:
        db = open_database(Path(database))
        note(db, one, as_of)
        db.close()


@flow
def remind_everybody(database: str, port: int, as_of: datetime) -> int:
    """One task an office."""
    db = open_database(Path(database))
    due = who_is_due(db, as_of)
    db.close()
    futures = [remind.submit(one, database, port, as_of) for one in due]
    wait(futures)
    return sum(f.state.is_completed() for f in futures)


def main(database: str, port: str, as_of: str, at_once: str = "") -> None:
    """Run the flow once."""
    runner = {"task_runner": ThreadPoolTaskRunner(max_workers=int(at_once))} if at_once else {}
    chosen = remind_everybody.with_options(**runner)
    state: State[int] = chosen(database, int(port), datetime.fromisoformat(as_of), return_state=True)
    told = {"sent": state.result(), "flow_run": str(state.state_details.flow_run_id)}
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
