"""One run of a plan's chain, whole: pass, delivery, and the one word that says how the plan stands."""

from datetime import datetime
from typing import Any, NamedTuple

from dunghan.engine.context import Context
from dunghan.engine.counting import word
from dunghan.engine.delivery import deliver
from dunghan.engine.sweep import Pass, run_pass
from dunghan.engine.views import stamp
from dunghan.outbox import Tally


class Ran(NamedTuple):
    """What a run did, what became of its messages, and how the plan stands (``Overdue 12``)."""

    plan: str
    now: datetime
    done: Pass
    sent: Tally
    state: str

    @property
    def document(self) -> dict[str, Any]:
        """The document of ``run --json`` (DESIGN section 7); its ``state`` is the word without its number."""
        done, sent = self.done, self.sent
        return {
            "plan": self.plan,
            "as_of": stamp(self.now),
            "opened": done.opened,
            "reminders": done.reminders,
            "messages": done.messages,
            "delivered": sent.delivered,
            "retry": sent.retry,
            "rejected": sent.rejected,
            "dead": sent.dead,
            "skipped": done.skipped,
            "state": self.state.rstrip("0123456789 "),
        }


def run(context: Context, plan_id: str, now: datetime, dry_run: bool = False) -> Ran:
    """Run a plan's chain once: a pass, then delivery."""
    done = run_pass(context, plan_id, now, dry_run)
    sent = Tally() if dry_run else deliver(context, now, plan_id)
    return Ran(plan_id, now, done, sent, word(context, context.catalog.plan(plan_id), now))
