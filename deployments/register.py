"""The deployments: one for each plan, daily at 08:00 in Vietnam, and a round of the outbox in working hours."""

from prefect.client.schemas.schedules import CronSchedule
from prefect.deployments.runner import RunnerDeployment
from prefect.types.entrypoint import EntrypointType

from config.catalog import Catalog
from dunghan.engine.context import Context
from flows.names import flow_name, tags
from flows.outbox_round import outbox_round
from flows.reporting_chain import reporting_chain
from models.plan import Plan

ZONE = "Asia/Ho_Chi_Minh"
DAILY = CronSchedule(cron="0 8 * * *", timezone=ZONE)
ROUNDS = CronSchedule(cron="*/10 7-17 * * *", timezone=ZONE)


def deployment_name(plan: Plan) -> str:
    """``flow/deployment`` as Prefect names it."""
    return f"{flow_name(plan)}/{plan.id}"


def deployments(context: Context) -> list[RunnerDeployment]:
    """Every deployment of this installation."""
    catalog: Catalog = context.catalog
    chains = [
        reporting_chain.with_options(name=flow_name(plan)).to_deployment(
            name=plan.id,
            parameters={"plan": plan.id},
            schedules=[DAILY],
            tags=tags(context, plan),
            description=f"{plan.title}. Kiểm tra, nhắc và công bố tình hình báo cáo; chạy lại lúc nào cũng được.",
            entrypoint_type=EntrypointType.MODULE_PATH,
            concurrency_limit=1,
        )
        for plan in catalog.plans()
    ]
    rounds = outbox_round.to_deployment(
        name="hop-thu-di",
        schedules=[ROUNDS],
        description="Gửi lại thư chưa gửi được và thư mới xếp hàng, trong giờ làm việc.",
        entrypoint_type=EntrypointType.MODULE_PATH,
        concurrency_limit=1,
    )
    return [*chains, rounds]  # type: ignore[list-item]
