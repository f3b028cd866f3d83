"""A mail server on the loopback that puts every message it takes into a folder, one ``.eml`` file a recipient."""

import re
from asyncio import AbstractServer, Server
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass(frozen=True, slots=True)
class Received:
    """One message as it lies in the folder; ``client_port`` tells connections apart."""

    recipient: str
    path: Path
    client_port: int


class Mailbox:
    """Listens while its ``with`` block runs; ``port`` 0 takes a free port, which ``port`` then holds.

    Files are named ``<NNNN>-<recipient>.eml`` in the order of arrival, after those that ``folder`` holds already.
    ``refusals`` maps a recipient to the reply it gets instead (``"550 5.1.1 no such user"``); further arguments
    (``ssl_context``, ``tls_context``, ``authenticator``, …) go to aiosmtpd.
    """

    def __init__(self, folder: Path, port: int = 0, refusals: Mapping[str, str] | None = None, **server: Any) -> None:
        self.folder = folder
        self.received: list[Received] = []
        self._refusals = refusals or {}
        self._filed = 0
        self._controller = _AnyPort(self, hostname="127.0.0.1", port=port, server_hostname="localhost", **server)

    @property
    def port(self) -> int:
        """Where it listens, on 127.0.0.1."""
        return self._controller.port

    def __enter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        self._filed = sum(1 for _ in self.folder.glob("*.eml"))
        self._controller.start()
        return self

    def __exit__(self, *failure: object) -> None:
        self._controller.stop()

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Takes every recipient but the refused (aiosmtpd's hook)."""
        if address in self._refusals:
            return self._refusals[address]
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Files the message for each of its recipients (aiosmtpd's hook)."""
        for recipient in envelope.rcpt_tos:
            self._filed += 1
            path = self.folder / f"{self._filed:04}-{re.sub(r'[^A-Za-z0-9@._+-]', '_', recipient)}.eml"
            path.write_bytes(envelope.original_content or b"")
            self.received.append(Received(recipient, path, cast(tuple[str, int], session.peer)[1]))
        return f"250 2.0.0 filed as {self._filed:04}"


class _AnyPort(Controller):
    """aiosmtpd's controller, which by itself cannot find the free port that it was given for port 0."""

    async def _create_server(self) -> AbstractServer:
        server = await super()._create_server()
        self.port = cast(Server, server).sockets[0].getsockname()[1]
        return server
