"""Whatever goes wrong: one line on stderr that says what to do, 2 for wrong use, 1 for a failed operation."""

import sqlite3
from datetime import UTC, datetime, timedelta

import pytest

from dunghan.store import trouble
from tests.cli.conftest import Desk

PLAN = "ha-giang-168-2016"
ONE = f"{PLAN}/annual/2018/024"


@pytest.mark.parametrize(
    ("words", "remedy"),
    [
        (("due", "--plan", "ha-giang-168-2017"), ["ha-giang-168-2017", "Did you mean", PLAN]),
        (("status", "ha-giang"), ["'ha-giang'", PLAN]),
        (("run", "zzz"), ["'zzz'", "dunghan plan list"]),
        (("pause", "ha-giang-168", "--because", "bão"), [PLAN]),
        (("due", "--office", "02x"), ["'02x'", "Did you mean", "02"]),
        (("office", "tree", "2"), ["'2'"]),
        (("contact", "list", "--office", "02x"), ["'02x'", "Did you mean", "02"]),
        (("explain", f"{PLAN}/annual/2018/0240"), ["Did you mean", ONE]),
        (("submit", f"{PLAN}/anual/2018/024"), ["Did you mean", ONE]),
        (("accept", f"{PLAN}/annual/2028/024"), ["Did you mean", f"{PLAN}/annual/2018/024"]),
        (("waive", "x", "--because", "y"), ["'x'", "plan/report/period/office", ONE]),
        (("due", "--report", "anual"), ["'anual'", "annual"]),
        (("due", "--stage", "huyện"), ["huyện", "district"]),
        (("due", "--period", "năm 2018"), ["2018-H1"]),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_a_name_that_nothing_has_is_told_with_the_nearest(
    desk: Desk, words: tuple[str, ...], remedy: list[str]
) -> None:
    desk(*words).refused(2, *remedy)


@pytest.mark.parametrize(
    ("words", "remedy"),
    [
        (("due", "--as-of", "hôm qua"), ["--as-of", "2018-12-09T08:00"]),
        (("due", "--as-of", "2018-12-09T25:00"), ["--as-of"]),
        (("due", "--as-of", "08:00"), ["--as-of"]),
        (("due", "--from", "2018-02-30"), ["--from", "2018-02-30", "calendar"]),
        (("run", PLAN, "--as-of", "9/12/2018"), ["--as-of"]),
        (("simulate", PLAN, "--from", "2018-12-09", "--until", "x"), ["--until"]),
        (("simulate", PLAN, "--from", "2018-12-09", "--until", "2018-12-08"), ["--until 2018-12-08", "earlier"]),
        (("submit", ONE, "--received-at", "03.12.2018"), ["--received-at"]),
        (("extend", ONE, "--until", "2018-13-01", "--because", "y"), ["--until"]),
        (("set-date", "binh-thuan-687-2020", "annual", "district", "10/12/2020", "--because", "y"), ["DATE"]),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_a_wrong_time_names_its_option_and_the_right_form(
    desk: Desk, words: tuple[str, ...], remedy: list[str]
) -> None:
    desk(*words).refused(2, *remedy)


@pytest.mark.parametrize("option", ["--received-at", "--at"])
def test_what_has_not_happened_yet_cannot_be_recorded(desk: Desk, option: str) -> None:
    tomorrow = f"{datetime.now(UTC) + timedelta(days=1):%Y-%m-%dT%H:%MZ}"
    words = ("submit", ONE) if option == "--received-at" else ("waive", ONE, "--because", "không có đối tượng")
    desk(*words, option, tomorrow).refused(2, option, "future")
    assert desk.json("explain", ONE)["events"] == []


@pytest.mark.parametrize(
    ("words", "remedy"),
    [
        (("nope",), ["'nope'", "dunghan --help"]),
        (("due", "--nope"), ["--nope", "dunghan due --help"]),
        (("run",), ["dunghan run --help"]),
        (("extend", ONE), ["--until", "dunghan extend --help"]),
        (("waive", ONE), ["--because"]),
        (("outbox", "show", "one"), ["dunghan outbox show --help"]),
        (("plan", "nope"), ["'nope'", "dunghan plan --help"]),
    ],
)
def test_wrong_words_lead_to_the_right_help(desk: Desk, words: tuple[str, ...], remedy: list[str]) -> None:
    desk(*words).refused(2, *remedy)


def test_a_reason_of_spaces_is_no_reason(desk: Desk) -> None:
    for words in (("return", ONE), ("waive", ONE), ("pause", PLAN)):
        desk(*words, "--because", "  ").refused(2, "--because")


@pytest.mark.parametrize("words", [(), ("plan",), ("office",), ("contact",), ("outbox",)])
def test_a_bare_noun_shows_its_help_line_by_line(empty_desk: Desk, words: tuple[str, ...]) -> None:
    said = empty_desk(*words)
    assert (said.code, said.out) == (2, "")
    assert "\nCommands:\n" in said.err


@pytest.mark.parametrize(
    "words",
    [
        ("due",), ("status",), ("explain", ONE), ("run", PLAN), ("submit", ONE), ("contact", "list"),
        ("outbox", "list"), ("simulate", PLAN, "--from", "2018-11-01", "--until", "2018-11-02"), ("serve",),
    ],
)  # fmt: skip
def test_without_a_database_every_command_says_to_make_one(empty_desk: Desk, words: tuple[str, ...]) -> None:
    empty_desk(*words).refused(1, "no database at var/dunghan.db", "`dunghan init`")
    assert list(empty_desk.folder.iterdir()) == [], "nothing is left behind"


def test_a_file_that_is_no_database_says_so(empty_desk: Desk) -> None:
    empty_desk.write("var/dunghan.db", "this is a letter\n" * 100)
    for words in (("due",), ("run", PLAN), ("contact", "list"), ("outbox", "list")):
        empty_desk(*words).refused(1, "not a database", "DUNGHAN_DATABASE_URL")


def test_an_empty_database_says_to_run_init(empty_desk: Desk) -> None:
    empty_desk.write("var/dunghan.db", "")
    for words in (("due",), ("run", PLAN)):
        empty_desk(*words).refused(1, "empty", "`dunghan init`")


def test_a_database_of_another_version_says_what_to_do(desk: Desk) -> None:
    for version, remedy in (("0000", "`dunghan init`"), ("9999", "Upgrade")):
        with sqlite3.connect(desk.folder / "var" / "dunghan.db") as connection:
            connection.execute("UPDATE alembic_version SET version_num = ?", (version,))
        connection.close()
        for words in (("due",), ("run", PLAN)):
            desk(*words).refused(1, version, remedy)


def test_a_locked_database_says_so_and_loses_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.ok("submit", ONE, "--received-at", "2018-12-03")
    monkeypatch.setattr(trouble, "BUSY_SECONDS", 0.2)
    holder = sqlite3.connect(desk.folder / "var" / "dunghan.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    desk("accept", ONE).refused(1, "locked", "wait")
    desk("run", PLAN).refused(1, "locked")
    assert desk.json("explain", ONE)["state"] == "submitted", "who reads is not held up"
    holder.execute("ROLLBACK")
    holder.close()
    desk.ok("accept", ONE)


@pytest.mark.parametrize(
    ("variable", "value", "remedy"),
    [
        ("database_url", "mysql://root:geheim@db/x", "sqlite:///"),
        ("language", "fr", "vi or en"),
        ("work_hours", "18:00-07:00", "07:00-18:00"),
        ("config_dir", "nowhere", "nowhere"),
    ],
)
def test_a_wrong_setting_is_named_with_its_remedy_and_not_its_value(
    desk: Desk, variable: str, value: str, remedy: str
) -> None:
    desk.set(**{variable: value})
    said = desk("due")
    said.refused(2, f"DUNGHAN_{variable.upper()}", remedy)
    assert "geheim" not in said.err


def test_a_database_server_that_does_not_answer_hides_its_password(desk: Desk) -> None:
    desk.set(database_url="postgresql://dunghan:geheim@127.0.0.1:1/dunghan")
    for words in (("due",), ("run", PLAN), ("init",)):
        said = desk(*words)
        assert (said.code, said.err.count("\n"), "geheim" in said.err) == (1, 1, False), said
        assert "DUNGHAN_DATABASE_URL" in said.err


def test_only_debug_shows_a_traceback(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "Traceback" not in desk("status", "nope").err
    monkeypatch.setenv("DUNGHAN_DEBUG", "")  # so that what --debug leaves in it is undone
    said = desk("--debug", "status", "nope")
    assert said.code == 2
    assert said.err.startswith("Traceback") and "PlanNotFound" in said.err
    assert said.err.splitlines()[-1].startswith("No plan is called 'nope'"), "the line for people comes last"
