"""What all measurements share: a folder, a sink, a Prefect server, the worlds, and children whose time is taken."""

import json
import os
import resource
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from deployments import child, server
from tests.benchmarks import crowd, recording, world
from tests.benchmarks.sink import Sink
from tests.benchmarks.world import World

ROOT = Path(__file__).parents[2]
PATIENCE_SECONDS = 1800
Spent = dict[str, Any]
"""What one run took: what the child printed, with ``wall_s`` and ``cpu_s`` of the whole process."""


def say(words: str) -> None:
    """One line of progress, on stderr: stdout carries the table."""
    sys.stderr.write(f"{words}\n")
    sys.stderr.flush()


class Bench:
    """One run of the benchmark; worlds and recordings are made when first asked for, and kept."""

    def __init__(self, folder: Path, sink: Sink, worlds: Path | None = None) -> None:
        self.folder, self.sink, self._kept = folder, sink, worlds or folder
        self._server: Future[subprocess.Popen[bytes]] | None = None
        self._worlds: dict[int, World] = {}
        self._settings = server.server_settings(folder / "prefect", "127.0.0.1", server.free_port())
        (folder / "empty").mkdir()

    @contextmanager
    def server(self) -> Iterator[None]:
        """A Prefect server of our own while the block lasts; it starts while the first world is made."""
        aside = ThreadPoolExecutor(1)
        self._server = aside.submit(server.start, self._settings, self.folder / "server.log")
        try:
            yield
        finally:
            child.stop(self._server.result())
            self._server = None
            aside.shutdown()

    @property
    def prefect(self) -> dict[str, str]:
        """The environment of the server's clients, once it answers; empty without one."""
        if self._server is None:
            return {}
        self._server.result()
        return self._settings

    def world(self, offices: int) -> World:
        """The world of that size, prepared once."""
        if offices not in self._worlds:
            found = World(self._kept / f"world-{offices}", offices)
            if not found.ready:
                say(f"Preparing a world of {offices:,} offices: its season up to the day before, by the engine …")
                world.prepare(found, self.sink.port)
            self._worlds[offices] = found
        return self._worlds[offices]

    def recording(self, offices: int) -> Path:
        """What ours does to that world: the raw limit's task."""
        file = self.world(offices).folder / "recording.pickle"
        if not file.is_file():
            say("Recording what ours does to it: the raw limit's task …")
            recording.record(self.world(offices), self.sink, file)
        return file

    def crowd(self, offices: int, total: int) -> World:
        """That world with so many obligations in all."""
        of = self.world(offices)
        if not crowd.place(of).ready:
            say(f"Loading {total:,} obligations around it (about a minute) …")
        return crowd.enlarged(of, total, self.sink.port)

    def run(self, module: str, offices: int, *words: object, port: int | None = None) -> Spent:
        """Run a module on a fresh copy of a world; ``{db}`` among its words becomes that copy's path.

        Adds what the sink saw: ``mails`` and ``smtp_connections``.
        """
        of = self.world(offices)
        database = of.copy("measured")
        env = of.environment(database, port or self.sink.port) | self.prefect
        seen = self.sink.count()
        spent = self.child(module, *(database if word == "{db}" else word for word in words), env=env)
        now = self.sink.count()
        return spent | {"mails": now.mails - seen.mails, "smtp_connections": now.connections - seen.connections}

    def child(self, module: str, *words: object, env: dict[str, str]) -> Spent:
        """Run ``python -m tests.benchmarks.<module>`` in an empty folder; its last line of output is JSON."""
        command = [sys.executable, "-m", f"tests.benchmarks.{module}", *map(str, words)]
        log = self.folder / f"{module}.log"
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        with log.open("wb") as errors:
            began = time.perf_counter()
            done = subprocess.run(
                command, env=env | {"PYTHONPATH": str(ROOT)}, cwd=self.folder / "empty", stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE, stderr=errors, check=False, timeout=PATIENCE_SECONDS,
            )  # fmt: skip
            wall = time.perf_counter() - began
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        if done.returncode:
            tail = log.read_text(errors="replace")[-2000:]
            raise RuntimeError(f"{module} ended with {done.returncode}:\n{tail}")
        cpu = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
        told: Spent = json.loads(done.stdout.splitlines()[-1])
        return {"wall_s": wall, "cpu_s": cpu} | told

    def task_runs(self, flow_run: str, at_least: int = 1) -> int:
        """How many task runs the server holds of a flow run. It hears of them by events: waits until no more come.

        So it also keeps the server's late work on one run out of the next one's time.
        """
        body = json.dumps({"flow_runs": {"id": {"any_": [flow_run]}}}).encode()
        found, same, end = -1, 0, time.monotonic() + 180
        while (same < 3 or found < at_least) and time.monotonic() < end:
            request = urllib.request.Request(
                f"{self.prefect['PREFECT_API_URL']}/task_runs/count", body, {"Content-Type": "application/json"}
            )
            with urllib.request.urlopen(request, timeout=60) as answer:
                count = int(json.load(answer))
            found, same = count, same + 1 if count == found else 0
            time.sleep(1)
        return found


def clean_environment() -> None:
    """Nothing of the machine's own settings reaches a measurement."""
    for name in [n for n in os.environ if n.startswith(("DUNGHAN_", "PREFECT_"))]:
        del os.environ[name]
