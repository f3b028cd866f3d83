from datetime import time
from pathlib import Path

import pytest

from config.settings import Settings, load, parse_hours
from models.errors import BadSettings


def write(folder: Path, *lines: str) -> Path:
    path = folder / ".env"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_without_anything_set_the_defaults_hold(tmp_path: Path) -> None:
    found = load({}, tmp_path / ".env")
    assert found == Settings()
    assert (found.database_url, found.language, found.work_hours) == ("sqlite:///var/dunghan.db", "vi", "07:00-18:00")
    assert found.hours == (time(7), time(18))


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    env = write(tmp_path, "DUNGHAN_LANGUAGE=en", "DUNGHAN_PORTAL_URL=https://tep.example")
    found = load({"DUNGHAN_LANGUAGE": "vi"}, env)
    assert (found.language, found.portal_url) == ("vi", "https://tep.example")


def test_a_file_may_hold_comments_quotes_and_names_of_others(tmp_path: Path) -> None:
    env = write(tmp_path, "# của tỉnh", "PATH=/x", "DUNGHAN_NOSUCH=1", "export DUNGHAN_SECRET_KEY='a b#c'")
    assert load({}, env).secret_key == "a b#c"


def test_an_empty_variable_counts_as_not_set(tmp_path: Path) -> None:
    assert load({"DUNGHAN_LANGUAGE": ""}, tmp_path / ".env").language == "vi"
    assert load({}, write(tmp_path, "DUNGHAN_DATABASE_URL=")).database_url == "sqlite:///var/dunghan.db"


def test_names_without_the_prefix_are_not_ours(tmp_path: Path) -> None:
    assert load({"LANGUAGE": "en", "dunghan_language": "en"}, tmp_path / ".env").language == "vi"


@pytest.mark.parametrize(
    ("name", "value", "remedy"),
    [
        ("LANGUAGE", "fr-bi-mat", "write vi or en"),
        ("MAIL_DAYS", "-1", "write a number of days, as 200"),
        ("LINK_DAYS", "0", "write a number of days from 1 on"),
        ("WORK_HOURS", "bi-mat", "write working hours as 07:00-18:00, the first before the second"),
        ("WORK_HOURS", "18:00-07:00", "write working hours as 07:00-18:00, the first before the second"),
        (
            "DATABASE_URL",
            "mysql://u:bi-mat@h/n",
            "write sqlite:///var/dunghan.db or postgresql://user:password@host/name",
        ),
    ],
)
@pytest.mark.parametrize("from_file", [True, False])
def test_a_bad_value_names_the_variable_and_the_remedy_and_never_the_value(
    tmp_path: Path, name: str, value: str, remedy: str, from_file: bool
) -> None:
    variable = f"DUNGHAN_{name}"
    environ = {} if from_file else {variable: value}
    env = write(tmp_path, f"{variable}={value}" if from_file else "")
    with pytest.raises(BadSettings) as caught:
        load(environ, env)
    assert str(caught.value) == f"{variable}: {remedy}."
    assert caught.value.__cause__ is None and caught.value.__suppress_context__


@pytest.mark.parametrize(
    ("written", "start", "end"),
    [
        ("07:00-18:00", time(7), time(18)),
        ("7:00-18:00", time(7), time(18)),
        ("7:30 - 17:15", time(7, 30), time(17, 15)),
        ("07:00\u201318:00", time(7), time(18)),  # an en dash, as a word processor writes it
        (" 00:00-23:59 ", time(0), time(23, 59)),
    ],
)
def test_working_hours_take_these_forms(written: str, start: time, end: time) -> None:
    assert parse_hours(written) == (start, end)
    assert Settings(work_hours=written).hours == (start, end)


@pytest.mark.parametrize(
    "written", ["", "07:00", "7-18", "07:00-07:00", "18:00-07:00", "07:00-24:00", "07:00-25:00", "07:60-18:00", "a-b"]
)
def test_other_forms_of_working_hours_are_refused_with_the_right_one(written: str) -> None:
    with pytest.raises(ValueError, match="write working hours as 07:00-18:00, the first before the second"):
        parse_hours(written)


@pytest.mark.parametrize(
    ("written", "used"),
    [
        ("postgres://u:p@h/n", "postgresql+psycopg://u:p@h/n"),
        ("postgresql://u:p@h:5432/n?sslmode=require", "postgresql+psycopg://u:p@h:5432/n?sslmode=require"),
        ("postgresql+psycopg://u:p@h/n", "postgresql+psycopg://u:p@h/n"),
        ("sqlite:////srv/dunghan.db", "sqlite:////srv/dunghan.db"),
    ],
)
def test_the_address_of_a_database_is_rewritten_for_its_driver(written: str, used: str) -> None:
    assert Settings(database_url=written).database_url == used


def test_a_folder_of_the_installation_comes_first_and_must_exist(tmp_path: Path) -> None:
    assert Settings(config_dir=str(tmp_path)).config_folders()[0] == tmp_path
    assert len(Settings().config_folders()) == 1
    with pytest.raises(BadSettings, match=r"DUNGHAN_CONFIG_DIR names .*khong-co, which is no folder"):
        Settings(config_dir=str(tmp_path / "khong-co")).config_folders()


def test_settings_are_never_changed() -> None:
    with pytest.raises(ValueError, match="frozen"):
        Settings().language = "en"


def test_days_are_read_from_the_environment() -> None:
    read = load({"DUNGHAN_MAIL_DAYS": "0", "DUNGHAN_LINK_DAYS": "30"})
    assert (read.mail_days, read.link_days) == (0, 30)
