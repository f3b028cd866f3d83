"""One POST to Zalo: what came back, or that nothing did, with no token in any word of it."""

import logging
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any, Literal
from urllib.parse import urlsplit

import requests
import urllib3

from dunghan.channels.outcome import LONGEST_WAIT, OPERATOR_WAIT, Retry

_hidden_paths: set[object] = set()


class Halted(Exception):
    """The gateway as a whole is of no use for now, so every letter left waits for the same reason."""

    def __init__(self, retry: Retry, timed_out: bool = False) -> None:
        super().__init__(retry.why)
        self.retry = retry
        self.timed_out = timed_out


class Unanswered(Halted):
    """The request went out and nothing came back, so its fate is unknown; another one may have more luck."""


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
    except (requests.RequestException, urllib3.exceptions.HTTPError, UnicodeError) as fault:
        raise _told(fault, host) from None  # its own words hold the URL, and that holds the bot's token
    try:
        body = response.json()
    except (ValueError, RecursionError):
        body = {}
    return Reply(response.status_code, body if isinstance(body, dict) else {}, _wanted_wait(response.headers))


def _told(fault: Exception, host: str) -> Halted:
    causes = list(_causes(fault))
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            why = f"the certificate of {host} is not good, and nothing was sent ({cause.verify_message})"
            return Halted(Retry(why, OPERATOR_WAIT, counts=False))
    late = isinstance(fault, requests.Timeout) or any(isinstance(c, TimeoutError) for c in causes)
    unsent = (requests.ConnectTimeout, requests.exceptions.ProxyError, requests.exceptions.SSLError, UnicodeError)
    if isinstance(fault, unsent) or any(isinstance(c, urllib3.exceptions.NewConnectionError) for c in causes):
        return Halted(Retry(f"no answer from {host} ({type(fault).__name__})", counts=False), late)
    return Unanswered(Retry(f"no answer from {host} ({'ReadTimeout' if late else type(fault).__name__})"), late)


def _causes(fault: BaseException) -> Iterator[BaseException]:
    """The fault, and what it came of, as urllib3 and requests wrap it."""
    waiting, seen = [fault], set[int]()
    while waiting:
        one = waiting.pop()
        if id(one) not in seen:
            seen.add(id(one))
            yield one
            within = (one.__cause__, one.__context__, getattr(one, "reason", None), *one.args)
            waiting += [part for part in within if isinstance(part, BaseException)]


def _wanted_wait(headers: Mapping[str, str]) -> float | None:
    """``Retry-After`` in seconds: given so, or as a date (RFC 9110, 10.2.3), which is taken by the server's clock."""
    wanted = headers.get("Retry-After", "").strip()
    if wanted.isascii() and wanted.isdecimal():
        return min(float(wanted[:12]), LONGEST_WAIT)
    try:
        wait = (parsedate_to_datetime(wanted) - parsedate_to_datetime(headers["Date"])).total_seconds()
    except (ValueError, TypeError, KeyError, OverflowError):
        return None
    return min(wait, LONGEST_WAIT) if wait > 0 else None


def hide_path(url: str) -> None:
    """Keep the URL's path, which holds a token, out of the log line that urllib3 writes for each request at DEBUG."""
    _hidden_paths.add(requests.Request("POST", url).prepare().path_url)


def _without_hidden_paths(record: logging.LogRecord) -> bool:
    if isinstance(record.args, tuple):
        record.args = tuple("/***" if argument in _hidden_paths else argument for argument in record.args)
    return True


logging.getLogger("urllib3.connectionpool").addFilter(_without_hidden_paths)
