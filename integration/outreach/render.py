"""A draft as the note that keeps it in HubSpot, headed as unsent or as withdrawn, and as plain data."""

from __future__ import annotations

from html import escape
from typing import Final, TypedDict

from integration.outreach.base import Draft, JudgedDraft

_CHANNELS: Final = {"email": "E-mail", "linkedin": "LinkedIn message"}


class StepCard(TypedDict):
    position: int
    day_offset: int
    channel: str
    subject: str
    body: str
    rests_on: list[str]


def render_note_html(draft: Draft | JudgedDraft, marker: str) -> str:
    """The body of the draft's note, ending with `marker`, by which the note is found again."""
    parts = ["<p><strong>Unsent draft by Leadlight.</strong> Nothing below was sent to anyone.</p>"]
    for step in draft.steps:
        heading = f"Step {step.position}, day {step.day_offset}: {_CHANNELS[step.channel]}"
        subject = f"<br>Subject: {escape(step.subject)}" if step.subject else ""
        body = escape(step.body).replace("\n", "<br>")
        parts.append(f"<p><strong>{heading}</strong>{subject}</p><p>{body}</p>")
    parts.append(f"<p>{escape(marker)}</p>")
    return "".join(parts)


def render_withdrawn_html(why: str, marker: str) -> str:
    """The body of a draft's note once nobody stands by the draft any more: why, and nothing of what it said."""
    return f"<p><strong>Unsent draft by Leadlight, withdrawn:</strong> {escape(why.rstrip('.'))}.</p><p>{escape(marker)}</p>"


def render_steps(draft: Draft) -> list[StepCard]:
    """The steps as plain data, for storage and for the card."""
    return [
        {
            "position": step.position,
            "day_offset": step.day_offset,
            "channel": step.channel,
            "subject": step.subject,
            "body": step.body,
            "rests_on": [name.value for name in step.rests_on],
        }
        for step in draft.steps
    ]
