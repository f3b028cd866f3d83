"""The deployments: one for each plan, daily at 08:00 in Vietnam, and those that serve all plans."""

from typing import Any

from prefect.client.schemas.schedules import CronSchedule
from prefect.deployments.runner import RunnerDeployment
from prefect.flows import Flow
from prefect.types.entrypoint import EntrypointType
from prefect.utilities.callables import ParameterSchema

from dunghan.engine.context import Context
from flows import desk_actions as acts
from flows import forms
from flows.names import flow_name, tags
from flows.outbox_round import outbox_round
from flows.poll_mail import poll_mail
from flows.reporting_chain import reporting_chain
from flows.second_person import second_person
from flows.tell_coordinator import tell_coordinator
from flows.tidy import tidy
from flows.watchdog import watchdog
from models.plan import Plan

ZONE = "Asia/Ho_Chi_Minh"
DAILY = CronSchedule(cron="0 8 * * *", timezone=ZONE)
ROUNDS = CronSchedule(cron="*/10 7-17 * * *", timezone=ZONE)
WATCHES = CronSchedule(cron="5-59/10 * * * *", timezone=ZONE)
NIGHTLY = CronSchedule(cron="40 2 * * *", timezone=ZONE)
POLLS = [CronSchedule(cron=cron, timezone=ZONE) for cron in ("*/5 7-17 * * *", "0 0-6,18-23 * * *")]
ACTION = "thao tác"
"""The tag of what coordinators start by a form."""
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
    clean = _made(
        tidy,
        name="don-kho",
        schedules=[NIGHTLY],
        description="Xóa tệp của bản nháp không ai xác nhận và thư gốc đã hết hạn lưu; tệp có trong hồ sơ thì giữ.",
        concurrency_limit=1,
    )
    choices = _choices(context)
    asked = _asking(second, forms.form(second_person, forms.SECOND_PERSON, **choices))
    return [rounds, *_mail(context), asked, *_acts(context, choices), tell, watch, clean]


def _choices(context: Context) -> dict[str, list[str]]:
    """What a form offers instead of letting people type it."""
    plans = list(context.catalog.plans())
    return {
        "plan": [plan.id for plan in plans],
        "report": forms.reports(plans),
        "period": forms.period_keys(context, plans, context.now()),
    }


def _mail(context: Context) -> list[RunnerDeployment]:
    """Looking into the mailbox, where there is one: often in working hours, and now and then at night."""
    if not context.settings.imap_url:
        return []
    description = "Nhận báo cáo gửi bằng thư trả lời; thư không rõ của ai thì chờ người xem, không bỏ thư nào."
    return [_made(poll_mail, name="hop-thu-den", schedules=POLLS, description=description, concurrency_limit=1)]


def _acts(context: Context, choices: dict[str, list[str]]) -> list[RunnerDeployment]:
    """The coordinator's actions, each with its form."""
    stages = {"stage": forms.stages(context.catalog.plans())}
    return [
        _asking(
            _made(flow, name=name, description=description, tags=[ACTION]),
            forms.form(flow, titles, **choices, **(stages if "stage" in titles else {})),
        )
        for name, flow, titles, description in (
            ("record-submission", acts.record_submission, forms.RECORD, "Ghi nhận báo cáo đến bằng giấy hoặc văn thư."),
            ("return-report", acts.return_report, forms.DECIDE, "Trả lại báo cáo, nêu lý do; đơn vị được báo ngay."),
            ("grant-extension", acts.grant_extension, forms.EXTEND, "Gia hạn nộp cho một đơn vị."),
            ("waive", acts.waive, forms.DECIDE, "Miễn nộp cho một đơn vị."),
            ("set-date", acts.set_date, forms.SET_DATE, "Đặt hạn mà văn bản để trống, cho một cấp trong một kỳ."),
            ("remind-now", acts.remind_now, forms.REMIND, "Nhắc một đơn vị ngay hôm nay, ngoài thang nhắc."),
        )
    ]


def _made(flow: Flow[..., Any], **what: Any) -> RunnerDeployment:
    return flow.to_deployment(entrypoint_type=EntrypointType.MODULE_PATH, **what)  # type: ignore[return-value]


def _asking(deployment: RunnerDeployment, form: ParameterSchema) -> RunnerDeployment:
    """The deployment with a form of our own; Prefect knows no public way to give one."""
    deployment._parameter_openapi_schema = form
    return deployment
