"""The Prefect API for a command: its address and password from where they are kept, its troubles told in one line."""

from collections.abc import Iterator
from contextlib import contextmanager
from json import JSONDecodeError
from typing import Any

from dunghan.engine import prefect_api
from dunghan.engine.prefect_api import Api
from models.errors import ServerTrouble


@contextmanager
def reaching() -> Iterator[Api]:
    """The API, whose clients find it while the block lasts.

    Raises ServerTrouble where it does not answer, lets nobody in, or is none; BadSettings where its address is none.
    """
    api = prefect_api.api()  # before Prefect reads it

    import httpx
    from prefect.settings import PREFECT_API_AUTH_STRING, PREFECT_API_URL, temporary_settings

    known: dict[Any, Any] = {PREFECT_API_URL: api.url} | ({PREFECT_API_AUTH_STRING: api.auth} if api.auth else {})
    try:
        with temporary_settings(set_defaults=known):  # or Prefect starts a server of its own
            yield api
    except (httpx.HTTPError, RuntimeError, JSONDecodeError) as error:  # a web server that is not Prefect's says no JSON
        raise _told(api.url, error) from error


def _told(url: str, error: Exception) -> ServerTrouble:
    import httpx

    code = error.response.status_code if isinstance(error, httpx.HTTPStatusError) else 0
    if code == 401:
        return ServerTrouble(f"The Prefect API at {url} lets nobody in without a password: {prefect_api.HOW_IN}.")
    what = f"HTTP {code}" if code else type(error).__name__
    return ServerTrouble(
        f"No Prefect API can be used at {url} ({what}): start one with `dunghan serve`, or set PREFECT_API_URL."
    )
