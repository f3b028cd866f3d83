"""Where the Prefect API is and how one is let in: the environment's word, else what ``dunghan serve`` left here."""

import base64
import os
import urllib.request
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from dotenv import dotenv_values

from models.errors import BadSettings

HOME = Path("var/prefect")
DEFAULT_API = "http://127.0.0.1:4200/api"
URL, AUTH = "PREFECT_API_URL", "PREFECT_API_AUTH_STRING"
HOW_IN = f"set {AUTH}, which stands in {HOME}/client.env where `dunghan serve` made it"


class Api(NamedTuple):
    """An address, and the ``user:password`` that opens it (empty: none)."""

    url: str
    auth: str

    def request(self, path: str) -> urllib.request.Request:
        """A request for a path of it, with the password."""
        found = urllib.request.Request(self.url + path)  # noqa: S310 - the operator's own setting
        if self.auth:
            found.add_header("Authorization", "Basic " + base64.b64encode(self.auth.encode()).decode())
        return found


def home() -> Path:
    """Prefect's folder of this installation."""
    return Path(os.environ.get("PREFECT_HOME") or HOME)


def client_file(home: Path) -> Path:
    """What a client needs to know: a shell may source it (``set -a; . var/prefect/client.env``)."""
    return home / "client.env"


def _is_address(url: str) -> bool:
    try:
        found = urlsplit(url)
        return found.scheme in ("http", "https") and bool(found.hostname) and found.port != 0
    except ValueError:
        return False


def held(home: Path) -> dict[str, str | None]:
    """What ``dunghan serve`` left for its clients; nothing where it has not run."""
    try:
        with client_file(home).open(encoding="utf-8") as file:
            return dotenv_values(stream=file, interpolate=False)
    except OSError:  # not there, or another user's: one is simply not let in
        return {}


def api() -> Api:
    """The API to use. A password that was made for our own server is shown to no other.

    Raises BadSettings where the address is none: Prefect itself would quote all of ``.env`` over it.
    """
    if url := os.environ.get(URL):
        if not _is_address(url):
            raise BadSettings(f"{URL} is no address: write http://host:4200/api.")
        return Api(url.rstrip("/"), os.environ.get(AUTH, ""))
    left = held(home())
    return Api((left.get(URL) or DEFAULT_API).rstrip("/"), os.environ.get(AUTH) or left.get(AUTH) or "")
