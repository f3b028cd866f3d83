"""Starting many plans' deployments, so many at a time, each once a day, and waiting until they have ended."""

import asyncio
from collections import deque
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterId,
    FlowRunFilterIdempotencyKey,
)
from prefect.client.schemas.objects import FlowRun
from prefect.deployments import arun_deployment
from prefect.exceptions import ObjectNotFound

from dunghan import clock
from flows.names import flow_name
from models.plan import Plan
from models.timezone import local_day

_T = TypeVar("_T")
PAGE = 100
POLL_SECONDS = 2
TRIES = 2
"""A run that crashed (its machine is gone) is started once more on the same day; what it had sent is on record."""


class FanOut:
    """The day's runs of many plans.

    A run's idempotency key is day, plan and try, so whoever fans out again on that day finds the runs that are there,
    whatever became of who started them. How many run at once is counted here and not by a limit of the server: there
    a run whose worker was killed would keep its slot, and who waits for the others would take one.
    """

    def __init__(self, client: PrefectClient, plans: Iterable[Plan], now: datetime, at_once: int) -> None:
        self._client, self._now, self._at_once = client, now, at_once
        self._plans = {plan.id: plan for plan in plans}
        self.runs: dict[str, FlowRun] = {}
        """The last run of each plan, by plan id."""
        self.refused: dict[str, str] = {}
        """Why a plan has none."""
        self.started = 0

    def _key(self, plan: str, attempt: int) -> str:
        return f"toan-quoc {local_day(self._now)} {plan} {attempt}"

    async def run(self, patience: timedelta) -> list[str]:
        """Run them all; returns the plans whose runs have not ended in that time.

        1. Find what was started before on that day.
        2. Start the rest, so many at a time; one that crashed once more.
        3. Wait until all have ended, or patience has.
        """
        end = clock.now() + patience
        tries = await self._find()
        queue = deque(plan for plan in self._plans if plan not in self.runs)
        while True:
            for plan, run in self.runs.items():
                if run.state and run.state.is_crashed() and tries[plan] < TRIES and plan not in queue:
                    queue.append(plan)
            going = self._unfinished()
            while queue and len(going) < self._at_once:
                plan = queue.popleft()
                tries[plan] = tries.get(plan, 0) + 1
                if await self._start(self._plans[plan], tries[plan]):
                    going.append(plan)
            if not going or clock.now() > end:
                return going + list(queue)
            await asyncio.sleep(POLL_SECONDS)
            await self._look([self.runs[plan].id for plan in going])

    def _unfinished(self) -> list[str]:
        return [plan for plan, run in self.runs.items() if not (run.state and run.state.is_final())]

    async def _find(self) -> dict[str, int]:
        """The runs of that day that are there already; how often each plan was tried."""
        keys = {self._key(plan, n): (plan, n) for n in range(1, TRIES + 1) for plan in self._plans}
        tries: dict[str, int] = {}
        for some in _pages(list(keys)):
            only = FlowRunFilter(idempotency_key=FlowRunFilterIdempotencyKey(any_=some))
            for run in await self._client.read_flow_runs(flow_run_filter=only, limit=PAGE):
                plan, attempt = keys[run.idempotency_key or ""]
                if attempt > tries.get(plan, 0):
                    tries[plan], self.runs[plan] = attempt, run
        return tries

    async def _start(self, plan: Plan, attempt: int) -> bool:
        """Start one as a run below ours. Not one whose deployment is paused, or was never registered."""
        name = f"{flow_name(plan)}/{plan.id}"
        try:
            found = await self._client.read_deployment_by_name(name)
        except ObjectNotFound:
            self.refused[plan.id] = "chưa đăng ký (dunghan deploy)"
            return False
        if found.paused:
            self.refused[plan.id] = "đang tạm dừng"
            return False
        given = {"plan": plan.id, "as_of": self._now.isoformat()}
        self.runs[plan.id] = await arun_deployment(
            name, parameters=given, timeout=0, idempotency_key=self._key(plan.id, attempt)
        )
        self.started += 1
        return True

    async def _look(self, runs: Sequence[UUID]) -> None:
        """Ask how these runs stand: one question for a hundred of them."""
        of = {run.id: plan for plan, run in self.runs.items()}
        for some in _pages(list(runs)):
            only = FlowRunFilter(id=FlowRunFilterId(any_=some))
            for run in await self._client.read_flow_runs(flow_run_filter=only, limit=PAGE):
                self.runs[of[run.id]] = run


def _pages(items: list[_T]) -> Iterable[list[_T]]:
    return (items[at : at + PAGE] for at in range(0, len(items), PAGE))
