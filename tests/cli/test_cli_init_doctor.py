"""`dunghan init` and `dunghan doctor`."""

from pathlib import Path

from dunghan.demo.mailbox import Mailbox
from tests.cli.conftest import Desk


def _mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_init_makes_database_folders_and_a_secret_that_only_the_owner_reads(empty_desk: Desk) -> None:
    said = empty_desk.ok("init")
    assert (empty_desk.folder / "var" / "dunghan.db").is_file()
    assert (empty_desk.folder / "var" / "files").is_dir()
    env = empty_desk.folder / ".env"
    name, _, secret = env.read_text().strip().partition("=")
    assert (name, _mode(env)) == ("DUNGHAN_SECRET_KEY", 0o600)
    assert len(secret) >= 32
    assert secret not in said
    assert empty_desk.json("due", "--plan", "ha-giang-168-2016")


def test_init_again_changes_nothing_that_is_there(empty_desk: Desk) -> None:
    empty_desk.ok("init")
    env = (empty_desk.folder / ".env").read_bytes()
    empty_desk.ok("contact", "import", empty_desk.write("c.csv", "office,name,email\n024,Hoa,hoa@x.example\n"))
    empty_desk.ok("init")
    assert (empty_desk.folder / ".env").read_bytes() == env
    assert [c["name"] for c in empty_desk.json("contact", "list")] == ["Hoa"]


def test_init_adds_a_secret_to_an_env_that_has_none_and_keeps_its_lines(empty_desk: Desk) -> None:
    empty_desk.write(".env", "DUNGHAN_LANGUAGE=en")
    empty_desk.ok("init")
    lines = (empty_desk.folder / ".env").read_text().splitlines()
    assert lines[0] == "DUNGHAN_LANGUAGE=en"
    assert len(lines) == 2 and lines[1].startswith("DUNGHAN_SECRET_KEY=")


def test_init_writes_nothing_that_the_environment_sets(empty_desk: Desk) -> None:
    empty_desk.set(secret_key="of-the-environment", database_url="sqlite:///elsewhere/facts.db", files_url="handed-in")
    empty_desk.ok("init")
    assert sorted(p.name for p in empty_desk.folder.iterdir()) == ["elsewhere", "handed-in"]
    assert (empty_desk.folder / "elsewhere" / "facts.db").is_file()


def test_init_where_nothing_can_be_written_says_so(empty_desk: Desk) -> None:
    empty_desk.write("var", "a file, no folder")
    said = empty_desk("init")
    assert said.code == 1
    assert said.err.count("\n") == 1 and "cannot be written" in said.err


def test_doctor_says_what_to_do_about_everything_that_is_missing(desk: Desk) -> None:
    said = desk("doctor")
    assert said.code == 1, "nobody can be written to"
    assert said.err == ""
    assert {line.split()[0] for line in said.out.splitlines()} <= {"ok", "warning", "error"}
    for remedy in ("dunghan contact import", "DUNGHAN_EMAIL_URL=", "dunghan set-date", "dunghan serve"):
        assert remedy in said.out


def test_doctor_s_document_holds_its_findings(staffed: Desk) -> None:
    said = staffed("doctor", "--json", "--as-of", "2018-11-01")
    document = said.document
    assert list(document) == ["ok", "findings"]
    assert (document["ok"], said.code) == (False, 1)
    assert all(list(f) == ["level", "about", "message"] for f in document["findings"])
    lost = [f["message"] for f in document["findings"] if (f["level"], f["about"]) == ("error", "contacts")]
    (ours,) = [message for message in lost if message.startswith("ha-giang-168-2016: ")]
    assert ours.endswith("import their contacts")
    plans = {f["message"] for f in document["findings"] if f["about"] == "plan"}
    assert {"ha-giang-168-2016", "hai-phong-76-2020"} <= plans


def test_doctor_without_a_database_finds_just_that(empty_desk: Desk) -> None:
    said = empty_desk("doctor")
    assert (said.code, said.err) == (1, "")
    assert "dunghan init" in said.out and "Traceback" not in said.out


def test_doctor_counts_the_messages_that_failed(staffed: Desk, tmp_path: Path) -> None:
    with Mailbox(tmp_path / "mail", refusals={"hoa@ha-giang.example": "550 5.1.1 no such user"}) as box:
        staffed.set(email_url=f"mailto://127.0.0.1:{box.port}?from=bao-cao@so-ldtbxh.example")
        staffed.ok("run", "ha-giang-168-2016", "--as-of", "2018-11-09")
        (found,) = [f for f in staffed("doctor", "--json").document["findings"] if f["about"] == "outbox"]
    assert found["level"] == "error"
    assert "dunghan outbox list --status rejected" in found["message"]


def test_send_test_puts_one_letter_into_the_mailbox(staffed: Desk, tmp_path: Path) -> None:
    with Mailbox(tmp_path / "mail") as box:
        staffed.set(email_url=f"mailto://127.0.0.1:{box.port}?from=bao-cao@so-ldtbxh.example")
        said = staffed("doctor", "--send-test", "me@office.example", "--json")
    assert [r.recipient for r in box.received] == ["me@office.example"]
    assert said.document["findings"][-1]["level"] == "ok"
    assert said.document["findings"][-1]["about"] == "send-test"


def test_send_test_tells_the_gateway_s_own_words_and_no_address(staffed: Desk, tmp_path: Path) -> None:
    with Mailbox(tmp_path / "mail", refusals={"me@office.example": "550 5.1.1 mailbox unknown here"}) as box:
        staffed.set(email_url=f"mailto://127.0.0.1:{box.port}?from=bao-cao@so-ldtbxh.example")
        said = staffed("doctor", "--send-test", "me@office.example")
    assert said.code == 1
    assert "mailbox unknown here" in said.out.splitlines()[-1]


def test_send_test_without_a_gateway_says_which_setting(staffed: Desk) -> None:
    said = staffed("doctor", "--send-test", "me@office.example")
    assert said.code == 1
    assert said.out.splitlines()[-1].startswith("error") and "DUNGHAN_EMAIL_URL" in said.out.splitlines()[-1]
