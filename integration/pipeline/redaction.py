"""A raw webhook delivery without the events about some records, or about a whole portal. Pure."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any, Final

from integration.hubspot.objects import OBJECT_TYPE_IDS, SINGULAR

_GENERIC: Final = "object"


def without_records(body: bytes, *, portal_id: int, object_type: str, object_ids: Collection[str]) -> bytes | None:
    """The delivery's body without the records' events; None when it has none of them or is not an array of JSON."""
    try:
        events = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(events, list):
        return None
    kept = [event for event in events if not _is_about(event, portal_id, object_type, object_ids)]
    return None if len(kept) == len(events) else json.dumps(kept, separators=(",", ":")).encode()


def without_portal(body: bytes, *, portal_id: int) -> bytes | None:
    """The delivery's body without the portal's events; None when it has none of them or is not an array of JSON."""
    try:
        events = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(events, list):
        return None
    kept = [event for event in events if not (isinstance(event, dict) and str(event.get("portalId")) == str(portal_id))]
    return None if len(kept) == len(events) else json.dumps(kept, separators=(",", ":")).encode()


def _is_about(event: Any, portal_id: int, object_type: str, object_ids: Collection[str]) -> bool:
    """An event that names no portal is taken for the portal's, since the delivery is."""
    if not isinstance(event, dict) or str(event.get("objectId")) not in object_ids:
        return False
    if str(event.get("portalId") or portal_id) != str(portal_id):
        return False
    named, _, _ = str(event.get("subscriptionType") or event.get("eventType")).partition(".")
    return named == SINGULAR[object_type] or (named == _GENERIC and event.get("objectTypeId") == OBJECT_TYPE_IDS[object_type])
