"""A run that cannot do its work ends in one Vietnamese line: a plan that was removed, a worker of another version."""

import logging

import pytest
from sqlalchemy import text

from dunghan.demo.mailbox import Mailbox
from dunghan.engine.context import Context
from dunghan.store.database import writing
from tests.flows.conftest import PREFECT, Chain

pytestmark = PREFECT


async def test_a_plan_removed_while_its_run_was_scheduled(chain: Chain, story: list[logging.LogRecord]) -> None:
    ended = await chain(plan="tinh-99")
    assert ended.state.is_cancelled() and ended.state.name == "Plan removed"
    assert "Kế hoạch tinh-99 đã được gỡ khỏi cấu hình: không làm gì, không gửi gì." in ended.state.message
    assert ended.tasks == ended.artifacts == []
    assert not [line for line in story if line.exc_info or "Traceback" in line.getMessage()]


@pytest.mark.parametrize("schema", ["0001", "9999"], ids=["older", "newer"])
async def test_a_worker_of_another_version_than_the_database(
    schema: str, chain: Chain, installation: Context, mailbox: Mailbox, story: list[logging.LogRecord]
) -> None:
    with writing(installation.db) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :schema"), {"schema": schema})
    ended = await chain()
    assert ended.state.is_failed() and ended.state.name == "Wrong version"
    way = "Run `dunghan init`." if schema == "0001" else "Upgrade the software."
    assert "không cùng phiên bản" in ended.state.message and ended.state.message.endswith(way)
    assert mailbox.received == [] and ended.artifacts == []
    assert not [line for line in story if line.exc_info or "Traceback" in line.getMessage()]
