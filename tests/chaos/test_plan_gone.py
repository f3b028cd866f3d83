"""A plan's file goes, or breaks, while messages of it wait: they are kept, and nobody else's are held up."""

from pathlib import Path

import pytest
from sqlalchemy import Engine, select, update

from config.settings import Settings
from dunghan.engine.context import Context
from dunghan.engine.delivery import deliver
from dunghan.engine.sweep import run_pass
from dunghan.store.database import reading, writing
from dunghan.store.messages import MESSAGE
from tests.chaos.conftest import MORNINGS
from tests.chaos.sink import Sink
from tests.chaos.stage import PLAN, Stage, bring_in
from tests.conftest import SettableClock

BROKEN = "id: broken\nnumber: [\n"


@pytest.mark.parametrize("left", [None, BROKEN], ids=["gone", "broken"])
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_its_messages_wait_for_it_and_the_others_go_out(
    stage: Stage, db: Engine, database_url: str, sink: Sink, clock: SettableClock, left: str | None, tmp_path: Path
) -> None:
    config = tmp_path / "config" / "plans"
    config.mkdir(parents=True)
    plan = config / f"{PLAN}.yaml"
    plan.write_text((stage.folder / "plans" / f"{PLAN}.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    if left:
        (config / "broken.yaml").write_text(left, encoding="utf-8")
    told = stage.settings(database_url, sink.url) | {"config_dir": str(tmp_path / "config")}
    here = Context(Settings(**told), db, clock)
    bring_in(db, stage.people)
    run_pass(here, PLAN, MORNINGS[0])
    with writing(db) as connection:
        waiting = list(connection.scalars(select(MESSAGE.c.id)))
        stranger = update(MESSAGE).where(MESSAGE.c.id.in_(waiting[:3])).values(plan="broken")
        connection.execute(stranger)
    tally = deliver(here, MORNINGS[0])
    assert (tally.delivered, tally.kept) == (len(waiting) - 3, 3)
    assert len(sink.accepted) == len(waiting) - 3
    with reading(db) as connection:
        kept = select(MESSAGE.c.status, MESSAGE.c.attempts).where(MESSAGE.c.plan == "broken")
        assert {tuple(row) for row in connection.execute(kept)} == {("queued", 0)}
