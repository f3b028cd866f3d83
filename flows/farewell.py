"""Let the last words of a process reach the Prefect API before the API is stopped."""

from prefect.events.worker import EventsWorker
from prefect.logging.handlers import APILogWorker


def say_farewell() -> None:
    """Send what log lines and events are still queued; without this the process waits a minute for a dead server."""
    for worker in (APILogWorker, EventsWorker):
        worker.drain_all(timeout=10, at_exit=False)
