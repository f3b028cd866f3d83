"""What a person can mend ends a run in one line and not in a traceback."""

from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from prefect import get_run_logger
from prefect.client.schemas.objects import State
from prefect.states import Cancelled, Failed

from models.errors import (
    BadTime,
    DeadlineUndated,
    DunghanError,
    NotPossible,
    PlanNotFound,
    UnknownName,
    UnknownObligation,
    UnknownOffice,
    UsageError,
    WrongVersion,
)

_IN_SHORT: dict[type[DunghanError], str] = {
    UnknownObligation: "Không có báo cáo nào như vậy, xem lại kế hoạch, loại báo cáo, kỳ và mã đơn vị",
    UnknownOffice: "Không có đơn vị nào mang mã đó",
    UnknownName: "Kế hoạch không có loại báo cáo, cấp hoặc kỳ đó",
    DeadlineUndated: "Báo cáo này chưa có hạn, cần đặt hạn trước",
    BadTime: "Thời điểm không hợp lệ",
    NotPossible: "Không làm được vì không khớp với những gì đã ghi nhận",
    UsageError: "Chưa hợp lệ",
}
"""What went wrong, in a coordinator's words; the first that fits."""
P = ParamSpec("P")
R = TypeVar("R")


def plainly(flow: Callable[P, Coroutine[Any, Any, R]]) -> Callable[P, Coroutine[Any, Any, R]]:
    """Give a flow's function a state of its own for each of our errors; put it right below ``@flow``.

    A plan that was removed while its run was scheduled is nobody's fault: `Plan removed`, cancelled. A worker whose
    software does not fit the database does nothing: `Wrong version`, failed. The rest fails with its one line.
    """

    @wraps(flow)
    async def told(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return await flow(*args, **kwargs)
        except DunghanError as error:
            state = _state(error)
            get_run_logger().error("%s", state.message)
            return state  # type: ignore[return-value]  # Prefect takes a state for a result of any flow

    return told


def _state(error: DunghanError) -> State[Any]:
    said = str(error)
    if isinstance(error, PlanNotFound):
        gone = f"Kế hoạch {error.plan} đã được gỡ khỏi cấu hình: không làm gì, không gửi gì."
        way = "Nếu vẫn cần, đặt lại tệp của nó; nếu không, chạy `dunghan deploy` để dừng lịch của nó."
        return Cancelled(name="Plan removed", message=f"{gone} {way} {said}")
    if isinstance(error, WrongVersion):
        what = "Phần mềm trên máy này không cùng phiên bản với cơ sở dữ liệu: không làm gì, không gửi gì."
        return Failed(name="Wrong version", message=f"{what} {said}")
    what = next((words for kind, words in _IN_SHORT.items() if isinstance(error, kind)), "Không chạy được")
    return Failed(message=f"{what}: {said}")
