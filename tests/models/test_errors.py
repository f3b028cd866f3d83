import pytest

from models.errors import (
    BadFile,
    DunghanError,
    NotPossible,
    PlanNotFound,
    Problem,
    UnknownName,
    UnknownObligation,
    UnknownOffice,
    UsageError,
)


def test_a_wrong_name_gets_the_nearest_ones_or_the_way_to_list_them() -> None:
    assert str(UnknownOffice("ha-giang.so-yte", ["ha-giang.so-y-te", "02"])) == (
        "No office has the code 'ha-giang.so-yte'. Did you mean ha-giang.so-y-te?"
    )
    assert str(UnknownOffice("zzz", ["02"])) == "No office has the code 'zzz'. Known are 02. See `dunghan office list`."
    assert str(PlanNotFound("zzz", [])) == "No plan is called 'zzz'. See `dunghan plan list`."
    assert "See `dunghan due`." in str(UnknownObligation("zzz", []))
    assert str(UnknownName("stage", "x", ["b", "a", "a"])) == "No stage is called 'x'. Known here: a, b."
    assert str(UnknownName("stage", "x", [])) == "No stage is called 'x'. Known here: none."


@pytest.mark.parametrize(("error", "code"), [(UsageError, 2), (BadFile, 2), (NotPossible, 1), (DunghanError, 1)])
def test_wrong_input_exits_with_2_and_a_failed_operation_with_1(error: type[DunghanError], code: int) -> None:
    assert error.exit_code == code


def test_a_bad_file_lists_every_problem_on_its_own_line() -> None:
    error = BadFile([Problem("a.yaml", 1, "x", "no"), Problem("a.yaml", 2, "y", "hm", warning=True)])
    assert str(error) == "a.yaml:1: x: no\na.yaml:2: warning: y: hm"
