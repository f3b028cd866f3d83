"""One family of errors. The message says what is wrong, where, and what to do about it."""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import NamedTuple


class DunghanError(Exception):
    """Something a person can mend. ``exit_code``: 2 for wrong input, 1 for a failed operation."""

    exit_code = 1


class UsageError(DunghanError):
    """What was asked for cannot be right."""

    exit_code = 2


def nearest(wanted: str, known: Iterable[str], listing: str) -> str:
    """The names that come nearest, all of them where they are few, and where to find the rest."""
    names = sorted(known)
    near = get_close_matches(wanted, names, n=3, cutoff=0.5)
    if near:
        return f"Did you mean {', '.join(near)}?"
    few = f"Known are {', '.join(names)}. " if 0 < len(names) <= 12 else ""
    return f"{few}See `{listing}`."


class PlanNotFound(UsageError):
    """No plan has that id."""

    def __init__(self, plan: str, known: Iterable[str]) -> None:
        self.plan = plan
        super().__init__(f"No plan is called {plan!r}. {nearest(plan, known, 'dunghan plan list')}")


class UnknownOffice(UsageError):
    """No office ever had that code."""

    def __init__(self, office: str, known: Iterable[str]) -> None:
        super().__init__(f"No office has the code {office!r}. {nearest(office, known, 'dunghan office list')}")


class UnknownObligation(UsageError):
    """No such obligation exists or will open."""

    def __init__(self, obligation: str, known: Iterable[str]) -> None:
        super().__init__(f"No obligation is called {obligation!r}. {nearest(obligation, known, 'dunghan due')}")


class UnknownName(UsageError):
    """A report, stage or other name that the plan does not have."""

    def __init__(self, what: str, name: str, known: Iterable[str]) -> None:
        known = sorted(set(known))
        super().__init__(f"No {what} is called {name!r}. Known here: {', '.join(known) or 'none'}.")


class DeadlineUndated(UsageError):
    """The act needs a date, and nobody has set one."""


class NotPossible(DunghanError):
    """The act does not fit what has happened so far (accepting what was never submitted)."""


class BadTime(UsageError):
    """A time that cannot be read, or lies where it cannot lie."""


class BadSettings(UsageError):
    """A setting that cannot be used."""


class DatabaseMissing(DunghanError):
    """There is no database yet."""


class DatabaseTrouble(DunghanError):
    """The database cannot be used now."""


class WrongVersion(DatabaseTrouble):
    """The database is of another version than this software."""


class ServerTrouble(DunghanError):
    """The Prefect API does not answer, or does not know what was asked for."""


class Problem(NamedTuple):
    """One fault in a file, for people: where it is, what is wrong, and the remedy."""

    file: str
    line: int
    field: str
    message: str
    warning: bool = False

    def __str__(self) -> str:
        kind = "warning: " if self.warning else ""
        return f"{self.file}:{self.line}: {kind}{self.field}: {self.message}"


class BadFile(UsageError):
    """A file of configuration or data with faults; nothing of it was loaded."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(p) for p in self.problems))


class DocumentRefused(UsageError):
    """A document that is not read. ``problem`` is the short name of what is wrong, for those who say it otherwise."""

    def __init__(self, file: str, problem: str, message: str) -> None:
        self.file, self.problem = file, problem
        super().__init__(f"{file}: {message}")
