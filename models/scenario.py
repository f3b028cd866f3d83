"""A scenario: what happens, and when, while ``simulate`` lets its virtual clock run."""

from datetime import date
from typing import Literal, Self

from pydantic import RootModel, model_validator

from models.base import Text, Value


class Step(Value):
    """One event. ``until`` goes with extend (new last day) and acknowledge (promised date), both inclusive."""

    at: Text
    action: Literal["submit", "accept", "return", "extend", "waive", "acknowledge"]
    obligation: Text
    until: date | None = None
    because: str = ""

    @model_validator(mode="after")
    def _until_where_due(self) -> Self:
        if (self.action in ("extend", "acknowledge")) != (self.until is not None):
            raise ValueError("`until` goes with extend and acknowledge, and only with them")
        return self


class Scenario(RootModel[tuple[Step, ...]]):
    """A YAML list of steps."""
