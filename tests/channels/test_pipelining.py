"""PIPELINING against a server that takes it literally: what is sent ahead, and what a refusal or a loss leaves."""

import socketserver
import threading
from collections.abc import Iterator

import pytest

from dunghan.channels.outcome import Delivered, Rejected, Retry
from dunghan.channels.smtp import Mail, Relay, SmtpPool


class LiteralServer(socketserver.ThreadingTCPServer):
    """An SMTP server that answers as it is told and keeps what it was sent.

    ``answers`` maps the beginning of a command (``RCPT TO:<b@``) to a reply; ``hang_up_at`` closes the connection
    when the so-manyth text has come, before it is answered.
    """

    daemon_threads = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Session)
        self.answers: dict[str, str] = {}
        self.texts: list[bytes] = []
        self.delivered: list[str] = []
        self.hang_up_at: int | None = None
        self.port = int(self.server_address[1])


class _Session(socketserver.StreamRequestHandler):
    server: LiteralServer

    def _say(self, reply: str) -> None:
        self.wfile.write(f"{reply}\r\n".encode())

    def handle(self) -> None:
        self._say("220 literal")
        self.recipient: str | None = None
        while line := self.rfile.readline():
            verb, _, rest = line.decode().strip().partition(" ")
            command = f"{verb.upper()} {rest}".strip()
            if command == "QUIT":
                return
            if command == "DATA" and not self._told(command) and self.recipient:
                if not self._take():
                    return
            else:
                self._answer(command)

    def _told(self, command: str) -> str:
        return next((reply for start, reply in self.server.answers.items() if command.startswith(start)), "")

    def _take(self) -> bool:
        self._say("354 go")
        text = b""
        while (line := self.rfile.readline()) != b".\r\n":
            text += line
        self.server.texts.append(text)
        if self.server.hang_up_at == len(self.server.texts):
            return False
        self.server.delivered.append(self.recipient or "")
        self.recipient = None
        self._say("250 taken")
        return True

    def _answer(self, command: str) -> None:
        told = self._told(command)
        if command.startswith("EHLO"):
            self._say("250-literal\r\n250 PIPELINING")
            return
        if command.startswith("RCPT") and not told:
            self.recipient = command.partition("<")[2].rstrip(">")
        if command == "RSET":
            self.recipient = None
        self._say(told or ("503 no valid recipients" if command == "DATA" else "250 ok"))


@pytest.fixture
def pool(server: LiteralServer) -> Iterator[SmtpPool]:
    """A pool of one connection to it."""
    opened = SmtpPool(Relay("127.0.0.1", server.port, "insecure", "", "", True, 5, 5))
    yield opened
    opened.close()


@pytest.fixture
def server() -> Iterator[LiteralServer]:
    """A literal server on loopback."""
    with LiteralServer() as running:
        thread = threading.Thread(target=running.serve_forever, args=(0.02,))
        thread.start()
        yield running
        running.shutdown()
        thread.join()


def _mails(*names: str) -> list[Mail]:
    return [Mail(f"{name}@x.example", f"Subject: {name}\r\n\r\n{name}\r\n".encode()) for name in names]


def test_every_mail_arrives_once_and_in_order(server: LiteralServer, pool: SmtpPool) -> None:
    names = [f"n{number}" for number in range(50)]
    outcomes = pool.deliver("a@b.example", _mails(*names))
    assert all(isinstance(outcome, Delivered) for outcome in outcomes)
    assert server.delivered == [f"{name}@x.example" for name in names]


def test_one_refused_recipient_never_stops_the_others(server: LiteralServer, pool: SmtpPool) -> None:
    server.answers = {"RCPT TO:<b@": "550 5.1.1 no such user", "RCPT TO:<c@": "450 4.2.1 come back"}
    outcomes = pool.deliver("a@b.example", _mails("a", "b", "c", "d"))
    assert [type(outcome) for outcome in outcomes] == [Delivered, Rejected, Retry, Delivered]
    assert "no such user" in outcomes[1].why  # type: ignore[union-attr]
    assert server.delivered == ["a@x.example", "d@x.example"]


def test_a_refused_last_recipient_leaves_the_connection_usable(server: LiteralServer, pool: SmtpPool) -> None:
    server.answers = {"RCPT TO:<b@": "550 no"}
    assert isinstance(pool.deliver("a@b.example", _mails("a", "b"))[1], Rejected)
    assert isinstance(pool.deliver("a@b.example", _mails("c"))[0], Delivered)


def test_a_server_that_goes_ahead_without_a_recipient_gets_no_text(server: LiteralServer, pool: SmtpPool) -> None:
    server.answers = {"RCPT TO:<a@": "550 no"}
    outcomes = pool.deliver("a@b.example", _mails("a", "b"))
    assert isinstance(outcomes[0], Rejected) and isinstance(outcomes[1], Delivered)
    assert not any(b"Subject: a" in text for text in server.texts)


def test_only_the_mail_in_flight_is_unknown_when_the_connection_is_lost(server: LiteralServer, pool: SmtpPool) -> None:
    server.hang_up_at = 3
    outcomes = pool.deliver("a@b.example", _mails("a", "b", "c", "d"))
    assert [type(outcome) for outcome in outcomes] == [Delivered, Delivered, Retry, Delivered]
    assert server.delivered == ["a@x.example", "b@x.example", "d@x.example"]


def test_a_refused_sender_is_ours_to_mend_and_loses_nothing(server: LiteralServer, pool: SmtpPool) -> None:
    server.answers = {"MAIL FROM": "553 sender not allowed", "DATA": "503 nothing to take"}
    outcomes = pool.deliver("a@b.example", _mails("a", "b"))
    assert all(isinstance(outcome, Retry) and "sender refused" in outcome.why for outcome in outcomes)


def test_a_line_that_begins_with_a_dot_arrives_as_it_was(server: LiteralServer, pool: SmtpPool) -> None:
    mail = Mail("a@x.example", b"Subject: x\r\n\r\n.hidden\r\n..\r\nend\r\n")
    assert isinstance(pool.deliver("a@b.example", [mail])[0], Delivered)
    assert b"\r\n..hidden\r\n...\r\nend\r\n" in server.texts[0]


def test_a_session_that_the_server_ends_leaves_the_rest_to_be_tried_again(
    server: LiteralServer, pool: SmtpPool
) -> None:
    server.answers = {"RCPT TO:<b@": "421 going down"}
    outcomes = pool.deliver("a@b.example", _mails("a", "b", "c"))
    assert isinstance(outcomes[0], Delivered) and isinstance(outcomes[1], Retry)
