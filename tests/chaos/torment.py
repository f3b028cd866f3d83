"""Kill a sender at random instants and start it again until its mornings are done; count what the sink got."""

import random
import time
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from dunghan.outbox import IN_FLIGHT
from tests.chaos.conftest import Installation
from tests.chaos.sink import Accepted
from tests.chaos.stage import PLAN, decided, sending

MOST_PER_KILL = IN_FLIGHT
"""How many messages one kill may send twice: a small batch goes over one connection, and of that the one message whose
text was out and whose answer was not noted."""

MESSAGES = 30
"""About so many a morning has."""

PATIENCE = 5.0

EARLY = 0.2
"""The part of a morning in which its pass is decided, by rule of thumb."""


class Kill(NamedTuple):
    """A SIGKILL: how many messages the sink had by then, which ones the sender held, and what it was about."""

    accepted: int
    held: frozenset[str]
    during: str


def steps_of(morning: datetime, number: int) -> list[tuple[str, str, datetime]]:
    """What a sender does of a morning: a run, and then once more what there is to deliver, as the rounds do."""
    first = [("run", PLAN, morning)] if number % 2 else [("pass", PLAN, morning)]
    return [*first, ("deliver", PLAN, morning)]


class Tormentor:
    """Kills the senders of an installation; ``seconds`` is how long an undisturbed morning takes."""

    def __init__(self, installation: Installation, chance: random.Random, seconds: float, pace: float) -> None:
        self._installation, self._chance, self._seconds, self._pace = installation, chance, seconds, pace
        self._signal = installation.folder / "kill"
        self._fatal, self._holds_back = -1, False
        self.kills: list[Kill] = []
        installation.sink.accepting = self._accepting

    def do(self, mornings: Sequence[datetime], wanted: int) -> None:
        """Do the mornings one after the other under at least ``wanted`` kills, spread over them.

        Of a morning's kills the first fall in its first part (a pass that was committed is not done again), and then
        by turns at any instant of it and after any of its messages was taken, answered or not. A killed sender is
        started anew, by a clock beyond its leases; in the end it is left to finish.
        """
        for number, morning in enumerate(mornings):
            steps = steps_of(morning, number)
            before, last = len(self.kills), number == len(mornings) - 1
            share = -((before - wanted) // (len(mornings) - number))
            while len(self.kills) - before < share:
                done = self._one(steps, morning, (len(self.kills) - before) / share)
                if done and not last:
                    break
            self._finish(steps)

    def _one(self, steps: Sequence[tuple[str, str, datetime]], morning: datetime, progress: float) -> bool:
        """Start a sender and kill it; whether it was done before."""
        if progress < 0.4:
            when: dict[str, Any] = {"kill_after": self._chance.uniform(0.0, self._seconds * EARLY)}
        elif self._chance.random() < 0.5:
            when = {"kill_after": self._chance.uniform(0.0, self._seconds)}
        else:
            self._fatal = len(self._installation.sink.accepted) + self._chance.randrange(MESSAGES)
            self._holds_back = self._chance.random() < 0.5
            when = {"kill_when": str(self._signal)}
        answer = self._installation.one(*steps, **when)
        self._fatal, self._holds_back = -1, False
        self._signal.unlink(missing_ok=True)
        assert not answer.error, answer.error
        if answer.killed:
            self.kills.append(_seen(self._installation, morning))
        self._installation.let_leases_end()
        return not answer.killed

    def _finish(self, steps: Sequence[tuple[str, str, datetime]]) -> None:
        answer = self._installation.one(*steps)
        assert not answer.error, answer.error

    def _accepting(self, before: int) -> None:
        """The sink takes a moment for each message, so that sending is a good part of a run."""
        if before == self._fatal:
            self._signal.touch()
            deadline = time.monotonic() + PATIENCE
            while self._holds_back and time.monotonic() < deadline:  # the answer never comes
                time.sleep(self._pace)
        time.sleep(self._pace)


def _seen(installation: Installation, morning: datetime) -> Kill:
    installation.sink.wait_until_quiet()
    held = sending(installation.db)
    during = "sending" if held else "between" if decided(installation.db, morning) else "deciding"
    return Kill(len(installation.sink.accepted), held, during)


def resent(kills: Sequence[Kill], accepted: Sequence[Accepted]) -> Counter[int]:
    """How many messages each kill (by its place) had sent twice. Fails for one that no kill explains.

    A second copy is explained by a kill between the two whose sender held the message.
    """
    found: Counter[int] = Counter()
    before: dict[str, int] = {}
    for place, one in enumerate(accepted):
        if one.message_id in before:
            first = before[one.message_id]
            cause = [n for n, k in enumerate(kills) if first < k.accepted <= place and one.message_id in k.held]
            assert cause, f"{one.message_id} came twice, and no kill explains it"
            found[cause[0]] += 1
        before[one.message_id] = place
    return found
