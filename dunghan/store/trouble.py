"""What can be wrong with the database, each in one line with what to do."""

from models.errors import DatabaseMissing, DatabaseTrouble, WrongVersion
from models.migrations import HEAD

BUSY_SECONDS = 10
"""How long a writer waits for another before it gives up."""

_RUN_INIT = "Run `dunghan init`."


def no_file(file: str) -> DatabaseMissing:
    """There is no SQLite file."""
    return DatabaseMissing(f"There is no database at {file}. {_RUN_INIT}")


_GONE = (
    "Connection refused", "closed the connection", "connection is lost", "terminating connection",
    "the database system is",  # starting up, shutting down, in recovery
)  # fmt: skip
"""What drivers and PostgreSQL say of a server that is not there, or no longer, or not yet."""


def require_version(version: str | None, place: str) -> None:
    """Raise unless the schema is this software's own."""
    if version is None:
        raise DatabaseMissing(f"The database at {place} is empty. {_RUN_INIT}")
    if version < HEAD:
        raise WrongVersion(f"The database is of an older version ({version}, this software needs {HEAD}). {_RUN_INIT}")
    if version > HEAD:
        raise WrongVersion(
            f"The database is of a newer version ({version}) than this software ({HEAD}). Upgrade the software."
        )


def told(place: str, said: str) -> DatabaseTrouble:
    """A driver's complaint in words that help."""
    said = " ".join(said.split())
    if "locked" in said or "busy" in said:
        return DatabaseTrouble(
            f"The database at {place} stayed locked for {BUSY_SECONDS} s. "
            "Another process is writing: wait for it, or find it with `fuser` and stop it."
        )
    if ("disk" in said and "full" in said) or "No space left" in said:
        return DatabaseTrouble("The disk is full. Free some space; what was accepted before is safe.")
    if "readonly" in said or "read-only" in said:
        return DatabaseTrouble(f"The database at {place} cannot be written: check who owns the file and its folder.")
    if "disk I/O error" in said:
        return DatabaseTrouble(
            f"The database at {place} cannot be read or written (disk I/O error): see whether its disk is full or over "
            "quota (`df`), or failing (`dmesg`). What was accepted before is safe."
        )
    if any(words in said for words in _GONE):
        or_else = " Or correct DUNGHAN_DATABASE_URL." if "Connection refused" in said else ""
        return DatabaseTrouble(
            f"The database server at {place} does not answer: start it and run again, nothing is lost.{or_else} "
            f"It said: {said}."
        )
    return DatabaseTrouble(f"The database at {place} cannot be used: {said}. Check DUNGHAN_DATABASE_URL.")
