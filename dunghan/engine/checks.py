"""The checks of what is handed in: each finding is told and stored, and none but a bomb loses the file."""

from collections.abc import Iterator, Sequence
from pathlib import PurePath

from sqlalchemy import Connection

from dunghan import files
from dunghan.checks import reading
from dunghan.checks.found import Found
from dunghan.core import mentions
from dunghan.core.periods import period_name
from dunghan.engine.context import Context
from dunghan.engine.leftovers import FilesGone
from dunghan.engine.owed import find
from dunghan.files import Kept
from dunghan.store import database, findings
from dunghan.store.findings import Finding
from models.obligation import Obligation
from models.plan import Plan

__all__ = ["SAME", "Finding", "bomb", "doubles", "inside", "look", "require_kept"]

SAME = ("same_as_other_office", "same_as_earlier")
"""The codes of what is found in other submissions and not in the file itself."""


def look(context: Context, obligation_id: str, kept: Sequence[Kept]) -> list[Finding]:
    """What there is to say about files, before or after they are handed in against an obligation."""
    with database.reading(context.db) as connection:
        plan, one, _ = find(context, connection, obligation_id)
        same = doubles(connection, one, kept)
    return [*inside(context, plan, one, kept), *same]


def inside(context: Context, plan: Plan, one: Obligation, kept: Sequence[Kept]) -> list[Finding]:
    """What is found in the files themselves. Each is read in a process of its own, bounded in time and memory."""
    found: list[Finding] = []
    for file in kept:
        try:
            with files.opened(context.settings.files_url, file["sha256"]) as path:
                read = reading.read(path)
        except OSError as error:
            raise _lost(file, error.strerror or str(error)) from None
        found += [Finding(file["name"], file["sha256"], code, detail) for code, detail in _told(file, read, plan, one)]
    return found


def bomb(found: Sequence[Finding]) -> Finding | None:
    """The one finding for which a file is refused."""
    return next((one for one in found if one.code == "bomb"), None)


def require_kept(context: Context, kept: Sequence[Kept]) -> None:
    """Raise FilesGone for a file that does not lie in the store any more, StoreTrouble where that cannot be told."""
    for file in kept:
        try:
            there = files.look(context.settings.files_url, files.where(file["sha256"]))
        except OSError as error:
            raise _lost(file, error.strerror or str(error)) from None
        if there is None or there.size != file["size"]:
            raise FilesGone(f"{file['name']} is no longer in the store; nothing was recorded: send it again.")


def _lost(file: Kept, why: str) -> files.StoreTrouble:
    return files.StoreTrouble(f"{file['name']} cannot be read from DUNGHAN_FILES_URL ({why}).")


_KINDS = ("docx", "pdf", "xlsx", "odt")


def _told(file: Kept, read: Found, plan: Plan, one: Obligation) -> Iterator[tuple[str, str]]:
    """The codes of what was found in one file, with what each was found by."""
    claimed = PurePath(file["name"]).suffix.lstrip(".").lower()
    whole = read.kind in _KINDS and not read.problem
    if read.problem:
        yield read.problem, read.detail
    if whole and claimed != read.kind:
        yield "wrong_kind", f".{claimed} ≠ .{read.kind}"
    elif not whole and not read.problem:
        yield ("wrong_kind", f".{claimed} ≠ {read.kind or '?'}") if claimed in _KINDS else ("other_kind", read.kind)
    if not whole:
        return
    if not read.text.strip():
        yield "no_text", ""
    elif not mentions.names(read.text, plan.number, one.period.key):
        yield "no_mention", f"{plan.number}; {period_name(one.period.key)}"


def doubles(connection: Connection, one: Obligation, kept: Sequence[Kept]) -> list[Finding]:
    """The files that another office, or this one for an earlier period, has handed in already, byte by byte."""
    if not kept:
        return []
    same = findings.elsewhere(connection, {file["sha256"] for file in kept}, one.id)
    found = []
    for file in kept:
        there = [e for e in same if e.sha256 == file["sha256"]]
        others = [e.obligation for e in there if e.office != one.office]
        earlier = [
            e.obligation
            for e in there
            if (e.office, e.plan, e.report) == (one.office, one.plan, one.report) and e.period < one.period.key
        ]
        for code, where in zip(SAME, (others, earlier), strict=True):
            if where:
                found.append(Finding(file["name"], file["sha256"], code, where[-1]))
    return found
