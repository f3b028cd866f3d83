"""What is read of real plans, where they are at hand, is what a careful person put into their YAML."""

import os
from pathlib import Path

import pytest
import yaml

from dunghan.clauses.extract import extract
from dunghan.clauses.numbering import plain_number
from dunghan.clauses.stretch import plain

PLANS = Path(__file__).parents[2] / "config" / "plans"
CASES = sorted(PLANS.glob("*.yaml"))
CORPUS = sorted(Path(os.environ["DUNGHAN_CORPUS"]).glob("*.txt")) if "DUNGHAN_CORPUS" in os.environ else []
"""More real documents, where a folder of them is named."""


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_a_plan_gives_back_what_its_yaml_holds(path: Path) -> None:
    plan = yaml.safe_load(path.read_text(encoding="utf-8"))
    found = extract((PLANS / plan["source"]["file"]).read_text(encoding="utf-8"))
    head = found.heading
    assert head.number and plain_number(head.number.text) == plan["number"]
    assert head.title and plain(head.title.text).casefold() == plan["title"].casefold()
    assert head.issued_on == plan["issued_on"]
    if "until" in plan["years"]:
        assert (head.since, head.until) == (plan["years"]["since"], plan["years"]["until"])
    implemented = {one.number: one.issued_on for one in head.implements}
    assert implemented.items() <= {one["number"]: one.get("issued_on") for one in plan["implements"]}.items()
    assert [(t.comparison, t.value, t.upper, t.unit, t.per_year) for t in found.targets] == [
        (t["comparison"], t["value"], t.get("upper"), t["unit"], t.get("per_year", False)) for t in plan["targets"]
    ]
    money = plan.get("budget", {})
    assert (found.budget.total.amount if found.budget.total else None) == money.get("total")
    assert [(p.source, p.amount) for p in found.budget.parts] == [
        (p["source"], p["amount"]) for p in money.get("parts", ())
    ]


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_a_real_document_says_what_it_is(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    found = extract(text)
    head = found.heading
    assert head.number and head.title and head.issuer and head.issued_on
    said = [head.number, head.title, head.issuer, *(i.said for i in head.implements), *(t.said for t in found.targets)]
    assert all(text[one.start : one.end] == one.text for one in (*said, *(d.said for d in found.duties)))
