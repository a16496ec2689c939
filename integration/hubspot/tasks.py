"""Tasks on records: what somebody shall do, not started. Never a mail or a message that counts as sent.

Source: https://developers.hubspot.com/docs/api-reference/latest/crm/activities/tasks/guide (read 2026-12).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from integration.hubspot.batch_writes import BatchInput
from integration.hubspot.marked import Send, create_marked
from integration.hubspot.objects import TASK_TO, NewTask, TaskOutcome

BODY_PROPERTY: Final = "hs_task_body"


def create_tasks(tasks: Sequence[NewTask], send: Send) -> TaskOutcome:
    """Each task's id or refusal by marker, for at most 100 tasks."""
    written, failed = create_marked([BatchInput(task.marker, _new_task(task)) for task in tasks], BODY_PROPERTY, send)
    return TaskOutcome(written, failed)


def _new_task(task: NewTask) -> dict[str, Any]:
    """The company of a contact is tied to the task by HubSpot itself."""
    tie = {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": TASK_TO[task.object_type]}
    properties = {
        "hs_timestamp": task.due_at.isoformat(timespec="milliseconds"),
        "hs_task_subject": task.subject,
        BODY_PROPERTY: task.body_html,
        "hs_task_status": "NOT_STARTED",
        "hs_task_type": task.task_type,
        "hs_task_priority": "MEDIUM",
    }
    if task.owner_id is not None:
        properties["hubspot_owner_id"] = task.owner_id
    return {"properties": properties, "associations": [{"to": {"id": task.object_id}, "types": [tie]}]}
