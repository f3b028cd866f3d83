"""The forms by which people start a run: what each field is called in Vietnamese, and what it may hold."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from prefect.flows import Flow
from prefect.utilities.callables import ParameterSchema, parameter_schema

from dunghan.core.periods import periods
from dunghan.engine.context import Context
from models.plan import Plan

CHAIN = {"plan": "Kế hoạch", "as_of": "Tính đến (giờ Việt Nam)", "dry_run": "Chạy thử"}
SECOND_PERSON = {
    "kind": "Đề nghị",
    "plan": "Kế hoạch",
    "report": "Báo cáo",
    "period": "Kỳ báo cáo",
    "office": "Mã đơn vị",
    "because": "Lý do đề nghị",
    "asked_by": "Người đề nghị",
    "until": "Gia hạn đến hết ngày",
    "hours": "Chờ trả lời trong (giờ)",
}
_WHICH = {"plan": "Kế hoạch", "report": "Báo cáo", "period": "Kỳ báo cáo", "office": "Mã đơn vị"}
_WHY = {"because": "Lý do", "by": "Người quyết định"}
RECORD = {
    **_WHICH,
    "by": "Người ghi nhận",
    "received_at": "Lúc nhận được (giờ Việt Nam)",
    "nothing": "Không phát sinh",
    "reference": "Số văn bản",
    "note": "Ghi chú",
}
DECIDE = {**_WHICH, **_WHY}
EXTEND = {**_WHICH, "until": "Gia hạn đến hết ngày", **_WHY}
SET_DATE = {**{k: v for k, v in _WHICH.items() if k != "office"}, "stage": "Cấp", "day": "Hạn cuối, hết ngày", **_WHY}
REMIND = {**_WHICH, **_WHY, "by": "Người nhắc"}


def form(flow: Flow[..., Any], titles: Mapping[str, str], **choices: Sequence[str]) -> ParameterSchema:
    """The schema of a flow's parameters with Vietnamese titles, and the only values that a field may have.

    What a form sends is held to it by the server, which names the field that is wrong.
    """
    schema = parameter_schema(flow.fn)
    for name, title in titles.items():
        schema.properties[name]["title"] = title
    for name, values in choices.items():
        schema.properties[name]["enum"] = list(values)
    return schema


def reports(plans: Iterable[Plan]) -> list[str]:
    """Every report that any of these plans has."""
    return sorted({report.id for plan in plans for report in plan.reports})


def stages(plans: Iterable[Plan]) -> list[str]:
    """Every stage that any of these plans has."""
    return sorted({link.stage for plan in plans for report in plan.reports for link in report.chain})


def period_keys(context: Context, plans: Iterable[Plan], now: datetime) -> list[str]:
    """Every period that any of these plans has, the latest first."""
    horizon = context.horizon(now)
    return sorted({of.key for plan in plans for r in plan.reports for of in periods(plan, r, horizon)}, reverse=True)
