import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import yaml

import config
from config.catalog import Catalog
from dunghan.core.plan_check import fold
from models.base import Value
from models.office import OfficeTree
from models.plan import Plan

FOLDER = Path(str(config.__file__)).parent
PLANS = FOLDER / "plans"
SEEDS = FOLDER.parent.parent / "shared" / "seeds"
SEED = {
    "binh-thuan-687-2020": "000_",
    "can-tho-115-2021": "001_",
    "ha-giang-168-2016": "002_",
    "hai-phong-76-2020": "003_",
}
IDS = sorted(SEED)


def quotes(value: object) -> Iterator[str]:
    """Every quote below a value."""
    if isinstance(value, Value):
        for name in type(value).model_fields:
            held = getattr(value, name)
            if name == "quote" and held:
                yield held
            else:
                yield from quotes(held)
    elif isinstance(value, tuple):
        for item in value:
            yield from quotes(item)


def seed(plan_id: str) -> str:
    if not SEEDS.is_dir():
        pytest.skip(f"the seeds are not beside this checkout ({SEEDS})")
    (path,) = SEEDS.glob(f"{SEED[plan_id]}*.txt")
    return fold(path.read_text(encoding="utf-8"))


def test_the_four_plans_are_here_under_their_ids(catalog: Catalog) -> None:
    assert list(catalog.plan_files) == IDS
    assert [plan.id for plan in catalog.plans()] == IDS
    assert [path.stem for path in sorted(PLANS.glob("*.yaml"))] == IDS


@pytest.mark.parametrize("plan_id", IDS)
def test_a_plan_loads_without_an_error(catalog: Catalog, plan_id: str) -> None:
    plan, problems = catalog.check(catalog.plan_files[plan_id])
    assert plan.id == plan_id
    assert all(p.warning and p.line > 1 for p in problems)


@pytest.mark.parametrize("plan_id", IDS)
def test_every_quote_stands_in_the_bundled_source(catalog: Catalog, plan_id: str) -> None:
    plan = catalog.plan(plan_id)
    source = fold((PLANS / plan.source.file).read_text(encoding="utf-8"))
    found = list(quotes(plan))
    assert len(found) >= 6
    assert [q for q in found if fold(q) not in source] == []


@pytest.mark.parametrize("plan_id", IDS)
def test_every_quote_stands_in_the_document_we_were_given(catalog: Catalog, plan_id: str) -> None:
    document = seed(plan_id)
    assert [q for q in quotes(catalog.plan(plan_id)) if fold(q) not in document] == []


@pytest.mark.parametrize("plan_id", IDS)
def test_a_bundled_source_leaves_words_out_and_adds_none(catalog: Catalog, plan_id: str) -> None:
    document = iter(re.findall(r"\w+", seed(plan_id)))
    source = (PLANS / catalog.plan(plan_id).source.file).read_text(encoding="utf-8")
    added = [word for word in re.findall(r"\w+", fold(source)) if word not in document]  # each found after the last
    assert added == []


@pytest.mark.parametrize("plan_id", IDS)
def test_every_office_code_is_quoted_in_the_file(plan_id: str) -> None:
    """PyYAML reads 024 as 20; a code that is quoted stays what it is."""
    root = yaml.compose((PLANS / f"{plan_id}.yaml").read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    fields = {"issuer", "territory", "lead", "office", "offices", "within", "to", "through", "owner"}

    def scalars(node: yaml.Node, name: str = "") -> Iterator[yaml.ScalarNode]:
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                yield from scalars(value, key.value)
        elif isinstance(node, yaml.SequenceNode):
            for item in node.value:
                yield from scalars(item, name)
        elif isinstance(node, yaml.ScalarNode) and name in fields:
            yield node

    assert root is not None
    bare = [node.value for node in scalars(root) if node.value.isdigit() and node.style not in ("'", '"')]
    assert bare == []


@pytest.mark.parametrize("plan_id", IDS)
def test_every_office_of_a_plan_existed_when_it_was_issued(catalog: Catalog, plan_id: str) -> None:
    plan = catalog.plan(plan_id)
    tree: OfficeTree = catalog.tree
    assert [o.office for o in plan.offices if tree.on(o.office, plan.issued_on) is None] == []


@pytest.mark.parametrize(
    ("plan_id", "number", "place", "issued_on", "since", "until", "lead"),
    [
        ("ha-giang-168-2016", "168/KH-UBND", "Hà Giang", date(2016, 7, 18), 2016, 2020, "ha-giang.so-ldtbxh"),
        ("binh-thuan-687-2020", "687/KH-UBND", "Bình Thuận", date(2020, 2, 28), 2020, 2025, "binh-thuan.so-ldtbxh"),
        ("can-tho-115-2021", "115/KH-UBND", "Cần Thơ", date(2021, 5, 31), 2021, None, "can-tho.so-ldtbxh"),
        ("hai-phong-76-2020", "76/KH-UBND", "Hải Phòng", date(2020, 3, 20), 2020, 2025, "hai-phong.so-ldtbxh"),
    ],
)
def test_a_plan_says_what_its_document_says(
    catalog: Catalog, plan_id: str, number: str, place: str, issued_on: date, since: int, until: int | None, lead: str
) -> None:
    plan = catalog.plan(plan_id)
    assert (plan.number, plan.place, plan.issued_on, plan.lead) == (number, place, issued_on, lead)
    assert (plan.years.since, plan.years.until) == (since, until)
    assert plan.label == f"{number} {place}"
    assert plan.when_not_working == "keep"
    assert "annual" in {r.id for r in plan.reports}


def test_the_budget_of_ha_giang_is_10_8_billion_of_two_parts(catalog: Catalog) -> None:
    budget = catalog.plan("ha-giang-168-2016").budget
    assert budget is not None
    assert (budget.total, [part.amount for part in budget.parts]) == (10_800_000_000, [6_350_000_000, 4_450_000_000])


def test_the_targets_keep_their_kind_and_their_owner(catalog: Catalog) -> None:
    def targets(plan_id: str) -> list[tuple[str, float, str]]:
        return [(t.comparison, t.value, t.unit) for t in catalog.plan(plan_id).targets]

    assert targets("ha-giang-168-2016") == [("exactly", 100, "%"), ("reduce_by", 5, "%"), ("at_least", 90, "%")]
    assert targets("binh-thuan-687-2020")[-1] == ("at_least", 1, "huyện")
    assert len(targets("hai-phong-76-2020")) == 6
    assert {t.owner for t in catalog.plan("can-tho-115-2021").targets} == {
        "can-tho.cong-an",
        "can-tho.vien-kiem-sat",
        "can-tho.toa-an",
    }


def test_who_is_only_asked_to_take_part_in_binh_thuan_stands_in_no_chain(catalog: Catalog) -> None:
    plan: Plan = catalog.plan("binh-thuan-687-2020")
    asked = {o.office for o in plan.offices if o.role == "requested"}
    assert asked == {
        "binh-thuan.mttq",
        "binh-thuan.doan-thanh-nien",
        "binh-thuan.hoi-lhpn",
        "binh-thuan.hoi-nong-dan",
    }
    named = {code for r in plan.reports for link in r.chain for code in link.reporters.offices}
    assert not asked & named


def test_the_derived_stage_of_ha_giang_is_chased_and_says_that_it_can_be_switched_off(catalog: Catalog) -> None:
    plan = catalog.plan("ha-giang-168-2016")
    communes = [link for r in plan.reports for link in r.chain if link.stage == "commune"]
    assert len(communes) == 3
    assert all(link.chased and link.note and "chased: false" in link.note for link in communes)
