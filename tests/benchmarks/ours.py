"""Ours: one run of ``flows.reporting_chain.reporting_chain`` in a process of its own, against a running Prefect server.

``python -m tests.benchmarks.ours AS_OF``, with the installation in ``DUNGHAN_*`` and the server in ``PREFECT_*``,
prints as JSON: ``flow_s`` (the run alone), ``import_s``, ``commits`` (those of writing transactions; a reading one
ends in a COMMIT as well, which costs nothing and counts as ``reads``), ``peak_mb``, ``flow_run``, and ``said``.
"""

import asyncio
import json
import sys
import time
from collections import Counter
from datetime import datetime
from typing import Any

from tests.benchmarks.memory import peak_mb
from tests.benchmarks.world import PLAN


def count_commits() -> Counter[str]:
    """Count what every SQLAlchemy engine of this process commits, from now on: ``commits`` and ``reads``."""
    from sqlalchemy import Connection, Engine, event

    found: Counter[str] = Counter(commits=0, reads=0)

    @event.listens_for(Engine, "commit")
    def _committed(connection: Connection) -> None:
        found["commits" if connection.get_execution_options().get("writes") else "reads"] += 1

    return found


async def _run(as_of: datetime) -> Any:
    from flows.reporting_chain import reporting_chain

    return await reporting_chain(plan=PLAN, as_of=as_of, return_state=True)


def main(as_of: str) -> None:
    """Run it once and print what it took."""
    began = time.perf_counter()
    import flows.reporting_chain  # noqa: F401 - as a worker does, before the run

    counts = count_commits()
    imported, used = time.perf_counter(), time.process_time()
    state = asyncio.run(_run(datetime.fromisoformat(as_of)))
    spent = {"flow_s": time.perf_counter() - imported, "flow_cpu_s": time.process_time() - used}
    spent |= {"import_s": imported - began, "peak_mb": peak_mb()}
    told = {"flow_run": str(state.state_details.flow_run_id), "state": state.name, "said": state.message}
    sys.stdout.write(json.dumps(spent | dict(counts) | told) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
