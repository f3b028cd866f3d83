"""One POST to Zalo: what came back, or that nothing did, with no token in any word of it."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlsplit

import requests

from dunghan.channels.outcome import Retry

_hidden_paths: set[object] = set()


class Halted(Exception):
    """The gateway as a whole is of no use for now, so every letter left waits for the same reason."""

    def __init__(self, retry: Retry) -> None:
        super().__init__(retry.why)
        self.retry = retry


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer: HTTP status, the JSON object in it (empty if there is none), ``Retry-After`` in seconds if given."""

    status: int
    body: Mapping[str, Any]
    after: float | None


def post(
    session: requests.Session,
    url: str,
    timeouts: tuple[float, float],
    headers: Mapping[str, str],
    payload: Mapping[str, Any],
    encoding: Literal["json", "form"] = "json",
) -> Reply:
    """POST the payload; ``timeouts`` are for connecting and for the answer, in seconds. Raises ``Halted``.

    Redirects are not followed: they would carry tokens to a host that the operator did not name.
    """
    host = urlsplit(url).netloc
    try:
        response = session.post(
            url,
            headers=dict(headers),
            json=payload if encoding == "json" else None,
            data=payload if encoding == "form" else None,
            timeout=timeouts,
            allow_redirects=False,
        )
    except requests.RequestException as fault:  # its words hold the URL, and that holds the bot's token
        raise Halted(Retry(f"no answer from {host} ({type(fault).__name__})")) from None
    try:
        body = response.json()
    except ValueError:
        body = {}
    after = response.headers.get("Retry-After", "")
    return Reply(
        response.status_code, body if isinstance(body, dict) else {}, float(after) if after.isdecimal() else None
    )


def hide_path(url: str) -> None:
    """Keep the URL's path, which holds a token, out of the log line that urllib3 writes for each request at DEBUG."""
    _hidden_paths.add(requests.Request("POST", url).prepare().path_url)


def _without_hidden_paths(record: logging.LogRecord) -> bool:
    if isinstance(record.args, tuple):
        record.args = tuple("/***" if argument in _hidden_paths else argument for argument in record.args)
    return True


logging.getLogger("urllib3.connectionpool").addFilter(_without_hidden_paths)
