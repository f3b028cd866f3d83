"""Announcing: news from our own record to Prefect's event stream, each until the server has it."""

import asyncio
import logging
from typing import Any

from prefect import runtime
from prefect.events import Event
from prefect.events.clients import get_events_client

from dunghan.core.names import stage_name
from dunghan.core.periods import period_name
from dunghan.engine import news
from dunghan.engine.context import Context
from dunghan.engine.overview import province
from dunghan.store.announcements import Announcement
from models.plan import Plan

Log = logging.Logger | logging.LoggerAdapter[logging.Logger]
MOST = 200
"""How many events one run tells of a plan; the next run goes on."""


async def announce(context: Context, plan: Plan, log: Log) -> int:
    """Tell what was noted and not told yet, and record that the server has it. Says how many that were.

    Events are no part of the record: where the stream cannot be used, the run goes on and the next one tells them,
    under the same ids, so that the server keeps each but once.
    """
    waiting = await asyncio.to_thread(news.pending, context, plan, MOST)
    if not waiting:
        return 0
    try:
        async with get_events_client(reconnection_attempts=1, checkpoint_every=1) as client:
            for one in waiting:
                await client.emit(event_of(context, plan, one))
    except Exception as error:  # noqa: BLE001 - the client raises what its socket, its protocol or its login does
        log.warning("%d sự kiện chưa báo được, lượt sau báo lại (%s)", len(waiting), type(error).__name__)
        return 0
    await asyncio.to_thread(news.note_emitted, context, waiting)
    return len(waiting)


def event_of(context: Context, plan: Plan, one: Announcement) -> Event:
    """The event of an announcement: the same by every try (docs/events.md)."""
    related = [{"prefect.resource.id": f"dunghan.plan.{plan.id}", "prefect.resource.role": "plan"}]
    if of := province(context, plan):
        related.append({"prefect.resource.id": f"dunghan.province.{of.code}", "prefect.resource.role": "province"})
    if run_id := runtime.flow_run.id:
        related.append({"prefect.resource.id": f"prefect.flow-run.{run_id}", "prefect.resource.role": "flow-run"})
    return Event.model_validate(
        {
            "id": one.event_id,
            "event": one.event,
            "occurred": one.noted_at,
            "resource": _resource(plan, one.payload),
            "related": related,
            "payload": one.payload,
        }
    )


def _resource(plan: Plan, payload: dict[str, Any]) -> dict[str, str]:
    labels = {f"dunghan.{name}": payload[name] for name in ("plan", "report", "period", "stage") if name in payload}
    if "stage" not in payload:
        return {"prefect.resource.id": f"dunghan.plan.{plan.id}", "prefect.resource.name": plan.label, **labels}
    name = f"{plan.label} · {period_name(payload['period'])} · {stage_name(payload['stage'])}"
    path = "/".join(payload[part] for part in ("plan", "report", "period", "stage"))
    return {"prefect.resource.id": f"dunghan.stage.{path}", "prefect.resource.name": name, **labels}
