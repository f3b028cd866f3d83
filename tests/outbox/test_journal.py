"""The journal of a sender that is gone: what it had been told is settled, what it had not sent goes back at once."""

import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from dunghan.channels.outcome import Delivered, Rejected, Retry
from dunghan.journal import left_behind, opened
from dunghan.outbox import Claimed, Tally


@pytest.fixture
def abandoned(tmp_path: Path, take: Callable[..., list[Claimed]]) -> Callable[..., Path]:
    """A factory: ``abandoned({1: Delivered()})``: a sender claimed everything, noted these answers and was killed."""

    def make(answers: dict[int, Any], tail: bytes = b"") -> Path:
        take("gone")
        with suppress(KeyboardInterrupt), opened(tmp_path, "gone") as journal:
            for message, outcome in answers.items():
                journal.note(f"{message}.1.email", outcome)
            raise KeyboardInterrupt
        with (tmp_path / "gone.journal").open("ab") as file:
            file.write(tail)
        return tmp_path

    return make


def test_what_was_answered_is_settled_and_the_rest_goes_out_at_once(
    queue: Callable[..., list[int]], abandoned: Callable[..., Path], send: Callable[..., Tally], gateway: Any,
    fate: Any, tries: Any,
) -> None:  # fmt: skip
    one, two, three, four = queue(4)
    folder = abandoned(
        {one: Delivered("250 taken"), two: Rejected("550 no such user"), three: Retry("451 later", 7200)}
    )
    mail = gateway()
    assert send({"email": mail}, journals=folder) == Tally(delivered=2, rejected=1, retry=1)
    assert len(mail.letters) == 1 and mail.letters[0].message_id == fate(four).message_id
    assert [(fate(m).status, fate(m).answer) for m in (one, two, three)] == [
        ("delivered", "250 taken"), ("rejected", "550 no such user"), ("retry", "451 later"),
    ]  # fmt: skip
    assert tries(one) == [("email", "delivered", "250 taken")]
    assert (fate(four).status, fate(four).attempts) == ("delivered", 1)
    assert list(folder.glob("*.journal")) == []


def test_a_line_that_was_cut_off_counts_as_not_written(
    queue: Callable[..., list[int]], abandoned: Callable[..., Path], send: Callable[..., Tally], gateway: Any
) -> None:
    one, two = queue(2)
    folder = abandoned({one: Delivered()}, tail=f"{two}.1.email\tD\t\t250 ta".encode())
    mail = gateway()
    assert send({"email": mail}, journals=folder) == Tally(delivered=2)
    assert len(mail.letters) == 1


def test_what_a_living_sender_holds_is_left_to_it(
    queue: Callable[..., list[int]], take: Callable[..., list[Claimed]], send: Callable[..., Tally], gateway: Any,
    tmp_path: Path, fate: Any,
) -> None:  # fmt: skip
    (message,) = queue()
    take("living")
    with opened(tmp_path, "living") as journal:
        journal.note(f"{message}.1.email", Delivered())
        assert send({"email": gateway()}, journals=tmp_path) == Tally()
        assert fate(message).status == "sending"
    assert list(left_behind(tmp_path)) == []


def test_what_was_settled_before_the_end_is_not_settled_again(
    queue: Callable[..., list[int]], abandoned: Callable[..., Path], send: Callable[..., Tally], gateway: Any,
    tries: Any,
) -> None:  # fmt: skip
    (message,) = queue()
    assert send({"email": gateway()}) == Tally(delivered=1)
    folder = abandoned({message: Delivered("again")})
    assert send({"email": gateway()}, journals=folder) == Tally()
    assert len(tries(message)) == 1


def test_a_disk_without_room_for_it_stops_nobody(
    queue: Callable[..., list[int]], send: Callable[..., Tally], gateway: Any, tmp_path: Path
) -> None:
    queue(2)
    (tmp_path / "file").touch()  # no folder can be made where a file is
    assert send({"email": gateway()}, journals=tmp_path / "file") == Tally(delivered=2)


def test_after_a_line_that_did_not_fit_nothing_is_noted_behind_it(tmp_path: Path) -> None:
    """Else two lines would read as one, of a message that nobody sent."""
    code = """
import os, resource, signal, sys
from pathlib import Path
from dunghan.channels.outcome import Delivered
from dunghan.journal import opened
with opened(Path(sys.argv[1]), "gone") as journal:
    resource.setrlimit(resource.RLIMIT_FSIZE, (40, -1))
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    for message in range(1, 9):
        journal.note(f"{message}.1.email", Delivered("taken"))
    os.kill(os.getpid(), signal.SIGKILL)
"""
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False)
    assert done.returncode == -signal.SIGKILL and (tmp_path / "gone.journal").stat().st_size == 40
    (left,) = left_behind(tmp_path)
    assert left.answers == {"1.1.email": Delivered("taken"), "2.1.email": Delivered("taken")}


def test_every_answer_is_read_as_it_was_noted(tmp_path: Path) -> None:
    said = [
        Delivered("250 2.0.0 Ok\tqueued"), Delivered(), Rejected("550 không có hộp thư này"), Retry("451 later"),
        Retry("421 not now", 90.0), Retry("no connection", counts=False),
    ]  # fmt: skip
    with suppress(KeyboardInterrupt), opened(tmp_path, "gone") as journal:
        for number, one in enumerate(said):
            journal.note(f"{number}", one)
        raise KeyboardInterrupt
    (left,) = left_behind(tmp_path)
    assert [left.answers[f"{number}"] for number in range(len(said))] == [Delivered("250 2.0.0 Ok queued"), *said[1:]]
    assert list(left_behind(tmp_path)) == []
