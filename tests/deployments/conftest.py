"""What the tests of the deployments share: a `dunghan serve` of their own, as a real process."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from deployments.server import free_port
from dunghan.store.database import connect, migrate

SCRIPT = Path(sys.executable).parent / "dunghan"


def environment(**more: str) -> dict[str, str]:
    """This process's variables without those of an installation or of a Prefect profile."""
    return {k: v for k, v in os.environ.items() if not k.startswith(("DUNGHAN_", "PREFECT_"))} | more


def wait_for(found: Callable[[], Any], seconds: float) -> Any:
    """What ``found`` returns as soon as that is true; at the last its final answer."""
    end = time.monotonic() + seconds
    while not (answer := found()) and time.monotonic() < end:
        time.sleep(0.3)
    return answer


class Served:
    """A running `dunghan serve`."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.api = f"http://127.0.0.1:{self.port}/api"
        self._words = (folder / "serve.out").open("wb")
        self.process = subprocess.Popen(
            [str(SCRIPT), "serve", "--port", str(self.port)], cwd=folder, env=environment(HOME=str(folder)),
            stdout=self._words, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip

    def post(self, path: str, **body: Any) -> Any:
        """Ask the API."""
        request = urllib.request.Request(
            self.api + path, json.dumps(body).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)

    def run(self, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
        """Run a command of the same installation."""
        return subprocess.run(
            [str(SCRIPT), *words], cwd=self.folder, env=environment(HOME=str(self.folder), **env),
            capture_output=True, text=True, check=False, timeout=120, stdin=subprocess.DEVNULL,
        )  # fmt: skip

    @property
    def said(self) -> str:
        """What it has said so far."""
        return (self.folder / "serve.out").read_text()

    def children(self) -> list[int]:
        """The processes that it started, and theirs."""
        listed = subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
        above = {int(pid): int(parent) for pid, parent in (line.split() for line in listed.splitlines())}
        found, level = [], [self.process.pid]
        while level:
            level = [pid for pid, parent in above.items() if parent in level]
            found += level
        return found

    def end(self) -> None:
        """Make sure that nothing of it is left."""
        left = self.children() if self.process.poll() is None else []
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(40)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        for pid in left:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        self._words.close()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Server and runner of an installation with an empty database; up when its four chains are registered."""
    folder = tmp_path_factory.mktemp("served")
    (folder / "var").mkdir()
    engine = connect(f"sqlite:///{folder}/var/dunghan.db")
    migrate(engine)
    engine.dispose()
    running = Served(folder)
    try:
        yield running
    finally:
        running.end()
