"""A small asyncio SMTP sink with PIPELINING, in a process of its own: takes everything, and keeps it on request.

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
    """One mail as it went over the wire: ``commands`` are MAIL, RCPT and DATA, ``text`` ends with the lone dot."""

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

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        _Session.connections += 1
        self._to, self._rest, self._in_text, self._commands = transport, b"", False, b""
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
            end = buffer.find(b"\r\n", at)
            if end < 0:
                break
            line, at = buffer[at : end + 2], end + 2
            out.append(self._answer(line))
        self._rest = buffer[at:]
        if out:
            self._to.write(b"".join(out))
        if out and out[-1].startswith(b"221"):
            self._to.close()

    def _answer(self, line: bytes) -> bytes:
        verb = line[:4].upper()
        if self.keeping:
            self._commands = line if verb == b"MAIL" else self._commands + line
        if verb == b"DATA":
            self._in_text = True
            return b"354 go ahead\r\n"
        if verb == b"EHLO":
            return b"250-sink\r\n250-8BITMIME\r\n250 PIPELINING\r\n"
        return b"221 bye\r\n" if verb == b"QUIT" else b"250 ok\r\n"

    def _take(self, text: bytes) -> None:
        _Session.mails += 1
        if self.keeping:
            self.kept.append(Mail(self._commands, text))


async def _serve(parent: Connection) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(_Session, "127.0.0.1", 0)
    parent.send(server.sockets[0].getsockname()[1])
    while (asked := await loop.run_in_executor(None, parent.recv)) != "stop":
        if asked == "keep":
            _Session.keeping = True
            parent.send(None)
        elif asked == "give":
            parent.send(_Session.kept)
            _Session.keeping, _Session.kept = False, []
        else:
            parent.send((_Session.mails, _Session.connections))
    server.close()


def _main(parent: Connection) -> None:
    sys.setswitchinterval(0.05)  # the thread that waits for the parent shall not disturb
    asyncio.run(_serve(parent))


class Sink:
    """The parent's end of a sink."""

    def __init__(self, port: int, pipe: Connection) -> None:
        self.port, self._pipe = port, pipe

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
        yield Sink(int(ours.recv()), ours)
    finally:
        ours.send("stop")
        process.join(5)


def flood(port: int, mails: Sequence[Mail]) -> float:
    """Seconds until the sink has taken all mails from one socket that waits for no answer: the sink's ceiling.

    No mailer may send like this (RFC 2920: a text waits for its 354), so nobody who is measured does.
    """
    stream = b"".join(part for mail in mails for part in mail)
    began = time.perf_counter()
    with socket.create_connection(("127.0.0.1", port)) as connection:
        sending = threading.Thread(target=connection.sendall, args=(stream,))
        sending.start()
        answers = 0
        while answers < 1 + 4 * len(mails):  # the greeting; MAIL, RCPT, DATA and the text
            answers += connection.recv(262_144).count(b"\n")
        sending.join()
    return time.perf_counter() - began
