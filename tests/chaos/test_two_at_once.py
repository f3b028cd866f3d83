"""Several processes at the same instant: each message goes out once, each rung is recorded once."""

from collections import Counter

import pytest
from sqlalchemy import Engine, func, select

from dunghan.outbox import BATCH
from dunghan.store.database import reading
from dunghan.store.messages import ATTEMPT
from tests.chaos.conftest import MORNINGS, Installation, Whole, slow_down
from tests.chaos.sink import Sink
from tests.chaos.stage import PLAN, left, queue, queue_again, require_sound

pytestmark = pytest.mark.xdist_group("chaos")


def test_processes_that_run_the_same_plan_at_the_same_instant_do_it_once(
    installation: Installation, whole: Whole, sink: Sink, db: Engine
) -> None:
    """Two and four of them by turns, each morning anew; the record is that of one alone."""
    slow_down(sink)
    last = MORNINGS[4]
    for number, morning in enumerate(MORNINGS[:5]):
        order = installation.order(("pass", PLAN, morning), ("deliver", PLAN, morning), together=True)
        answers = installation.forker.race(*[order] * (2, 4)[number % 2])
        assert [a.error for a in answers if a.error] == []
        passes = [a.said[0] for a in answers]
        assert sum(map(any, passes)) == 1, f"one pass decides, the others find nothing left: {passes}"
    sink.wait_until_quiet()
    assert sink.counts() == Counter(whole.left.until(last).messages.keys())
    assert left(db).until(last) == whole.left.until(last)
    require_sound(db)


def test_workers_that_empty_one_outbox_never_send_a_message_twice(
    installation: Installation, sink: Sink, db: Engine
) -> None:
    """Two and four workers by turns, more than a batch for each of several."""
    rounds = 3
    wanted = queue(db, 2 * BATCH + 111, MORNINGS[0])
    busy = 0
    for number in range(rounds):
        sink.forget()
        order = installation.order(("drain", None, MORNINGS[0]), together=True)
        answers = installation.forker.race(*[order] * (4, 2)[number % 2])
        assert [a.error for a in answers if a.error] == []
        sink.wait_until_quiet()
        assert sink.counts() == Counter(wanted)
        delivered = [a.said[0][0] for a in answers]
        assert sum(delivered) == len(wanted)
        busy = max(busy, sum(map(bool, delivered)))
        queue_again(db)
    assert busy >= 2, "the workers did not share the work"
    with reading(db) as connection:
        per_message = select(func.count()).select_from(ATTEMPT).group_by(ATTEMPT.c.message_id)
        assert set(connection.scalars(per_message)) == {rounds}
