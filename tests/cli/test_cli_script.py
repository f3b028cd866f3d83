"""The installed `dunghan` script, in processes of its own."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import PEOPLE, SCRIPT, Shell

PLAN = "ha-giang-168-2016"
COMMANDS = (
    "demo", "init", "doctor", "backup", "restore", "due", "status", "explain", "run", "simulate", "serve",
    "portal", "deploy", "submit", "accept", "return", "extend", "waive", "acknowledge", "set-date", "pause", "resume",
    "plan", "office", "contact", "outbox", "user", "mail",
)  # fmt: skip
HEAVY = {"prefect", "sqlmodel", "sqlalchemy", "apprise", "fastapi", "alembic", "psycopg", "httpx"}


def test_help_names_every_command(shell: Shell) -> None:
    said = shell("--help")
    assert (said.code, said.err) == (0, "")
    assert [line.split()[0] for line in said.out.partition("Commands:\n")[2].splitlines()] == list(COMMANDS)


def test_a_first_hour_from_init_to_a_dry_run(shell: Shell, tmp_path: Path) -> None:
    said = shell("due", "--json")
    assert (said.code, said.out, said.err.count("\n")) == (1, "", 1)
    assert "dunghan init" in said.err
    assert shell("init").code == 0
    (tmp_path / "people.csv").write_text(PEOPLE)
    assert shell("contact", "import", "people.csv").out == "5 contacts added, 0 changed, 0 rows skipped.\n"
    for words in (
        ("due", "--plan", PLAN, "--period", "2018"), ("run", PLAN, "--as-of", "2018-12-07", "--dry-run"),
        ("simulate", PLAN, "--from", "2018-12-07", "--until", "2018-12-07"),
    ):  # fmt: skip
        said = shell(*words, "--json")
        assert (said.code, said.err) == (0, ""), words
        json.loads(said.out)  # one document, and nothing else there
    assert sorted(p.name for p in tmp_path.iterdir()) == [".env", "people.csv", "var"]


def test_vietnamese_stays_vietnamese_whatever_the_locale(shell: Shell) -> None:
    shell("init")
    for env in ({"LC_ALL": "C"}, {"PYTHONIOENCODING": "ascii"}, {"PYTHONIOENCODING": "latin-1"}):
        said = shell("due", "--plan", "binh-thuan-687-2020", env=env)
        assert said.code == 0 and "chưa có hạn" in said.out, env


def test_who_stops_reading_early_gets_no_complaint(tmp_path: Path, shell: Shell) -> None:
    shell("init")
    with subprocess.Popen([str(SCRIPT), "due"], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as one:
        assert one.stdout and one.stderr
        one.stdout.read(1)
        one.stdout.close()
        assert one.stderr.read() == b""
        one.wait(30)


@pytest.mark.parametrize("words", [("--help",), ("due", "--json"), ("status", "--json"), ("plan", "list")])
def test_what_is_asked_often_imports_nothing_heavy(shell: Shell, tmp_path: Path, words: tuple[str, ...]) -> None:
    shell("init")
    code = (
        "import sys\nfrom dunghan.cli.main import main\n"
        f"sys.argv = ['dunghan', *{words!r}]\n"
        "try:\n    main()\nexcept SystemExit as ended:\n    assert not ended.code, ended.code\n"
        f"print(sorted({HEAVY!r} & set(sys.modules)), file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stderr == "[]\n"
