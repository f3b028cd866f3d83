"""The three tables of a plan that a coordinator watches."""

import json

from dunghan.demo.mailbox import Mailbox
from dunghan.engine import actions
from dunghan.engine.context import Context
from tests.flows.conftest import PLAN, PREFECT, Chain

pytestmark = PREFECT


async def test_status_missing_list_and_calendar_are_published_in_vietnamese(
    chain: Chain, installation: Context, mailbox: Mailbox
) -> None:
    actions.submit(installation, f"{PLAN}/annual/2018/024", received_at=None, by="lan")
    run = await chain("2018-12-07T08:00")
    assert sorted(a.key for a in run.artifacts) == [f"{PLAN}-missing", f"{PLAN}-status", f"{PLAN}-upcoming"]
    for artifact in run.artifacts:
        assert artifact.type == "table"
        assert "168/KH-UBND" in artifact.description and "07/12/2018" in artifact.description
    status = json.loads(run.artifact("status").data)
    (districts,) = [r for r in status if r["Cấp"] == "Cấp huyện" and "sơ kết" in r["Báo cáo"].lower()]
    assert (districts["Phải nộp"], districts["Đã nộp"], districts["Còn thiếu"]) == (11, 0, 11)
    missing = json.loads(run.artifact("missing").data)
    row = next(r for r in missing if r["Đơn vị"] == "UBND huyện Đồng Văn")
    assert row["Ngày cuối"] == "09/12/2018"
    assert (row["Nhắc gần nhất"], row["Liên hệ"]) == ("07/12/2018", "có")
    lost = next(r for r in missing if r["Cấp"] == "Cấp xã")
    assert lost["Liên hệ"] == "KHÔNG CÓ"
    upcoming = json.loads(run.artifact("upcoming").data)
    assert any(r["Ngày cuối"] == "14/12/2018" for r in upcoming)
    assert any(r["Ngày cuối"] == "chưa có hạn" and r["Lần nhắc tới"] == "không nhắc" for r in upcoming)


async def test_artifacts_carry_no_address_and_no_name_of_a_person(chain: Chain) -> None:
    run = await chain("2018-12-07T08:00")
    told = " ".join(f"{a.data} {a.description}" for a in run.artifacts)
    assert ".example" not in told and "Cán bộ 0" not in told and "Đầu Mối" not in told


async def test_where_nothing_has_a_date_the_tables_say_that_nothing_is_due(chain: Chain) -> None:
    run = await chain("2020-12-07T08:00", plan="hai-phong-76-2020")
    assert run.artifact("status").type == "markdown"
    assert "Không có kỳ báo cáo nào" in run.artifact("status").data
    assert "Không còn đơn vị nào" in run.artifact("missing").data
