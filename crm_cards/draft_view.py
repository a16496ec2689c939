"""A stored draft as the card shows it: the steps a rep sees, what was decided, and whether it may be approved now. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from crm_cards.base import Json
from integration.hubspot.portal_store import Portal
from integration.pipeline.portal_profile import is_dry
from integration.pipeline.provenance import fitting
from integration.pipeline.record_card.draft_store import StoredDraft, StoredStep, StoredTask

DRAFTED: Final = "drafted"
REFUSED: Final = "refused"
APPROVED: Final = "approved"
REJECTED: Final = "rejected"
MOST_STEPS: Final = 20
LONGEST_SUBJECT: Final = 500
LONGEST_BODY: Final = 10_000
_LONGEST_NOTE: Final = 1_000
_STEP_BYTES: Final = 300_000
_CHANNELS: Final = ("email", "linkedin")


def steps_seen(draft: StoredDraft) -> Sequence[StoredStep]:
    """What a rep sees: what was approved, else the edit, else our own newest steps."""
    if draft.state == APPROVED and draft.approved_steps:
        return draft.approved_steps
    return draft.edited_steps or draft.steps


def in_the_way(portal: Portal) -> str | None:
    """Why nothing can be approved in this account now, whatever the draft; None when nothing is in the way."""
    if not portal.is_connected:
        return "Leadlight is not connected to this account any more. Ask an admin to connect it again."
    if is_dry(portal.preferences):
        return (
            "Dry run: your admin is still trying Leadlight out, so no tasks are made. An admin can switch it off in the settings."
        )
    return None


def why_not_approved(draft: StoredDraft, portal: Portal) -> str | None:
    """Why this draft cannot be approved now, in words; None when it can."""
    if draft.state == REFUSED:
        return f"There is no draft: {draft.refusal or 'too little is known'}."
    if draft.state == APPROVED:
        return "This draft is approved already."
    if draft.state == REJECTED:
        return "This draft was rejected. Open it again to approve it."
    if not steps_seen(draft):
        return "This draft has no steps."
    return in_the_way(portal)


def draft_view(draft: StoredDraft, portal: Portal) -> Json:
    """The card's `DraftView`. Texts are cut, so that no draft makes an answer too large."""
    why_not = why_not_approved(draft, portal)
    is_decided = draft.state in (APPROVED, REJECTED)
    is_edited = bool(draft.edited_steps) and draft.state != REFUSED
    return {
        "state": draft.state,
        "refusal": draft.refusal and cut(draft.refusal, _LONGEST_NOTE),
        "version": draft.version,
        "steps": [] if draft.state == REFUSED else fitting(map(_step, steps_seen(draft)[:MOST_STEPS]), _STEP_BYTES),
        "is_edited": is_edited,
        "edited_by": draft.edited_by if is_edited else None,
        "newer_facts": is_edited and draft.state == DRAFTED and draft.edited_from != draft.fingerprint,
        "decided_by": draft.decided_by if is_decided else None,
        "decided_at": draft.decided_at.isoformat() if is_decided and draft.decided_at else None,
        "decision_note": draft.decision_note and cut(draft.decision_note, _LONGEST_NOTE),
        "may_approve": why_not is None,
        "why_not": why_not,
        "tasks": [_task(one) for one in draft.tasks[:MOST_STEPS]],
    }


def cut(text: str, limit: int) -> str:
    """The text, with a sign at its end when something was left out."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _step(stored: StoredStep) -> dict[str, Any]:
    channel = stored.get("channel")
    return {
        "position": stored.get("position", 0),
        "day_offset": stored.get("day_offset", 0),
        "channel": channel if channel in _CHANNELS else _CHANNELS[0],
        "subject": cut(str(stored.get("subject") or ""), LONGEST_SUBJECT),
        "body": cut(str(stored.get("body") or ""), LONGEST_BODY),
        "rests_on": [str(name) for name in stored.get("rests_on") or ()][:MOST_STEPS],
    }


def _task(task: StoredTask) -> dict[str, Any]:
    return {
        "position": task.position,
        "state": task.state,
        "due_at": task.due_at.isoformat(),
        "task_id": task.task_id,
        "error": task.error and cut(task.error, _LONGEST_NOTE),
    }
