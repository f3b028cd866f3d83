"""Faults of plan files: each in a copy of a real one, told with its file, line, field and remedy."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

import config
from config.catalog import Catalog
from dunghan.core.plan_check import fold
from models.errors import BadFile, PlanNotFound, Problem

PLANS = Path(str(config.__file__)).parent / "plans"
HA_GIANG, CAN_THO, HAI_PHONG = "ha-giang-168-2016", "can-tho-115-2021", "hai-phong-76-2020"

NO_KEY = "no such key: correct its spelling or remove it"
AS_TEXT = "text is expected: put quotes around it (an office code that YAML reads as a number needs them)"
Copy = Callable[..., tuple[Path, int]]


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    """Copy a plan with its source, one piece of text replaced; returns the file and the line of the change."""

    def make(plan_id: str, old: str, new: str, line_of: str = "") -> tuple[Path, int]:
        shutil.copytree(PLANS / "sources", tmp_path / "sources", dirs_exist_ok=True)
        text = (PLANS / f"{plan_id}.yaml").read_text(encoding="utf-8")
        at = text.index(old)
        changed = text[:at] + new + text[at + len(old) :]
        path = tmp_path / f"{plan_id}.yaml"
        path.write_text(changed, encoding="utf-8")
        mark = changed.index(line_of, at) if line_of else at + len(new) - len(new.lstrip())
        return path, changed.count("\n", 0, mark) + 1

    return make


def problems(catalog: Catalog, path: Path) -> list[Problem]:
    """The errors of a bad file."""
    with pytest.raises(BadFile) as caught:
        catalog.check(path)
    assert {p.file for p in caught.value.problems} == {str(path)}
    return [p for p in caught.value.problems if not p.warning]


def warnings(catalog: Catalog, path: Path) -> list[Problem]:
    found = catalog.check(path)[1]
    assert all(p.warning and p.file == str(path) for p in found)
    return found


@pytest.mark.parametrize(
    ("plan_id", "old", "new", "field", "message"),
    [
        (
            HA_GIANG,
            "issued_on: 2016-07-18",
            "issued_on: 2018-02-30",
            "issued_on",
            (
                "'2018-02-30' is not a date of the calendar (Input should be a valid date in the format YYYY-MM-DD, "
                "day value is outside expected range): write it as 2018-12-09"
            ),
        ),
        (
            HA_GIANG,
            "issued_on: 2016-07-18",
            "issued_on: 18/7/2016",
            "issued_on",
            (
                "'18/7/2016' is not a date of the calendar (Input should be a valid date in the format YYYY-MM-DD, "
                "input is too short): write it as 2018-12-09"
            ),
        ),
        (
            HA_GIANG,
            'territory: "02"',
            "territory: 02",
            "territory",
            f"2 was read as a number; {AS_TEXT}",
        ),
        (
            HA_GIANG,
            '{office: "024", named',
            "{office: 024, named",
            "offices.15.office",
            f"20 was read as a number; {AS_TEXT}",
        ),
        (
            HA_GIANG,
            "years: {since: 2016, until: 2020}",
            "years: {since: 2020, until: 2016}",
            "years",
            "a plan cannot end before it begins: check since and until",
        ),
        (
            HA_GIANG,
            "years: {since: 2016, until: 2020}",
            'years: {since: "2016", until: 2020}',
            "years.since",
            "Input should be a valid integer: a whole number is expected: remove the quotes",
        ),
        (
            HA_GIANG,
            "derived: {stage: district, working_days_before: 5}",
            "derived: {stage: district, working_days_before: 5, of: 2}",
            "reports.0.chain.0.due.derived.of",
            f"Extra inputs are not permitted: {NO_KEY}",
        ),
        (
            HA_GIANG,
            "due: {wording: before, day: {month: 12, day: 10}}",
            "due: {wording: before, day: {month: 2, day: 30}}",
            "reports.0.chain.1.due.day",
            "February has no such day: write `day: end` for its last day",
        ),
        (
            HA_GIANG,
            "due: {wording: before, day: {month: 12, day: 10}}",
            "due: {wording: befor, day: {month: 12, day: 10}}",
            "reports.0.chain.1.due.wording",
            "Input should be 'before', 'by', 'month', 'within' or 'undated' (it says 'befor')",
        ),
    ],
)
def test_a_fault_of_shape_is_told_with_its_line_field_and_remedy(
    catalog: Catalog, copy: Copy, plan_id: str, old: str, new: str, field: str, message: str
) -> None:
    path, line = copy(plan_id, old, new)
    assert problems(catalog, path) == [Problem(str(path), line, field, message)]


def test_a_misspelt_key_is_told_as_one_too_many_and_one_missing(catalog: Catalog, copy: Copy) -> None:
    path, line = copy(HA_GIANG, "place: Hà Giang", "palce: Hà Giang")
    assert problems(catalog, path) == [
        Problem(str(path), 1, "place", "Field required: this key is required: add it"),
        Problem(str(path), line, "palce", f"Extra inputs are not permitted: {NO_KEY}"),
    ]


def test_a_missing_key_is_told_on_the_line_of_what_lacks_it(catalog: Catalog, copy: Copy) -> None:
    path, _ = copy(HA_GIANG, "        clause: VIII.1\n        quote: >-", "        quote: >-")
    (found,) = problems(catalog, path)
    line = 1 + path.read_text(encoding="utf-8").split("- stage: commune")[0].count("\n")
    assert found == Problem(
        str(path), line, "reports.0.chain.0",
        "a dated stage needs the clause and the quote that its date comes from",
    )  # fmt: skip
    path, _ = copy(HAI_PHONG, "    title: Báo cáo hằng năm\n", "")
    line = 1 + path.read_text(encoding="utf-8").split("- id: annual")[0].count("\n")
    assert problems(catalog, path) == [
        Problem(str(path), line, "reports.0.title", "Field required: this key is required: add it")
    ]


def test_a_key_written_twice_is_told_where_it_stands_again(catalog: Catalog, copy: Copy) -> None:
    path, line = copy(HA_GIANG, "place: Hà Giang", "place: Hà Giang\nplace: Tuyên Quang", "place: Tuyên Quang")
    assert problems(catalog, path) == [
        Problem(str(path), line, "yaml", "the key 'place' stands twice: keep one of them")
    ]


def test_a_key_in_brackets_is_told_like_any_other_slip(catalog: Catalog, copy: Copy) -> None:
    path, line = copy(HA_GIANG, "place: Hà Giang", "[place]: Hà Giang")
    assert problems(catalog, path) == [
        Problem(str(path), line, "yaml", "a key must be a plain word: quote it, or remove the brackets")
    ]


def test_a_slip_of_yaml_is_told_with_its_line(catalog: Catalog, copy: Copy) -> None:
    path, line = copy(HA_GIANG, "place: Hà Giang", "place: Hà: Giang")
    assert problems(catalog, path) == [
        Problem(
            str(path),
            line,
            "yaml",
            "mapping values are not allowed in this context: "
            "check indentation, quotes and colons here and on the line before",
        )
    ]


def test_every_fault_of_a_file_is_listed_at_once(catalog: Catalog, copy: Copy) -> None:
    path, _ = copy(HA_GIANG, 'territory: "02"', "territory: 02")
    path.write_text(
        path.read_text(encoding="utf-8")
        .replace("place: Hà Giang", "palce: Hà Giang")
        .replace("2016-07-18", "2016-13-18"),
        encoding="utf-8",
    )
    found = problems(catalog, path)
    assert sorted(p.field for p in found) == ["issued_on", "palce", "place", "territory"]
    assert all(p.line > 1 for p in found if p.field != "place")


def test_a_file_that_holds_no_plan_is_told(catalog: Catalog, tmp_path: Path) -> None:
    path = tmp_path / "rong.yaml"
    with pytest.raises(BadFile, match="no such file"):
        catalog.check(path)
    path.write_text("")
    assert problems(catalog, path) == [Problem(str(path), 1, "file", "the file must hold keys and values")]
    path.write_bytes("number: Hà Giang".encode("utf-16"))
    assert "not UTF-8 (byte 0): save the file as UTF-8" in str(problems(catalog, path)[0])


def test_a_quote_must_stand_in_the_source(catalog: Catalog, copy: Copy) -> None:
    path, line = copy(
        CAN_THO, 'quote: "thực hiện chế độ báo cáo định kỳ hàng năm"', 'quote: "báo cáo trước ngày 10/12"'
    )
    assert problems(catalog, path) == [
        Problem(
            str(path), line, "reports.1.chain.0.quote",
            "this quote is not in sources/can-tho-115-2021.txt: copy it from there word for word",
        )
    ]  # fmt: skip


def test_a_quote_of_a_target_or_the_budget_is_held_to_the_source_too(catalog: Catalog, copy: Copy) -> None:
    path, line = copy(HA_GIANG, 'quote: "Ngân sách tỉnh: 4.450.000.000 đồng"', 'quote: "Ngân sách tỉnh: 4,45 tỷ đồng"')
    assert [(p.line, p.field) for p in problems(catalog, path)] == [(line, "budget.parts.1.quote")]


def test_white_space_and_composition_do_not_matter_to_a_quote() -> None:
    assert fold("  báo\n   cáo\t kết quả ") == "báo cáo kết quả"
    assert fold("ba\u0301o ca\u0301o") == fold("báo cáo")


def test_a_quote_with_other_white_space_is_the_same_quote(catalog: Catalog, copy: Copy) -> None:
    path, _ = copy(CAN_THO, '"thực hiện chế độ báo cáo', '"thực  hiện\\n chế độ\u0020\u00a0báo cáo')
    assert all(p.warning for p in catalog.check(path)[1])


def test_a_source_that_is_not_there_is_an_error_of_the_plan(catalog: Catalog, copy: Copy) -> None:
    path, line = copy(HAI_PHONG, "file: sources/hai-phong-76-2020.txt", "file: sources/76-KH-UBND.signed.txt")
    assert problems(catalog, path) == [
        Problem(
            str(path), line, "source.file",
            "no file sources/76-KH-UBND.signed.txt: put the plan's text there, quotes are held to it",
        )
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "field", "code"),
    [
        ('lead: "ha-giang.so-ldtbxh"', 'lead: "ha-giang.so-ld"', "lead", "ha-giang.so-ld"),
        ('within: "02"}', 'within: "03"}', "reports.0.chain.0.reporters.within", "03"),
        ('        to: ["02"]', '        to: ["03"]', "reports.0.chain.1.to.0", "03"),
        ('through: "ha-giang.so-ldtbxh"', 'through: "so-ldtbxh"', "reports.0.chain.1.through", "so-ldtbxh"),
        ('- "ha-giang.so-tu-phap"', '- "ha-giang.so-tp"', "reports.0.chain.2.reporters.offices.2", "ha-giang.so-tp"),
    ],
)
def test_an_office_that_nobody_knows_is_told(
    catalog: Catalog, copy: Copy, old: str, new: str, field: str, code: str
) -> None:
    path, line = copy(HA_GIANG, old, new)
    message = f"no office has the code {code!r}: add it to config/offices, or correct it"
    told = [p for p in problems(catalog, path) if (p.line, p.field) == (line, field)]
    assert [p.message.startswith(message) for p in told] == [True]
    assert "Did you mean" in told[0].message


def test_the_lead_in_a_stage_that_reports_through_it_is_an_error(catalog: Catalog, copy: Copy) -> None:
    path, _ = copy(HA_GIANG, '            - "ha-giang.so-tai-chinh"', '            - "ha-giang.so-ldtbxh"')
    found = problems(catalog, path)
    assert [(p.field, p.message) for p in found] == [
        ("reports.0.chain.2.reporters", "the lead owes nothing to itself: take it out of this stage")
    ]


def test_an_aggregator_due_before_its_contributors_is_a_warning_and_nothing_is_corrected(
    catalog: Catalog, copy: Copy
) -> None:
    path, line = copy(
        HA_GIANG,
        "due: {wording: before, day: {month: 12, day: 15}}",
        "due: {wording: before, day: {month: 12, day: 5}}",
    )
    found = [p for p in warnings(catalog, path) if p.field.endswith(".due")]
    assert [(p.line, p.field) for p in found] == [(line, "reports.0.chain.5.due")] * 3
    assert found[0].message == (
        "dolisa is due Chủ nhật 04/12/2016, not after district (thứ Sáu 09/12/2016) for which it waits: "
        "real plans have this; compare with the text, nothing is corrected"
    )
    assert catalog.check(path)[0].reports[0].chain[5].due.day is not None


def test_an_aggregator_due_on_the_day_of_its_contributors_is_a_warning_too(catalog: Catalog, copy: Copy) -> None:
    due = "due: {wording: before, day: {month: 12, day: 15}}"
    path, _ = copy(HA_GIANG, due, due.replace("15", "10"))
    assert [p.field for p in warnings(catalog, path) if p.field.endswith(".due")] == ["reports.0.chain.5.due"] * 3


def test_a_budget_that_does_not_add_up_is_told_with_both_sums(catalog: Catalog, copy: Copy) -> None:
    path, _ = copy(HA_GIANG, "amount: 4450000000", "amount: 4540000000", "amount")
    (found,) = problems(catalog, path)
    assert (found.field, found.message) == (
        "budget",
        (
            "the parts add up to 10,890,000,000 đồng, the total says 10,800,000,000: "
            "compare both with the text and correct the one copied wrongly"
        ),
    )
    assert path.read_text(encoding="utf-8").splitlines()[found.line - 1] == "budget:"


def test_a_target_that_contradicts_its_own_figures_is_a_warning_and_keeps_both(catalog: Catalog) -> None:
    path = PLANS / f"{HA_GIANG}.yaml"
    plan, found = catalog.check(path)
    (contradiction,) = [p for p in found if p.field == "targets.1.figures"]
    assert contradiction.message == (
        "5 % of 9,393 is about 470, the text says 1,200 to 1,350 trẻ/năm: "
        "both are kept; ask the issuer which one counts"
    )
    assert path.read_text(encoding="utf-8").splitlines()[contradiction.line - 1].strip() == "figures:"
    target = plan.targets[1]
    assert target.figures is not None
    assert (target.value, target.figures.value, target.figures.upper) == (5, 1200, 1350)


def test_an_open_class_is_noted_where_it_stands(catalog: Catalog) -> None:
    path = PLANS / "binh-thuan-687-2020.yaml"
    (found,) = catalog.check(path)[1]
    assert found.warning
    assert path.read_text(encoding="utf-8").splitlines()[found.line - 1].strip() == "open_class: Các Sở, ngành"
    assert found.message.startswith("“Các Sở, ngành” may hold more offices than the 4 named")


def test_a_year_end_before_the_data_close_is_a_warning_for_plans_after_2019_only(catalog: Catalog, copy: Copy) -> None:
    assert not [p for p in catalog.check(PLANS / f"{HA_GIANG}.yaml")[1] if "14 December" in p.message]
    path, line = copy(
        CAN_THO,
        '        due: {wording: undated}\n        clause: "sau 18, đoạn 3"',
        '        due: {wording: before, day: {month: 12, day: 10}}\n        clause: "sau 18, đoạn 3"',
    )
    found = [p for p in warnings(catalog, path) if "14 December" in p.message]
    assert [(p.line, p.field) for p in found] == [(line, "reports.1.chain.0.due.day")]


def test_days_that_name_no_sub_period_are_told_and_those_left_out_are_a_warning(catalog: Catalog, copy: Copy) -> None:
    before = "        due: {wording: undated}\n        clause: VII.5"
    after = "        due:\n          wording: by\n          days: {H1: {month: 6, day: 20}, H3: {month: 11, day: 15}}"
    path, line = copy(HA_GIANG, before, after + "\n        clause: VII.5", "days: {H1")
    assert problems(catalog, path) == [
        Problem(
            str(path), line, "reports.3.chain.0.due.days.H3", "no period is called 'H3' here: H1, H2"
        )
    ]  # fmt: skip
    path, line = copy(HA_GIANG, before, after.replace("H3", "H2") + "\n        clause: VII.5", "days: {H1")
    assert not [p for p in warnings(catalog, path) if ".days" in p.field]
    alone = after.replace(", H3: {month: 11, day: 15}", "")
    path, line = copy(HA_GIANG, before, alone + "\n        clause: VII.5", "days: {H1")
    assert [(p.line, p.field, p.message) for p in warnings(catalog, path) if ".days" in p.field] == [
        (line, "reports.3.chain.0.due.days", "no day for H2: it will stay undated")
    ]


def test_stages_derived_in_a_circle_are_refused(catalog: Catalog, copy: Copy) -> None:
    path, _ = copy(
        HA_GIANG,
        "due: {wording: before, day: {month: 12, day: 10}}",
        "due: {wording: by, derived: {stage: commune, working_days_before: 5}}",
    )
    (found,) = problems(catalog, path)
    assert (found.field, found.message) == (
        "reports.0",
        "stages commune, district are derived in a circle: give one of them a day of its own",
    )


def test_a_plan_under_another_name_is_told_which_name_it_needs(catalog: Catalog, copy: Copy, tmp_path: Path) -> None:
    path, line = copy(HAI_PHONG, "id: hai-phong-76-2020", "id: hai-phong-76")
    (found,) = problems(catalog, path)
    assert (found.line, found.field, found.message) == (
        line, "id", "a plan's id is its file's name: rename to hai-phong-76.yaml",
    )  # fmt: skip


def test_an_unknown_plan_gets_the_nearest_name(catalog: Catalog) -> None:
    with pytest.raises(PlanNotFound, match=r"No plan is called 'ha-giang-168'\. Did you mean ha-giang-168-2016"):
        catalog.plan("ha-giang-168")


def test_a_problem_reads_as_one_line_with_its_place() -> None:
    assert str(Problem("a.yaml", 7, "lead", "no")) == "a.yaml:7: lead: no"
    assert str(Problem("a.yaml", 7, "lead", "no", warning=True)) == "a.yaml:7: warning: lead: no"
