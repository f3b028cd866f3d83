"""Waiting: longer each time, up to a cap, and not all at one moment."""

import doctest
import math
from itertools import pairwise
from types import ModuleType

import pytest

from dunghan.channels import addresses, email_url, outcome
from dunghan.core.backoff import ASKED_CAP_SECONDS, CAP_SECONDS, FIRST_SECONDS, MOST_ATTEMPTS, delay

SEEDS = [f"<nhac-{n}@ha-giang.example>" for n in range(2000)]


def test_each_wait_is_longer_than_the_one_before_for_every_message() -> None:
    for seed in SEEDS:
        waits = [delay(attempt, seed) for attempt in range(1, MOST_ATTEMPTS)]
        assert all(before < after for before, after in pairwise(waits))


@pytest.mark.parametrize("attempt", [1, 2, 5, 7, 8, 100, 10_000])
def test_a_wait_lies_within_half_as_much_again_and_under_its_cap(attempt: int) -> None:
    whole = min(CAP_SECONDS, FIRST_SECONDS * 2.0 ** (min(attempt, 50) - 1))
    waits = [delay(attempt, seed) for seed in SEEDS]
    assert min(waits) >= whole and max(waits) < 1.5 * whole <= 1.5 * CAP_SECONDS


@pytest.mark.parametrize("attempt", [1, 8])
def test_messages_that_failed_together_do_not_come_back_together(attempt: int) -> None:
    """Spread evenly: in no tenth of the span more than a seventh of them."""
    waits = sorted(delay(attempt, seed) for seed in SEEDS)
    span = min(CAP_SECONDS, FIRST_SECONDS * 2.0 ** (attempt - 1)) / 2
    tenths = [sum(1 for wait in waits if tenth <= (wait - 2 * span) / span * 10 < tenth + 1) for tenth in range(10)]
    assert sum(tenths) == len(SEEDS) and max(tenths) < len(SEEDS) / 7
    assert len(set(waits)) > 0.99 * len(SEEDS)


def test_a_message_waits_the_same_wherever_it_is_asked() -> None:
    assert delay(3, SEEDS[0]) == delay(3, SEEDS[0]) != delay(3, SEEDS[1])


@pytest.mark.parametrize(
    ("asked", "at_least", "at_most"),
    [
        (None, 60, 90),
        (0.0, 60, 90),
        (-5.0, 60, 90),
        (7200.0, 7200, 7200),
        (1e18, ASKED_CAP_SECONDS, ASKED_CAP_SECONDS),
        (math.inf, ASKED_CAP_SECONDS, ASKED_CAP_SECONDS),
        (math.nan, 60, ASKED_CAP_SECONDS),
    ],
)
def test_what_a_gateway_asks_for_is_granted_within_a_day(asked: float | None, at_least: float, at_most: float) -> None:
    assert at_least <= delay(1, "a", asked) <= at_most


@pytest.mark.parametrize("module", [addresses, email_url, outcome])
def test_the_examples_of_the_channels_run(module: ModuleType) -> None:
    assert doctest.testmod(module).failed == 0
