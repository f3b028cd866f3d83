"""A stand-in for Zalo on the loopback: Official Account, ZNS, Bot platform and OAuth, as FACTS describes them."""

import json
import threading
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qs

APP_ID = "1234567890"
SECRET_KEY = "secret-key-of-the-stand-in"
BOT_TOKEN = "12345689:bot-token-of-the-stand-in"
TEMPLATE = "302145"


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer."""

    body: Mapping[str, Any] | str
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


class ZaloStandIn:
    """Listens while its ``with`` block runs; ``port`` 0 takes a free port, which ``port`` then holds.

    Every message taken is a dict in ``received`` and a JSON line of ``journal``: ``way``, ``to`` and the body sent.
    ``without_zalo`` are the phones (``84…``) that have no account. Access tokens end when ``expire()`` says so;
    a refresh token works once. ``upcoming`` answers go out first, one a message, whatever it is.
    """

    def __init__(self, journal: Path, port: int = 0, without_zalo: Collection[str] = ()) -> None:
        self.received: list[dict[str, Any]] = []
        self.refreshes = 0
        self.upcoming: list[Answer] = []
        self._journal = journal
        self._without_zalo = frozenset(without_zalo)
        self._lock = threading.Lock()
        self._issued = 1
        self._expired = False
        self._server = ThreadingHTTPServer(("127.0.0.1", port), _handler(self))
        self._server.daemon_threads = True
        self.port: int = self._server.server_address[1]

    def url(self, way: str, refresh: str = "refresh-1") -> str:
        """The ``zalo://`` URL by which dunghan reaches the stand-in's ``oa``, ``zns`` or ``bot``."""
        here = f"http://127.0.0.1:{self.port}"
        if way == "bot":
            return f"zalo://{BOT_TOKEN}@bot/?gateway={here}"
        template = f"&template={TEMPLATE}" if way == "zns" else ""
        tokens = f"refresh={refresh}&access=access-1"
        return f"zalo://{APP_ID}:{SECRET_KEY}@{way}/?{tokens}{template}&gateway={here}&oauth={here}"

    def expire(self) -> None:
        """End the present access token; its refresh token stays good for one use."""
        with self._lock:
            self._expired = True

    def __enter__(self) -> Self:
        self._journal.parent.mkdir(parents=True, exist_ok=True)
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *failure: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer(self, path: str, headers: Mapping[str, str], content: bytes) -> Answer:
        """What Zalo would answer to this POST."""
        with self._lock:
            if path == "/v4/oa/access_token":
                form = {key: values[0] for key, values in parse_qs(content.decode()).items()}
                return self._refresh(headers.get("secret_key", ""), form)
            if self.upcoming:
                return self.upcoming.pop(0)
            body = json.loads(content)
            if path == "/v3.0/oa/message/cs":
                if self._refuses(headers):
                    return Answer({"error": -216, "message": "Access token has expired"})
                return Answer(
                    {"error": 0, "message": "Success", "data": self._take("oa", body["recipient"]["user_id"], body)}
                )
            if path == "/message/template":
                if self._refuses(headers):
                    return Answer({"error": -124, "message": "Access token invalid"})
                if body["phone"] in self._without_zalo:
                    return Answer({"error": -118, "message": "Zalo account not existed"})
                taken = self._take("zns", body["phone"], body)
                return Answer({"error": 0, "message": "Success", "data": {"msg_id": taken["message_id"]}})
            if path == f"/bot{BOT_TOKEN}/sendMessage":
                return Answer({"ok": True, "result": self._take("bot", body["chat_id"], body)})
            return Answer({"error": -404, "message": "Unknown path"}, status=404)

    def _refuses(self, headers: Mapping[str, str]) -> bool:
        return self._expired or headers.get("access_token") != f"access-{self._issued}"

    def _take(self, way: str, to: str, body: Mapping[str, Any]) -> dict[str, str]:
        message = {"way": way, "to": to, "body": body}
        self.received.append(message)
        with self._journal.open("a", encoding="utf-8") as journal:
            journal.write(json.dumps(message, ensure_ascii=False) + "\n")
        return {"message_id": f"{way}-{len(self.received):04}"}

    def _refresh(self, secret_key: str, form: Mapping[str, str]) -> Answer:
        self.refreshes += 1
        if secret_key != SECRET_KEY or form.get("app_id") != APP_ID:
            return Answer({"error": -14001, "error_name": "Invalid app"})
        if form.get("refresh_token") != f"refresh-{self._issued}":
            return Answer({"error": -14020, "error_name": "Invalid refresh token"})
        self._issued += 1
        self._expired = False
        tokens = {"access_token": f"access-{self._issued}", "refresh_token": f"refresh-{self._issued}"}
        return Answer(tokens | {"expires_in": "90000"})


def _handler(standin: ZaloStandIn) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # one packet an answer: two would wait 40 ms for an acknowledgement

        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            answer = standin.answer(self.path, dict(self.headers), content)
            text = answer.body if isinstance(answer.body, str) else json.dumps(answer.body)
            self.send_response(answer.status)
            for name, value in ({"Content-Length": str(len(text.encode()))} | dict(answer.headers)).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the parent's own name
            """Say nothing: the path holds the bot's token."""

    return Handler
