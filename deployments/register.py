"""The deployments: one for each plan, daily at 08:00 in Vietnam, and those that serve all plans."""

from typing import Any

from prefect.client.schemas.schedules import CronSchedule
from prefect.deployments.runner import RunnerDeployment
from prefect.flows import Flow
from prefect.types.entrypoint import EntrypointType
from prefect.utilities.callables import ParameterSchema

from dunghan.engine.context import Context
from flows import forms
from flows.names import flow_name, tags
from flows.outbox_round import outbox_round
from flows.reporting_chain import reporting_chain
from flows.second_person import second_person
from flows.tell_coordinator import tell_coordinator
from flows.watchdog import watchdog
from models.plan import Plan

ZONE = "Asia/Ho_Chi_Minh"
DAILY = CronSchedule(cron="0 8 * * *", timezone=ZONE)
ROUNDS = CronSchedule(cron="*/10 7-17 * * *", timezone=ZONE)
WATCHES = CronSchedule(cron="5-59/10 * * * *", timezone=ZONE)
TELL = "bao-dau-moi"
"""The deployment that the automations run."""


def deployment_name(plan: Plan) -> str:
    """``flow/deployment`` as Prefect names it."""
    return f"{flow_name(plan)}/{plan.id}"


def deployments(context: Context) -> list[RunnerDeployment]:
    """Every deployment of this installation."""
    return [*(_chain(context, plan) for plan in context.catalog.plans()), *_of_all_plans(context)]


def _chain(context: Context, plan: Plan) -> RunnerDeployment:
    made = _made(
        reporting_chain.with_options(name=flow_name(plan)),
        name=plan.id,
        parameters={"plan": plan.id},
        schedules=[DAILY],
        tags=tags(context, plan),
        description=f"{plan.title}. Kiểm tra, nhắc và công bố tình hình báo cáo; chạy lại lúc nào cũng được.",
        concurrency_limit=1,
    )
    return _asking(made, forms.form(reporting_chain, forms.CHAIN, plan=[plan.id]))


def _of_all_plans(context: Context) -> list[RunnerDeployment]:
    rounds = _made(
        outbox_round,
        name="hop-thu-di",
        schedules=[ROUNDS],
        description="Gửi lại thư chưa gửi được và thư mới xếp hàng, trong giờ làm việc.",
        concurrency_limit=1,
    )
    second = _made(
        second_person,
        name="gia-han-mien",
        description="Đề nghị gia hạn hoặc miễn nộp; một người khác phải duyệt thì mới có hiệu lực và được ghi hồ sơ.",
    )
    tell = _made(
        tell_coordinator,
        name=TELL,
        description="Báo tin cho cán bộ đầu mối, do tự động hóa gọi; mỗi tin một lần.",
    )
    watch = _made(
        watchdog,
        name="canh-gac",
        schedules=[WATCHES],
        description="Tìm lượt chạy đã biến mất và đề nghị không ai trả lời.",
        concurrency_limit=1,
    )
    plans = list(context.catalog.plans())
    choices = {
        "plan": [plan.id for plan in plans],
        "report": forms.reports(plans),
        "period": forms.period_keys(context, plans, context.now()),
    }
    return [rounds, _asking(second, forms.form(second_person, forms.SECOND_PERSON, **choices)), tell, watch]


def _made(flow: Flow[..., Any], **what: Any) -> RunnerDeployment:
    return flow.to_deployment(entrypoint_type=EntrypointType.MODULE_PATH, **what)  # type: ignore[return-value]


def _asking(deployment: RunnerDeployment, form: ParameterSchema) -> RunnerDeployment:
    """The deployment with a form of our own; Prefect knows no public way to give one."""
    deployment._parameter_openapi_schema = form
    return deployment
