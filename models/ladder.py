"""The ladder: when to remind, relative to the last day, and who else is told."""

from datetime import time
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from models.base import Value

Offset = Annotated[int, Field(ge=-365, le=365)]


class Ladder(Value):
    """Rungs in days from the last day (negative: before it), by how binding the duty is.

    ``obliged`` is the whole ladder; ``requested`` is the part of it that offices get which are only
    asked (đề nghị). ``escalate_first`` and ``escalate_second`` are the rungs with which a superior is told.
    """

    obliged: Annotated[tuple[Offset, ...], Field(min_length=1)]
    requested: tuple[Offset, ...]
    escalate_first: Offset = 3
    escalate_second: Offset = 7
    fires_at: time = time(8)
    reach_back_days: Annotated[int, Field(ge=0, le=366)] = 14
    """How far back a missed rung is caught up; older ones are recorded as expired."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if list(self.obliged) != sorted(set(self.obliged)):
            raise ValueError("rungs stand in order, each once: sort `obliged` and remove doubles")
        strange = [r for r in (*self.requested, self.escalate_first, self.escalate_second) if r not in self.obliged]
        if strange:
            raise ValueError(f"rung {rung_name(strange[0])} is not on the ladder `obliged`: add it there, or remove it")
        return self

    @property
    def escalating(self) -> tuple[int, int]:
        """The two rungs with which a superior is written to."""
        return self.escalate_first, self.escalate_second


def rung_name(offset: int) -> str:
    """How a rung is written everywhere.

    >>> rung_name(-30), rung_name(7)
    ('-30d', '+7d')
    """
    return f"{offset:+d}d"


MessageKind = Literal["reminder", "escalation", "digest", "notice", "news", "receipt"]

Fires = Literal["first_notice", "rung_due", "caught_up", "returned", "by_hand"]
Silences = Literal[
    "merged",
    "missed",
    "expired",
    "already_submitted",
    "accepted",
    "waived",
    "acknowledged",
    "extended",
    "paused",
    "requested_only",
    "unreachable",
    "not_chased",
]
Reason = Fires | Silences
