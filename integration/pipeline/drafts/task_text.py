"""An approved step as the task a rep finds in HubSpot. Pure; says in every task that nothing was sent."""

from __future__ import annotations

import hashlib
import re
from html import escape
from typing import Final

from integration.hubspot.objects import TaskType
from integration.outreach.base import Channel

_TITLES: Final[dict[Channel, str]] = {"email": "E-mail", "linkedin": "LinkedIn message"}
_TYPES: Final[dict[Channel, TaskType]] = {"email": "EMAIL", "linkedin": "TODO"}
_MARKER_DIGITS: Final = 12
_BREAK: Final = re.compile("\r\n|[\n\r\u2028\u2029]")


def task_marker(portal_id: int, run_id: str, position: int) -> str:
    """The reference of one step of one approval, as notes carry one."""
    digest = hashlib.sha256(f"{portal_id}/{run_id}/task/{position}".encode()).hexdigest()
    return f"Leadlight-{digest[:_MARKER_DIGITS]}"


def task_type(channel: Channel) -> TaskType:
    """HubSpot's word: a message on LinkedIn is a to-do, because accounts without Sales Hub know no LinkedIn tasks."""
    return _TYPES[channel]


def task_subject(channel: Channel, subject: str, number: int, total: int) -> str:
    """The task's title: "E-mail 1 of 4: Your new warehouse", "LinkedIn message 2 of 4"."""
    title = f"{_TITLES[channel]} {number} of {total}"
    return f"{title}: {subject}" if channel == "email" and subject.strip() else title


def task_body(subject: str, body: str, *, approved_by: str, marker: str) -> str:
    """The task's notes as HTML, ending with `marker`, by which the task is found again. What was typed shows as typed."""
    head = f"<p><strong>Subject:</strong> {escape(subject)}</p>" if subject.strip() else ""
    words = _BREAK.sub("<br>", escape(body))
    by = f", approved by {escape(approved_by)}" if approved_by else ""
    return f"{head}<p>{words}</p><p>Drafted by Leadlight{by}; nothing was sent.</p><p>{escape(marker)}</p>"
