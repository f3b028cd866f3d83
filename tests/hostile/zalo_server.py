"""The demo's Zalo stand-in, made to fail: raw bytes instead of an answer, silence, drips, tokens that end at will."""

import json
import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Self

from dunghan.demo.zalo_standin import Answer, ZaloStandIn


@dataclass
class ZaloFault:
    """What goes wrong: ``say`` (bytes are sent as they are) instead of the right answer, then hang or close.

    It holds for paths that hold ``at``, for recipients ``to`` if that is given, and ``times`` times. ``after`` does
    the right thing first, so that the message is taken, or the token spent; nothing to ``say`` is the right answer
    as well. ``wait`` is in seconds.
    """

    at: str = "message"
    say: Answer | bytes | None = b""
    then: Literal["go on", "close", "reset", "hang"] = "go on"
    to: str = ""
    times: int = 10**9
    drip: float = 0.0
    after: bool = False
    wait: float = 0.0


class HostileZalo(ZaloStandIn):
    """``asked`` counts the requests by path; ``taken`` the messages by recipient."""

    def __init__(self, journal: Path, *faults: ZaloFault, without_zalo: tuple[str, ...] = ()) -> None:
        super().__init__(journal, without_zalo=without_zalo)
        self.faults = list(faults)
        self.asked: Counter[str] = Counter()
        self.stopping = threading.Event()
        self._server.handle_error = lambda *_: None  # type: ignore[method-assign]  # a client hung up: so it may
        parent: Any = self._server.RequestHandlerClass
        self._server.RequestHandlerClass = type("Handler", (_Failing, parent), {"house": self})  # type: ignore[misc]

    @property
    def taken(self) -> dict[str, int]:
        """How often each recipient was written to."""
        return dict(Counter(message["to"] for message in self.received))

    def due(self, path: str, content: bytes) -> ZaloFault | None:
        """The fault whose moment has come; it is used up by so much."""
        with self._lock:
            self.asked[path] += 1
            for fault in self.faults:
                if fault.at in path and fault.times > 0 and fault.to.encode() in content:
                    fault.times -= 1
                    return fault
        return None

    def __enter__(self) -> Self:
        self._journal.parent.mkdir(parents=True, exist_ok=True)
        threading.Thread(target=self._server.serve_forever, args=(0.005,), daemon=True).start()
        return self

    def __exit__(self, *failure: object) -> None:
        self.stopping.set()
        super().__exit__(*failure)


class _Failing:
    """Mixed in before the stand-in's own handler."""

    house: HostileZalo
    path: str
    headers: Mapping[str, str]
    rfile: Any
    connection: socket.socket
    close_connection: bool

    def do_POST(self) -> None:
        content = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        fault = self.house.due(self.path, content)
        answer: Answer | bytes | None = None
        if fault is None or fault.after or fault.say is None:
            answer = self.house.answer(self.path, dict(self.headers), content)
        if fault is not None:
            self.house.stopping.wait(fault.wait)
            answer = answer if fault.say is None else fault.say
        self._send(raw(answer) if isinstance(answer, Answer) else answer or b"", fault.drip if fault else 0.0)
        if fault is None or fault.then == "go on":
            return
        if fault.then == "hang":
            self.house.stopping.wait()
        if fault.then == "reset":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True

    def _send(self, what: bytes, drip: float) -> None:
        if not drip:
            self.connection.sendall(what)
            return
        for byte in what:
            if self.house.stopping.is_set():
                return
            try:
                self.connection.sendall(bytes([byte]))
            except OSError:
                self.close_connection = True
                return
            time.sleep(drip)


def raw(answer: Answer) -> bytes:
    """An answer as it goes over the wire."""
    text = answer.body if isinstance(answer.body, str) else json.dumps(answer.body)
    headers = {"Content-Length": str(len(text.encode()))} | dict(answer.headers)
    lines = [f"HTTP/1.1 {answer.status} X", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", text]).encode()
