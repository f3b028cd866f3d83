"""`dunghan plan`: show and check, with file, line, field and remedy."""

import json
from pathlib import Path

import jsonschema
import pytest
import yaml

import config
from tests.cli.conftest import Desk, Said

PLAN = "ha-giang-168-2016"
PLANS = Path(config.__file__).parent / "plans"
ORIGINAL = (PLANS / f"{PLAN}.yaml").read_text()


def _check(desk: Desk, old: str, new: str) -> tuple[Said, int]:
    """Check a copy of the plan in which the first ``old`` is ``new``; and the line of the change."""
    assert old in ORIGINAL
    desk.write(f"{PLAN}.yaml", ORIGINAL.replace(old, new, 1))
    return desk("plan", "check", f"{PLAN}.yaml"), ORIGINAL[: ORIGINAL.index(old)].count("\n") + 1


def _where(said: Said, line: int, field: str) -> str:
    """The message of the fault that stands on that line and field."""
    start = f"{PLAN}.yaml:{line}: {field}: "
    found = [told for told in said.err.splitlines() if told.startswith(start)]
    assert found, (start, said.err)
    return found[0].removeprefix(start)


def test_the_plans_as_delivered_are_good(empty_desk: Desk) -> None:
    said = empty_desk("plan", "check")
    assert (said.code, said.err) == (0, "")
    assert said.out.splitlines()[-1].startswith("4 plans are good, 0 errors, ")
    document = empty_desk.json("plan", "check")
    assert (document["ok"], document["plans"]) == (True, 4)
    assert all(p["warning"] and p["line"] > 0 and p["message"] for p in document["problems"])


def test_ha_giang_s_target_that_contradicts_its_figures_is_warned_of(empty_desk: Desk) -> None:
    said = empty_desk("plan", "check", PLAN)
    assert said.code == 0
    assert [w for w in said.out.splitlines() if "warning: " in w and "targets" in w], said.out


def test_a_wrong_key(desk: Desk) -> None:
    said, line = _check(desk, "issued_on:", "isued_on:")
    assert said.code == 2
    assert "spelling" in _where(said, line, "isued_on")
    assert "add it" in said.err


def test_a_date_that_the_calendar_lacks(desk: Desk) -> None:
    said, line = _check(desk, "issued_on: 2016-07-18", "issued_on: 2016-02-30")
    assert said.code == 2
    assert "2016-02-30" in _where(said, line, "issued_on") and "2018-12-09" in said.err


def test_an_office_code_that_yaml_read_as_a_number(desk: Desk) -> None:
    said, line = _check(desk, 'issuer: "02"', "issuer: 02")
    assert said.code == 2
    assert "quotes" in _where(said, line, "issuer")


def test_a_budget_that_does_not_add_up(desk: Desk) -> None:
    total = yaml.safe_load(ORIGINAL)["budget"]["total"]
    written = next(line for line in ORIGINAL.splitlines() if line.strip().startswith("total:"))
    said, _ = _check(desk, written, f"  total: {total + 1}")
    assert said.code == 2
    assert any(told.startswith(f"{PLAN}.yaml:") and "budget" in told for told in said.err.splitlines()), said.err
    assert said.err.count("\n") == 1


def test_a_quote_that_is_not_in_its_source(desk: Desk) -> None:
    said, _ = _check(desk, "trước ngày 10 tháng 12", "trước ngày 11 tháng 12")
    assert said.code == 2
    (told,) = said.err.splitlines()
    assert ".quote: " in told and told.startswith(f"{PLAN}.yaml:")


def test_a_key_written_twice(desk: Desk) -> None:
    said, line = _check(desk, "issued_on:", "title: hai lần\nissued_on:")
    assert said.code == 2
    assert "twice" in _where(said, line, "yaml")


def test_an_aggregator_due_before_its_contributors_is_only_a_warning(desk: Desk) -> None:
    held = yaml.safe_load(ORIGINAL)
    annual = next(r for r in held["reports"] if r["id"] == "annual")
    lead = next(link for link in annual["chain"] if link["stage"] == "dolisa")
    lead["due"]["day"] = {"month": 12, "day": 5}
    desk.write(f"{PLAN}.yaml", yaml.safe_dump(held, allow_unicode=True, sort_keys=False))
    said = desk("plan", "check", f"{PLAN}.yaml")
    assert said.code == 0, said
    assert [line for line in said.out.splitlines() if "warning: reports.0.chain" in line and "is due" in line], said.out


def test_what_is_no_yaml_names_its_line(desk: Desk) -> None:
    desk.write("x.yaml", "id: x\nreports: [\n")
    said = desk("plan", "check", "x.yaml")
    assert said.code == 2 and said.err.startswith("x.yaml:3: yaml: ")


def test_faults_come_as_a_document_too(desk: Desk) -> None:
    desk.write(f"{PLAN}.yaml", ORIGINAL.replace("issued_on:", "isued_on:", 1))
    said = desk("plan", "check", f"{PLAN}.yaml", "--json")
    assert (said.code, said.err) == (2, "")
    assert (said.document["ok"], said.document["plans"]) == (False, 0)
    assert {tuple(p) for p in said.document["problems"]} == {("file", "line", "field", "message", "warning")}


@pytest.mark.parametrize("name", ["nope", "nope.yaml"])
def test_a_plan_that_is_not_there(desk: Desk, name: str) -> None:
    said = desk("plan", "check", name)
    assert said.code == 2 and "Traceback" not in said.err and name in said.err


def test_a_faulty_plan_of_the_installation_stops_it_with_one_told_fault(desk: Desk) -> None:
    desk.write(f"own/plans/{PLAN}.yaml", ORIGINAL.replace("issued_on:", "isued_on:", 1))
    desk.set(config_dir="own")
    said = desk("run", PLAN, "--as-of", "2018-11-09")
    assert said.code == 2 and "isued_on" in said.err and said.out == ""
    assert desk("run", "hai-phong-76-2020", "--as-of", "2020-11-09").code == 0, "the others go on"


def test_the_schema_is_the_one_that_editors_get(empty_desk: Desk) -> None:
    schema = json.loads(empty_desk.ok("plan", "schema"))
    assert schema == json.loads((PLANS / "plan.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    as_json = json.loads(json.dumps(yaml.safe_load(ORIGINAL), default=str))
    assert list(jsonschema.Draft202012Validator(schema).iter_errors(as_json)) == []
    as_json["isued_on"] = as_json.pop("issued_on")
    assert len(list(jsonschema.Draft202012Validator(schema).iter_errors(as_json))) == 2


def test_list_names_the_four_plans(empty_desk: Desk) -> None:
    rows = empty_desk.json("plan", "list")
    assert [(r["plan"], r["number"], r["issued_on"]) for r in rows] == [
        ("binh-thuan-687-2020", "687/KH-UBND", "2020-02-28"), ("can-tho-115-2021", "115/KH-UBND", rows[1]["issued_on"]),
        (PLAN, "168/KH-UBND", "2016-07-18"), ("hai-phong-76-2020", "76/KH-UBND", rows[3]["issued_on"]),
    ]  # fmt: skip
    assert PLAN in empty_desk.ok("plan", "list")


def test_show_holds_clauses_targets_and_budget(empty_desk: Desk) -> None:
    document = empty_desk.json("plan", "show", PLAN)
    assert document["budget"]["total"] == sum(p["amount"] for p in document["budget"]["parts"]) == 10_800_000_000
    said = empty_desk.ok("plan", "show", PLAN)
    for words in ("168/KH-UBND", "VIII.1", "before", "10,800,000,000"):
        assert words in said
    empty_desk("plan", "show", "nope").refused(2, "dunghan plan list")


def test_recompute_without_a_change_changes_nothing(desk: Desk) -> None:
    desk.ok("run", PLAN, "--as-of", "2018-11-09")
    words = ("plan", "recompute", PLAN)
    assert desk.ok(*words, "--because", "thử") == f"{PLAN}: 0 deadlines changed.\n"
    desk(*words).refused(2, "--because")
