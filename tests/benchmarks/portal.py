"""How long the desk's pages take at a nation's size: 12,600 offices and 200,000 submissions.

``python -m tests.benchmarks.portal [--offices 12600] [--submissions 200000]``. The tables are filled by bulk inserts
around one period that the engine opened; server time is that of the application's answer, without a network. Reading
ahead, which the portal does as it starts, is told by itself.
"""

import argparse
import json
import statistics
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert, text

from dunghan.engine import handing_in, users
from dunghan.engine.context import Context
from dunghan.engine.sweep import open_only
from dunghan.portal.app import create_app
from dunghan.portal.serving import read_ahead
from dunghan.store.acts import SUBMISSION
from dunghan.store.boards import all_changed
from dunghan.store.database import migrate, writing
from dunghan.store.messages import REMINDER
from tests.benchmarks.world import EARLIER, OPENS, PLAN, World, _configure

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from fastapi.testclient import TestClient

GOAL_MS = 50
ROUNDS = 25


def seed(context: Context, offices: int, submissions: int) -> None:
    """Every office of the plan owes; half of them have been reminded twice and handed in, in many versions."""
    migrate(context.db)
    open_only(context, PLAN, OPENS)
    with writing(context.db) as connection:
        ids = list(connection.scalars(text("SELECT id FROM obligation ORDER BY id")))
        if len(ids) != offices:
            raise RuntimeError(f"{offices} offices were to owe, {len(ids)} do")
        rungs = [
            {"obligation_id": i, "last_day": OPENS.date(), "rung": rung, "kind": "reminder", "fired": True,
             "reason": "rung_due", "decided_at": at}
            for rung, at in zip(("-7d", "-3d"), EARLIER, strict=True) for i in ids
        ]  # fmt: skip
        connection.execute(insert(REMINDER), rungs)
        answering = ids[: offices * 4 // 5]
        each = -(-submissions // len(answering))
        rows = [
            {"obligation_id": i, "version": version, "kind": "report", "received_at": at, "recorded_at": at,
             "reference": f"{number}/BC", "note": "", "files": [], "by": "seed", "via": "portal"}
            for number, i in enumerate(answering) for version in range(1, each + 1)
            for at in [EARLIER[0] + timedelta(minutes=number % 4000 + 10 * version)]
        ][:submissions]  # fmt: skip
        connection.execute(insert(SUBMISSION), rows)
        all_changed(connection)


def measure(ask: Callable[[], Any], rounds: int = ROUNDS) -> dict[str, float]:
    """Milliseconds of one answer: the middle and the worst of some."""
    took = []
    for _ in range(rounds):
        began = time.perf_counter()
        answer = ask()
        took.append(1000 * (time.perf_counter() - began))
        if answer.status_code not in (200, 303):
            raise RuntimeError(f"{answer.url}: {answer.status_code}")
    return {"median_ms": round(statistics.median(took), 1), "worst_ms": round(max(took), 1)}


def main() -> int:
    """Print one JSON document; returns 1 where a page's median misses the goal."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.portal", description=__doc__)
    parser.add_argument("--offices", type=int, default=12_600)
    parser.add_argument("--submissions", type=int, default=200_000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="dunghan-portal-") as folder:
        world = World(Path(folder), asked.offices)
        _configure(world.folder / "config", asked.offices)
        context = world.context(world.folder / "portal.db", 1)
        seed(context, asked.offices, asked.submissions)
        context.now = lambda: EARLIER[1] + timedelta(days=1)
        users.add(context, "bench", "Bench", "a password of some length", by="bench")
        app = create_app(context)
        began = time.perf_counter()
        read_ahead(app)
        ahead = round(1000 * (time.perf_counter() - began), 1)
        client = TestClient(app)
        client.cookies.set("dunghan_desk", users.open_session(context, users.listing(context)[0]), path="/c")
        period = f"/c/{PLAN}/2026"
        pages = {
            "plans": "/c/",
            "matrix": period,
            "matrix, last page": f"{period}?page={-(-asked.offices // 100)}",
            "matrix, overdue or not": f"{period}?state=submitted",
            "matrix, by name": f"{period}?text=xa+so+77",
            "obligation": f"/c/o/{PLAN}/annual/2026/z000042",
            "response": f"{period}/response/annual/2026",
        }
        found: dict[str, Any] = {"read ahead, ms": ahead, "first look": measure(lambda: client.get(period), 1)}
        for name, path in pages.items():
            found[name] = measure(lambda path=path: client.get(path))  # type: ignore[misc]

        def after_a_submission() -> Any:
            handing_in.submit(context, f"{PLAN}/annual/2026/z{asked.offices - 1:06}", nothing=True, by="bench")
            began = time.perf_counter()
            answer = client.get(period)
            renewed.append(1000 * (time.perf_counter() - began))
            return answer

        renewed: list[float] = []
        measure(after_a_submission)
        found["matrix, just changed"] = {
            "median_ms": round(statistics.median(renewed), 1), "worst_ms": round(max(renewed), 1),
        }  # fmt: skip
        found["xlsx"] = measure(lambda: client.get(f"{period}/export.xlsx"), 1)
        found["matrix, bytes"] = len(client.get(period).content)
        context.db.dispose()
    sys.stdout.write(json.dumps(found, indent=2) + "\n")
    missed = [n for n in (*pages, "matrix, just changed") if found[n]["median_ms"] > GOAL_MS]
    if missed:
        sys.stderr.write(f"Over {GOAL_MS} ms: {', '.join(missed)}\n")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
