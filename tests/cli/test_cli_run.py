"""`dunghan run` and `dunghan outbox`: one pass, and the fate of its messages."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from dunghan.demo.mailbox import Mailbox
from tests.cli.conftest import Desk

PLAN = "ha-giang-168-2016"
ADDRESSES = ("@ha-giang.example", "@dong-van.example", "@so-ldtbxh.example", "998877", "1234567")


def _mailto(port: int) -> str:
    return f"mailto://127.0.0.1:{port}?from=bao-cao@so-ldtbxh.ha-giang.example"


@pytest.fixture
def mailbox(staffed: Desk, tmp_path: Path) -> Iterator[Mailbox]:
    """A mail server that the installation uses; one officer's address is refused there."""
    with Mailbox(tmp_path / "mail", refusals={"duc@dong-van.example": "550 5.1.1 no such user"}) as box:
        staffed.set(email_url=_mailto(box.port))
        yield box


def test_the_document_of_a_run_holds_the_counts_of_the_contract(staffed: Desk, mailbox: Mailbox) -> None:
    document = staffed.json("run", PLAN, "--as-of", "2018-11-09")
    assert {
        "plan", "as_of", "opened", "reminders", "messages", "delivered", "retry", "rejected", "dead", "skipped",
        "state",
    } == set(document)  # fmt: skip
    assert (document["plan"], document["as_of"]) == (PLAN, "2018-11-09T08:00:00+07:00")
    assert document["opened"] > 800
    assert (document["messages"], document["delivered"], document["rejected"]) == (4, 2, 1), document
    assert (document["retry"], document["dead"], document["delivered"]) == (0, 0, 2), "Zalo has no gateway here"
    assert document["state"] == "Waiting"
    assert sorted(r.recipient for r in mailbox.received) == ["dau-moi@so-ldtbxh.example", "hoa@ha-giang.example"]


def test_running_again_sends_nothing_again(staffed: Desk, mailbox: Mailbox) -> None:
    staffed.json("run", PLAN, "--as-of", "2018-11-09")
    document = staffed.json("run", PLAN, "--as-of", "2018-11-09")
    assert (document["opened"], document["reminders"], document["messages"], document["delivered"]) == (0, 0, 0, 0)
    assert len(mailbox.received) == 2


def test_a_dry_run_changes_and_sends_nothing(staffed: Desk, mailbox: Mailbox) -> None:
    document = staffed.json("run", PLAN, "--as-of", "2018-11-09", "--dry-run")
    assert document["opened"] > 800 and document["messages"] == 4
    assert staffed.json("outbox", "list") == []
    assert not staffed.json("explain", f"{PLAN}/annual/2018/024")["opened"]
    assert mailbox.received == []
    assert "dry run, nothing changed" in staffed.ok("run", PLAN, "--as-of", "2018-11-09", "--dry-run")


def test_a_bare_as_of_runs_at_eight(staffed: Desk) -> None:
    assert staffed.json("run", PLAN, "--as-of", "2018-11-09T07:59")["messages"] == 0
    assert staffed.json("run", PLAN, "--as-of", "2018-11-09")["messages"] == 4


def test_without_a_gateway_the_run_ends_well_and_keeps_the_messages(staffed: Desk) -> None:
    said = staffed("run", PLAN, "--as-of", "2018-11-09")
    assert (said.code, said.err) == (0, "")
    assert "kept 4" in said.out and "dunghan doctor" in said.out and "gateway" in said.out
    assert {m["status"] for m in staffed.json("outbox", "list")} == {"queued"}


def test_with_a_dead_gateway_the_run_ends_well_and_tries_again(staffed: Desk, tmp_path: Path) -> None:
    with Mailbox(tmp_path / "mail") as box:
        port = box.port  # closed again when the block ends
    staffed.set(email_url=_mailto(port).replace("mailto://", "mailto://dunghan:geheim@"))
    document = staffed.json("run", PLAN, "--as-of", "2018-11-09")
    assert (document["delivered"], document["retry"], document["dead"]) == (0, 3, 0)
    waiting = staffed.json("outbox", "list", "--status", "retry")
    assert len(waiting) == 3
    assert all(m["retry_at"] and m["attempts"] == 1 and m["answer"] for m in waiting)
    said = staffed("run", PLAN, "--as-of", "2018-11-09")
    assert (said.code, said.err) == (0, "")
    told = said.out + staffed.ok("outbox", "list")
    assert "geheim" not in told and not [a for a in ADDRESSES if a in told]


def test_what_a_dead_gateway_kept_goes_out_by_the_next_one(staffed: Desk, tmp_path: Path) -> None:
    with Mailbox(tmp_path / "mail") as box:
        port = box.port
    staffed.set(email_url=_mailto(port))
    staffed.json("run", PLAN, "--as-of", "2018-11-09")
    ids = [str(m["id"]) for m in staffed.json("outbox", "list", "--status", "retry")]
    assert staffed.ok("outbox", "retry", *ids) == "3 messages queued again.\n"
    with Mailbox(tmp_path / "mail") as box:
        staffed.set(email_url=_mailto(box.port))
        assert staffed.json("run", PLAN, "--as-of", "2018-11-09T09:00")["delivered"] == 3


def test_a_url_that_is_no_gateway_is_told_without_its_secret(staffed: Desk) -> None:
    staffed.set(email_url="smtp://dunghan:geheim@smtp.example")
    said = staffed("run", PLAN, "--as-of", "2018-11-09")
    said.refused(2, "mailto://")
    assert "geheim" not in said.err
    assert staffed.json("run", PLAN, "--as-of", "2018-11-09", "--dry-run")["messages"] == 0, "they are queued already"


def test_outside_working_hours_messages_wait(staffed: Desk, mailbox: Mailbox) -> None:
    document = staffed.json("run", PLAN, "--as-of", "2018-11-09T19:30")
    assert (document["messages"], document["delivered"]) == (4, 0)
    assert {m["not_before"] for m in staffed.json("outbox", "list")} == {"2018-11-12T07:00:00+07:00"}


def test_the_outbox_lists_what_became_of_each_message(staffed: Desk, mailbox: Mailbox) -> None:
    staffed.json("run", PLAN, "--as-of", "2018-11-09")
    rows = staffed.json("outbox", "list")
    assert {(r["office"], r["kind"], r["status"]) for r in rows} == {
        ("024", "reminder", "delivered"), ("026", "reminder", "rejected"), ("027", "reminder", "queued"),
        ("ha-giang.so-ldtbxh", "digest", "delivered"),
    }  # fmt: skip
    assert [r["id"] for r in rows] == sorted((r["id"] for r in rows), reverse=True), "the newest first"
    assert len(staffed.json("outbox", "list", "--most", "1")) == 1
    assert len(staffed.json("outbox", "list", "--plan", PLAN, "--status", "rejected")) == 1
    staffed("outbox", "list", "--status", "lost").refused(2, "'lost'", "withdrawn")
    staffed("outbox", "list", "--plan", "ha-giang").refused(2, PLAN)
    assert "no such user" in staffed.ok("outbox", "list", "--status", "rejected")


def test_show_holds_text_attempts_and_rungs(staffed: Desk, mailbox: Mailbox) -> None:
    staffed.json("run", PLAN, "--as-of", "2018-11-09")
    (row,) = [r for r in staffed.json("outbox", "list") if r["office"] == "024"]
    found = staffed.json("outbox", "show", str(row["id"]))
    assert found["subject"] and "09/12/2018" in found["body"]
    assert [t["outcome"] for t in found["tries"]] == ["delivered"]
    assert {r["obligation"] for r in found["reminders"]} == {
        f"{PLAN}/annual/2018/024", f"{PLAN}/midterm/2018/024",
    }  # fmt: skip
    said = staffed.ok("outbox", "show", str(row["id"]))
    assert found["subject"] in said and "-30d" in said
    staffed("outbox", "show", "999").refused(2, "999", "dunghan outbox list")


def test_retry_queues_the_failed_ones_again(staffed: Desk, mailbox: Mailbox) -> None:
    staffed("outbox", "retry").refused(2, "--all")
    staffed.json("run", PLAN, "--as-of", "2018-11-09")
    assert staffed.ok("outbox", "retry", "--all") == "1 messages queued again.\n"
    assert staffed.ok("outbox", "retry", "--all") == "0 messages queued again.\n"
    assert staffed.json("run", PLAN, "--as-of", "2018-11-09T10:00")["rejected"] == 1


def test_a_remote_run_without_a_server_says_how_to_start_one(staffed: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:1/api")
    staffed("run", "nope", "--remote").refused(2, "dunghan plan list")
