"""An SMTP server on the loopback that notes every message it accepts, with the time, and never loses one."""

import re
import socketserver
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple, Self, cast

_MESSAGE_ID = re.compile(rb"^Message-ID: *(\S+)", re.IGNORECASE | re.MULTILINE)


class Accepted(NamedTuple):
    """One message that has come whole: from here on it is the server's. ``at`` is ``monotonic()``."""

    message_id: str
    recipient: str
    at: float


class Sink(socketserver.ThreadingTCPServer):
    """Listens on a free port while its ``with`` block runs; ``pipelining`` and ``chunking`` say what it offers.

    ``accepting`` is called for each message that has come, with how many were accepted before; a test may wait there.
    """

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, *, pipelining: bool = True, chunking: bool = False) -> None:
        super().__init__(("127.0.0.1", 0), _Session)
        self.port = int(self.server_address[1])
        self.offers = [b"PIPELINING"] * pipelining + [b"CHUNKING"] * chunking
        self.accepted: list[Accepted] = []
        self.accepting: Callable[[int], None] = lambda _: None
        self._open = 0
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02})

    @property
    def url(self) -> str:
        """What DUNGHAN_EMAIL_URL is set to for it."""
        return f"mailto://127.0.0.1:{self.port}?from=nhac@ha-giang.example&mode=insecure"

    def counts(self) -> Counter[str]:
        """How many times each Message-ID was accepted."""
        return Counter(one.message_id for one in self.accepted)

    @property
    def open(self) -> int:
        """How many connections there are at this moment."""
        return self._open

    def forget(self) -> None:
        """Begin anew."""
        self.accepted = []

    def wait_until_quiet(self, patience: float = 10.0) -> None:
        """Until every connection has been read to its end: what a killed sender had written already counts."""
        with self._changed:
            assert self._changed.wait_for(lambda: self._open == 0, patience), "a connection never ended"

    def note(self, text: bytes, recipient: str) -> None:
        """Take a message."""
        found = _MESSAGE_ID.search(text)
        assert found, text[:300]
        self.accepted.append(Accepted(found.group(1).decode(), recipient, time.monotonic()))

    def opened(self, change: int) -> None:
        """Count an open connection, or one less."""
        with self._changed:
            self._open += change
            self._changed.notify_all()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *failure: object) -> None:
        self.shutdown()
        self._thread.join()
        self.server_close()


class _Session(socketserver.StreamRequestHandler):
    disable_nagle_algorithm = True

    def handle(self) -> None:
        sink = cast(Sink, self.server)
        sink.opened(1)
        try:
            with suppress(ConnectionError):  # the sender was killed
                self._converse(sink)
        finally:
            sink.opened(-1)

    def finish(self) -> None:
        with suppress(ConnectionError):
            super().finish()

    def _say(self, reply: bytes) -> None:
        self.wfile.write(reply + b"\r\n")

    def _converse(self, sink: Sink) -> None:
        self._say(b"220 sink")
        recipient = ""
        while line := self.rfile.readline():
            verb, _, rest = line.strip().partition(b" ")
            match verb.upper():
                case b"EHLO":
                    self._say(b"".join(b"250-%b\r\n" % word for word in (b"sink", *sink.offers)) + b"250 SIZE")
                case b"RCPT":
                    recipient = rest.partition(b"<")[2].rstrip(b">").decode()
                    self._say(b"250 ok")
                case b"DATA":
                    self._say(b"354 go")
                    text = self._text()
                    if text is None:
                        break
                    sink.note(text, recipient)
                    sink.accepting(len(sink.accepted) - 1)
                    self._say(b"250 taken")
                case b"BDAT":
                    size = int(rest.split()[0])
                    if len(text := self.rfile.read(size)) < size:
                        break
                    sink.note(text, recipient)
                    sink.accepting(len(sink.accepted) - 1)
                    self._say(b"250 taken")
                case b"QUIT":
                    self._say(b"221 bye")
                    break
                case _:
                    self._say(b"250 ok")

    def _text(self) -> bytes | None:
        """A message's text up to its dot; None where the sender died before it."""
        lines = []
        while line := self.rfile.readline():
            if line == b".\r\n":
                return b"".join(lines)
            lines.append(line)
        return None
