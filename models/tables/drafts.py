"""Plans drafted from documents, before they are plans."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column
from sqlmodel import Field, SQLModel

from models.tables.columns import instant


class PlanDraftRow(SQLModel, table=True):
    """A document that a plan is drafted from, once for each content (``sha256``), and what was found in it.

    ``files`` names two files of the store: the document as it came, and the text that was read out of it, to which all
    places in ``findings`` refer.
    """

    __tablename__ = "plan_draft"

    id: int | None = Field(default=None, primary_key=True)
    sha256: str = Field(unique=True)
    by: str
    at: datetime = instant()
    files: list[dict[str, Any]] = Field(sa_column=Column(JSON, nullable=False))
    findings: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))


class PlanDraftClauseRow(SQLModel, table=True):
    """What stands decided of a draft's clause, counted from 1; its history is in the audit trail.

    ``decision``: empty (nobody has decided), confirmed, rejected, corrected; ``corrected`` has the fields as they are
    right. ``changes`` counts the decisions: who decides names the count that he looked at.
    """

    __tablename__ = "plan_draft_clause"

    draft_id: int = Field(foreign_key="plan_draft.id", primary_key=True)
    number: int = Field(primary_key=True)
    decision: str = ""
    by: str = ""
    at: datetime | None = instant(nullable=True)
    corrected: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True), nullable=True))
    changes: int = 0
