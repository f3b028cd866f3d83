"""A report that a plan demands, and the chain of stages it climbs."""

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from models.base import OfficeCode, Slug, Text, Value
from models.due import Due

Recurrence = Literal["annual", "semiannual", "quarterly", "monthly", "once", "unspecified-periodic"]
Kind = Literal["annual", "semiannual", "quarterly", "monthly", "midterm", "final", "once", "periodic"]
Binding = Literal["obliged", "requested"]
Level = Literal["province", "district", "commune"]

Recipient = Annotated[str, StringConstraints(pattern=r"^(parent|council|[a-z0-9][a-z0-9.-]*)$")]
"""An office code; or ``parent`` (the reporter's own superior of that day) or ``council`` (the People's
Council of the reporter's own level, code ``<reporter>.hdnd``)."""


class Reporters(Value):
    """Who reports at a stage: all offices of a level within a territory, or named ones."""

    level: Level | None = None
    within: OfficeCode | None = None
    offices: tuple[OfficeCode, ...] = ()
    open_class: Text | None = None
    """The text's own words where it names a class that may hold more ("các sở, ban, ngành")."""

    @model_validator(mode="after")
    def _level_or_names(self) -> Self:
        if (self.level is None) == (not self.offices):
            raise ValueError("give either level and within, or offices")
        if (self.level is None) != (self.within is None):
            raise ValueError("level and within go together: which offices, and of what territory")
        return self


class Link(Value):
    """One stage of a report's chain: who reports, to whom, through whom, by when, says which clause."""

    stage: Slug
    reporters: Reporters
    to: tuple[Recipient, ...] = ()
    to_note: Text | None = None
    """Why ``to`` is empty, or which neighbouring clause it was taken from."""
    through: OfficeCode | None = None
    due: Due
    clause: Text | None = None
    quote: Text | None = None
    binding: Binding = "obliged"
    waits_for: tuple[Slug, ...] = ()
    chased: bool = True
    """False switches a derived stage off: it is listed, and nobody is reminded."""
    note: Text | None = None

    @model_validator(mode="after")
    def _basis_is_shown(self) -> Self:
        if self.due.basis in {"quoted", "derived"} and not (self.clause and self.quote):
            raise ValueError("a dated stage needs the clause and the quote that its date comes from")
        return self


class Form(Value):
    """A file that offices fill in for a report. ``file`` is relative to the plan file, as its text is."""

    file: Annotated[str, StringConstraints(pattern=r"^forms/[A-Za-z0-9][A-Za-z0-9._-]*$")]
    title: Text

    @property
    def name(self) -> str:
        """The file's own name, by which a link asks for it."""
        return self.file.removeprefix("forms/")


class Report(Value):
    """A kind of report: what it is, how often it comes, and the chain it climbs."""

    id: Slug
    title: Text
    kind: Kind
    recurrence: Recurrence
    years: Annotated[tuple[int, ...], Field(default=())]
    """The named years of a report that is not periodic (mid-term 2018)."""
    note: Text | None = None
    chain: Annotated[tuple[Link, ...], Field(min_length=1)]
    forms: tuple[Form, ...] = ()

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.recurrence == "once") != bool(self.years):
            raise ValueError("`recurrence: once` names its `years`, and only it does")
        stages = {link.stage for link in self.chain}
        for link in self.chain:
            unknown = [s for s in link.waits_for if s not in stages]
            if unknown:
                raise ValueError(f"stage {link.stage} waits for {unknown[0]}, which this chain does not have")
            derived = link.due.derived
            if derived and derived.stage not in stages - {link.stage}:
                raise ValueError(f"stage {link.stage} is derived from {derived.stage}, which this chain does not have")
        settled = {link.stage for link in self.chain if not link.due.derived}
        while more := {k.stage for k in self.chain if k.due.derived and k.due.derived.stage in settled} - settled:
            settled |= more
        if circle := sorted(stages - settled):
            raise ValueError(f"stages {', '.join(circle)} are derived in a circle: give one of them a day of its own")
        return self
