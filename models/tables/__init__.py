"""The tables: what happened. Table models do not validate; the value models did before.

``obligation`` holds today's projection; its history stands in ``submission``, ``finding``, ``decision``,
``plan_decision`` and ``audit``, which the database itself refuses to change or delete.
"""

from models.tables.drafts import PlanDraftClauseRow, PlanDraftRow
from models.tables.handing_in import FindingRow, HandedInFileRow, IncomingRow, SessionRow, UserRow
from models.tables.people import ContactRow, OfficeRow
from models.tables.post import AnnouncementRow, AttemptRow, MessageRow, ReminderRow, TokenRow
from models.tables.record import (
    AuditRow,
    BoardRow,
    DecisionRow,
    ObligationRow,
    PeriodRow,
    PlanDecisionRow,
    SubmissionRow,
)

__all__ = [
    "APPEND_ONLY",
    "AnnouncementRow",
    "AttemptRow",
    "AuditRow",
    "BoardRow",
    "ContactRow",
    "DecisionRow",
    "FindingRow",
    "HandedInFileRow",
    "IncomingRow",
    "MessageRow",
    "ObligationRow",
    "OfficeRow",
    "PeriodRow",
    "PlanDecisionRow",
    "PlanDraftClauseRow",
    "PlanDraftRow",
    "ReminderRow",
    "SessionRow",
    "SubmissionRow",
    "TokenRow",
    "UserRow",
]

APPEND_ONLY = ("submission", "decision", "plan_decision", "attempt", "audit", "finding", "handed_in_file")
