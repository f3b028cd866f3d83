"""An extension or a waiver that a second person has to grant: asked for, waited for, and put on record."""

import asyncio
import logging
from datetime import date, timedelta
from typing import Annotated, Any, Literal

from prefect import flow, get_run_logger, runtime
from prefect.client.schemas.objects import State
from prefect.flow_runs import asuspend_flow_run
from prefect.input import RunInput
from prefect.states import Completed
from pydantic import Field

from dunghan.engine import second_person as requests
from dunghan.engine.second_person import Request
from flows.desk import sit_down
from flows.plainly import plainly_to_coordinators
from models.timezone import VIETNAM

KINDS: dict[str, requests.Kind] = {"gia hạn": "extend", "miễn": "waive"}
OUTCOMES = {"grant": "Granted", "refuse": "Refused", "expire": "Expired"}
MOST_TURNS = 5
"""How often the one who asked may answer himself before the run gives up waiting for somebody else."""


class Answer(RunInput):
    """What the second person fills in."""

    decision: Literal["đồng ý", "từ chối"] = Field(title="Quyết định")
    decided_by: str = Field(title="Người quyết định", min_length=2, description="Không phải là người đề nghị.")
    because: str = Field(title="Lý do quyết định", min_length=2)


class _Calm(logging.Filter):
    """Prefect says ``Finished in state Suspended`` as an error, in red: that a run waits for somebody is none."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every line through, that one as information."""
        if record.getMessage().startswith("Finished in state Suspended"):
            record.levelno, record.levelname = logging.INFO, "INFO"
        return True


logging.getLogger("prefect.flow_runs").addFilter(_Calm())


def _run_name() -> str:
    given = runtime.flow_run.parameters
    return f"{given['kind']} · {given['plan']}/{given['report']}/{given['period']}/{given['office']}"


@flow(name="gia hạn, miễn · người thứ hai", flow_run_name=_run_name, persist_result=False)
@plainly_to_coordinators
async def second_person(
    kind: Literal["gia hạn", "miễn"],
    plan: str,
    report: str,
    period: str,
    office: str,
    because: Annotated[str, Field(min_length=2)],
    asked_by: Annotated[str, Field(min_length=2)],
    until: date | None = None,
    hours: Annotated[int, Field(ge=1, le=720)] = 72,
) -> State[Any]:
    """Ask a second person for an extension or a waiver, and do what he grants.

    1. Put the request on record; what cannot be granted fails here.
    2. Wait for somebody else's answer: the run is suspended and holds no process.
    3. Grant or refuse, on record with who asked, who decided and why. The watchdog records what nobody answered.

    Args:
        kind: Gia hạn nộp, hay miễn nộp.
        plan: Mã kế hoạch.
        report: Loại báo cáo trong kế hoạch.
        period: Kỳ báo cáo, như 2018 hoặc 2018-H1.
        office: Mã đơn vị, như 026; xem dunghan office list.
        because: Vì sao cần gia hạn hoặc miễn. Được ghi vào hồ sơ.
        asked_by: Họ tên người đề nghị. Người này không được tự duyệt.
        until: Ngày cuối mới, tính cả ngày đó. Bỏ trống khi đề nghị miễn.
        hours: Quá thời gian này mà không ai trả lời thì đề nghị hết hiệu lực.
    """
    context, log = sit_down(), get_run_logger()
    asked = Request(
        str(runtime.flow_run.id), KINDS[kind], f"{plan}/{report}/{period}/{office}", asked_by, because,
        context.now() + timedelta(hours=hours), until,
    )  # fmt: skip
    request = await asyncio.to_thread(requests.ask, context, asked)
    told = _told(context.catalog.tree.title(office), kind, request)
    answer = await _somebody_elses_answer(context.now, request, told)
    outcome = await asyncio.to_thread(
        requests.settle, context, request,
        agreed=answer.decision == "đồng ý", by=answer.decided_by, because=answer.because,
    )  # fmt: skip
    log.info("%s: %s (%s)", answer.decided_by, answer.decision, answer.because)
    return Completed(name=OUTCOMES[outcome], message=f"{told} {answer.decided_by}: {answer.decision}, {answer.because}")


async def _somebody_elses_answer(clock: Any, request: Request, told: str) -> Answer:
    """Suspend the run until somebody who did not ask answers. From here the run begins anew when it is resumed."""
    for turn in range(MOST_TURNS):
        warning = "" if turn == 0 else f"\n\n**{request.asked_by} là người đề nghị: cần một người khác quyết định.**"
        left = max(int((request.expires_at - clock()).total_seconds()), 1)
        found: Answer = await asuspend_flow_run(
            wait_for_input=Answer.with_initial_data(description=told + warning), timeout=left, key=f"answer-{turn}"
        )
        if not requests.same_person(found.decided_by, request.asked_by):
            return found
        get_run_logger().warning("%s là người đề nghị, không được tự quyết định", found.decided_by)
    return found


def _told(office: str, kind: str, request: Request) -> str:
    day = f" đến hết ngày {request.until:%d/%m/%Y}" if request.until else ""
    end = f"{request.expires_at.astimezone(VIETNAM):%H:%M ngày %d/%m/%Y}"
    return (
        f"{request.asked_by} đề nghị {kind}{day} cho {office} ({request.obligation}). "
        f"Lý do: {request.because}. Trả lời trước {end}."
    )
