"""The three tables of a plan that a coordinator watches."""

import json
from base64 import b64decode
from xml.etree import ElementTree as ET

import pytest

from dunghan.core.times import instant
from dunghan.demo.mailbox import Mailbox
from dunghan.engine import handing_in
from dunghan.engine.context import Context
from dunghan.engine.owed import Wanted, owed
from tests.flows.conftest import PLAN, PREFECT, Chain, Run

pytestmark = PREFECT
CHANGED = [
    f"{PLAN}-2018-missing", f"{PLAN}-2018-progress", f"{PLAN}-2018-status", f"{PLAN}-upcoming", "province-02-overview"
]  # fmt: skip


def keys(run: Run) -> list[str]:
    return sorted(a.key for a in run.artifacts)


async def test_status_missing_list_and_calendar_are_published_in_vietnamese(
    chain: Chain, installation: Context, mailbox: Mailbox
) -> None:
    handing_in.submit(installation, f"{PLAN}/annual/2018/024", received_at=None, by="lan")
    run = await chain("2018-12-07T08:00")
    assert keys(run) == CHANGED
    for artifact in run.artifacts:
        if artifact.key.startswith("province-"):
            continue
        assert artifact.type == ("image" if artifact.key.endswith("-progress") else "table")
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
    assert any(r["Ngày cuối"] == "02/12/2019" for r in upcoming), "a year ahead, where Prefect schedules 100 days"
    assert any(r["Ngày cuối"] == "chưa có hạn" and r["Lần nhắc tới"] == "không nhắc" for r in upcoming)


async def test_artifacts_carry_no_address_and_no_name_of_a_person(chain: Chain) -> None:
    run = await chain("2018-12-07T08:00")
    told = " ".join(f"{a.data} {a.description}" for a in run.artifacts)
    assert ".example" not in told and "Cán bộ 0" not in told and "Đầu Mối" not in told


async def test_where_nothing_has_a_date_only_the_calendar_says_so(chain: Chain) -> None:
    run = await chain("2020-12-07T08:00", plan="hai-phong-76-2020")
    assert keys(run) == ["hai-phong-76-2020-upcoming", "province-31-overview"]
    assert {row["Ngày cuối"] for row in json.loads(run.artifact("upcoming").data)} == {"chưa có hạn"}


async def test_a_quiet_second_run_publishes_nothing_and_one_after_a_submission_what_it_changed(
    chain: Chain, installation: Context
) -> None:
    await chain("2018-12-18T08:00")
    assert (await chain("2018-12-18T08:00")).artifacts == []
    assert (await chain("2018-12-19T08:00")).artifacts == [], "no rung, no submission, and no state has turned"
    received = instant("2018-12-19T09:00", "at")
    handing_in.submit(installation, f"{PLAN}/annual/2018/024", received_at=received, by="lan")
    run = await chain("2018-12-19T10:00")
    assert keys(run) == CHANGED
    (districts,) = [
        r for r in json.loads(run.artifact("status").data)
        if r["Cấp"] == "Cấp huyện" and "sơ kết" not in r["Báo cáo"].lower()
    ]  # fmt: skip
    assert (districts["Đã nộp"], districts["Muộn"]) == (1, 1)


async def test_when_the_last_reporter_has_answered_the_missing_list_says_so(
    chain: Chain, installation: Context
) -> None:
    plan, since = "can-tho-115-2021", instant("2021-06-01", "at")
    run = await chain("2021-06-08T08:00", plan=plan)
    assert run.artifact("missing").type == "table"
    for s in list(owed(installation, Wanted(plan=plan, period="2021"), since)):
        if s.last_day:
            handing_in.submit(installation, s.one.id, received_at=since, by="lan")
    run = await chain("2021-06-09T08:00", plan=plan)
    assert run.artifact("missing").type == "markdown"
    assert "Không còn đơn vị nào" in run.artifact("missing").data


async def test_the_chart_is_an_image_with_vietnamese_words_and_the_counts_of_the_table(chain: Chain) -> None:
    run = await chain("2018-12-12T08:00")
    head, _, body = run.artifact("progress").data.partition(",")
    assert head == "data:image/svg+xml;base64"
    words = [t.text for t in ET.fromstring(b64decode(body)).iter() if t.tag.endswith("text")]
    assert words[0] == "168/KH-UBND Hà Giang, năm 2018, đến 12/12/2018"
    assert {"Cấp huyện", "Sở, ban, ngành", "quá hạn", "chưa đến hạn", "0/193"} <= set(words)
    (communes, *_) = [r for r in json.loads(run.artifact("status").data) if r["Cấp"] == "Cấp xã"]
    assert words[words.index("Cấp xã") + 1] == str(communes["Quá hạn"])


async def test_a_province_has_one_overview_and_links_lead_to_the_portal_where_there_is_one(
    chain: Chain, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = await chain("2018-12-12T08:00")
    shown = run.artifact("overview")
    assert shown.type == "markdown" and "![" in shown.data
    (row,) = [line for line in shown.data.splitlines() if line.startswith("| 168/KH-UBND")]
    assert "quá hạn" in row and row.endswith("| 14/12/2018 |")
    assert not any("](http" in f"{a.description}{a.data}" for a in run.artifacts)
    monkeypatch.setenv("DUNGHAN_PORTAL_URL", "https://bao-cao.ha-giang.example")
    run = await chain("2018-12-19T08:00")
    assert all("[Cổng nộp báo cáo](https://bao-cao.ha-giang.example)" in a.description for a in run.artifacts)
