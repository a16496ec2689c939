"""One webhook event as a typed value: what of HubSpot's JSON we rely on, and nothing else.

Classic names (`contact.creation`) and generic ones (`object.creation` with an `objectTypeId`) become the same event. Values that only tell
"something changed" are read loosely, since the record itself is read again; ids and times are read strictly.

Source: https://developers.hubspot.com/docs/apps/developer-platform/add-features/configure-webhooks (read 2026-09). `objectTypeId` and the
type ids of generic association events are observed in live traffic, not promised.
"""

from __future__ import annotations

import hashlib
from typing import Final, NamedTuple

from integration.core.taming import Tamed
from integration.hubspot.objects import OBJECT_TYPE_IDS, PLURAL

_BY_TYPE_ID: Final = {type_id: object_type for object_type, type_id in OBJECT_TYPE_IDS.items()}
_LONGEST_NAME: Final = 60


class EventType(NamedTuple):
    """What happened to what: (`propertyChange`, `contacts`). A type we do not know keeps HubSpot's own name or id."""

    kind: str
    object_type: str


class Association(NamedTuple):
    """Both ends of an association, types in our words."""

    from_type: str
    from_id: str
    to_type: str
    to_id: str


class Event(NamedTuple):
    """`object_id` is text everywhere. The merge fields are empty on other events; `association` is None on them."""

    type: EventType
    portal_id: int
    object_id: str
    occurred_at_ms: int
    event_id: str
    subscription_id: str
    change_source: str
    source_id: str
    property_name: str = ""
    property_value: str = ""
    survivor_id: str = ""
    primary_id: str = ""
    merged_ids: tuple[str, ...] = ()
    association: Association | None = None

    def key(self) -> int:
        """64 bits that are equal for repeats of the event, whatever attempt brought them, and differ for others."""
        digest = hashlib.blake2b(repr(self).encode(), digest_size=8)
        return int.from_bytes(digest.digest(), "big", signed=True)


def parse_portal_id(item: Tamed) -> int:
    """The portal an event names. Raises BadPayload."""
    return item.at("portalId").positive()


def parse_type(item: Tamed) -> EventType:
    """What kind of event it is, known to us or not. Raises BadPayload when it does not say."""
    named = item.at("subscriptionType")
    name = (named if named.present else item.at("eventType")).text()
    prefix, dot, kind = name.partition(".")
    if not dot or len(name) > _LONGEST_NAME:
        raise named.refusal("should be a type such as contact.creation")
    if prefix == "object":
        return EventType(kind, _object_type(item.at("objectTypeId")))
    return EventType(kind, PLURAL.get(prefix, prefix))


def parse_event(item: Tamed, event_type: EventType, portal_id: int) -> Event:
    """The event as a whole, once its type is known to be one we handle. Raises BadPayload with the path of the field."""
    association = _association(item) if event_type.kind == "associationChange" else None
    survivor_id, primary_id, merged_ids = _merge(item) if event_type.kind == "merge" else ("", "", ())
    changed = event_type.kind == "propertyChange"
    return Event(
        type=event_type,
        portal_id=portal_id,
        object_id=association.from_id if association else survivor_id or _record_id(item.at("objectId")),
        occurred_at_ms=item.at("occurredAt").positive(),
        event_id=item.at("eventId").loose_text(),
        subscription_id=item.at("subscriptionId").loose_text(),
        change_source=item.at("changeSource").loose_text(),
        source_id=item.at("sourceId").loose_text(),
        property_name=item.at("propertyName").text() if changed else "",
        property_value=item.at("propertyValue").loose_text() if changed else "",
        survivor_id=survivor_id,
        primary_id=primary_id,
        merged_ids=merged_ids,
        association=association,
    )


def _object_type(named: Tamed) -> str:
    name = named.text()
    if len(name) > _LONGEST_NAME:
        raise named.refusal("should be a type id such as 0-1")
    return _BY_TYPE_ID.get(name, name)


def _record_id(value: Tamed) -> str:
    return str(value.positive())


def _merge(item: Tamed) -> tuple[str, str, tuple[str, ...]]:
    """The record that remains, the primary one, and those that went away; a new id means that the primary record went too."""
    ends = [item.at(name) for name in ("newObjectId", "primaryObjectId", "objectId")]
    present = [_record_id(end) for end in ends if end.present]
    if not present:
        raise ends[-1].refusal("should name the record that remains")
    survivor_id = present[0]
    gone = {_record_id(merged) for merged in item.at("mergedObjectIds").items()}
    primary = item.at("primaryObjectId")
    primary_id = _record_id(primary) if primary.present else survivor_id
    return survivor_id, primary_id, tuple(sorted({*gone, primary_id} - {survivor_id}))


def _association(item: Tamed) -> Association:
    from_type, to_type = _association_types(item)
    return Association(from_type, _record_id(item.at("fromObjectId")), to_type, _record_id(item.at("toObjectId")))


def _association_types(item: Tamed) -> tuple[str, str]:
    """From the type ids where the event has them, else from a name such as CONTACT_TO_COMPANY."""
    from_id, to_id = item.at("fromObjectTypeId"), item.at("toObjectTypeId")
    if from_id.present and to_id.present:
        return _object_type(from_id), _object_type(to_id)
    named = item.at("associationType")
    from_word, joined, to_word = named.text().partition("_TO_")
    if not joined or len(from_word) + len(to_word) > _LONGEST_NAME:
        raise named.refusal("should be a pair such as CONTACT_TO_COMPANY")
    from_singular, to_singular = from_word.lower(), to_word.lower()
    return PLURAL.get(from_singular, from_singular), PLURAL.get(to_singular, to_singular)
