"""A Prefect server with the story played on it, and a real Chromium to look at it."""

import json
import os
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, sync_playwright

from deployments import child, server
from tests.prefect_server import settle

ROOT = Path(__file__).parents[2]
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip


def chromium() -> str | None:
    """Debian's Chromium, where it is installed."""
    return shutil.which("chromium")


CHROMIUM = (
    pytest.mark.skipif(
        chromium() is None and os.environ.get("CI") != "true",  # there it must be installed
        reason="Chromium is not installed (Debian: apt-get install chromium); .ci/run installs it",
    ),
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"),
)
"""The marks of a test that needs it."""


class House:
    """Where the server answers, and what is on it."""

    def __init__(self, api: str) -> None:
        self.api, self.url = api, api.removesuffix("/api")

    def found(self, kind: str, **body: Any) -> list[dict[str, Any]]:
        """Everything of a kind (``flow_runs``, ``artifacts``, ``deployments``) that the API finds."""
        data, form = json.dumps(body).encode(), {"Content-Type": "application/json"}
        request = urllib.request.Request(f"{self.api}/{kind}/filter", data, form)
        with urllib.request.urlopen(request, timeout=10) as answer:
            found: list[dict[str, Any]] = json.load(answer)
        return found

    def run(self, state: str) -> str:
        """The id of the run whose final state begins so."""
        return next(r["id"] for r in self.found("flow_runs") if r["state_name"].startswith(state))

    def artifact(self, key: str) -> str:
        """The id of the newest artifact whose key ends so."""
        return next(a["id"] for a in self.found("artifacts", sort="CREATED_DESC") if a["key"].endswith(key))

    def deployment(self, name: str) -> str:
        """The id of the deployment of that name."""
        return next(d["id"] for d in self.found("deployments") if d["name"] == name)


@contextmanager
def house(folder: Path, days: Sequence[str]) -> Iterator[House]:
    """Start a server under ``folder``, play the story's days on it, and stop it at the end."""
    settings = server.server_settings(folder / "prefect", "127.0.0.1", server.free_port())
    settle(folder / "prefect")
    told = {k: v for k, v in os.environ.items() if not k.startswith(("DUNGHAN_", "PREFECT_"))} | settings
    told |= {
        "DUNGHAN_DATABASE_URL": f"sqlite:///{folder}/dunghan.db",
        "DUNGHAN_FILES_URL": f"{folder}/files",
        "DUNGHAN_SECRET_KEY": "a-secret-for-a-story",
        "DUNGHAN_STATE_COLOURS": "plan",
        "STORY_MAIL": str(folder / "mail"),
    }
    with (folder / "story.log").open("wb") as words:  # it makes itself ready while the server starts
        story = subprocess.Popen(
            [sys.executable, "-m", "tests.ui.story", *days], env=told, cwd=ROOT, stdout=words, stderr=words
        )
    try:
        process = server.start(settings, folder / "server.log")
        try:
            assert story.wait(120) == 0, f"the story broke off: {folder / 'story.log'}"
            yield House(settings["PREFECT_API_URL"])
        finally:
            child.stop(process)
    finally:
        story.kill()
        story.wait()


@contextmanager
def browser(width: int = 1280, height: int = 900) -> Iterator[Page]:
    """A page of a fresh Chromium, as one in Vietnam."""
    with sync_playwright() as play:
        opened = play.chromium.launch(executable_path=chromium(), args=list(FLAGS))
        page = opened.new_page(
            viewport={"width": width, "height": height}, locale="vi-VN", timezone_id="Asia/Ho_Chi_Minh"
        )
        page.set_default_timeout(15_000)
        yield page
        opened.close()
