"""The HubSpot properties a draft fills: its state and a summary. The draft itself stands with us and in one note."""

from __future__ import annotations

from typing import Final

from integration.hubspot.objects import CONTACTS, PropertyDeclaration
from integration.outreach.base import JudgedDraft

_STATES: Final = (("drafted", "Drafted"), ("refused", "Not drafted"), ("approved", "Approved"), ("rejected", "Rejected"))

PROPERTIES: Final = (
    PropertyDeclaration(
        "leadlight_draft_state",
        "Drafted sequence: state",
        "enumeration",
        "select",
        "Whether a sequence is drafted, and what a rep decided about it.",
        (CONTACTS,),
        _STATES,
    ),
    PropertyDeclaration(
        "leadlight_draft_summary",
        "Drafted sequence",
        "string",
        "textarea",
        "The drafted steps in a line each, who approved or rejected them, or why there are none.",
        (CONTACTS,),
    ),
)


def property_values(draft: JudgedDraft) -> dict[str, str]:
    if draft.refusal is not None:
        return {"leadlight_draft_state": "refused", "leadlight_draft_summary": f"Not drafted: {draft.refusal}."}
    verdict = [draft.verdict] if draft.verdict else []
    lines = [f"Day {step.day_offset}, {step.channel}: {step.subject or step.body[:80]}" for step in draft.steps]
    return {"leadlight_draft_state": draft.state, "leadlight_draft_summary": "\n".join([*verdict, *lines])}
