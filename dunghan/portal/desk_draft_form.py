"""The form that corrects a clause of a draft: what it holds, and what it says once it is sent."""

from typing import Annotated, Any, NamedTuple

from fastapi import Form

from dunghan.clauses.found import Clause
from dunghan.engine.plan_drafts import Correction
from dunghan.portal import desk_due, desk_words

LONGEST = 300
"""Of a field of a correction."""


class Refused(Exception):
    """What was sent cannot be taken. ``why`` is one of ``desk_words.REFUSALS``, ``names`` is filled into it."""

    def __init__(self, why: str, status: int = 422, **names: Any) -> None:
        self.why, self.status, self.names = why, status, names
        super().__init__(why)


class Decision(NamedTuple):
    """What a form of a clause says, as it was written."""

    clause: str
    seen: str
    fields: dict[str, str]

    def correction(self) -> Correction:
        """The fields, read. Raises Refused."""
        held = self.fields
        for name, words in (
            ("recurrence", desk_words.RECURRENCES), ("wording", desk_words.WORDINGS), ("kind", desk_words.CLAUSE_KINDS),
        ):  # fmt: skip
            if held[name] not in words:
                raise Refused("incomplete")
        try:
            due = desk_due.read(held["due"])
        except ValueError as error:
            raise Refused("day", line=str(error)[:40]) from None
        if due and held["wording"] == "undated":
            raise Refused("dated")
        if not due and held["wording"] in ("before", "by", "month") and held["recurrence"] != "relative":
            raise Refused("no_day")
        return Correction(
            reporter=held["reporter"] or None, recipient=held["recipient"] or None, via=held["via"] or None,
            recurrence=held["recurrence"], due=due, wording=held["wording"], kind=held["kind"],  # type: ignore[arg-type]
        )  # fmt: skip


def form_of(clause: Clause, language: str) -> dict[str, str]:
    """A clause as the form for its correction has it."""
    return {
        "reporter": clause.reporter or "", "recipient": clause.recipient or "", "via": clause.via or "",
        "recurrence": clause.recurrence, "due": "\n".join(desk_due.written(clause.due, language)),
        "wording": clause.wording, "kind": clause.kind,
    }  # fmt: skip


Line = Annotated[str, Form(max_length=LONGEST)]


def decision(
    clause: Annotated[str, Form(max_length=6)] = "", seen: Annotated[str, Form(max_length=6)] = "",
    reporter: Line = "", recipient: Line = "", via: Line = "", recurrence: Line = "",
    due: Annotated[str, Form(max_length=2000)] = "", wording: Line = "", kind: Line = "",
) -> Decision:  # fmt: skip
    """A dependency of the route that decides: its form, each line without blanks at its ends or twice within."""
    fields = {
        "reporter": reporter, "recipient": recipient, "via": via, "recurrence": recurrence, "wording": wording,
        "kind": kind,
    }  # fmt: skip
    return Decision(clause, seen, {name: " ".join(held.split()) for name, held in fields.items()} | {"due": due})
