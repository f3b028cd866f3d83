"""What the message of a receipt says."""

from sqlalchemy import Connection

from dunghan.core import findings as words
from dunghan.core.names import show
from dunghan.core.periods import period_name
from dunghan.core.wording import punctual
from dunghan.engine.context import Context
from dunghan.engine.receipts import receipt_within
from dunghan.store import acts, findings
from models.timezone import VIETNAM


def receipt_fields(context: Context, connection: Connection, about: str, language: str) -> dict[str, str]:
    """What the template pours in; ``about`` is the obligation and the version."""
    obligation_id, _, version = about.rpartition("/")
    told = receipt_within(context, connection, obligation_id, int(version))
    plan_id, report_id, period, _ = obligation_id.split("/")
    report = context.catalog.plan(plan_id).report(report_id)
    handed = acts.submissions(connection, obligation_id)[told.version - 1]
    found = findings.of(connection, [handed.id or 0]).get(handed.id or 0, [])
    english = language == "en"
    nothing = "Nothing to report." if english else "Không phát sinh."
    return {
        "number": told.number,
        "report": report.title if report else report_id,
        "period": period_name(period, language),
        "received_at": f"{told.received_at.astimezone(VIETNAM):%H:%M, %d/%m/%Y}",
        "last_day": "" if told.last_day is None else told.last_day.isoformat() if english else show(told.last_day),
        "punctual": punctual(told.late_days, language, told.first_at),
        "files": nothing if told.nothing else "\n".join(f"- {f['name']}\n  SHA-256 {f['sha256']}" for f in told.files),
        "note": told.note,
        "findings": "\n".join(f"- {f.file}: {words.said(f.code, f.detail, language)}" for f in found),
    }
