"""What a service that does not come up died of, read from its last words, with the way back."""

import re
from collections.abc import Iterable

_ANEW = (
    "It holds no record of ours: move prefect.db away from PREFECT_HOME (var/prefect), the next start makes it anew."
)
_ADDRESS = "PREFECT_SERVER_DATABASE_CONNECTION_URL"
_CAUSES: dict[str, str] = {
    r"Can't locate revision": f"Prefect's database was written by a newer Prefect. Upgrade dunghan; or: {_ANEW}",
    r"file is not a database|database disk image is malformed": f"Prefect's database is damaged. {_ANEW}",
    r"password authentication failed|no pg_hba\.conf entry|role \"[^\"]*\" does not exist": (
        f"The database server refuses Prefect: correct {_ADDRESS}."
    ),
    r"database \"[^\"]*\" does not exist|InvalidCatalogNameError": (
        f"Prefect's database does not exist on its server: create it, or correct {_ADDRESS}."
    ),
    r"extension \"pg_trgm\" is not available": (
        "Prefect needs PostgreSQL's extension pg_trgm: install PostgreSQL's contrib package on its server."
    ),
    r"address already in use": "Its port was taken meanwhile: stop what listens there, or choose another with --port.",
    r"Connect call failed|Connection refused|Name or service not known|gaierror": (
        f"The server of Prefect's database does not answer: start it, or correct {_ADDRESS}."
    ),
    r"No space left on device|database or disk is full": "The disk is full: free some space and start again.",
    r"Permission denied|readonly database|unable to open database file": (
        "It may not write where it must: see who owns PREFECT_HOME (var/prefect) and its files."
    ),
}


def meaning(last_words: Iterable[str]) -> str:
    """The first known cause among a service's last words; empty where none is known.

    >>> meaning(["…", "alembic.util.exc.CommandError: Can't locate revision identified by 'f00'"])[:50]
    "Prefect's database was written by a newer Prefect."
    >>> meaning(["all is well"])
    ''
    """
    said = "\n".join(last_words)
    return next((remedy for pattern, remedy in _CAUSES.items() if re.search(pattern, said)), "")
