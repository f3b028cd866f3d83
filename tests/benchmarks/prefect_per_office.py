"""Prefect as its tutorials teach it: a flow that maps one task over the offices, each of which sends one mail.

Tasks run in threads, as Prefect's own task runner has it; eight at once was the fastest on two cores (2, 4, 16 and
1,000 were tried). Each opens its connection, since a task shares nothing with the next.
``python -m tests.benchmarks.prefect_per_office DATABASE PORT AS_OF``.
"""

import json
import smtplib
import sys
import threading
from datetime import datetime
from pathlib import Path

from prefect import flow, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.futures import wait
from prefect.task_runners import ThreadPoolTaskRunner

from tests.benchmarks.cron_rows import Due, note, open_database, who_is_due
from tests.benchmarks.cron_smtplib import written

AT_ONCE = 8
_writing = threading.Lock()  # SQLite takes one writer at a time: waiting here is cheaper than its busy handler


@task(cache_policy=NO_CACHE)
def remind(one: Due, database: str, port: int, as_of: datetime) -> None:
    """Send one mail and note it."""
    with smtplib.SMTP("127.0.0.1", port) as server:
        server.send_message(written(one))
    with _writing:
        db = open_database(Path(database))
        note(db, one, as_of)
        db.close()


@flow(task_runner=ThreadPoolTaskRunner(max_workers=AT_ONCE))  # type: ignore[arg-type]
def remind_everybody(database: str, port: int, as_of: datetime) -> int:
    """One task an office."""
    db = open_database(Path(database))
    due = who_is_due(db, as_of)
    db.close()
    futures = [remind.submit(one, database, port, as_of) for one in due]
    wait(futures)
    return sum(f.state.is_completed() for f in futures)


def main(database: str, port: str, as_of: str) -> None:
    """Run the flow once."""
    state: State[int] = remind_everybody(database, int(port), datetime.fromisoformat(as_of), return_state=True)
    told = {"sent": state.result(), "flow_run": str(state.state_details.flow_run_id)}
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
