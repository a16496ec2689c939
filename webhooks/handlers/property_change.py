"""A property changed. Only those we read matter; the value itself is not trusted, since the record is read again."""

from __future__ import annotations

from integration.hubspot.objects import COMPANIES, CONTACTS, DEALS
from webhooks.events import Event
from webhooks.handler import Effect, Handler, Ignore, InputProperties, Work


def handle(event: Event, inputs: InputProperties) -> tuple[Effect, ...]:
    """Work when the property is one of our inputs."""
    object_type, name = event.type.object_type, event.property_name
    if name not in inputs.get(object_type, ()):
        return (Ignore("property_not_read"),)
    return (Work(object_type, event.object_id, f"propertyChange:{name}"),)


HANDLER = Handler(
    "propertyChange",
    (CONTACTS, COMPANIES, DEALS),
    "A change of a property we read may change scores and briefs.",
    handle,
    each_property=True,
)
