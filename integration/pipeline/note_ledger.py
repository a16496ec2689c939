"""The ledger's rows of notes: what a note said before and says now. Pure.

A note's row is written once its answer is in, so none is ever pending: what was asked for and not answered is remembered with the note itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from integration.pipeline.ledger_store import COMPUTED, NOTE_PREFIX, Outcome
from integration.pipeline.rowset_store import Row

Happening = Literal["note_created", "note_changed", "note_found"]


@dataclass(frozen=True)
class NoteEntry:
    """One note of one record in one run. `html_before` is None for a note that was not there, or whose earlier text we do not know."""

    object_id: str
    purpose: str
    happening: Happening
    outcome: Outcome
    html: str
    fingerprint: str
    html_before: str | None = None
    error: str | None = None


def note_row(entry: NoteEntry, *, run_id: str, now: datetime) -> Row:
    """The row of one note; an open proposal is not settled."""
    return {
        "object_id": entry.object_id,
        "property_name": f"{NOTE_PREFIX}{entry.purpose}",
        "value_before": entry.html_before,
        "value_after": entry.html,
        "policy": "always",
        "decision": "write",
        "decision_reason": entry.happening,
        "provider": COMPUTED,
        "trace_id": f"{run_id}-{entry.object_id}-{entry.purpose}",
        "outcome": entry.outcome,
        "error": entry.error,
        "settled_at": None if entry.outcome == "proposed" else now,
        "fingerprint": entry.fingerprint,
    }
