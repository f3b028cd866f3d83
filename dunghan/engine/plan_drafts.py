"""Drafts of plans: a document is read once, coordinators decide on each clause found in it, and a plan file comes out.

What was found stays as it was found. A decision stands beside it, replaces the one before, and is in the audit trail.
"""

import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, NamedTuple

from pydantic import TypeAdapter
from sqlalchemy.exc import IntegrityError

from dunghan import files
from dunghan.clauses.found import Clause, Findings, Kind
from dunghan.clauses.times import Due, Recurrence, Wording
from dunghan.drafting import findings_json
from dunghan.drafting.gather import gather
from dunghan.engine.context import Context
from dunghan.engine.leftovers import hold
from dunghan.files import Kept
from dunghan.store import audit, plan_drafts
from dunghan.store.database import reading, writing
from models.errors import NotPossible, UsageError

Decision = Literal["confirmed", "rejected", "corrected"]


class UnknownDraft(UsageError):
    """There is no such draft, or no such clause in it."""


class DecidedMeanwhile(NotPossible):
    """Somebody has decided on the clause since it was looked at."""


class Correction(NamedTuple):
    """The fields of a clause as a person says that they are right."""

    reporter: str | None
    recipient: str | None
    via: str | None
    recurrence: Recurrence
    due: tuple[Due, ...]
    wording: Wording
    kind: Kind


class Decided(NamedTuple):
    """A clause of a draft, counted from 1: as it was ``found``, and what stands decided (empty: nothing).

    ``changes`` counts the decisions so far; whoever decides says which of them was the last that he saw.
    """

    number: int
    found: Clause
    decision: Decision | Literal[""]
    by: str
    at: datetime | None
    correction: Correction | None
    changes: int

    @property
    def stands(self) -> Clause:
        """The clause as it goes into the plan: corrected, and without doubts once a person has decided."""
        if not self.decision:
            return self.found
        right = self.correction._asdict() if self.correction else {}
        return self.found._replace(**right, doubts=(), confidence=1.0)


class Draft(NamedTuple):
    """A document that a plan is drafted from, as a file of the store, and beside it the ``text`` read out of it."""

    number: int
    by: str
    at: datetime
    document: Kept
    text: Kept
    findings: Findings
    clauses: tuple[Decided, ...]

    @property
    def decided(self) -> int:
        """How many clauses have been decided."""
        return sum(bool(one.decision) for one in self.clauses)

    @property
    def complete(self) -> bool:
        """Whether nothing is left to decide."""
        return self.decided == len(self.clauses)


class Listed(NamedTuple):
    """A draft in a list: who brought it when, its document's name, its clauses, and how many of them are decided."""

    number: int
    name: str
    by: str
    at: datetime
    clauses: int
    decided: int


_CORRECTION = TypeAdapter(Correction)


def add(context: Context, path: Path, name: str, *, by: str) -> tuple[int, bool]:
    """Read a document and keep it, its text and what was found; its number, and whether it is new.

    One with the content of an earlier one leads to that one's draft: nobody decides twice on the same clauses.

    1. Keep the document, and read and search it within bounds of time and memory.
    2. Keep the text that all places refer to.
    3. Put the draft on record, if nobody was quicker.

    Raises files.Refused and DocumentRefused for what is no document, NotPossible where the store fails.
    """
    url = context.settings.files_url
    document = files.keep(url, path, name)
    with reading(context.db) as connection:
        if (there := plan_drafts.of_content(connection, document["sha256"])) is not None:
            return there, False
    gathered = gather(path)
    clauses, findings = len(gathered.found.clauses), findings_json.plain(gathered.found)
    kept = [document, _kept_text(url, gathered.text, name)]
    try:
        with writing(context.db) as connection:
            hold(connection, url, [file["sha256"] for file in kept])
            number = plan_drafts.add(
                connection, sha256=document["sha256"], by=by, at=context.now(), files=kept, findings=findings,
                clauses=clauses,
            )  # fmt: skip
            audit.record(
                connection, context.now(), by, "draft-plan", subject(number), file=document["name"],
                sha256=document["sha256"], clauses=clauses,
            )  # fmt: skip
            return number, True
    except IntegrityError:  # the same document came twice at once
        with reading(context.db) as connection:
            there = plan_drafts.of_content(connection, document["sha256"])
        if there is None:
            raise
        return there, False


def _kept_text(url: str, text: str, name: str) -> Kept:
    with tempfile.TemporaryDirectory(prefix="dunghan-") as folder:
        path = Path(folder, "text")
        path.write_bytes(text.encode("utf-8"))
        return files.keep(url, path, f"{Path(name).stem}.txt")


def listing(context: Context) -> list[Listed]:
    """Every draft, the newest first."""
    with reading(context.db) as connection:
        rows = plan_drafts.listing(connection)
    return [Listed(r.id, r.files[0]["name"], r.by, r.at, r.clauses, r.decided) for r in rows]


def one(context: Context, number: int) -> Draft:
    """A draft with what stands decided of each clause. Raises UnknownDraft."""
    with reading(context.db) as connection:
        row = plan_drafts.one(connection, number)
        decisions = plan_drafts.clauses(connection, number)
    if row is None:
        raise UnknownDraft(f"There is no draft {number}.")
    findings = findings_json.findings(row.findings)
    clauses = tuple(_decided(found, held) for found, held in zip(findings.clauses, decisions, strict=True))
    document, text = row.files
    return Draft(row.id, row.by, row.at, document, text, findings, clauses)


def _decided(found: Clause, row: Any) -> Decided:
    corrected = _CORRECTION.validate_python(row.corrected) if row.corrected else None
    return Decided(row.number, found, row.decision, row.by, row.at, corrected, row.changes)


def text(context: Context, draft: Draft) -> str:
    """The text that a draft's places refer to. Raises NotPossible where the store has lost it."""
    try:
        return b"".join(files.verified(context.settings.files_url, draft.text["sha256"])).decode("utf-8")
    except OSError as error:
        raise files.StoreTrouble(f"DUNGHAN_FILES_URL cannot be read ({error.strerror or error}).") from None


def decide(
    context: Context,
    number: int,
    clause: int,
    decision: Decision,
    *,
    by: str,
    seen: int,
    correction: Correction | None = None,
) -> None:
    """Decide on a clause of which ``seen`` decisions were looked at; a ``correction`` says what is right.

    Raises UnknownDraft, and DecidedMeanwhile where somebody else decided after that.
    """
    if (correction is None) == (decision == "corrected"):
        raise ValueError("a correction says what is right, and nothing else does")
    with writing(context.db) as connection:
        known = [row.number for row in plan_drafts.clauses(connection, number)]
        if clause not in known:
            raise UnknownDraft(f"Draft {number} has no clause {clause}.")
        at = context.now()
        corrected = findings_json.plain(correction) if correction else None
        if not plan_drafts.decide(
            connection, number, clause, seen=seen, decision=decision, by=by, at=at, corrected=corrected
        ):
            raise DecidedMeanwhile(f"Somebody has just decided on clause {clause} of draft {number}: look at it again.")
        told = {} if correction is None else {"recurrence": correction.recurrence, "wording": correction.wording}
        audit.record(connection, at, by, f"clause-{decision}", f"{subject(number)}/{clause}", **told)


def subject(number: int) -> str:
    """What the audit trail calls a draft."""
    return f"draft/{number}"
