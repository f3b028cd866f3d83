from datetime import date, time
from pathlib import Path

import pytest

from config.catalog import Catalog
from config.settings import Settings
from models.errors import BadFile


def test_the_default_ladder_is_that_of_the_design(catalog: Catalog) -> None:
    ladder = catalog.ladder
    assert ladder.obliged == (-30, -14, -7, -3, -1, 1, 3, 7, 14, 21, 28, 35, 42, 49, 56)
    assert ladder.requested == (-14, -3, 3)
    assert ladder.escalating == (3, 7)
    assert (ladder.fires_at, ladder.reach_back_days) == (time(8), 14)


def test_an_installation_may_have_its_own_ladder_and_calendar(tmp_path: Path) -> None:
    (tmp_path / "ladder.yaml").write_text("obliged: [-5, 3, 7]\nrequested: [-5]\nfires_at: '07:30'\n", encoding="utf-8")
    (tmp_path / "calendar.yaml").write_text("days_off:\n- {day: 2018-12-10, because: mưa bão}\n", encoding="utf-8")
    own = Catalog(Settings(config_dir=str(tmp_path)))
    assert (own.ladder.obliged, own.ladder.fires_at) == ((-5, 3, 7), time(7, 30))
    assert own.calendar.why_off(date(2018, 12, 10)) == "mưa bão"


@pytest.mark.parametrize(
    ("text", "line", "field", "message"),
    [
        ("obliged: [3, -5, 7]\nrequested: []\n", 1, "plan", "rungs stand in order"),
        ("obliged: [-5, 3, 7]\nrequested: [-3]\n", 1, "plan", "rung -3d is not on the ladder"),
        ("obliged: [-5, 3, 7]\nrequested: []\nfires_at: 18:00\n", 3, "fires_at", "Input should be a valid time"),
        ("obliged: [-5, 3, 7.5]\nrequested: []\n", 1, "obliged.2", "a whole number is expected"),
    ],
)
def test_a_ladder_with_a_fault_is_told_with_its_line(
    tmp_path: Path, text: str, line: int, field: str, message: str
) -> None:
    path = tmp_path / "ladder.yaml"
    path.write_text(text, encoding="utf-8")
    own = Catalog(Settings(config_dir=str(tmp_path)))
    with pytest.raises(BadFile) as caught:
        _ = own.ladder
    (problem,) = caught.value.problems
    assert (problem.file, problem.line, problem.field) == (str(path), line, field)
    assert message in problem.message


def test_a_day_off_without_its_dispatch_is_refused(tmp_path: Path) -> None:
    (tmp_path / "calendar.yaml").write_text("days_off:\n- {day: 2018-12-10}\n", encoding="utf-8")
    with pytest.raises(BadFile, match=r"calendar.yaml:2: days_off.0.because: .*required: add it"):
        _ = Catalog(Settings(config_dir=str(tmp_path))).calendar


def test_a_template_that_is_missing_or_broken_names_its_file(tmp_path: Path) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "reminder.vi.txt").write_text("--- subject\nNhắc\n", encoding="utf-8")
    own = Catalog(Settings(config_dir=str(tmp_path)))
    with pytest.raises(BadFile, match=r"reminder.vi.txt:0: template: no section `--- text`: add it"):
        own.template("reminder", "vi")
    with pytest.raises(BadFile, match=r"reminder.fr.txt:0: file: there is no such template: restore it"):
        own.template("reminder", "fr")
    assert own.template("reminder", "en").subject
