"""One run of a plan's chain, whole: pass, delivery, and the one word that says how the plan stands."""

from datetime import datetime
from typing import Any

from dunghan.engine.context import Context
from dunghan.engine.delivery import deliver
from dunghan.engine.owed import Wanted, owed
from dunghan.engine.sweep import Pass, run_pass
from dunghan.engine.views import stamp, verdict
from dunghan.outbox import Tally


def run(context: Context, plan_id: str, now: datetime, dry_run: bool = False) -> dict[str, Any]:
    """Run a plan's chain once and return the document of ``run --json`` (DESIGN section 7)."""
    done = run_pass(context, plan_id, now, dry_run)
    sent = Tally() if dry_run else deliver(context, now, plan_id)
    return summary(plan_id, now, done, sent, word(context, plan_id, now))


def word(context: Context, plan_id: str, now: datetime) -> str:
    """``On time``, ``Waiting 3`` or ``Overdue 12``."""
    return verdict(owed(context, Wanted(plan=plan_id), now), now, context.catalog.ladder)


def summary(plan_id: str, now: datetime, done: Pass, sent: Tally, state: str) -> dict[str, Any]:
    """The document of a run. ``kept`` and ``withdrawn`` stand beside the counts of the contract."""
    return {
        "plan": plan_id,
        "as_of": stamp(now),
        "opened": done.opened,
        "reminders": done.reminders,
        "messages": done.messages,
        "delivered": sent.delivered,
        "retry": sent.retry,
        "rejected": sent.rejected,
        "dead": sent.dead,
        "skipped": done.skipped,
        "withdrawn": sent.withdrawn,
        "kept": sent.kept,
        "state": state,
    }
