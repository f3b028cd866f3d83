"""The doctor's look at the portal: whether officers reach it, links are signed, and anybody may decide."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from dunghan.engine.context import Context
from dunghan.engine.doctor_store import Finding
from dunghan.store import users
from dunghan.store.database import reading

_HERE = {"127.0.0.1", "localhost", "::1"}


def portal(context: Context) -> Iterator[Finding]:
    """What keeps links from working, and whether there is a user. Nothing where no portal is set up."""
    address = context.settings.portal_url
    if not address:
        return
    yield _address(address)
    if not context.settings.secret_key:
        message = "no letter carries a link, since none can be signed: `dunghan init` makes DUNGHAN_SECRET_KEY"
        yield Finding("error", "portal", message)
    with reading(context.db) as connection:
        somebody = any(user.disabled_at is None for user in users.listing(connection))
    if not somebody:
        yield Finding("warning", "portal", "nobody can log in: `dunghan user add LOGIN --name NAME`")


def _address(address: str) -> Finding:
    try:
        found = urlsplit(address)
        host = found.hostname
    except ValueError:
        host = None
    if host is None or found.scheme not in ("http", "https"):
        message = "DUNGHAN_PORTAL_URL is no address: write https://bao-cao.ha-giang.example"
        return Finding("error", "portal", message)
    if host in _HERE:
        return Finding(
            "warning", "portal", f"{address} is reached from this machine alone: officers' links lead nowhere"
        )
    if found.scheme == "http":
        return Finding(
            "warning", "portal", f"{address}: links and passwords travel unencrypted; put TLS in front of it"
        )
    return Finding("ok", "portal", address)
