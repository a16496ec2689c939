"""What undoing means for a note: it goes, it comes back, or it stays, and why. Pure.

A note is a field whose value is its text. What we only brought up to date is left: people read notes, and an older text is no better than none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Final, Literal

from integration.pipeline.undo.chain import ALREADY_UNDONE, ERASED, UNDONE, WRITTEN_AGAIN_LATER, OwnWrite

ONLY_UPDATED: Final = "note_only_updated"
_CHANGED: Final = "note_changed"


@dataclass(frozen=True)
class NoteVerdict:
    """`archive`: put it into the recycling bin. `create`: write `text` anew, as `fingerprint`. `keep`: leave it, for `reason`."""

    action: Literal["archive", "create", "keep"]
    reason: str
    text: str = ""
    fingerprint: str = ""


def judge_note(writes: Sequence[OwnWrite]) -> NoteVerdict:
    """What undoing the selected ones of `writes` (newest first, at least one selected) does to the note."""
    if any(write.is_selected and write.value_after is None for write in writes):
        return NoteVerdict("keep", ERASED)
    newest = writes[0]
    if not newest.is_selected:
        return NoteVerdict("keep", ALREADY_UNDONE if newest.reason == UNDONE else WRITTEN_AGAIN_LATER)
    earliest = list(takewhile(lambda write: write.is_selected, writes))[-1]
    stood_before = earliest.reason == _CHANGED or bool(earliest.value_before)
    if not stood_before:
        return NoteVerdict("archive", UNDONE, fingerprint=newest.fingerprint)
    if newest.value_after:
        return NoteVerdict("keep", ONLY_UPDATED)
    # Only the row of an archived note carries the fingerprint of the text that goes back; without one the next pass compares anew.
    fingerprint = earliest.fingerprint if earliest.reason == UNDONE else ""
    return NoteVerdict("create", UNDONE, earliest.value_before or newest.value_before or "", fingerprint)
