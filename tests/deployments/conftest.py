"""What the tests of the deployments share: a `dunghan serve` of their own, as a real process."""

import base64
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from dotenv import dotenv_values

from deployments.server import free_port
from dunghan.demo.mailbox import Mailbox
from dunghan.store import contacts
from dunghan.store.database import connect, migrate, writing
from models.contact import Contact
from tests.prefect_server import environment, settle

SCRIPT = Path(sys.executable).parent / "dunghan"


def wait_for(found: Callable[[], Any], seconds: float) -> Any:
    """What ``found`` returns as soon as that is true; at the last its final answer."""
    end = time.monotonic() + seconds
    while not (answer := found()) and time.monotonic() < end:
        time.sleep(0.3)
    return answer


class Served:
    """An installation, and its running `dunghan serve`."""

    def __init__(self, folder: Path, **env: str) -> None:
        self.folder, self.port, self._env = folder, free_port(), environment(HOME=str(folder)) | env
        self.portal = free_port()
        self.api = f"http://127.0.0.1:{self.port}/api"
        self.start()

    def start(self, *words: str) -> None:
        """Serve, on the same port as before."""
        with (self.folder / "serve.out").open("wb") as said:
            self.process = subprocess.Popen(
                [str(SCRIPT), "serve", "--port", str(self.port), "--portal-port", str(self.portal), *words],
                cwd=self.folder, env=self._env,
                stdout=said, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, start_new_session=True,
            )  # fmt: skip

    @property
    def auth(self) -> str:
        """The password that it made, if it did."""
        return dotenv_values(self.folder / "var/prefect/client.env").get("PREFECT_API_AUTH_STRING") or ""

    def post(self, path: str, **body: Any) -> Any:
        """Ask the API, with the password and a CSRF token where it has made one."""
        headers = {"Content-Type": "application/json"}
        if self.auth:
            headers["Authorization"] = "Basic " + base64.b64encode(self.auth.encode()).decode()
            asked = urllib.request.Request(f"{self.api}/csrf-token?client=a-test", headers=headers)
            with urllib.request.urlopen(asked, timeout=10) as answer:
                headers |= {"Prefect-Csrf-Token": json.load(answer)["token"], "Prefect-Csrf-Client": "a-test"}
        request = urllib.request.Request(self.api + path, json.dumps(body).encode(), headers)
        for tries_left in range(9, -1, -1):
            try:
                with urllib.request.urlopen(request, timeout=10) as answer:
                    return json.load(answer)
            except urllib.error.HTTPError as error:
                with error:  # it says so while its SQLite is locked; Prefect's own client asks again as well
                    if error.code != 503 or not tries_left:
                        raise
            time.sleep(1)

    def run(self, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
        """Run a command of the same installation."""
        return subprocess.run(
            [str(SCRIPT), *words], cwd=self.folder, env=self._env | env,
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


@pytest.fixture(scope="module")
def mailbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mailbox]:
    """A mail server on the loopback."""
    with Mailbox(tmp_path_factory.mktemp("mail")) as box:
        yield box


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, mailbox: Mailbox) -> Iterator[Served]:
    """Server and runner of an installation that knows three officers and a mail gateway."""
    folder = tmp_path_factory.mktemp("served")
    (folder / "var").mkdir()
    engine = connect(f"sqlite:///{folder}/var/dunghan.db")
    migrate(engine)
    with writing(engine) as connection:
        people = [Contact(code, f"Cán bộ {code}", email=f"can-bo@{code}.example") for code in ("024", "026", "027")]
        contacts.upsert(connection, people)
    engine.dispose()
    settle(folder / "var" / "prefect")
    mail = f"mailto://127.0.0.1:{mailbox.port}?from=bao-cao@so-ldtbxh.example"
    running = Served(folder, DUNGHAN_EMAIL_URL=mail, DUNGHAN_SECRET_KEY="a-secret-for-tests")
    try:
        yield running
    finally:
        running.end()
