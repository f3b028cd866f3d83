"""The one base of every value model: strict, frozen, and closed to unknown keys."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

OFFICE_CODE = r"^[a-z0-9][a-z0-9.-]*$"

OfficeCode = Annotated[str, StringConstraints(pattern=OFFICE_CODE)]
"""A statistics-office code (``02``, ``024``, ``00688``) or a named office (``ha-giang.so-y-te``)."""

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]*$")]
Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]


class Value(BaseModel):
    """A value: equal by content, never changed, no key it does not know."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")
