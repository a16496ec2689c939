"""What may become of a drafted sequence, and what is refused and why. Pure: every change is a new value, `version` rises with each.

    drafted ── edit, reset ──> drafted ── approve ──> approved ── reopen ──> drafted
       └────────── reject ──> rejected ── reopen ──> drafted            (or refused, where the newest facts refuse it)

`steps` are always the newest of ours. A rep's edit stands beside them, with the fingerprint it was made from, and only `reset` throws it away.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Literal

from integration.core.errors import Conflict, NotAllowed
from integration.outreach.base import Channel

State = Literal["drafted", "refused", "approved", "rejected"]

DRAFTED: Final = "drafted"
REFUSED: Final = "refused"
APPROVED: Final = "approved"
REJECTED: Final = "rejected"
_IN_WORDS: Final = {APPROVED: "approved", REJECTED: "rejected", DRAFTED: "waiting for a decision", REFUSED: "not drafted"}


class VersionConflict(Conflict):
    """Somebody else changed the draft since it was looked at."""

    default_reason = "version_conflict"


@dataclass(frozen=True)
class Step:
    """One message as it is stored. `rests_on` names the fields its text uses."""

    position: int
    day_offset: int
    channel: Channel
    subject: str
    body: str
    rests_on: tuple[str, ...] = ()


@dataclass(frozen=True)
class KeptDraft:
    """A draft with what people did to it. `edited_by` and `decided_by` name the last person of each kind, also after a reset or a reopening."""

    state: State
    refusal: str | None
    steps: tuple[Step, ...]
    fingerprint: str
    built_at: datetime
    version: int = 1
    edited_steps: tuple[Step, ...] | None = None
    edited_from: str | None = None
    edited_by: str | None = None
    edited_at: datetime | None = None
    decided_by: str | None = None
    decided_at: datetime | None = None
    decision_note: str | None = None
    approved_steps: tuple[Step, ...] | None = None
    approval_run_id: str | None = None

    @property
    def is_edited(self) -> bool:
        return self.edited_steps is not None

    @property
    def shown_steps(self) -> tuple[Step, ...]:
        """What a rep sees: what was approved, else the edit, else ours."""
        if self.state == APPROVED and self.approved_steps is not None:
            return self.approved_steps
        return self.steps if self.edited_steps is None else self.edited_steps


@dataclass(frozen=True)
class Deed:
    """Who does something, when, and the version of the draft they looked at."""

    by: str
    at: datetime
    version: int


def require_editable(draft: KeptDraft, deed: Deed) -> None:
    """Raises VersionConflict or NotAllowed, so that a stale page hears that first and not what is wrong with its words."""
    _require_current(draft, deed)
    _require_waiting(draft, "edited")


def edit(draft: KeptDraft, deed: Deed, steps: Sequence[Step]) -> KeptDraft:
    """The draft with the person's wording. `steps` are already checked; an edit of an edit stays based on what the first was made from."""
    require_editable(draft, deed)
    base = draft.edited_from if draft.is_edited else draft.fingerprint
    return _next(draft, edited_steps=tuple(steps), edited_from=base, edited_by=deed.by, edited_at=deed.at)


def reset(draft: KeptDraft, deed: Deed) -> KeptDraft:
    """The draft in our own newest words. Without an edit nothing changes."""
    _require_current(draft, deed)
    _require_waiting(draft, "reset", refused_too=True)
    if not draft.is_edited:
        return draft
    return _next(draft, edited_steps=None, edited_from=None, edited_by=deed.by, edited_at=deed.at)


def approve(draft: KeptDraft, deed: Deed, run_id: str) -> KeptDraft:
    """The draft approved as it is shown; those very steps become the tasks of `run_id`. Raises NotAllowed where the newest facts refuse it."""
    _require_current(draft, deed)
    _require_waiting(draft, "approved")
    return _next(
        draft,
        state=APPROVED,
        decided_by=deed.by,
        decided_at=deed.at,
        decision_note=None,
        approved_steps=draft.shown_steps,
        approval_run_id=run_id,
    )


def reject(draft: KeptDraft, deed: Deed, reason: str) -> KeptDraft:
    """The draft put aside; it is not drafted again until somebody reopens it. `reason` "" when none was given."""
    _require_current(draft, deed)
    _require_waiting(draft, "rejected")
    return _next(draft, state=REJECTED, decided_by=deed.by, decided_at=deed.at, decision_note=reason or None)


def reopen(draft: KeptDraft, deed: Deed) -> KeptDraft:
    """A decided draft waiting again, from the newest facts; an edit stays. Tasks that were made stay with HubSpot."""
    _require_current(draft, deed)
    if draft.state not in (APPROVED, REJECTED):
        raise NotAllowed(f"Nothing was decided about this draft: it is {_IN_WORDS[draft.state]}.")
    return reopened(draft, by=deed.by, at=deed.at)


def reopened(draft: KeptDraft, *, by: str | None, at: datetime) -> KeptDraft:
    """The same without asking for a version: an undo took the tasks of an approved draft away."""
    return _next(
        draft,
        state=REFUSED if draft.refusal is not None else DRAFTED,
        decided_by=by,
        decided_at=at,
        decision_note=None,
        approved_steps=None,
        approval_run_id=None,
    )


def why_not_edited(draft: KeptDraft) -> str | None:
    """Why nobody may decide about the draft or change it now; None when they may."""
    if draft.state in (APPROVED, REJECTED):
        return f"This draft is {_IN_WORDS[draft.state]} already. Reopen it first."
    if draft.state == REFUSED or draft.refusal is not None:
        return f"There is no draft to decide about: {draft.refusal or 'evidence is missing'}."
    return None


def _require_current(draft: KeptDraft, deed: Deed) -> None:
    if deed.version == draft.version:
        return
    who, when = _last_change(draft)
    raise VersionConflict(
        f"{who} changed this draft on {when:%Y-%m-%d} at {when:%H:%M} UTC. Look at it again before you go on; nothing of yours was saved."
    )


def _last_change(draft: KeptDraft) -> tuple[str, datetime]:
    """Who changed the draft last: a person, or we ourselves when facts changed."""
    changes = [("Leadlight", draft.built_at)]
    changes += [(by, at) for by, at in ((draft.edited_by, draft.edited_at), (draft.decided_by, draft.decided_at)) if by and at]
    return max(changes, key=lambda change: change[1])


def _require_waiting(draft: KeptDraft, deed: str, *, refused_too: bool = False) -> None:
    why_not = why_not_edited(draft)
    if why_not is None or (refused_too and draft.state in (DRAFTED, REFUSED)):
        return
    raise NotAllowed(f"It cannot be {deed}. {why_not}")


def _next(draft: KeptDraft, **changes: object) -> KeptDraft:
    return replace(draft, version=draft.version + 1, **changes)  # type: ignore[arg-type]
