"""What a person can mend ends a run in one line and not in a traceback."""

from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from prefect import get_run_logger
from prefect.client.schemas.objects import State
from prefect.states import Cancelled, Failed

from dunghan.engine.why_not import why_not
from models.errors import DunghanError, PlanNotFound, WrongVersion

P = ParamSpec("P")
R = TypeVar("R")


def plainly(flow: Callable[P, Coroutine[Any, Any, R]]) -> Callable[P, Coroutine[Any, Any, R]]:
    """Give an operator's flow a state of its own for each of our errors; put it right below ``@flow``.

    A plan that was removed while its run was scheduled is nobody's fault: `Plan removed`, cancelled. A worker whose
    software does not fit the database does nothing: `Wrong version`, failed. The rest fails with its one line.
    """
    return _telling("", flow)


def plainly_to_coordinators(flow: Callable[P, Coroutine[Any, Any, R]]) -> Callable[P, Coroutine[Any, Any, R]]:
    """The same for a flow that a coordinator starts from a form."""
    return _telling("form", flow)


def _telling(act: str, flow: Callable[P, Coroutine[Any, Any, R]]) -> Callable[P, Coroutine[Any, Any, R]]:
    @wraps(flow)
    async def told(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return await flow(*args, **kwargs)
        except DunghanError as error:
            return ended(act, error)  # type: ignore[return-value]  # Prefect takes a state for a result of any flow

    return told


def ended(act: str, error: DunghanError) -> State[Any]:
    """How a run ends that was stopped by one of our errors; ``act`` is a coordinator's, as ``why_not`` has it, or none.

    What a coordinator did is answered in a sentence of theirs; the log has our own line as well.
    """
    state = _state(act, error)
    get_run_logger().error("%s", state.message)
    if str(error) not in str(state.message):
        get_run_logger().info("%s", error)
    return state


def _state(act: str, error: DunghanError) -> State[Any]:
    said = str(error)
    if isinstance(error, PlanNotFound):
        gone = f"Kế hoạch {error.plan} đã được gỡ khỏi cấu hình: không làm gì, không gửi gì."
        way = "Nếu vẫn cần, đặt lại tệp của nó; nếu không, chạy `dunghan deploy` để dừng lịch của nó."
        return Cancelled(name="Plan removed", message=f"{gone} {way} {said}")
    if isinstance(error, WrongVersion):
        what = "Phần mềm trên máy này không cùng phiên bản với cơ sở dữ liệu: không làm gì, không gửi gì."
        return Failed(name="Wrong version", message=f"{what} {said}")
    return Failed(message=(act and why_not(act, error)) or f"Không chạy được: {said}")
