"""A message whose sender died between the gateway's yes and our commit: it shows, and the written rule resolves it."""

import threading
from pathlib import Path

import pytest
from sqlalchemy import select

from config.settings import Settings
from dunghan.cli.main import main
from dunghan.engine import actions, mailroom
from dunghan.engine.context import Context
from dunghan.store.database import reading
from dunghan.store.messages import MESSAGE
from models.errors import UsageError
from tests.chaos.conftest import MORNINGS, Installation
from tests.chaos.sink import Sink
from tests.chaos.stage import PLAN, sending

pytestmark = pytest.mark.xdist_group("chaos")
SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
MORNING = MORNINGS[0]
TAKEN = 5


@pytest.fixture
def died(installation: Installation, sink: Sink, tmp_path: Path) -> Installation:
    """A sender was killed when the server had taken ``TAKEN`` messages; the last one's answer never came."""
    installation.clock.set("2020-03-02")  # long before this machine's own clock, which the command reads
    signal, freed = tmp_path / "kill", threading.Event()

    def accepting(before: int) -> None:
        if before == TAKEN - 1:
            signal.touch()
            freed.wait(10)

    sink.accepting = accepting
    answer = installation.one(("run", PLAN, MORNING), kill_when=str(signal))
    freed.set()
    sink.wait_until_quiet()
    assert answer.killed and len(sink.accepted) == TAKEN
    return installation


@pytest.fixture
def here(died: Installation) -> Context:
    """The context of who looks at it, by the installation's clock."""
    return Context(Settings(**died.settings), died.db, died.clock)


def test_it_shows_from_the_end_of_its_lease_until_it_is_resolved(died: Installation, here: Context, sink: Sink) -> None:
    held = sending(died.db)
    rows = mailroom.listing(here, PLAN, "sending", 500)
    assert {r["message_id"] for r in rows} == held > {one.message_id for one in sink.accepted}
    assert all(r["unknown_since"] is None for r in rows), "its sender may live as long as its lease lasts"
    assert mailroom.listing(here, None, "unknown", 500) == []

    died.let_leases_end()
    unknown = mailroom.listing(here, None, "unknown", 500)
    assert {r["message_id"] for r in unknown} == held
    assert {r["unknown_since"] for r in unknown} == {"2020-03-02T08:10:00+07:00"}
    assert {mailroom.one(here, r["id"])["unknown_since"] for r in unknown} == {"2020-03-02T08:10:00+07:00"}

    unanswered = sink.accepted[-1].message_id
    assert not died.one(("run", PLAN, MORNING)).error
    assert mailroom.listing(here, None, "unknown", 500) == []
    assert {r["status"] for r in mailroom.listing(here, PLAN, None, 500)} == {"delivered"}
    times = sink.counts()
    assert set(times) == {r["message_id"] for r in mailroom.listing(here, PLAN, None, 500)}, "nothing is lost"
    assert {message: n for message, n in times.items() if n > 1} == {unanswered: 2}


def test_the_next_pass_on_the_machine_settles_what_was_answered_and_frees_the_rest(
    died: Installation, here: Context, sink: Sink
) -> None:
    """Without waiting for the lease to end."""
    assert not died.one(("pass", PLAN, MORNING)).error
    rows = mailroom.listing(here, PLAN, None, 500)
    answered = {one.message_id for one in sink.accepted[:-1]}
    assert {r["message_id"] for r in rows if r["status"] == "delivered"} == answered
    assert {r["status"] for r in rows if r["message_id"] not in answered} == {"queued"}
    assert not died.one(("deliver", PLAN, MORNING)).error
    assert sink.counts().most_common(2)[0] == (sink.accepted[TAKEN - 1].message_id, 2)
    assert len(sink.accepted) == len(rows) + 1


@SQLITE
def test_what_has_been_answered_meanwhile_is_not_sent_again(died: Installation, here: Context, sink: Sink) -> None:
    with reading(died.db) as connection:
        taken = connection.execute(
            select(MESSAGE.c.office, MESSAGE.c.message_id).where(MESSAGE.c.message_id == sink.accepted[-1].message_id)
        ).one()
    died.let_leases_end()
    actions.waive(here, f"{PLAN}/annual/2018/{taken.office}", by="B", because="x", at=MORNING)
    assert not died.one(("run", PLAN, MORNING)).error
    (row,) = [r for r in mailroom.listing(here, PLAN, None, 500) if r["message_id"] == taken.message_id]
    assert (row["status"], row["answer"]) == ("withdrawn", "everything it asked for has been answered")
    assert sink.counts()[taken.message_id] == 1


@SQLITE
def test_the_command_says_so(
    died: Installation, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    for name, value in died.settings.items():
        monkeypatch.setenv(f"DUNGHAN_{name.upper()}", value)

    def dunghan(*words: str) -> str:
        monkeypatch.setattr("sys.argv", ["dunghan", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capsys.readouterr()
        assert (ended.value.code, err) == (0, "")
        return out

    since = "sending (fate unknown since 2020-03-02 08:10)"
    listed = " ".join(dunghan("outbox", "list", "--status", "unknown", "--most", "1").split())
    assert "fate unknown since" in listed
    with reading(died.db) as connection:
        number = str(connection.scalar(select(MESSAGE.c.id).where(MESSAGE.c.status == "sending").limit(1)))
    shown = dunghan("outbox", "show", number)
    assert since in shown and "sends it again under the same Message-ID" in shown


def test_a_status_that_nobody_knows_is_told_with_those_there_are(context: Context) -> None:
    with pytest.raises(UsageError, match=r"withdrawn, unknown\."):
        mailroom.listing(context, None, "lost", 5)
