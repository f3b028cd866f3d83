"""Installation: the database, the folders, and the secret; what is there already stays."""

import os
import secrets
from collections.abc import Iterator
from pathlib import Path

from config.settings import PREFIX
from dunghan.engine.context import Context
from dunghan.store.database import migrate, place
from models.errors import NotPossible

ENV = Path(".env")
_SECRET = f"{PREFIX}SECRET_KEY"


def install(context: Context) -> Iterator[str]:
    """Do it, and say each thing that was done or found.

    1. A secret, unless the environment or ``.env`` holds one; ``.env`` is only ever added to.
    2. The folder for files handed in, where it is a local one.
    3. The database, brought to this software's schema.
    """
    try:
        yield _secret()
        folder = context.settings.files_url
        if "://" not in folder:
            Path(folder).mkdir(parents=True, exist_ok=True)
            yield f"Files handed in are kept under {folder}."
    except OSError as error:
        raise NotPossible(
            f"{error.filename} cannot be written ({error.strerror}): run this in a folder of yours."
        ) from None
    migrate(context.db)
    yield f"The database is ready at {place(context.db)}."
    yield "Next: `dunghan contact import contacts.csv`, then `dunghan doctor`."


def _secret() -> str:
    if os.environ.get(_SECRET):
        return f"{_SECRET} comes from the environment."
    held = ENV.read_text(encoding="utf-8") if ENV.exists() else ""
    if any(line.strip().startswith(f"{_SECRET}=") for line in held.splitlines()):
        return f"{ENV} holds a secret already and stays as it is."
    descriptor = os.open(ENV, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "a", encoding="utf-8") as file:
        if held and not held.endswith("\n"):
            file.write("\n")
        file.write(f"{_SECRET}={secrets.token_urlsafe(32)}\n")
    return f"A generated secret was written to {ENV}; keep a copy of it in a safe place."
