"""The deployments: what they are called, when they run, and what they run."""

import pytest
from prefect.client.schemas.schedules import CronSchedule
from prefect.deployments.runner import RunnerDeployment
from prefect.flows import load_flow_from_entrypoint

from config.settings import Settings
from deployments.register import deployment_name, deployments
from dunghan.engine.context import Context

ACTS = ["record-submission", "return-report", "grant-extension", "waive", "set-date", "remind-now"]
PLANS = ["binh-thuan-687-2020", "can-tho-115-2021", "ha-giang-168-2016", "hai-phong-76-2020"]


@pytest.fixture
def context() -> Context:
    return Context(Settings(database_url="sqlite:///none.db"))


@pytest.fixture
def made(context: Context) -> list[RunnerDeployment]:
    return deployments(context)


def test_there_is_one_a_plan_and_those_of_all_plans(made: list[RunnerDeployment]) -> None:
    assert [d.name for d in made] == [*PLANS, "hop-thu-di", "gia-han-mien", *ACTS, "bao-dau-moi", "canh-gac", "don-kho"]


def test_the_mailbox_is_looked_into_where_there_is_one() -> None:
    here = Context(Settings(database_url="sqlite:///none.db", imap_url="imaps://a:b@imap.example/INBOX"))
    (polls,) = [d for d in deployments(here) if d.name == "hop-thu-den"]
    crons = [s.schedule.cron for s in polls.schedules or () if isinstance(s.schedule, CronSchedule)]
    assert crons == ["*/5 7-17 * * *", "0 0-6,18-23 * * *"] and polls.concurrency_limit == 1
    assert polls.entrypoint and load_flow_from_entrypoint(polls.entrypoint).name == "hộp thư đến"


def test_the_store_is_swept_at_night(made: list[RunnerDeployment]) -> None:
    (sweeps,) = [d for d in made if d.name == "don-kho"]
    (cron,) = [s.schedule.cron for s in sweeps.schedules or () if isinstance(s.schedule, CronSchedule)]
    assert cron == "40 2 * * *" and sweeps.concurrency_limit == 1
    assert sweeps.entrypoint and load_flow_from_entrypoint(sweeps.entrypoint).name == "dọn kho"


def test_the_forms_of_the_actions_offer_what_there_is(made: list[RunnerDeployment]) -> None:
    found = {d.name: d._parameter_openapi_schema for d in made if d.name in ACTS}
    assert list(found) == ACTS and all(d.tags == ["thao tác"] for d in made if d.name in ACTS)
    for schema in found.values():
        fields = schema.properties
        assert fields["plan"]["enum"] == PLANS and {"2018", "2018-H2"} <= set(fields["period"]["enum"])
        assert all(field["title"][0].isupper() and field["description"] for field in fields.values())
        assert {"plan", "report", "period", "by"} <= set(schema.required or ())
    assert found["grant-extension"].properties["until"]["format"] == "date", "a picker"
    assert found["set-date"].properties["day"]["format"] == "date"
    assert {"district", "commune"} <= set(found["set-date"].properties["stage"]["enum"])
    assert "office" not in found["set-date"].properties


def test_prefect_takes_their_names(context: Context, made: list[RunnerDeployment]) -> None:
    for one in made:
        assert not set("/%&<>") & set(one.name + (one.flow_name or ""))
    assert "168-KH-UBND Hà Giang · báo cáo" in [d.flow_name for d in made]
    names = [f"{d.flow_name}/{d.name}" for d in made]
    assert [deployment_name(plan) for plan in context.catalog.plans()] == names[:4], "as `run --remote` looks for them"


def test_the_chains_run_daily_at_eight_in_vietnam(made: list[RunnerDeployment]) -> None:
    for one in made[:4]:
        (schedule,) = [s.schedule for s in one.schedules or ()]
        assert isinstance(schedule, CronSchedule)
        assert (schedule.cron, schedule.timezone) == ("0 8 * * *", "Asia/Ho_Chi_Minh")


def test_the_rounds_keep_to_working_hours(made: list[RunnerDeployment]) -> None:
    (schedule,) = [s.schedule for s in made[4].schedules or ()]
    assert isinstance(schedule, CronSchedule)
    assert (schedule.cron, schedule.timezone) == ("*/10 7-17 * * *", "Asia/Ho_Chi_Minh")


def test_each_knows_its_plan_and_carries_its_tags(made: list[RunnerDeployment]) -> None:
    for one, plan in zip(made[:4], PLANS, strict=True):
        assert one.parameters == {"plan": plan}
        assert f"plan:{plan}" in one.tags and any(t.startswith("province:") for t in one.tags)
        assert one.description and one.concurrency_limit == 1


def test_entrypoints_are_module_paths_that_load(made: list[RunnerDeployment]) -> None:
    assert {d.entrypoint for d in made} == {
        "flows.reporting_chain.reporting_chain", "flows.outbox_round.outbox_round",
        "flows.second_person.second_person", "flows.tell_coordinator.tell_coordinator", "flows.watchdog.watchdog",
        "flows.tidy.tidy",
        *(f"flows.desk_actions.{name.replace('-', '_')}" for name in ACTS),
    }  # fmt: skip
    for entrypoint in {d.entrypoint for d in made}:
        assert entrypoint
        assert load_flow_from_entrypoint(entrypoint).fn


def test_the_form_of_a_run_is_asked_for_in_vietnamese(made: list[RunnerDeployment]) -> None:
    schema = made[0]._parameter_openapi_schema
    said = {name: field["description"] for name, field in schema.properties.items()}
    assert list(said) == ["plan", "as_of", "dry_run"]
    assert "Mã kế hoạch" in said["plan"] and "Giờ Việt Nam" in said["as_of"] and "Chạy thử" in said["dry_run"]
    assert schema.required == ["plan"]
    assert schema.properties["plan"]["enum"] == [PLANS[0]], "its own plan and no other"
    assert schema.properties["plan"]["title"] == "Kế hoạch"
    assert {"format": "date-time", "type": "string"} in schema.properties["as_of"]["anyOf"], "a picker"


def test_the_form_for_a_second_person_names_the_real_plans_reports_and_periods(made: list[RunnerDeployment]) -> None:
    (second,) = [d for d in made if d.name == "gia-han-mien"]
    fields = second._parameter_openapi_schema.properties
    assert fields["kind"]["enum"] == ["gia hạn", "miễn"]
    assert fields["plan"]["enum"] == PLANS
    assert {"annual", "midterm"} <= set(fields["report"]["enum"])
    assert {"2018", "2018-H2"} <= set(fields["period"]["enum"])
    assert {"format": "date", "type": "string"} in fields["until"]["anyOf"], "a picker"
    assert all(field["title"][0].isupper() and field["description"] for field in fields.values())
