"""The one log of an installation: what every service says, with its name, in files that never fill the disk."""

import logging
import threading
from collections import deque
from collections.abc import Iterable
from logging.handlers import RotatingFileHandler
from pathlib import Path

SIZE, FILES = 10_000_000, 5
"""Bytes of a file, and how many older ones are kept: 60 MB at most."""

TAIL = 200
"""How many of a service's last lines are remembered, to say what it died of."""


class _Files(RotatingFileHandler):
    def handleError(self, _: logging.LogRecord) -> None:  # noqa: N802 - its name in logging
        """Lose a line where the disk is full, never a service."""


class Logbook:
    """``var/log/dunghan.log``: a line is its time, the service and its words. Older ones are ``.1`` to ``.5``."""

    def __init__(self, path: Path, size: int = SIZE, files: int = FILES) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self._handler = _Files(path, maxBytes=size, backupCount=files, encoding="utf-8", errors="replace")
        self._handler.setFormatter(logging.Formatter("%(asctime)s %(name)-7s %(message)s", "%Y-%m-%dT%H:%M:%S%z"))

    def write(self, service: str, line: str) -> None:
        """Add a line."""
        self._handler.handle(logging.makeLogRecord({"name": service, "msg": line, "levelno": logging.INFO}))

    def follow(self, service: str, words: Iterable[bytes]) -> "Follower":
        """Write down what a service says until it is silent, in a thread."""
        return Follower(self, service, words)

    def close(self) -> None:
        """Let go of the file."""
        self._handler.close()


class Follower:
    """What one start of a service has said."""

    def __init__(self, book: Logbook, service: str, words: Iterable[bytes]) -> None:
        self.tail: deque[str] = deque(maxlen=TAIL)
        self._book, self._service, self._words = book, service, words
        self._thread = threading.Thread(target=self._follow, name=f"log of {service}", daemon=True)
        self._thread.start()

    def _follow(self) -> None:
        for raw in self._words:
            line = raw.decode("utf-8", "replace").rstrip()
            if line:
                self.tail.append(line)
                self._book.write(self._service, line)

    def wait(self, seconds: float = 5) -> None:
        """Let it read to the end, once the service is dead."""
        self._thread.join(seconds)
