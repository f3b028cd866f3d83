"""A small asyncio SMTP sink, in a process of its own: takes everything, and keeps it on request.

It offers PIPELINING, and at its first port CHUNKING as well, as Exchange, Google, Postfix and Exim do.

It is the same for everybody who is measured. It looks into nothing, so that its own ceiling lies far above what
any of them reaches; ``flood`` measures that ceiling.
"""

import asyncio
import multiprocessing
import socket
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import Any, NamedTuple

_END = b"\r\n.\r\n"


class Mail(NamedTuple):
    """One mail as it went over the wire: ``commands`` from MAIL to DATA or BDAT, ``text`` with its lone dot, if any."""

    commands: bytes
    text: bytes


class Count(NamedTuple):
    """What a sink has seen since it started."""

    mails: int
    connections: int


class _Session(asyncio.Protocol):
    """One connection: commands are answered as they come, a text is passed over to its final dot."""

    mails = 0
    connections = 0
    keeping = False
    kept: list[Mail] = []  # noqa: RUF012 - of all sessions, as the counts are
    offers = b"250-sink\r\n250-8BITMIME\r\n250-CHUNKING\r\n250 PIPELINING\r\n"

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        _Session.connections += 1
        self._to, self._rest, self._in_text, self._commands = transport, b"", False, b""
        self._chunk = 0
        transport.write(b"220 sink ESMTP\r\n")

    def data_received(self, data: bytes) -> None:
        buffer = self._rest + data if self._rest else data
        at, out = 0, []
        while True:
            if self._in_text:
                end = buffer.find(_END, at)
                if end < 0:
                    break
                self._take(buffer[at : end + len(_END)] if self.keeping else b"")
                at, self._in_text = end + len(_END), False
                out.append(b"250 taken\r\n")
                continue
            if self._chunk:
                if len(buffer) - at < self._chunk:
                    break
                self._take(buffer[at : at + self._chunk] if self.keeping else b"")
                at, self._chunk = at + self._chunk, 0
                out.append(b"250 taken\r\n")
                continue
            end = buffer.find(b"\r\n", at)
            if end < 0:
                break
            line, at = buffer[at : end + 2], end + 2
            if answer := self._answer(line):
                out.append(answer)
        self._rest = buffer[at:]
        if out:
            self._to.write(b"".join(out))
        if out and out[-1].startswith(b"221"):
            self._to.close()

    def _answer(self, line: bytes) -> bytes:
        verb = line[:4].upper()
        if self.keeping:
            self._commands = line if verb == b"MAIL" else self._commands + line
        if verb == b"BDAT":
            self._chunk = int(line.split()[1])
            return b""
        if verb == b"DATA":
            self._in_text = True
            return b"354 go ahead\r\n"
        if verb == b"EHLO":
            return self.offers
        return b"221 bye\r\n" if verb == b"QUIT" else b"250 ok\r\n"

    def _take(self, text: bytes) -> None:
        _Session.mails += 1
        if self.keeping:
            self.kept.append(Mail(self._commands, text))


class _InStep(_Session):
    offers = b"250-sink\r\n250-8BITMIME\r\n250 PIPELINING\r\n"


async def _serve(parent: Connection) -> None:
    loop = asyncio.get_running_loop()
    servers = [await loop.create_server(kind, "127.0.0.1", 0) for kind in (_Session, _InStep)]
    parent.send([server.sockets[0].getsockname()[1] for server in servers])
    while (asked := await loop.run_in_executor(None, parent.recv)) != "stop":
        if asked == "keep":
            _Session.keeping = True
            parent.send(None)
        elif asked == "give":
            parent.send(_Session.kept)
            _Session.keeping, _Session.kept = False, []
        else:
            parent.send((_Session.mails, _Session.connections))
    for server in servers:
        server.close()


def _main(parent: Connection) -> None:
    sys.setswitchinterval(0.05)  # the thread that waits for the parent shall not disturb
    asyncio.run(_serve(parent))


class Sink:
    """The parent's end of a sink; ``plain_port`` is the one without CHUNKING."""

    def __init__(self, port: int, plain_port: int, pipe: Connection) -> None:
        self.port, self.plain_port, self._pipe = port, plain_port, pipe

    def _ask(self, what: str) -> Any:
        self._pipe.send(what)
        return self._pipe.recv()

    def count(self) -> Count:
        """What has been seen since it started."""
        return Count(*self._ask("count"))

    @contextmanager
    def keeping(self) -> Iterator[list[Mail]]:
        """Keep what comes in while the block lasts; the list is filled at its end."""
        self._ask("keep")
        found: list[Mail] = []
        try:
            yield found
        finally:
            found += self._ask("give")


@contextmanager
def sink() -> Iterator[Sink]:
    """Run a sink while the block lasts."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_main, args=(theirs,), daemon=True)
    process.start()
    theirs.close()
    try:
        yield Sink(*ours.recv(), ours)
    finally:
        ours.send("stop")
        process.join(5)


def flood(port: int, mails: Sequence[Mail]) -> float:
    """Seconds until the sink has taken all mails from one socket that waits for no answer: the sink's ceiling."""
    stream = b"".join(part for mail in mails for part in mail)
    began = time.perf_counter()
    with socket.create_connection(("127.0.0.1", port)) as connection:
        sending = threading.Thread(target=connection.sendall, args=(stream,))
        sending.start()
        answers = 0
        expected = 1 + sum(mail.commands.count(b"\n") + (b"\nDATA" in mail.commands) for mail in mails)
        while answers < expected:  # the greeting; MAIL, RCPT and the text, and a go-ahead for each DATA
            answers += connection.recv(262_144).count(b"\n")
        sending.join()
    return time.perf_counter() - began
