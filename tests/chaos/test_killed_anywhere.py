"""A sender that is killed at any instant, again and again, loses nothing and repeats only what was in flight."""

import os
import random
import sys
from collections import Counter

import pytest
from sqlalchemy import Engine

from tests.chaos.conftest import MORNINGS, Installation, Whole
from tests.chaos.sink import Sink
from tests.chaos.stage import left, require_sound
from tests.chaos.torment import MOST_PER_KILL, Tormentor, resent

STORIES = int(os.environ.get("CHAOS_STORIES", "1"))
"""How many times the season is played, each time with other instants. ``make chaos`` asks for more than one."""

KILLS = {"sqlite": 104, "postgresql": 34}
"""In each story."""

pytestmark = pytest.mark.xdist_group("chaos")


def test_an_undisturbed_season_sends_each_message_once(whole: Whole) -> None:
    assert set(whole.arrived.values()) == {1} and len(whole.arrived) > 200
    assert whole.left.messages == dict.fromkeys(whole.arrived, "delivered")
    fired = [r for r in whole.left.reminders if r[4]]
    assert len(fired) > 200 and all(message in whole.arrived for *_, message in fired)


@pytest.mark.parametrize("story", range(STORIES))
def test_killed_at_any_instant_it_loses_nothing_and_repeats_only_what_was_in_flight(
    installation: Installation, whole: Whole, sink: Sink, chance: random.Random, db: Engine, story: int
) -> None:
    chance.seed(chance.random() + story)
    wanted = KILLS[db.dialect.name]
    tormentor = Tormentor(installation, chance, whole.seconds, pace=0.002 if db.dialect.name == "sqlite" else 0.004)
    tormentor.do(MORNINGS, wanted)
    kills = tormentor.kills
    sink.wait_until_quiet()
    again = resent(kills, sink.accepted)
    during = Counter(kill.during for kill in kills)
    most = max(again.values(), default=0)
    told = f"{len(kills)} kills {dict(during)}: {sum(again.values())} sent twice, at most {most} by one kill"
    sys.stdout.write(f"{db.dialect.name}: {told}\n")

    assert len(kills) >= wanted
    assert min(during["deciding"], during["sending"]) >= wanted // 20, "the kills did not hit what they should"
    assert left(db) == whole.left, "the record is that of a run which nobody disturbed"
    assert set(sink.counts()) == set(whole.arrived), "nothing is lost, and nothing else was sent"
    assert most <= MOST_PER_KILL
    require_sound(db)
