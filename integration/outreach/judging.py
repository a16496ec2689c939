"""What reps made of a draft, held against the newest one. Pure.

An approval stands whatever is found later. A rejection stands until our own draft says something else. An edit is shown in place of our
steps, but not where the newest facts refuse a draft.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from integration.outreach.base import Draft, DraftStep, JudgedDraft, Judgement
from integration.providers.base import Field


def judged(draft: Draft, judgement: Judgement | None) -> JudgedDraft:
    """The draft as it stands; without a judgement, as it was built."""
    if judgement is not None and judgement.state == "approved":
        verdict = f"Approved{_by_whom(judgement)}; each step becomes a task."
        return JudgedDraft("approved", None, judgement.steps or draft.steps, verdict, _digest(verdict))
    if judgement is not None and judgement.state == "rejected" and judgement.fingerprint == draft.fingerprint:
        said = f": {judgement.note.strip().rstrip('.')}" if judgement.note.strip() else ""
        verdict = f"Rejected{_by_whom(judgement)}{said}."
        return JudgedDraft("rejected", None, (), verdict, _digest(verdict))
    if draft.refusal is not None:
        return JudgedDraft("refused", draft.refusal, (), "", draft.fingerprint)
    if judgement is not None and judgement.steps:
        said_now = [[step.position, step.channel, step.subject, step.body] for step in judgement.steps]
        return JudgedDraft("drafted", None, judgement.steps, "", _digest(said_now))
    return JudgedDraft("drafted", None, draft.steps, "", draft.fingerprint)


def parse_steps(stored: Sequence[Mapping[str, Any]] | None) -> tuple[DraftStep, ...]:
    """Steps as they are kept; None is none. A field nobody knows any more is left out."""
    known = {name.value: name for name in Field}
    return tuple(
        DraftStep(
            position=int(step["position"]),
            day_offset=int(step["day_offset"]),
            channel="linkedin" if step["channel"] == "linkedin" else "email",
            subject=str(step["subject"]),
            body=str(step["body"]),
            rests_on=tuple(known[name] for name in step.get("rests_on") or () if name in known),
        )
        for step in stored or ()
    )


def _by_whom(judgement: Judgement) -> str:
    by = f" by {judgement.decided_by}" if judgement.decided_by else ""
    return by if judgement.decided_on is None else f"{by} on {judgement.decided_on.isoformat()}"


def _digest(said: object) -> str:
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:32]
