"""`dunghan deploy` on a real server: what it creates, leaves, updates and pauses, and what it says where it cannot."""

import asyncio
import json
import os
import subprocess
import sys
import threading
from collections.abc import Awaitable, Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import prefect
import pytest
import yaml
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.client.schemas.responses import DeploymentResponse
from prefect.client.schemas.schedules import CronSchedule
from prefect.settings import PREFECT_API_URL, temporary_settings

from config.settings import Settings
from deployments.deploy import GONE, Done, deploy
from deployments.pools import FILE
from dunghan.engine.context import Context
from models.errors import ServerTrouble
from tests.deployments.conftest import SCRIPT
from tests.prefect_server import environment, prefect_server
from tests.scale.country import build

pytestmark = [
    pytest.mark.slow,
    pytest.mark.prefect,
    pytest.mark.xdist_group("deploy"),
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"),
]
PLAN = "1-KH-UBND Thành phố Hà Nội · báo cáo/tinh-01"
ROUNDS, NATIONAL = "hộp thư đi/hop-thu-di", "toàn quốc · báo cáo/toan-quoc"


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Prefect server of this module's own."""
    with prefect_server(tmp_path_factory.mktemp("deploy")) as settings:
        yield settings["PREFECT_API_URL"]


class Place:
    """An installation with a folder of plans of its own, and the server that it registers at."""

    def __init__(self, api: str, config: Path) -> None:
        self.api, self.config = api, config

    def deploy(self, pool: str | None = None, nationwide: bool = False, prune: bool = True) -> dict[str, Done]:
        """Register, and say what became of each."""
        context = Context(Settings(database_url="sqlite:///none.db", config_dir=str(self.config)))
        with temporary_settings({PREFECT_API_URL: self.api}):
            return {one.name: one for one in deploy(context, pool, nationwide, prune)}

    def ask(self, what: Callable[[PrefectClient], Awaitable[Any]]) -> Any:
        """What the server answers."""

        async def asked() -> Any:
            async with get_client() as client:
                return await what(client)

        with temporary_settings({PREFECT_API_URL: self.api}):
            return asyncio.run(asked())

    def held(self, name: str = PLAN) -> DeploymentResponse:
        """A deployment as the server has it."""
        found: DeploymentResponse = self.ask(lambda client: client.read_deployment_by_name(name))
        return found


@pytest.fixture
def place(api: str, tmp_path: Path) -> Iterator[Place]:
    """An installation whose deployments the test finds registered, and whose leavings nobody finds.

    A test changes these three; registering puts the pool of all others right.
    """
    build(tmp_path / "config", provinces=1)
    made = Place(api, tmp_path / "config")
    made.deploy()
    yield made

    async def clear(client: PrefectClient) -> None:
        for name in (PLAN, ROUNDS, NATIONAL):
            await client.delete_deployment((await client.read_deployment_by_name(name)).id)

    made.ask(clear)


def test_it_creates_once_and_then_changes_nothing(place: Place) -> None:
    before = place.held()
    found = place.deploy()
    assert {one.done for one in found.values()} == {"unchanged"}
    assert {PLAN, ROUNDS, NATIONAL} < found.keys() and len(found) == 17
    assert place.held().model_dump() == before.model_dump()
    assert before.work_pool_name == "dunghan" and before.entrypoint == "flows.reporting_chain.reporting_chain"
    assert place.held(NATIONAL).schedules == []


def test_what_changed_is_updated_and_named(place: Place) -> None:
    file = place.config / "plans" / "tinh-01.yaml"
    file.write_text(file.read_text().replace("bảo vệ trẻ em", "chăm sóc trẻ em"))
    found = place.deploy()
    assert (found[PLAN].done, found[PLAN].what) == ("updated", "description")
    assert {one.done for name, one in found.items() if name != PLAN} == {"unchanged"}
    assert "chăm sóc" in (place.held().description or "")


def test_a_schedule_that_was_changed_there_is_put_right(place: Place) -> None:
    held = place.held()
    (schedule,) = held.schedules
    other = CronSchedule(cron="0 3 * * *", timezone="UTC")
    place.ask(lambda client: client.update_deployment_schedule(held.id, schedule.id, schedule=other))
    assert place.deploy()[PLAN] == Done(PLAN, "updated", "schedules")
    (again,) = place.held().schedules
    assert again.schedule == schedule.schedule


def test_pauses_made_in_the_ui_outlive_an_update(place: Place) -> None:
    held = place.held()
    place.ask(lambda client: client.pause_deployment(held.id))
    place.ask(lambda client: client.update_deployment_schedule(held.id, held.schedules[0].id, active=False))
    assert place.deploy()[PLAN] == Done(PLAN, "unchanged", "paused")
    test_what_changed_is_updated_and_named(place)
    after = place.held()
    assert after.paused and [one.active for one in after.schedules] == [False]


def test_a_plan_that_is_gone_is_paused_and_resumed_when_it_comes_back(place: Place) -> None:
    file = place.config / "plans" / "tinh-01.yaml"
    before, written = place.held(), file.read_text()
    file.unlink()
    assert PLAN not in place.deploy(prune=False) and not place.held().paused
    assert place.deploy()[PLAN] == Done(PLAN, "paused", "its plan is gone")
    gone = place.held()
    assert (gone.id, gone.paused, len(gone.schedules), GONE in gone.tags) == (before.id, True, 1, True)
    assert place.deploy()[PLAN].done == "unchanged"
    file.write_text(written)
    assert place.deploy()[PLAN] == Done(PLAN, "updated", "tags, resumed")
    back = place.held()
    assert (back.id, back.paused, sorted(back.tags)) == (before.id, False, sorted(before.tags))


def test_nationwide_one_run_starts_them_all(place: Place) -> None:
    found = place.deploy(nationwide=True)
    assert found[NATIONAL].what == found[PLAN].what == "schedules" and found[ROUNDS].done == "unchanged"
    assert place.held().schedules == [] and len(place.held(NATIONAL).schedules) == 1
    assert place.deploy()[PLAN].what == "schedules" and len(place.held().schedules) == 1


def test_a_pool_that_is_not_there_is_told_with_how_to_make_it(place: Place) -> None:
    with pytest.raises(
        ServerTrouble, match=r"no work pool 'tinh' \(it has: .*dunghan.*\): make it with `prefect work-"
    ):
        place.deploy(pool="tinh")


@pytest.mark.parametrize("kind", ["docker", "kubernetes"])
def test_the_other_pools_take_their_job_variables(place: Place, kind: str) -> None:
    """Prefect's server checks them against the template of the package that runs them, which is not installed here."""
    described = yaml.safe_load(FILE.read_text())["definitions"]["work_pools"][kind]
    template = _template(kind)
    if kind == "kubernetes":
        theirs, template = template, json.loads(FILE.with_name("kubernetes-job.json").read_text())
        assert template["variables"] == theirs["variables"]
        container = template["job_configuration"]["job_manifest"]["spec"]["template"]["spec"]["containers"][0]
        assert container.pop("volumeMounts") and container.pop("securityContext")
        pod = template["job_configuration"]["job_manifest"]["spec"]["template"]["spec"]
        assert pod.pop("volumes") and pod.pop("securityContext")
        assert template == theirs, "theirs, but for what is ours"
        template = json.loads(FILE.with_name("kubernetes-job.json").read_text())
    pool = WorkPoolCreate(name=described["name"], type=kind, base_job_template=template)
    place.ask(lambda client: client.create_work_pool(pool))
    assert place.deploy(pool=described["name"])[PLAN].what == "pool, job variables"
    assert place.held().job_variables == described["job_variables"]
    assert set(described["job_variables"]) <= template["variables"]["properties"].keys()
    assert {one.done for one in place.deploy(pool=described["name"]).values()} == {"unchanged"}


def _template(kind: str) -> dict[str, Any]:
    known = Path(prefect.__file__).parent / "server/api/collections_data/views/aggregate-worker-metadata.json"
    for collection in json.loads(known.read_text()).values():
        for worker in collection.values():
            if worker.get("type") == kind:
                found: dict[str, Any] = worker["default_base_job_configuration"]
                return found
    raise AssertionError(kind)


def test_prefects_own_command_takes_the_file_and_finds_the_same(place: Place, tmp_path: Path) -> None:
    async def clear(client: PrefectClient) -> None:
        for name in (ROUNDS, NATIONAL):
            await client.delete_deployment((await client.read_deployment_by_name(name)).id)

    place.ask(clear)
    done = subprocess.run(
        [str(Path(sys.executable).parent / "prefect"), "--no-prompt", "deploy", "--all", "--prefect-file", str(FILE)],
        env=environment(HOME=str(tmp_path), PREFECT_API_URL=place.api, DO_NOT_TRACK="1"), cwd=tmp_path,
        capture_output=True, text=True, check=False, timeout=90,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    found = place.deploy()
    assert found[ROUNDS] == Done(ROUNDS, "unchanged") and found[NATIONAL] == Done(NATIONAL, "unchanged")


def test_the_command_says_a_line_for_each(place: Place, tmp_path: Path) -> None:
    env = environment(HOME=str(tmp_path), PREFECT_API_URL=place.api, DUNGHAN_CONFIG_DIR=str(place.config))
    done = subprocess.run(
        [str(SCRIPT), "deploy"], cwd=tmp_path, env=env, capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert f"unchanged  {PLAN}\n" in done.stdout and done.stdout.endswith("\n17 unchanged\n")


class _Api(BaseHTTPRequestHandler):
    """An API that answers everything with one thing."""

    says: tuple[int, str]

    def do_GET(self) -> None:
        code, body = self.says
        self.send_response(code)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_: Any) -> None:
        pass


@pytest.mark.parametrize(
    ("says", "told"),
    [
        ((401, '{"exception_message": "Unauthorized"}'), "lets nobody in without a password: set PREFECT_API_AUTH_"),
        ((404, "<html>"), r"No Prefect API can be used at .* \(HTTP 404\)"),
        ((200, "<html>Welcome"), "No Prefect API can be used at"),
        ((200, '"2.20.1"'), r"is Prefect 2\.20\.1, this is 3\.8\.\d+: start the server from"),
    ],
    ids=["password", "address", "no-api", "version"],
)
def test_what_is_no_api_of_ours_is_told_in_one_line(says: tuple[int, str], told: str, tmp_path: Path) -> None:
    listening = HTTPServer(("127.0.0.1", 0), type("Api", (_Api,), {"says": says}))
    threading.Thread(target=listening.serve_forever, daemon=True).start()
    try:
        with pytest.raises(ServerTrouble, match=told) as raised:
            Place(f"http://127.0.0.1:{listening.server_port}/api", Path(os.devnull).parent).deploy()
    finally:
        listening.shutdown()
        listening.server_close()
    assert "\n" not in str(raised.value)
