"""The options that many commands share, and what they mean."""

import getpass
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from dunghan.engine.context import Context

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
AsOf = Annotated[
    str | None, typer.Option("--as-of", metavar="TIME", help="Judge at this time; a bare day means 08:00.")
]
Because = Annotated[str, typer.Option("--because", help="The reason; it goes on record.")]


def _said(because: str) -> str:
    if not because.strip():
        from models.errors import UsageError

        raise UsageError("--because is empty: give the reason, it goes on record.")
    return because


Reason = Annotated[str, typer.Option("--because", callback=_said, help="The reason; it goes on record.")]
"""Where a decision needs a reason: an empty one is none."""
By = Annotated[str | None, typer.Option("--by", help="Who decides; the system's user by default.")]


def context() -> "Context":
    """The context of this command."""
    from dunghan.engine.context import Context

    return Context()


def as_of(text: str | None, now: datetime) -> datetime:
    """``--as-of`` as an instant; the present where it was not given."""
    from dunghan.core.times import instant

    return instant(text, "--as-of") if text else now


def author(by: str | None) -> str:
    """Who decides, for the record."""
    if by:
        return by
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "operator"
