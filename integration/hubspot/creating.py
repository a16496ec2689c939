"""Records created in batches, each answer matched to what was asked, and HubSpot's "exists already" read as the id it names.

A contact with an address that another one has is refused with 409, and the id of the other stands only in the sentence. A company with the
domain of another one is not refused: who creates companies must look first.
Source: https://developers.hubspot.com/docs/api-reference/latest/crm/objects/contacts/guide (read 2026-11); the sentence as seen in
https://github.com/HubSpot/hubspot-api-nodejs, number 545 of its tracker (read 2026-11).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final

from integration.hubspot.batch_writes import BatchInput, unanswered, write_batch
from integration.hubspot.objects import COMPANIES, CONTACTS, CreateOutcome, NewRecord, WriteFailure
from integration.hubspot.reading import Json, id_of
from integration.hubspot.transport import Reply

KEY_PROPERTY: Final = {CONTACTS: "email", COMPANIES: "domain"}
"""The property by which a record of each type is told from others."""
_CONFLICTS: Final = frozenset({"CONFLICT", "OBJECT_ALREADY_EXISTS", "HTTP_409"})
_EXISTING_ID: Final = re.compile(r"Existing ID:\s*(\d+)", re.IGNORECASE)


def create_records(object_type: str, records: Sequence[NewRecord], send: Callable[[object], Reply]) -> CreateOutcome:
    """What became of each of at most 100 records, by trace id."""
    inputs = [BatchInput(record.trace_id, {"properties": dict(record.properties)}) for record in records]
    result = write_batch(inputs, send)
    created: dict[str, str] = {}
    waiting = [record for record in records if record.trace_id not in result.failed]
    for entry in result.results:
        record = _matching(object_type, entry, waiting)
        if record is not None:
            created[record.trace_id] = id_of(entry)
            waiting.remove(record)
    existing = {trace: found for trace, failure in result.failed.items() if (found := existing_id(failure)) is not None}
    failed = {trace: failure for trace, failure in result.failed.items() if trace not in existing}
    return CreateOutcome(created, existing, {**failed, **unanswered(inputs, {*created, *result.failed})})


def existing_id(failure: WriteFailure) -> str | None:
    """The id of the record that is in the way, None when the refusal is no conflict or names nobody."""
    found = _EXISTING_ID.search(failure.message) if failure.category in _CONFLICTS else None
    return found[1] if found else None


def _matching(object_type: str, entry: Json, waiting: Sequence[NewRecord]) -> NewRecord | None:
    """The input of an answer: by trace id where HubSpot repeats it, otherwise by the property that tells records apart."""
    traced = entry.get("objectWriteTraceId")
    if traced is not None:
        return next((one for one in waiting if one.trace_id == traced), None)
    key, properties = KEY_PROPERTY[object_type], entry.get("properties")
    value = str(properties.get(key) or "").lower() if isinstance(properties, dict) else ""
    return next((one for one in waiting if value and one.properties.get(key, "").lower() == value), None)
