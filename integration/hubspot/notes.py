"""Notes on records: created with a marker in the body, so that every answer, and every lost answer, is matched to what was asked.

Source: https://developers.hubspot.com/docs/api-reference/latest/crm/activities/notes/guide (read 2026-11).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from integration.hubspot.batch_writes import BatchInput, unanswered, write_batch
from integration.hubspot.objects import NOTE_TO, NewNote, NoteOutcome
from integration.hubspot.reading import Json, id_of
from integration.hubspot.transport import Reply

BODY_PROPERTY: Final = "hs_note_body"
Send = Callable[[object], Reply]


def create_notes(notes: Sequence[NewNote], send: Send) -> NoteOutcome:
    """Each note's id or refusal by marker, for at most 100 notes."""
    inputs = [BatchInput(note.marker, _new_note(note)) for note in notes]
    result = write_batch(inputs, send)
    written: dict[str, str] = {}
    open_markers = [note.marker for note in notes if note.marker not in result.failed]
    for entry in result.results:
        marker = _marker_of(entry, open_markers)
        if marker is not None:
            written[marker] = id_of(entry)
            open_markers.remove(marker)
    return NoteOutcome(written, {**result.failed, **unanswered(inputs, {*written, *result.failed})})


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


def _marker_of(entry: Json, open_markers: Sequence[str]) -> str | None:
    """The marker a created note carries: as trace id where HubSpot repeats it, otherwise in its body."""
    traced = entry.get("objectWriteTraceId")
    if traced in open_markers:
        return str(traced)
    properties = entry.get("properties")
    body = properties.get(BODY_PROPERTY) if isinstance(properties, dict) else None
    # Answers mostly come in the order of the inputs, so the first open marker is nearly always the one.
    return next((marker for marker in open_markers if marker in body), None) if isinstance(body, str) else None
