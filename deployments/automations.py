"""The automations as code: when there is news the coordinator is told, by our own outbox; never of a deadline."""

from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.events.actions import RunDeployment
from prefect.events.schemas.automations import AutomationCore, EventTrigger, Posture

from dunghan.engine import news

TOLD = {
    "dunghan · một cấp đã nộp đủ: báo cán bộ đầu mối": news.COMPLETED,
    "dunghan · thư không gửi được: báo cán bộ đầu mối": news.DEAD,
}
"""What coordinators are told of, by the automation's name."""


def ensure(tell: UUID) -> int:
    """Bring the server's automations to what stands here; says how many were made or changed.

    ``tell`` is the id of the deployment of ``flows.tell_coordinator``. One that somebody switched off stays off.
    """
    with get_client(sync_client=True) as client:
        return sum(_ensure(client, _automation(name, event, tell)) for name, event in TOLD.items())


def _automation(name: str, event: str, tell: UUID) -> AutomationCore:
    return AutomationCore(
        name=name,
        description="Do dunghan tạo ra và giữ đúng như mã nguồn. Tắt được ở đây; sửa thì lần khởi động sau ghi lại.",
        trigger=EventTrigger(expect={event}, posture=Posture.Reactive, threshold=1),
        actions=[
            RunDeployment(
                source="selected",
                deployment_id=tell,
                parameters={"event_id": {"__prefect_kind": "jinja", "template": "{{ event.id }}"}},
                job_variables=None,
            )
        ],
    )


def _ensure(client: SyncPrefectClient, wanted: AutomationCore) -> bool:
    there = client.read_automations_by_name(wanted.name)
    if not there:
        client.create_automation(wanted)
        return True
    held = there[0]
    wanted = wanted.model_copy(update={"enabled": held.enabled})
    if AutomationCore(**held.model_dump(exclude={"id"})).model_dump() == wanted.model_dump():
        return False
    client.update_automation(held.id, wanted)
    return True
