"""Notes on records: created with a marker in the body, so that every answer, and every lost answer, is matched to what was asked.

Source: https://developers.hubspot.com/docs/api-reference/latest/crm/activities/notes/guide (read 2026-11).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from integration.hubspot.batch_writes import BatchInput, unanswered, write_batch
from integration.hubspot.marked import Send, create_marked
from integration.hubspot.objects import NOTE_TO, NewNote, NoteOutcome
from integration.hubspot.reading import id_of

BODY_PROPERTY: Final = "hs_note_body"


def create_notes(notes: Sequence[NewNote], send: Send) -> NoteOutcome:
    """Each note's id or refusal by marker, for at most 100 notes."""
    written, failed = create_marked([BatchInput(note.marker, _new_note(note)) for note in notes], BODY_PROPERTY, send)
    return NoteOutcome(written, failed)


def update_notes(notes: Sequence[tuple[str, str, str]], send: Send) -> NoteOutcome:
    """The same for new bodies of known notes, given as (note id, body, marker)."""
    inputs = [
        BatchInput(marker, {"id": note_id, "properties": {BODY_PROPERTY: body_html}}, note_id)
        for note_id, body_html, marker in notes
    ]
    result = write_batch(inputs, send)
    ids = {id_of(entry) for entry in result.results}
    written = {marker: note_id for note_id, _, marker in notes if note_id in ids and marker not in result.failed}
    return NoteOutcome(written, {**result.failed, **unanswered(inputs, {*written, *result.failed})})


def _new_note(note: NewNote) -> dict[str, Any]:
    tie = {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": NOTE_TO[note.object_type]}
    return {
        "properties": {"hs_timestamp": note.timestamp.isoformat(timespec="milliseconds"), BODY_PROPERTY: note.body_html},
        "associations": [{"to": {"id": note.object_id}, "types": [tie]}],
    }
