"""A raw webhook delivery without the events about one record. Pure."""

from __future__ import annotations

import json
from typing import Any, Final

from integration.hubspot.objects import OBJECT_TYPE_IDS, SINGULAR

_GENERIC: Final = "object"


def without_record(body: bytes, *, object_type: str, object_id: str) -> bytes | None:
    """The delivery's body without the record's events; None when it has none of them or is not an array of JSON."""
    try:
        events = json.loads(body)
    except ValueError:
        return None
    if not isinstance(events, list):
        return None
    kept = [event for event in events if not _is_about(event, object_type, object_id)]
    return None if len(kept) == len(events) else json.dumps(kept, separators=(",", ":")).encode()


def _is_about(event: Any, object_type: str, object_id: str) -> bool:
    if not isinstance(event, dict) or str(event.get("objectId")) != object_id:
        return False
    named, _, _ = str(event.get("subscriptionType") or event.get("eventType")).partition(".")
    return named == SINGULAR[object_type] or (named == _GENERIC and event.get("objectTypeId") == OBJECT_TYPE_IDS[object_type])
