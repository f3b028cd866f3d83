"""A process that has imported everything and opened nothing: it forks senders, lets them race, and kills them.

A script: ``python forker.py CONFIG_DIR PLAN``. It takes one JSON list of orders a line on stdin, carries them out at
once, each by a child of its own, and gives one JSON list of answers a line on stdout.

An order is ``{"settings", "steps", "clock"}`` and what else it wants. The child opens its own database and takes its
steps ``["run" | "pass" | "deliver" | "drain", plan, now]`` at the clock's time (``drain`` sends a letter for whatever
the outbox holds, of plans that no file describes). ``together``: it waits for the others when it has its database open;
``kill_after``: it gets SIGKILL after so many seconds from the start of all; ``kill_when``: once that file is there;
``zone``: its TZ; ``pages``: the most pages of its SQLite file; ``largest``: the most bytes of any file it writes.

An answer is ``{"killed", "done", "said", "error", "seconds"}``: ``done`` counts whole steps, ``said`` is what each
returned, ``error`` the class and words of what ended the child.
"""

import gc
import json
import mmap
import os
import resource
import select
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, event

import dunghan.channels.email
from config.catalog import Catalog
from config.settings import Settings
from dunghan import outbox
from dunghan.channels.outcome import Letter
from dunghan.engine import run, sweep
from dunghan.engine.context import Context
from dunghan.engine.delivery import deliver, gateways, journals
from dunghan.outbox import Claimed, Prepared
from dunghan.store.database import connect, migrate, reading
from models.timezone import VIETNAM

PATIENCE = 60.0
Order = dict[str, Any]


def plain_letters(_: Connection, claimed: Sequence[Claimed]) -> Mapping[int, Prepared]:
    """A letter for each message, whatever it is about."""
    return {c.id: Prepared(Letter(f"{c.office}@mail.example", "Nhắc", "Kính gửi", None, c.message_id)) for c in claimed}


def take_step(context: Context, kind: str, plan: str | None, now: datetime) -> Any:
    """One step, and what it returned."""
    match kind, plan:
        case "run", str():
            return run.run(context, plan, now).document
        case "pass", str():
            return sweep.run_pass(context, plan, now)
        case "deliver", _:
            return deliver(context, now, plan)
    with gateways(context) as ways:  # drain
        own = journals(context)
        return outbox.deliver(context.db, ways, plain_letters, now=now, clock=context.now, journals=own)


def context_of(order: Order, catalog: Catalog) -> Context:
    """The child's own context: a fresh engine, and a clock that starts where the order says."""
    if order.get("zone"):
        os.environ["TZ"] = order["zone"]
        time.tzset()
    if order.get("largest"):
        resource.setrlimit(resource.RLIMIT_FSIZE, (order["largest"], order["largest"]))
    settings = Settings(**order["settings"])
    engine = connect(settings.database_url)
    if order.get("pages"):

        @event.listens_for(engine, "connect")
        def _limited(connection: Any, _: Any) -> None:
            connection.execute(f"PRAGMA max_page_count = {int(order['pages'])}")

    start, began = datetime.fromisoformat(order["clock"]), time.monotonic()
    context = Context(settings, db=engine, now=lambda: start + timedelta(seconds=time.monotonic() - began))
    context.__dict__["catalog"] = catalog
    return context


def live(order: Order, catalog: Catalog, done: mmap.mmap, gate: int, report: int, ready: int) -> None:
    """A child's life: open, wait for the gate, take the steps, report."""
    said: list[Any] = []
    error = ""
    try:
        context = context_of(order, catalog)
        if order.get("together"):
            with reading(context.db):
                pass
        os.write(ready, b".")
        os.read(gate, 1)  # it closes for all at once
        for kind, plan, now in order["steps"]:
            said.append(take_step(context, kind, plan, datetime.fromisoformat(now)))
            done[0] += 1
    except BaseException as failure:  # noqa: BLE001 - whatever it is, the test is told
        error = f"{type(failure).__name__}: {failure}"
    os.write(report, json.dumps({"said": said, "error": error}).encode())
    os._exit(0)


class Child:
    """A forked sender, its shared count of steps done, and the pipe on which it reports."""

    def __init__(self, order: Order, catalog: Catalog, gate: tuple[int, int], ready: int) -> None:
        self.kill_after: float = order.get("kill_after") or PATIENCE
        self.kill_when: str = order.get("kill_when") or ""
        self.done = mmap.mmap(-1, mmap.PAGESIZE)
        self.report, other = os.pipe()
        self.words, self.killed, self.seconds = b"", False, 0.0
        self.pid = os.fork()
        if self.pid == 0:
            os.close(gate[1])
            os.close(self.report)
            live(order, catalog, self.done, gate[0], other, ready)
        os.close(other)

    def is_due(self, passed: float) -> bool:
        """Whether its end has come."""
        signalled = bool(self.kill_when) and Path(self.kill_when).exists()
        return not self.killed and (signalled or passed >= self.kill_after)

    def kill(self) -> None:
        """End it at once; it has not been waited for, so the number is still its own."""
        os.kill(self.pid, signal.SIGKILL)
        self.killed = True

    def answer(self) -> dict[str, Any]:
        """Wait for its end, and tell it."""
        os.waitpid(self.pid, 0)
        os.close(self.report)
        whole = {"said": [], "error": ""} | (json.loads(self.words) if self.words else {})
        return {"killed": self.killed and not self.words, "done": self.done[0], "seconds": self.seconds} | whole


def race(orders: list[Order], catalog: Catalog) -> list[dict[str, Any]]:
    """Fork a child for each order, open the gate for all at once, and see each to its end."""
    gate, ready = os.pipe(), os.pipe()
    children = [Child(order, catalog, gate, ready[1]) for order in orders]
    os.close(ready[1])
    for _ in children if orders[0].get("together") else ():
        os.read(ready[0], 1)  # nothing, once all that are not ready have died
    start = time.monotonic()
    for end in (*gate, ready[0]):
        os.close(end)
    alive = {child.report: child for child in children}
    while alive:
        passed = time.monotonic() - start
        wait = min(0.002 if child.kill_when else child.kill_after - passed for child in alive.values())
        readable, _, _ = select.select(list(alive), [], [], max(wait, 0.0))
        passed = time.monotonic() - start
        for child in [alive[end] for end in readable]:
            words = os.read(child.report, 65536)
            child.words += words
            if not words:
                child.seconds = passed
                del alive[child.report]
        for child in list(alive.values()):
            if child.is_due(passed):
                child.kill()
                child.kill_after = passed + PATIENCE
    return [child.answer() for child in children]


def warm(folder: str, plan: str) -> Catalog:
    """What every child needs, read and used once on a database in memory, so that a child is quick about it."""
    assert dunghan.channels.email
    settings = Settings(config_dir=folder, database_url="sqlite:///:memory:")
    engine = connect(settings.database_url)
    migrate(engine)
    catalog = Catalog(settings)
    context = Context(settings, db=engine)
    context.__dict__["catalog"] = catalog
    run.run(context, plan, datetime(2018, 12, 6, 8, tzinfo=VIETNAM))
    engine.dispose()
    return catalog


def main() -> None:
    """Load what every child needs, and take orders until stdin ends."""
    catalog = warm(*sys.argv[1:3])
    gc.collect()
    gc.freeze()
    say("ready")
    for line in sys.stdin:
        say(json.dumps(race(json.loads(line), catalog)))


def say(line: str) -> None:
    """Put a line out at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
