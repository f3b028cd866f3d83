"""What the tests of drafting share: the catalogue as delivered, and drafts of small texts made up for them."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from config.catalog import Catalog
from config.settings import Settings
from dunghan.clauses.found import Budget, Clause, Findings, Heading, Said
from dunghan.clauses.reports import reports
from dunghan.clauses.source import Source
from dunghan.drafting.as_yaml import as_yaml
from dunghan.drafting.draft import Draft, draft
from models.errors import Problem
from models.plan import Plan

Checked = tuple[Plan, list[Problem]]


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    return Catalog(Settings())


def said(text: str, words: str, rule: str = "made-up") -> Said:
    """A stretch of a text by its words."""
    start = text.index(words)
    return Said(words, start, start + len(words), rule)


def findings(
    text: str, *clauses: Clause, province: str = "Hà Giang", issued: date | None = date(2016, 7, 18)
) -> Findings:
    """Findings in a text of a province: the clauses given, or those that are found."""
    issuer = Said(f"UBND tỉnh {province}", 0, 0, "made-up") if province else None
    place = Said(province, 0, 0, "made-up") if province else None
    number = Said("9/KH-UBND", 0, 0, "made-up")
    head = Heading(number, Said("Kế hoạch thử", 0, 0, "made-up"), issuer, place, issued, None, 2016, 2020, None, ())
    return Findings(head, clauses or tuple(reports(Source(text))), (), (), Budget(None, ()))


Drafted = Callable[..., Draft]


@pytest.fixture
def drafted(catalog: Catalog) -> Drafted:
    """Drafts a text of Hà Giang of 2016, or of the province and day given."""

    def make(text: str, *clauses: Clause, **more: Any) -> Draft:
        return draft(text, findings(text, *clauses, **more), catalog.tree)

    return make


@pytest.fixture
def checked(catalog: Catalog, tmp_path: Path) -> Callable[[str, Draft], Checked]:
    """Writes a draft and its text as `--into` does, and has `plan check` read it."""

    def check(text: str, made: Draft) -> Checked:
        (tmp_path / "sources").mkdir(exist_ok=True)
        (tmp_path / "sources" / f"{made.id}.txt").write_text(text, encoding="utf-8", newline="")
        path = tmp_path / f"{made.id}.yaml"
        path.write_text(as_yaml(made, "thử.txt"), encoding="utf-8")
        plan, problems = catalog.check(path)
        assert yaml.safe_load(path.read_text(encoding="utf-8"))["id"] == plan.id
        return plan, problems

    return check
