"""The portal as a process of its own: what it writes down, and how much memory an upload takes."""

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from config.settings import Settings
from dunghan.engine.context import Context
from dunghan.portal.serving import serve
from models.errors import NotPossible, UsageError
from tests.portal.conftest import ANNUAL

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
DUNGHAN = [str(Path(sys.executable).parent / "dunghan")]
MB = 1 << 20


def environment(settings: Settings) -> dict[str, str]:
    held = {k: v for k, v in os.environ.items() if not k.startswith(("DUNGHAN_", "COV_"))}
    told = {"DATABASE_URL": settings.database_url, "SECRET_KEY": settings.secret_key, "FILES_URL": settings.files_url}
    return held | {f"DUNGHAN_{name}": value for name, value in told.items()}


@pytest.fixture
def served(settings: Settings, tmp_path: Path) -> Iterator[tuple[int, str]]:
    """A running portal's process id and address."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with (tmp_path / "log").open("wb") as log:
        words = [*DUNGHAN, "portal", "--port", str(port)]
        process = subprocess.Popen(words, env=environment(settings), cwd=tmp_path, stdout=log, stderr=log)
    try:
        base = f"http://127.0.0.1:{port}"
        for _ in range(200):
            try:
                assert httpx.get(f"{base}/healthz").text == "ok"
                break
            except httpx.ConnectError:
                assert process.poll() is None, (tmp_path / "log").read_text()
                time.sleep(0.05)
        yield process.pid, base
        process.terminate()
        assert process.wait(15) in (0, -15, 143)
    finally:
        process.kill()
        process.wait()


def peak(pid: int) -> int:
    """The most memory that a process has held, in bytes."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    assert found
    return int(found.group(1)) * 1024


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="it tells its memory under Linux only")
def test_25_mb_take_less_than_60_and_no_log_holds_a_link(home: str, served: tuple[int, str], tmp_path: Path) -> None:
    pid, base = served
    here = f"{base}{home}/o/{ANNUAL}"
    with httpx.Client() as client:
        form = client.get(here)
        token = re.search(r'name="_form" value="([^"]*)"', form.text)
        assert token
        before = peak(pid)
        content = b"%PDF-1.7\n" + os.urandom(MB) * 24
        files = {"files": ("bao-cao.pdf", content, "application/pdf")}
        answer = client.post(here, data={"_form": token.group(1)}, files=files, timeout=60)
        assert answer.status_code == 200, answer.text
        assert peak(pid) - before < 60 * MB

        too_much = {"files": ("bao-cao.pdf", b"%PDF" + bytes(61 * MB), "application/pdf")}
        refused = client.post(here, data={"_form": token.group(1)}, files=too_much, timeout=60)
        assert (refused.status_code, "60 MB" in refused.text) == (413, True), "it reads on until our answer is heard"
        assert "server" not in refused.headers
        assert peak(pid) - before < 60 * MB
    assert client.is_closed
    assert home.removeprefix("/b/")[:20] not in (tmp_path / "log").read_text(encoding="utf-8")


def test_a_taken_port_and_a_missing_secret_are_told_in_a_line(context: Context) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(NotPossible, match="--port"):
        serve(context, "127.0.0.1", taken.getsockname()[1])
    context.settings = context.settings.model_copy(update={"secret_key": ""})
    with pytest.raises(UsageError, match="DUNGHAN_SECRET_KEY"):
        serve(context, "127.0.0.1", 1)
