"""Activities created with a marker in their text, so that every answer, and every lost answer, is matched to what was asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from integration.hubspot.batch_writes import BatchInput, unanswered, write_batch
from integration.hubspot.objects import WriteFailure
from integration.hubspot.reading import Json, id_of
from integration.hubspot.transport import Reply

Send = Callable[[object], Reply]


def create_marked(
    inputs: Sequence[BatchInput], body_property: str, send: Send
) -> tuple[Mapping[str, str], Mapping[str, WriteFailure]]:
    """Ids, and refusals, by marker; the trace id of each input is its marker. At most 100."""
    result = write_batch(inputs, send)
    written: dict[str, str] = {}
    open_markers = [entry.trace_id for entry in inputs if entry.trace_id not in result.failed]
    for entry in result.results:
        marker = _marker_of(entry, body_property, open_markers)
        if marker is not None:
            written[marker] = id_of(entry)
            open_markers.remove(marker)
    return written, {**result.failed, **unanswered(inputs, {*written, *result.failed})}


def _marker_of(entry: Json, body_property: str, open_markers: Sequence[str]) -> str | None:
    """The marker a created activity carries: as trace id where HubSpot repeats it, otherwise in its body."""
    traced = entry.get("objectWriteTraceId")
    if traced in open_markers:
        return str(traced)
    properties = entry.get("properties")
    body = properties.get(body_property) if isinstance(properties, dict) else None
    # Answers mostly come in the order of the inputs, so the first open marker is nearly always the one.
    return next((marker for marker in open_markers if marker in body), None) if isinstance(body, str) else None
