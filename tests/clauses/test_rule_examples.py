"""Every rule takes of its examples what they say."""

from itertools import chain

import pytest

from dunghan.clauses import budget, duties, heading, instruments, numbering, targets, titles
from dunghan.clauses.source import Source
from dunghan.clauses.times import Rule

RULES = [
    *chain(budget.RULES, duties.RULES, heading.RULES, instruments.RULES, targets.RULES, titles.RULES),
    numbering.NUMBER,
    numbering.DAY,
]


@pytest.mark.parametrize(
    ("rule", "text", "taken"),
    [pytest.param(rule, *example, id=f"{rule.name}: {example[1]}") for rule in RULES for example in rule.examples],
)
def test_a_rule_takes_of_its_example_what_stands_beside_it(rule: Rule, text: str, taken: str) -> None:
    source = Source(text)
    spans = [m for settled in (source.words, source.low) for m in rule.pattern.finditer(settled)]
    assert taken in [m["said" if "said" in rule.pattern.groupindex else 0] for m in spans]


def test_every_rule_has_an_example() -> None:
    assert not [rule.name for rule in RULES if not rule.examples]
