"""One conversation of the hostile SMTP server: the protocol as it should be, and the faults where they are due."""

import base64
import re
import socket
import socketserver
import struct
import time
from collections.abc import Callable

from tests.hostile.smtp_server import Fault, HostileSmtp

_MESSAGE_ID = re.compile(rb"^Message-ID: (\S+)", re.MULTILINE | re.IGNORECASE)
_AT_ONCE = struct.pack("ii", 1, 0)


class Gone(Exception):
    """The conversation ends here."""


class Conversation(socketserver.BaseRequestHandler):
    """From the greeting to the end; ``house`` is what the server offers."""

    server: HostileSmtp
    request: socket.socket

    def handle(self) -> None:
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.house = self.server.setup
        self._held = b""
        self._sender = self._recipient = ""
        self._taken = 0
        self._user = ""
        self._secured = False
        with self.server.lock:
            self.server.connections += 1
        try:
            if self.house.at_once:
                self._secure()
            self._say("connect", "220 hostile ESMTP")
            while True:
                self._command(self._line())
        except (Gone, OSError):
            pass
        finally:
            self.request.close()

    def _line(self) -> bytes:
        while b"\n" not in self._held:
            data = self.request.recv(65536)
            if not data:
                raise Gone
            self._held += data
        line, _, self._held = self._held.partition(b"\n")
        return line.rstrip(b"\r")

    def _say(self, at: str, right: str) -> bool:
        """Answer; says whether all went well."""
        fault = self.server.due(at, self._recipient, self._taken)
        if fault is None:
            self._send(right.encode() + b"\r\n", 0.0)
            return right[0] in "23"
        said = fault.say.encode() + b"\r\n" if isinstance(fault.say, str) else fault.say
        self._send(said, fault.drip)
        if fault.then == "hang":
            self.server.stopping.wait()
        if fault.then == "reset":
            self.request.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
        if fault.then != "go on":
            raise Gone
        return said[:1] in (b"2", b"3")

    def _send(self, what: bytes, drip: float) -> None:
        if not drip:
            self.request.sendall(what)
            return
        for byte in what:
            if self.server.stopping.is_set():
                raise Gone
            self.request.sendall(bytes([byte]))
            time.sleep(drip)

    def _command(self, line: bytes) -> None:
        if not line.isascii():
            self.server.breaches.append(f"not ASCII: {line!r}")
        words = line.decode("ascii", "replace")
        verb = words.split(" ")[0].upper()
        self.server.commands.append(verb if verb in ("AUTH", "DATA", "RSET", "QUIT") else words)
        if self._held and not self.house.pipelining:
            self.server.breaches.append(f"sent ahead of the answer to {verb}")
        if verb in ("MAIL", "AUTH") and self.house.tls and not self._secured:
            self.server.breaches.append(f"{verb} in the clear")
        act: Callable[[str], None] | None = getattr(self, f"do_{verb.lower()}", None)
        if act is None:
            self._say(verb, "502 what?")
        else:
            act(words)

    def do_ehlo(self, words: str) -> None:
        lines = ["hostile", *self.house.offers]
        lines += ["PIPELINING"] if self.house.pipelining else []
        lines += ["CHUNKING"] if self.house.chunking else []
        if self.house.tls and not self._secured:
            lines.append("STARTTLS")
        elif self.house.users:
            lines.append(f"AUTH {self.house.ways}")
        self._say("EHLO", "\r\n".join([f"250-{line}" for line in lines[:-1]] + [f"250 {lines[-1]}"]))

    def do_helo(self, words: str) -> None:
        self._say("HELO", "250 hostile")

    def do_starttls(self, words: str) -> None:
        if not self.house.tls:
            self._say("STARTTLS", "502 what?")
        elif self._say("STARTTLS", "220 go"):
            self._secure()

    def _secure(self) -> None:
        assert self.house.tls is not None
        self.request = self.house.tls.wrap_socket(self.request, server_side=True)
        self._secured, self._held = True, b""

    def do_auth(self, words: str) -> None:
        _, way, *first = words.split(" ")
        if way.upper() == "LOGIN":
            user = self._challenge("VXNlcm5hbWU6", first)
            password = self._challenge("UGFzc3dvcmQ6", [])
        else:
            _, user, password = self._challenge("", first).split("\0")
        self.server.passwords.append(password)
        right = self.house.users.get(user) == password
        if self._say("AUTH", "235 welcome" if right else "535 5.7.8 wrong user or password"):
            self._user = user

    def _challenge(self, words: str, given: list[str]) -> str:
        if not given:
            self.request.sendall(f"334 {words}\r\n".encode())
            given = [self._line().decode()]
        return base64.b64decode(given[0]).decode()

    def do_mail(self, words: str) -> None:
        if self._sender:
            self._say("MAIL", "503 nested MAIL")
        elif self.house.users and not self._user:
            self._say("MAIL", "530 5.7.0 authentication required")
        elif self._say("MAIL", "250 2.1.0 sender ok"):
            self._sender = words

    def do_rcpt(self, words: str) -> None:
        self._recipient = words.partition("<")[2].rpartition(">")[0]
        if not self._say("RCPT", "250 2.1.5 recipient ok" if self._sender else "503 MAIL first"):
            self._recipient = ""

    def do_rset(self, words: str) -> None:
        self._sender = self._recipient = ""
        self._say("RSET", "250 2.0.0 reset")

    def do_noop(self, words: str) -> None:
        self._say("NOOP", "250 2.0.0 ok")

    def do_quit(self, words: str) -> None:
        self._say("QUIT", "221 2.0.0 bye")
        raise Gone

    def do_data(self, words: str) -> None:
        if not self._say("DATA", "354 go ahead" if self._recipient else "503 no valid recipients"):
            return
        text = [self._line()]
        if text[0] != b".":
            self._fail("half")
        while text[-1] != b".":
            text.append(self._line())
        self._judge(b"\n".join(text[:-1]))

    def do_bdat(self, words: str) -> None:
        size = int(words.split(" ")[1])
        if self._recipient:
            self._fail("half")
        while len(self._held) < size:
            data = self.request.recv(65536)
            if not data:
                raise Gone
            self._held += data
        text, self._held = self._held[:size], self._held[size:]
        if not self._recipient:
            self._say("BDAT", "503 no valid recipients")
            return
        if fault := self.server.due("DATA", self._recipient, self._taken):
            self.server.faults.insert(0, Fault("text", fault.say, fault.then, times=1, drip=fault.drip))
        self._judge(text.replace(b"\r\n", b"\n").removesuffix(b"\n"))

    def _judge(self, whole: bytes) -> None:
        found = _MESSAGE_ID.search(whole)
        name = found.group(1).decode() if found else "nameless"
        if fault := self.server.due("text", self._recipient, self._taken):
            self.server.faults.insert(0, Fault("answer", fault.say, fault.then, times=1, drip=fault.drip))
        else:
            with self.server.lock:
                self.server.accepted[name] += 1
                self.server.texts.append(whole)
                self.server.recipients.append(self._recipient)
            if fault := self.server.due("taken", self._recipient, self._taken):
                self.server.faults.insert(0, Fault("answer", fault.say, fault.then, times=1, drip=fault.drip))
            self._taken += 1
        self._sender = ""
        self._say("answer", "250 2.0.0 đã nhận")
        self._recipient = ""

    def _fail(self, at: str) -> None:
        if self.server.due(at, self._recipient, self._taken):
            self.request.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
            raise Gone
