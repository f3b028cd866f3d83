"""A morning of the whole country on several machines: start it, disturb it, and count what came of it."""

import asyncio
import json
import re
import signal
import time
from collections import Counter
from collections.abc import Callable, Coroutine, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

import httpx
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.settings import PREFECT_API_URL, temporary_settings
from prefect.states import Crashed
from sqlalchemy import func, select

from dunghan.store.database import connect, reading
from dunghan.store.messages import MESSAGE
from tests.benchmarks.sink import Mail
from tests.scale.country import DUE
from tests.scale.site import Site, Worker

T = TypeVar("T")
NATIONAL = "toàn quốc · báo cáo/toan-quoc"
ROUNDS = "hộp thư đi/hop-thu-di"
SHIPPED = "168-KH-UBND Hà Giang · báo cáo/ha-giang-168-2016"
_TO = re.compile(rb"^RCPT TO:<([^>]+)>", re.IGNORECASE | re.MULTILINE)
_ID = re.compile(rb"^Message-ID:\s*(<[^>]+>)", re.IGNORECASE | re.MULTILINE)
WATCHDOG = "canh gác/canh-gac"
SILENT_SECONDS = 65
"""Two heartbeats and a little."""
UNDER_WAY = (StateType.PENDING, StateType.RUNNING)


class Morning:
    """The national run of one day at a site, seen from outside."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def pause_shipped(self) -> None:
        """Pause the plan of ours that is in season too, as a coordinator does: an office is to get one mail.

        And the outbox's rounds, which go by the real clock: to them a letter of 2018 is years too late to send.
        """

        async def pause(client: PrefectClient) -> None:
            for name in (SHIPPED, ROUNDS):
                await client.pause_deployment((await client.read_deployment_by_name(name)).id)

        self._ask(pause)

    def start(self, at_once: int) -> FlowRun:
        """Ask for the national run; returns at once."""

        async def start(client: PrefectClient) -> FlowRun:
            whole = await client.read_deployment_by_name(NATIONAL)
            given = {"as_of": DUE.isoformat(), "at_once": at_once}
            return await client.create_flow_run_from_deployment(whole.id, parameters=given)

        return self._ask(start)

    def look(self, run: FlowRun) -> FlowRun:
        """The run as it stands now."""
        return self._ask(lambda client: client.read_flow_run(run.id))

    def chains(self) -> list[FlowRun]:
        """Every run of a plan."""
        found = self._ask(lambda client: client.read_flow_runs(limit=200))
        return [run for run in found if (run.idempotency_key or "").startswith("toan-quoc ")]

    def under_way(self) -> list[FlowRun]:
        """Runs of plans that the server takes for pending or running."""
        return [r for r in self.chains() if r.state and r.state.type in UNDER_WAY]

    def wait(self, run: FlowRun, seconds: float) -> FlowRun:
        """The run when it has ended, or when the time has."""
        end = time.monotonic() + seconds
        while not (found := self.look(run)).state.is_final() and time.monotonic() < end:  # type: ignore[union-attr]
            time.sleep(1)
        return found

    def disturb(self, workers: Sequence[Worker], watched: bool) -> list[FlowRun]:
        """Kill the worker that does not hold the national run while it runs a province, and the server after it.

        Returns the runs that it left as if they went on. ``watched``: our watchdog then tells them as crashed (that
        takes a minute, for it listens for heartbeats); else they are told so by hand.
        """
        victim = self._victim(workers)
        victim.kill()
        killed = datetime.now(UTC)
        self._site.restart_server()
        alive = {pid for one in workers if one is not victim for pid in one.runs()}
        dead = [r for r in self.under_way() if _pid(r) not in alive and r.state and r.state.timestamp < killed]
        (self._let_the_watchdog_find if watched else self._bury)(dead)
        return dead

    def _victim(self, workers: Sequence[Worker]) -> Worker:
        end = time.monotonic() + 120
        while time.monotonic() < end:
            found = next((w for w in workers if w.runs() and not self._holds(w)), None)
            if found:
                found.signal_runs(signal.SIGSTOP)  # a run lasts a second, and must not end while we look
                time.sleep(0.2)
                if any(_is_of(run, found) and run.state_name == "Running" for run in self.under_way()):
                    return found
                found.signal_runs(signal.SIGCONT)
            time.sleep(0.2)
        raise AssertionError(f"no worker came to run a province beside the national run:\n{self._site.said()}")

    def _holds(self, worker: Worker) -> bool:
        found = self._ask(lambda client: client.read_flow_runs(limit=200))
        return any(_is_of(run, worker) for run in found if "at_once" in run.parameters)

    def _let_the_watchdog_find(self, dead: Sequence[FlowRun]) -> None:
        time.sleep(SILENT_SECONDS)

        async def watch(client: PrefectClient) -> FlowRun:
            dog = await client.read_deployment_by_name(WATCHDOG)
            given = {"silent_seconds": SILENT_SECONDS}
            return await client.create_flow_run_from_deployment(dog.id, parameters=given)

        looked = self.wait(self._ask(watch), 120)
        assert looked.state and looked.state.is_completed(), looked.state
        states = {(found := self.look(run)).name: found.state_name for run in dead}
        assert set(states.values()) <= {"Crashed"}, states

    def _bury(self, dead: Sequence[FlowRun]) -> None:
        async def bury(client: PrefectClient) -> None:
            for run in dead:
                await client.set_flow_run_state(run.id, Crashed(message="Máy chạy lượt này đã mất."), force=True)

        self._ask(bury)

    def table(self) -> list[dict[str, Any]]:
        """The national table, as last published: its first row is the whole country."""
        found = self._ask(lambda client: client.read_artifacts())
        last = max((a for a in found if a.key == "toan-quoc-status"), key=lambda a: a.created or DUE)
        rows: list[dict[str, Any]] = json.loads(str(last.data))
        return rows

    def _ask(self, what: Callable[[PrefectClient], Coroutine[Any, Any, T]]) -> T:
        """The server's answer; it may just be restarted, and has half a minute for that."""
        end = time.monotonic() + 30
        while True:
            try:
                return asyncio.run(_with_client(self._site.api, what))
            except httpx.TransportError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.5)


async def _with_client(api: str, what: Callable[[PrefectClient], Coroutine[Any, Any, T]]) -> T:
    with temporary_settings({PREFECT_API_URL: api}):
        async with get_client() as client:
            return await what(client)


def _is_of(run: FlowRun, worker: Worker) -> bool:
    return _pid(run) in worker.runs()


def _pid(run: FlowRun) -> int:
    """The process that runs it; 0 where none does yet."""
    return int((run.infrastructure_pid or ":0").rpartition(":")[2])


class Post(Counter[str]):
    """How many mails each address got, and under which Message-IDs."""

    def __init__(self, mails: Sequence[Mail]) -> None:
        super().__init__(address.decode() for mail in mails for address in _TO.findall(mail.commands))
        self.ids = Counter(found.group(1).decode() for mail in mails if (found := _ID.search(mail.text)))

    def twice(self) -> dict[str, int]:
        """Addresses that got more than one."""
        return {address: many for address, many in self.items() if many > 1}


def letters(site: Site) -> dict[str, int]:
    """What our record says of the letters: how many have which status."""
    engine = connect(site.database)
    with reading(engine) as connection:
        query = select(MESSAGE.c.status, func.count()).group_by(MESSAGE.c.status)
        found = dict(connection.execute(query).tuples().all())
    engine.dispose()
    return found
