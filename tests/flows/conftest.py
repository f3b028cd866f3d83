"""What the tests of the flows share: one Prefect server a session, and an installation with people and a mailbox."""

import asyncio
import gc
import logging
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import (
    ArtifactFilter,
    ArtifactFilterFlowRunId,
    FlowRunFilter,
    FlowRunFilterId,
)
from prefect.client.schemas.objects import Artifact, FlowRun, State, TaskRun
from prefect.exceptions import Pause
from prefect.flow_engine import run_flow_async
from prefect.flows import Flow
from prefect.states import Scheduled
from prefect.testing.utilities import prefect_test_harness
from prefect.types.entrypoint import EntrypointType

from dunghan.demo.mailbox import Mailbox
from dunghan.engine.context import Context
from dunghan.store import contacts
from dunghan.store.database import connect, migrate, writing
from flows.reporting_chain import reporting_chain
from models.contact import Contact

PLAN = "ha-giang-168-2016"
PREFECT = [
    pytest.mark.prefect,
    pytest.mark.xdist_group("prefect"),
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"),
]
LEAD = "ha-giang.so-ldtbxh"
DISTRICTS = ("024", *(f"0{n}" for n in range(26, 36)))


@pytest.fixture(scope="session")
def prefect_api() -> Iterator[None]:
    """The session's Prefect server; it takes ten seconds to start."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [n for n in os.environ if n.startswith("PREFECT_")]:
            patch.delenv(name)
        patch.setenv("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
        patch.setenv("DO_NOT_TRACK", "1")
        with prefect_test_harness(server_startup_timeout=90):
            yield


@pytest.fixture(autouse=True)
def _sweep() -> Iterator[None]:
    """Prefect leaves sockets to the garbage collector; sweep them up here, where their warnings are ignored."""
    yield
    gc.collect()


@pytest.fixture(scope="session")
def _migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("flows") / "dunghan.db"
    engine = connect(f"sqlite:///{file}")
    migrate(engine)
    engine.dispose()
    return file


@pytest.fixture
def mailbox(tmp_path: Path) -> Iterator[Mailbox]:
    """A mail server on the loopback."""
    with Mailbox(tmp_path / "mail") as box:
        yield box


@pytest.fixture
def installation(tmp_path: Path, _migrated: Path, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch) -> Context:
    """What the environment of a flow's process says: a database with the districts' officers, and the mailbox."""
    for name in [n for n in os.environ if n.startswith("DUNGHAN_")]:
        monkeypatch.delenv(name)
    shutil.copy(_migrated, tmp_path / "dunghan.db")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DUNGHAN_DATABASE_URL", f"sqlite:///{tmp_path}/dunghan.db")
    monkeypatch.setenv("DUNGHAN_EMAIL_URL", f"mailto://127.0.0.1:{mailbox.port}?from=bao-cao@so-ldtbxh.example")
    monkeypatch.setenv("DUNGHAN_SECRET_KEY", str(tmp_path))  # each test is an installation of its own
    people = [Contact(code, f"Cán bộ {code}", email=f"can-bo@{code}.example") for code in DISTRICTS]
    people.append(Contact(LEAD, "Trần Thị Đầu Mối", "coordinator", email="dau-moi@so-ldtbxh.example"))
    context = Context()
    with writing(context.db) as connection:
        contacts.upsert(connection, people)
    return Context()


class Run:
    """A finished run of a flow: its state, and what the server knows of it."""

    def __init__(self, state: State[Any], run: FlowRun, tasks: list[TaskRun], artifacts: list[Artifact]) -> None:
        self.state, self.run, self.tasks, self.artifacts = state, run, tasks, artifacts

    @property
    def counts(self) -> dict[str, int]:
        """The numbers of its message."""
        said = (self.state.message or "").partition(": ")[2]
        return {name: int(number) for name, number in (part.rsplit(" ", 1) for part in said.split(", "))}

    def artifact(self, name: str) -> Artifact:
        """The artifact of that name (``status``, ``missing``, ``upcoming``)."""
        (found,) = [a for a in self.artifacts if a.key and a.key.endswith(f"-{name}")]
        return found


async def look_up(state: State[Any], tasks_at_least: int = 0) -> Run:
    """Ask the server about the run that ended in this state, when it has heard of so many of its tasks."""
    run_id = state.state_details.flow_run_id
    assert run_id
    async with get_client() as client:
        only = FlowRunFilter(id=FlowRunFilterId(any_=[run_id]))
        tasks = await client.read_task_runs(flow_run_filter=only)
        end = asyncio.get_running_loop().time() + 20  # the server hears of tasks by events
        while len(tasks) < tasks_at_least or not all(task.state and task.state.is_final() for task in tasks):
            assert asyncio.get_running_loop().time() < end, [task.name for task in tasks]
            await asyncio.sleep(0.1)
            tasks = await client.read_task_runs(flow_run_filter=only)
        made = ArtifactFilter(flow_run_id=ArtifactFilterFlowRunId(any_=[run_id]))
        return Run(state, await client.read_flow_run(run_id), tasks, await client.read_artifacts(artifact_filter=made))


async def run_scheduled(what: Flow[Any, Any], at: datetime, **parameters: Any) -> Run:
    """Run a flow as a worker does that finds it scheduled for an instant, and look up what became of it."""
    async with get_client() as client:
        made = await client.create_flow_run(what, parameters=parameters, state=Scheduled(scheduled_time=at))
    return await look_up(await run_flow_async(what, made, parameters=parameters, return_type="state"))


async def deployed(what: Flow[Any, Any], name: str) -> UUID:
    """Register a flow as a deployment, without any schedule, and return its id."""
    made: Any = await what.ato_deployment(name=name, entrypoint_type=EntrypointType.MODULE_PATH)
    return UUID(str(await made.aapply()))


async def carry_on(what: Flow[Any, Any], run_id: Any) -> State[Any]:
    """Run a flow's run of that id, as a worker does that finds it scheduled, and say how it stands then."""
    async with get_client() as client:
        run = await client.read_flow_run(run_id)
        with suppress(Pause):  # a suspended run leaves its process by this
            return await run_flow_async(what, run, parameters=run.parameters, return_type="state")
        found = (await client.read_flow_run(run_id)).state
        assert found
        return found


Chain = Callable[..., Any]


@pytest.fixture
def chain(prefect_api: None, installation: Context) -> Chain:
    """Run the chain at an instant and look up what became of it."""

    async def run(
        as_of: str | datetime | None = "2018-11-09T08:00", plan: str = PLAN, tasks_at_least: int = 0, **given: Any
    ) -> Run:
        moment = datetime.fromisoformat(as_of) if isinstance(as_of, str) else as_of
        return await look_up(await reporting_chain(plan=plan, as_of=moment, return_state=True, **given), tasks_at_least)

    return run


@pytest.fixture
def story() -> Iterator[list[logging.LogRecord]]:
    """The log lines of flow runs, as the Prefect UI shows them."""
    records: list[logging.LogRecord] = []

    class Keeper(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            records.append(record)

    logger, keeper = logging.getLogger("prefect.flow_runs"), Keeper()
    logger.addHandler(keeper)
    yield records
    logger.removeHandler(keeper)
