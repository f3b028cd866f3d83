"""The final state of a run: its name says how the plan stands, its type what colour Prefect gives it.

Measured in both UIs of Prefect 3.8: COMPLETED is green, CRASHED amber, FAILED red, CANCELLED grey; the other types are
not final. Why ``run`` is the default: docs/decisions/2026-11-22-what-colours-mean.md.
"""

from typing import Any

from prefect.client.schemas.objects import State, StateType

_BY_PLAN = {"On time": StateType.COMPLETED, "Waiting": StateType.CRASHED, "Overdue": StateType.FAILED}
WORDS = frozenset(_BY_PLAN)
"""The names, without their numbers, of runs that did their work."""


def final(word: str, said: str, colours: str) -> State[Any]:
    """The state of a run that did its work: green, or with ``colours="plan"`` green, amber or red as the plan stands.

    >>> [final(w, "", "plan").type.value for w in ("On time", "Waiting 3", "Overdue 12")]
    ['COMPLETED', 'CRASHED', 'FAILED']
    >>> final("Overdue 12", "", "run").type.value
    'COMPLETED'
    """
    return State(type=_BY_PLAN[_bare(word)] if colours == "plan" else StateType.COMPLETED, name=word, message=said)


def did_its_work(state: State[Any] | None) -> bool:
    """Whether a run ended with one of our words, whatever its colour: a late agency is not a failed run."""
    return state is not None and state.is_final() and _bare(state.name or "") in WORDS


def _bare(word: str) -> str:
    return word.rstrip("0123456789 ")
