"""A sender that is killed while it sends many mails repeats at most what was in flight, and the next goes on at once.

Over four connections that is a mail of each; over one that takes texts ahead of its answers, so many as are ahead.
"""

import time
from pathlib import Path

import pytest
from sqlalchemy import Engine

from dunghan.channels.chunking import AHEAD
from dunghan.outbox import BATCH, IN_FLIGHT
from tests.chaos.conftest import MORNINGS, Installation
from tests.chaos.sink import Sink
from tests.chaos.stage import queue, require_sound, sending
from tests.chaos.torment import Kill, resent

pytestmark = pytest.mark.xdist_group("chaos")
CONNECTIONS = 4
FATAL = (1, 90, 91, 250, 377, 499, 640)
"""How many mails the sink has when the sender is killed: in the first batch, at its end, and in the second."""


@pytest.mark.parametrize(
    ("more", "connections", "most"),
    [([], CONNECTIONS, CONNECTIONS * IN_FLIGHT), ([b"CHUNKING"], 1, AHEAD)],
    ids=["side by side", "ahead"],
)
def test_killed_among_many_it_repeats_at_most_what_was_in_flight(
    installation: Installation, sink: Sink, db: Engine, tmp_path: Path, more: list[bytes], connections: int, most: int
) -> None:
    """No lease ends between the kills: what was not sent goes out at once, by the journal of the one before."""
    wanted = queue(db, BATCH + 230, MORNINGS[0])
    signal, kills, widths = tmp_path / "kill", list[Kill](), set[int]()
    sink.offers += more
    for fatal in FATAL:

        def accepting(before: int, fatal: int = fatal) -> None:
            widths.add(sink.open)
            if before + 1 >= fatal:
                signal.touch()
            time.sleep(0.002)

        sink.accepting = accepting
        answer = installation.one(("drain", None, MORNINGS[0]), kill_when=str(signal))
        assert answer.killed, answer
        sink.wait_until_quiet()
        signal.unlink()
        kills.append(Kill(len(sink.accepted), sending(db), "sending"))
    sink.accepting = lambda _: None
    assert not installation.one(("drain", None, MORNINGS[0])).error
    sink.wait_until_quiet()
    assert set(sink.counts()) == set(wanted) and sending(db) == frozenset()
    again = resent(kills, sink.accepted)
    assert max(again.values(), default=0) <= most
    assert max(widths) == connections, "it did not send as it should"
    require_sound(db)
