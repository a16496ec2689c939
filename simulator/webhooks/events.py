"""Turns what happened to records into the events that an app is subscribed to. Pure: no sending, no clock.

Sources: https://developers.hubspot.com/docs/apps/developer-platform/add-features/configure-webhooks (read 2026-09). Observed in
live traffic, not promised: changeFlag CREATED/DELETED, sourceId forms, echoes of an app's own writes, one occurredAt for a save.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from simulator.apps import App, Subscription
from simulator.crm.changes import Change
from simulator.crm.object_types import ObjectType, find_object_type

Event = dict[str, object]

# Types with events of their own name; every other type is reached by generic `object.*` subscriptions only.
_CLASSIC = ("contacts", "companies", "deals", "tickets", "products", "line_items")
# HubSpot offers no subscription for these.
_NEVER_SENT = frozenset({"num_unique_conversion_events", "hs_lastmodifieddate", "lastmodifieddate"})
_REDACTED = "REDACTED"


@dataclass(frozen=True)
class EventContext:
    """Whose events these are, and how they are numbered. `is_sensitive`: whether a type's property hides its values."""

    app: App
    portal_id: int
    granted_scopes: frozenset[str]
    next_event_id: Callable[[], int]
    is_sensitive: Callable[[str, str], bool]


def build_events(changes: Sequence[Change], context: EventContext) -> list[Event]:
    """The events of one save for one app, attemptNumber 0; empty when no active subscription matches."""
    return [
        _event(change, subscription, context)
        for change in changes
        for subscription in _matching(change, context.app.subscriptions, context.granted_scopes)
    ]


def _matching(change: Change, subscriptions: Iterable[Subscription], granted: frozenset[str]) -> list[Subscription]:
    kind = find_object_type(change.object_type)
    if kind is None or f"crm.objects.{kind.scope_family}.read" not in granted:
        return []  # a subscription needs the read scope of its object
    if change.source.type == "CALCULATED":
        return []  # calculated values change without an event, as reported
    return [each for each in subscriptions if each.active and _wants(each, change, kind)]


def _wants(subscription: Subscription, change: Change, kind: ObjectType) -> bool:
    prefix, _, event_kind = subscription.type.partition(".")
    if event_kind != change.kind:
        return False
    if prefix == "object":
        wanted = find_object_type(subscription.object_type or "")
        named = wanted is not None and wanted.name == kind.name
    else:
        named = prefix == kind.singular and kind.name in _CLASSIC
    if change.kind == "propertyChange":
        return named and subscription.property_name == change.property_name and change.property_name not in _NEVER_SENT
    return named


def _event(change: Change, subscription: Subscription, context: EventContext) -> Event:
    event: Event = {
        "eventId": context.next_event_id(),
        "subscriptionId": subscription.id,
        "portalId": context.portal_id,
        "appId": context.app.app_id,
        "occurredAt": change.occurred_at_ms,
        "subscriptionType": subscription.type,
        "attemptNumber": 0,
        "objectId": int(change.object_id),
        "changeSource": change.source.type,
        "sourceId": change.source.id,
        **_FIELDS.get(change.kind, _no_fields)(change),
    }
    generic = subscription.type.startswith("object.")
    if generic:
        kind = find_object_type(change.object_type)
        event["objectTypeId"] = kind.type_id if kind else change.object_type
    if change.kind == "propertyChange":
        hidden = context.is_sensitive(change.object_type, change.property_name or "")
        event |= {"isSensitive": hidden} if generic else {}
        event["propertyValue"] = _REDACTED if hidden else event["propertyValue"]
    return event


def _no_fields(_change: Change) -> Mapping[str, object]:
    return {}


def _property_fields(change: Change) -> Mapping[str, object]:
    return {"propertyName": change.property_name, "propertyValue": change.property_value or ""}


def _merge_fields(change: Change) -> Mapping[str, object]:
    return {
        "primaryObjectId": int(change.primary_id or change.object_id),
        "mergedObjectIds": [int(merged) for merged in change.merged_ids],
        "newObjectId": int(change.new_id) if change.new_id else None,
        "numberOfPropertiesMoved": change.properties_moved,
    }


def _association_fields(change: Change) -> Mapping[str, object]:
    return {
        "associationType": f"{_word(change.from_type)}_TO_{_word(change.to_type)}",
        "fromObjectId": int(change.from_id or change.object_id),
        "toObjectId": int(change.to_id or 0),
        "associationRemoved": change.removed,
        "isPrimaryAssociation": change.is_primary,
    }


def _word(object_type: str | None) -> str:
    kind = find_object_type(object_type or "")
    return kind.word if kind else (object_type or "").upper()


_FIELDS: dict[str, Callable[[Change], Mapping[str, object]]] = {
    "creation": lambda _: {"changeFlag": "CREATED"},
    "deletion": lambda _: {"changeFlag": "DELETED"},
    "privacyDeletion": lambda _: {"changeFlag": "DELETED"},
    "propertyChange": _property_fields,
    "merge": _merge_fields,
    "associationChange": _association_fields,
}
