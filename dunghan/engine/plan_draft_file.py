"""The plan file that a draft ends in, once a person has decided on each of its clauses."""

from typing import NamedTuple

from dunghan.drafting.as_yaml import as_yaml
from dunghan.drafting.draft import draft as drafted
from dunghan.engine import plan_drafts
from dunghan.engine.context import Context
from dunghan.engine.plan_drafts import Draft
from models.errors import NotPossible


class Undecided(NotPossible):
    """Some clauses have not been decided."""


class PlanFile(NamedTuple):
    """A plan's id and the YAML of it, which names ``sources/<id>.txt`` as the place of its text."""

    id: str
    yaml: str


def plan_file(context: Context, draft: Draft) -> PlanFile:
    """What was confirmed and corrected, as `dunghan plan draft` writes it; what was rejected is told in comments.

    Raises Undecided, and NotPossible where the store has lost the text.
    """
    if not draft.complete:
        raise Undecided(f"{len(draft.clauses) - draft.decided} clauses of draft {draft.number} are not decided.")
    stands = tuple(one.stands for one in draft.clauses if one.decision != "rejected")
    rejected = [f"{one.found.quote} ({one.by})" for one in draft.clauses if one.decision == "rejected"]
    text = plan_drafts.text(context, draft)
    made = drafted(text, draft.findings._replace(clauses=stands), context.catalog.tree)
    standing = f"từng mục báo cáo đã được xác nhận trên cổng (bản nháp {draft.number})"
    return PlanFile(made.id, as_yaml(made, draft.document["name"], standing, rejected))
