"""A child process: a module in a process group of its own, which ends with us and takes along all that it started."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import IO


def start(
    words: Sequence[str], env: Mapping[str, str], out: int | IO[bytes], cwd: Path | None = None
) -> subprocess.Popen[bytes]:
    """Start ``python -m`` with these words; what it says goes to ``out``.

    Keep what is returned: its standard input is the lifeline, and the child dies when that is closed.
    """
    return subprocess.Popen(
        [sys.executable, "-m", "deployments.lifeline", *words], env={**os.environ, **env}, cwd=cwd,
        stdin=subprocess.PIPE, stdout=out, stderr=subprocess.STDOUT, start_new_session=True,
    )  # fmt: skip


def stop(child: subprocess.Popen[bytes], patience: float = 15) -> bool:
    """End a child and what it started: it alone is asked, then all of them are made to. False where it had to be."""
    if child.poll() is None:
        child.terminate()  # not its group: it knows best how its own children end
    try:
        child.wait(patience)
        return True
    except subprocess.TimeoutExpired:
        return False
    finally:
        with suppress(ProcessLookupError):  # nobody of the group is left
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()
        if child.stdin:
            child.stdin.close()


def interrupt_on_sigterm() -> None:
    """Let SIGTERM end this process as Ctrl-C does, so that its children are stopped."""

    def interrupt(_signal: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, interrupt)
