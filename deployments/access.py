"""Who may use the Prefect API: nobody is asked on loopback; beyond it, a name, a password and CSRF tokens."""

import ipaddress
import os
import secrets
from pathlib import Path

from dunghan.engine.prefect_api import AUTH, URL, client_file, held


def beyond_loopback(host: str) -> bool:
    """Whether other machines can reach what listens there.

    >>> [beyond_loopback(host) for host in ("127.0.0.1", "localhost", "::1", "0.0.0.0", "10.0.0.5", "may-chu")]
    [False, False, False, True, True, True]
    """
    try:
        return not ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host != "localhost"


def access(home: Path, host: str, api: str) -> dict[str, str]:
    """The environment by which the server guards its API and its clients on this machine get in.

    1. What the operator has set (``PREFECT_SERVER_API_AUTH_STRING``) is kept, and written nowhere.
    2. Beyond loopback without it, a password is made once and kept in ``client.env``, for its owner alone.
    3. ``client.env`` also holds the address, so that commands run in the same folder find the server.
    """
    given = os.environ.get("PREFECT_SERVER_API_AUTH_STRING", "")
    made = held(home).get(AUTH) or ""
    if beyond_loopback(host) and not given and not made:
        made = f"dunghan:{secrets.token_urlsafe(24)}"
    _write(client_file(home), {URL: api} | ({AUTH: made} if made else {}))
    guard = given or (made if beyond_loopback(host) else "")
    if not guard:
        return {}
    return {
        "PREFECT_SERVER_API_AUTH_STRING": guard,
        AUTH: guard,
        "PREFECT_SERVER_API_CSRF_PROTECTION_ENABLED": os.environ.get(
            "PREFECT_SERVER_API_CSRF_PROTECTION_ENABLED", "true"
        ),
    }


def _write(path: Path, values: dict[str, str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_suffix(".new")
    new.unlink(missing_ok=True)
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.writelines(f"{name}='{value}'\n" for name, value in values.items())
    new.replace(path)
