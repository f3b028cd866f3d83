"""What a coordinator decides while a pass is deciding: on PostgreSQL both write at the same time."""

import threading
import time
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine, select, text

from dunghan.core.times import instant
from dunghan.engine import actions
from dunghan.engine.context import Context
from dunghan.engine.sweep import run_pass
from dunghan.store.database import connect, reading
from dunghan.store.messages import REMINDER
from dunghan.store.obligations import OBLIGATION

PLAN = "ha-giang-168-2016"
OWED = f"{PLAN}/annual/2018/024"
LAST_RUNG = instant("2019-02-11", "the ladder's last rung")


@pytest.mark.parametrize("database_url", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True)
def test_an_extension_granted_during_the_pass_of_the_last_rung_gets_its_new_ladder(
    context: Context, db: Engine, database_url: str, introduce: Callable[..., Any]
) -> None:
    """The pass has read what is due and is held up; the extension is granted; the pass goes on and must not undo it."""
    introduce("024")
    run_pass(context, PLAN, instant("2019-01-28", "before"))
    third, fourth = connect(database_url), connect(database_url)
    coordinator = Context(context.settings, fourth, context.now)
    coordinator.__dict__["catalog"] = context.catalog
    said: dict[str, Any] = {"at": instant("2019-02-11T07:59", "at"), "by": "B", "because": "x"}
    deciding = threading.Thread(target=run_pass, args=(context, PLAN, LAST_RUNG))
    granting = threading.Thread(
        target=actions.extend, args=(coordinator, OWED), kwargs=said | {"until": date(2019, 3, 29)}
    )
    with third.connect() as held, held.begin():
        held.execute(
            text("LOCK TABLE contact IN ACCESS EXCLUSIVE MODE")
        )  # the pass reads it between reading and writing
        deciding.start()
        time.sleep(0.5)
        granting.start()
        granting.join(0.5)
    deciding.join()
    granting.join()
    with reading(db) as connection:
        assert connection.scalar(select(OBLIGATION.c.next_at).where(OBLIGATION.c.id == OWED)) is not None
    run_pass(context, PLAN, instant("2019-03-15", "a fortnight before the new day"))
    with reading(db) as connection:
        query = select(REMINDER.c.rung).where(
            REMINDER.c.obligation_id == OWED, REMINDER.c.last_day == date(2019, 3, 29)
        )
        assert "-14d" in set(connection.scalars(query.where(REMINDER.c.fired)))
    third.dispose()
    fourth.dispose()
