"""The coordinator's actions as runs: what a form asks for is done and on record, and what cannot be says why."""

import asyncio
import logging
from datetime import date
from typing import Any

import pytest
from prefect.client.orchestration import get_client
from prefect.exceptions import PrefectHTTPStatusError
from sqlalchemy import select

from deployments import register
from dunghan import clock
from dunghan.core.times import instant
from dunghan.demo.mailbox import Mailbox
from dunghan.engine.context import Context
from dunghan.engine.explain import explain
from dunghan.store.acts import SUBMISSION
from dunghan.store.audit import AUDIT, first_break
from dunghan.store.database import reading
from flows import desk_actions
from flows.poll_mail import poll_mail
from tests.flows.conftest import PLAN, PREFECT

pytestmark = [*PREFECT, pytest.mark.usefixtures("prefect_api", "installation")]
WHO = {"plan": PLAN, "report": "annual", "period": "2018", "office": "026"}
BY = {"by": "Trần Thị Đầu Mối", "because": "công văn 12/SLĐTBXH"}
ONE = f"{PLAN}/annual/2018/026"


def trail(context: Context) -> list[tuple[str, str]]:
    """Who did what; the chain is whole."""
    with reading(context.db) as connection:
        rows = connection.execute(AUDIT.select().order_by(AUDIT.c.seq)).all()
        assert first_break(connection) is None
    return [(row.who, row.what) for row in rows]


async def test_a_report_is_recorded_returned_extended_and_waived(
    installation: Context, story: list[logging.LogRecord]
) -> None:
    done = await desk_actions.record_submission(
        **WHO, by=BY["by"], received_at=instant("2018-12-08", ""), reference="45/BC-UBND", return_state=True
    )
    assert (done.type.value, done.message) == ("COMPLETED", "Đã ghi nhận báo cáo của UBND huyện Đồng Văn, bản 1.")
    with reading(installation.db) as connection:
        row = connection.execute(select(SUBMISSION)).one()
    assert (row.via, row.by, row.reference, row.received_at) == (
        "prefect", BY["by"], "45/BC-UBND", instant("2018-12-08", ""),
    )  # fmt: skip
    done = await desk_actions.return_report(**WHO, **BY, return_state=True)
    assert done.is_completed() and done.message and done.message.startswith("Đã trả lại báo cáo cho UBND huyện")
    done = await desk_actions.grant_extension(**WHO, **BY, until=date(2030, 12, 20), return_state=True)
    assert done.message == "Đã gia hạn cho UBND huyện Đồng Văn đến hết thứ Sáu 20/12/2030."
    done = await desk_actions.waive(**WHO, **BY, return_state=True)
    assert done.message == "Đã miễn nộp cho UBND huyện Đồng Văn."
    assert trail(installation) == [(BY["by"], what) for what in ("submit", "return", "extend", "waive")]
    assert explain(installation, ONE, clock.now())["state"] == "waived"
    assert done.message in [line.getMessage() for line in story]


async def test_a_date_is_set_and_an_office_reminded_now(installation: Context, mailbox: Mailbox) -> None:
    plan = {"plan": "binh-thuan-687-2020", "report": "annual", "period": "2025", "stage": "district"}
    done = await desk_actions.set_date(**plan, **BY, day=date(2025, 12, 10), return_state=True)
    assert done.is_completed() and "kỳ 2025 của Cấp huyện: hết thứ Tư 10/12/2025" in str(done.message)
    done = await desk_actions.remind_now(**WHO, **BY, return_state=True)
    assert done.is_completed() and str(done.message).startswith("Đã xếp 1 thư nhắc UBND huyện Đồng Văn.")
    assert [what for _, what in trail(installation)] == ["set_date", "remind_now"]
    again = await desk_actions.remind_now(**WHO, **BY, return_state=True)
    assert again.is_completed() or "mỗi ngày chỉ nhắc một lần" in str(again.message)


async def test_what_was_done_stays_done_where_no_mail_can_leave(
    installation: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DUNGHAN_EMAIL_URL", "nonsense://x")
    done = await desk_actions.remind_now(**WHO, **BY, return_state=True)
    assert done.is_completed() and str(done.message).startswith("Đã xếp 1 thư nhắc UBND huyện Đồng Văn. Thư ")
    assert trail(installation) == [(BY["by"], "remind_now")]


@pytest.mark.parametrize(
    ("act", "form", "said"),
    [
        (
            "waive", WHO | BY | {"office": "0267"},
            "Không có báo cáo nào như vậy: xin xem lại kế hoạch, loại báo cáo, kỳ và mã đơn vị.",
        ),
        ("waive", WHO | BY | {"because": "   "}, "Chưa ghi lý do, mà hồ sơ cần điều này."),
        ("return_report", WHO | BY, "Không có bản nào để trả lại: có thể đã có người xử lý trước."),
        ("grant_extension", WHO | BY | {"until": date(2018, 12, 1)}, "Ngày gia hạn phải sau hạn đang có hiệu lực."),
        ("grant_extension", WHO | BY | {"until": date(9999, 12, 31)}, "Ngày này quá xa: xin kiểm tra lại năm."),
        (
            "set_date", {**WHO, **BY, "stage": "district", "day": date(2018, 12, 1)},
            "Hạn này có trong văn bản nên không ấn định lại được: hãy dùng gia hạn.",
        ),
        (
            "record_submission", WHO | {"by": "Hoa", "received_at": instant("2099-01-01", "")},
            "Lúc nhận được không hợp lệ: xin ghi một thời điểm đã qua.",
        ),
    ],
)  # fmt: skip
async def test_what_cannot_be_done_fails_in_a_sentence_of_the_coordinators(
    act: str, form: dict[str, Any], said: str, installation: Context, story: list[logging.LogRecord]
) -> None:
    form = {k: v for k, v in form.items() if not (act == "set_date" and k == "office")}
    done = await getattr(desk_actions, act)(**form, return_state=True)
    assert done.is_failed() and done.message == said
    assert not [line for line in story if line.exc_info or "Traceback" in line.getMessage()]
    assert trail(installation) == []


async def test_the_server_holds_a_form_to_what_there_is_and_names_the_field(installation: Context) -> None:
    found: Any = await asyncio.to_thread(register.deployments, installation)  # in a loop it is another function
    made = next(d for d in found if d.name == "grant-extension")
    deployment = await made.aapply()
    good = {**WHO, **BY, "until": "2030-12-20"}
    async with get_client() as client:
        for field, wrong in (("plan", "tinh-99"), ("period", "hôm qua"), ("because", "x"), ("office", "")):
            with pytest.raises(PrefectHTTPStatusError) as refused:
                await client.create_flow_run_from_deployment(deployment, parameters=good | {field: wrong})
            assert refused.value.response.status_code in (409, 422) and field in refused.value.response.text
        run = await client.create_flow_run_from_deployment(deployment, parameters=good)
    assert run.state_name == "Scheduled"


async def test_a_mailbox_that_is_none_fails_in_one_line(story: list[logging.LogRecord]) -> None:
    done = await poll_mail(return_state=True)
    assert done.is_failed() and "DUNGHAN_IMAP_URL is not set" in str(done.message)
    assert not [line for line in story if line.exc_info]
