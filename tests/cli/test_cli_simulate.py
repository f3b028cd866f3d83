"""`dunghan simulate`: what would be sent to whom, when; nothing is."""

from typing import Any

import pytest

from tests.cli.conftest import Desk

PLAN = "ha-giang-168-2016"
SEASON = ("simulate", PLAN, "--from", "2018-11-01", "--until", "2018-12-31")
MORNINGS = ("11-09", "11-23", "11-30", "12-06", "12-07", "12-10", "12-12", "12-17", "12-24")
TWO_SUBMIT = f"""
- {{at: 2018-12-03, action: submit, obligation: {PLAN}/annual/2018/024}}
- {{at: 2018-12-03, action: submit, obligation: {PLAN}/midterm/2018/024}}
- {{at: 2018-12-03, action: submit, obligation: {PLAN}/annual/2018/026}}
- {{at: 2018-12-05, action: return, obligation: {PLAN}/annual/2018/026, because: thiếu biểu 2}}
- {{at: 2018-12-03, action: extend, obligation: {PLAN}/annual/2018/027, until: 2018-12-20, because: lũ quét}}
"""


def _days(document: dict[str, Any], office: str, kind: str = "reminder") -> list[str]:
    return [m["at"][5:10] for m in document["messages"] if (m["office"], m["kind"]) == (office, kind)]


def test_a_silent_season_in_the_shape_of_the_contract(staffed: Desk) -> None:
    document = staffed.json(*SEASON)
    assert list(document) == ["messages", "skipped"]
    for message in document["messages"]:
        assert list(message) == ["at", "office", "contact", "channel", "kind", "reminders"]
        assert message["at"].endswith("T08:00:00+07:00")
        assert message["channel"] in ("email", "zalo")
        assert message["kind"] in ("reminder", "escalation", "digest", "notice", "receipt")
        assert all(list(r) == ["obligation", "rung", "reason"] for r in message["reminders"])
    for skip in document["skipped"]:
        assert list(skip) == ["at", "obligation", "rung", "contact", "reason"]
        assert skip["at"].endswith("+07:00")
    for office, channel in (("024", "email"), ("026", "email"), ("027", "zalo")):
        assert tuple(_days(document, office)) == MORNINGS
        assert {m["channel"] for m in document["messages"] if m["office"] == office} == {channel}
    first = next(m for m in document["messages"] if m["office"] == "024")
    assert {(r["obligation"], r["rung"]) for r in first["reminders"]} == {
        (f"{PLAN}/annual/2018/024", "-30d"), (f"{PLAN}/midterm/2018/024", "-30d"),
    }  # fmt: skip
    merged = [s for s in document["skipped"] if s["reason"] == "merged" and s["obligation"].endswith("annual/2018/024")]
    assert all(s["rung"] for s in merged)
    assert {s["reason"] for s in document["skipped"] if s["obligation"].endswith("/028")} >= {"unreachable"}


def test_nothing_is_sent_or_written(staffed: Desk) -> None:
    file = staffed.folder / "var" / "dunghan.db"
    before = file.read_bytes()
    staffed.json(*SEASON)
    assert file.read_bytes() == before
    assert staffed.json("outbox", "list") == []


def test_a_scenario_is_played_at_its_instants(staffed: Desk) -> None:
    document = staffed.json(*SEASON, "--scenario", staffed.write("story.yaml", TWO_SUBMIT))
    assert _days(document, "024") == ["11-09", "11-23", "11-30"], "who has handed in both gets nothing after"
    annual = [
        m["at"][5:10] for m in document["messages"] if m["kind"] == "reminder"
        for r in m["reminders"] if r["obligation"] == f"{PLAN}/annual/2018/026"
    ]  # fmt: skip
    assert annual[3:5] == ["12-06", "12-07"], "who got it back is reminded again from the next rung"
    assert _days(document, "026", "notice") == ["12-05"]
    extended = [
        (m["at"][5:10], r["rung"]) for m in document["messages"] if m["kind"] == "reminder"
        for r in m["reminders"] if r["obligation"] == f"{PLAN}/annual/2018/027"
    ]  # fmt: skip
    assert extended[3:] == [
        ("12-06", "-14d"), ("12-13", "-7d"), ("12-17", "-3d"), ("12-19", "-1d"), ("12-21", "+1d"), ("12-24", "+3d"),
        ("12-27", "+7d"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("story", "words"),
    [
        ("- {at: 2018-12-03, action: submitt, obligation: x}", ["story.yaml:1: 0.action:", "submit", "'submitt'"]),
        ("\n- at: 2018-12-03\n  action: extend\n  obligation: x\n", ["story.yaml:2:", "`until`"]),
        ("- {at: 2018-12-03, obligation: x}", ["story.yaml:1: 0.action:", "add it"]),
        ("- {at: 2018-12-03, action: submit, obligation: x, why: y}", ["story.yaml:1: 0.why:", "spelling"]),
        ("at: 2018-12-03", ["story.yaml:1:"]),
        ("- [", ["story.yaml:2: yaml:"]),
        (f"- {{at: hôm qua, action: submit, obligation: {PLAN}/annual/2018/024}}", ["hôm qua", "2018-12-09T08:00"]),
        (f"- {{at: 2018-12-03, action: submit, obligation: {PLAN}/annual/2018/0240}}", ["Did you mean"]),
    ],
)
def test_a_wrong_scenario_names_line_and_remedy(desk: Desk, story: str, words: list[str]) -> None:
    desk(*SEASON, "--scenario", desk.write("story.yaml", story)).refused(2, *words)


def test_a_scenario_that_cannot_happen_says_why(desk: Desk) -> None:
    story = f"- {{at: 2018-12-03, action: accept, obligation: {PLAN}/annual/2018/024}}"
    desk(*SEASON, "--scenario", desk.write("story.yaml", story)).refused(1, "annual/2018/024", "nothing")


def test_a_missing_scenario_says_to_check_the_path(desk: Desk) -> None:
    desk(*SEASON, "--scenario", "none.yaml").refused(2, "none.yaml", "check the path")


def test_with_facts_it_starts_from_the_real_history(staffed: Desk) -> None:
    for report in ("annual", "midterm"):
        staffed.ok("submit", f"{PLAN}/{report}/2018/024", "--received-at", "2018-11-05")
    assert _days(staffed.json(*SEASON), "024") == list(MORNINGS)
    assert _days(staffed.json(*SEASON, "--with-facts"), "024") == []


def test_a_bare_until_includes_its_day(staffed: Desk) -> None:
    def days(until: str) -> list[str]:
        return _days(staffed.json("simulate", PLAN, "--from", "2018-11-08", "--until", until), "024")

    assert days("2018-11-23") == ["11-09", "11-23"]
    assert days("2018-11-23T07:59") == ["11-09"]


def test_a_first_run_ever_on_7_december_sends_one_message_and_on_a_saturday_none(staffed: Desk) -> None:
    document = staffed.json("simulate", PLAN, "--from", "2018-12-07", "--until", "2018-12-07")
    assert _days(document, "024") == ["12-07"]
    assert {"expired", "merged"} & {s["reason"] for s in document["skipped"] if s["obligation"].endswith("/024")}
    assert staffed.json("simulate", PLAN, "--from", "2018-12-08", "--until", "2018-12-08")["messages"] == []


def test_without_any_contact_all_is_skipped_and_it_ends_well(desk: Desk) -> None:
    document = desk.json(*SEASON)
    assert document["messages"] == []
    assert "unreachable" in {s["reason"] for s in document["skipped"]}


def test_the_tables_for_people(staffed: Desk) -> None:
    said = staffed.ok(*SEASON)
    assert said.startswith("Messages (")
    assert "UBND thành phố Hà Giang" in said
    assert "Rungs that did not fire" in said and "unreachable" in said
