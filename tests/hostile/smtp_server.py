"""An SMTP server of ours that fails on purpose: at any stage, for some recipients or all, once or for ever.

It takes the protocol literally and keeps what it saw: ``accepted`` counts the letters it took, by Message-ID, and
``breaches`` is what a client must not do.
"""

import socketserver
import ssl
import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass
class Fault:
    """What goes wrong, and when.

    ``at`` is a verb (``EHLO``, ``RCPT``, …), ``connect`` (before the greeting), ``text`` (when the text has come),
    ``taken`` (the letter counts as taken, and is not answered yet) or ``half`` (in the middle of the text). ``say`` is
    the reply instead of the right one; then go on, ``close``, ``reset`` or ``hang``. ``drip`` is seconds a byte.
    It holds for recipients that begin with ``to``, on connections that took ``taken`` letters, ``times`` times.
    """

    at: str
    say: str | bytes = b""
    then: Literal["go on", "close", "reset", "hang"] = "go on"
    to: str = ""
    taken: int = 0
    times: int = 10**9
    drip: float = 0.0


@dataclass
class Setup:
    """What the server offers, and whom it lets in."""

    pipelining: bool = True
    chunking: bool = False
    """Texts ahead of the answers (BDAT); what is wrong ``at`` DATA is then wrong at BDAT."""
    tls: ssl.SSLContext | None = None
    at_once: bool = False
    """TLS from the first byte."""
    users: Mapping[str, str] = field(default_factory=dict)
    """Who may send; if any, nobody else may."""
    ways: str = "PLAIN LOGIN"
    offers: Sequence[str] = ("8BITMIME", "SIZE 10485760")


class HostileSmtp(socketserver.ThreadingTCPServer):
    """Listens while its ``with`` block runs, on ``port`` of 127.0.0.1."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, *faults: Fault, **setup: Any) -> None:
        from tests.hostile.smtp_talk import Conversation

        super().__init__(("127.0.0.1", 0), Conversation)
        self.faults = list(faults)
        self.setup = Setup(**setup)
        self.port = int(self.server_address[1])
        self.accepted: Counter[str] = Counter()
        self.texts: list[bytes] = []
        self.recipients: list[str] = []
        self.connections = 0
        self.commands: list[str] = []
        self.breaches: list[str] = []
        self.passwords: list[str] = []
        self.stopping = threading.Event()
        self.lock = threading.Lock()

    def heal(self) -> None:
        """From now on all is well."""
        self.faults = []

    def due(self, at: str, recipient: str, taken: int) -> Fault | None:
        """The fault whose moment has come, if any; it is used up by so much."""
        with self.lock:
            for fault in self.faults:
                if fault.at == at and fault.times > 0 and recipient.startswith(fault.to) and taken >= fault.taken:
                    fault.times -= 1
                    return fault
        return None

    def __enter__(self) -> "HostileSmtp":
        self._thread = threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *failure: object) -> None:
        self.stopping.set()
        self.shutdown()
        self.server_close()
        self._thread.join()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up, or finds the certificate bad, is no error of ours."""
