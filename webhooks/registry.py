"""Finds the handlers in `handlers/` and answers two questions: who takes this event, and what must the app subscribe to."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from integration.hubspot.objects import SINGULAR
from webhooks import handlers
from webhooks.events import EventType
from webhooks.handler import Handle, Handler, InputProperties


@dataclass(frozen=True, order=True)
class SubscriptionDeclaration:
    """A subscription the app needs, in HubSpot's words (`contact.propertyChange`); `property_name` only for property changes."""

    subscription_type: str
    object_type: str
    property_name: str | None
    reason: str


class HandlerRegistry:
    """The handlers by the events they take."""

    def __init__(self, found: Iterable[Handler]) -> None:
        self._handlers = tuple(sorted(found, key=lambda handler: handler.kind))
        self._table: Mapping[EventType, Handle] = {
            EventType(handler.kind, object_type): handler.handle
            for handler in self._handlers
            for object_type in handler.object_types
        }

    def find(self, event_type: EventType) -> Handle | None:
        """The function for events of this type; None when we handle none such."""
        return self._table.get(event_type)

    def subscriptions(self, inputs: InputProperties) -> list[SubscriptionDeclaration]:
        """Everything to subscribe to so that each handler gets its events and each input property is watched; in a stable order."""
        wanted = [
            SubscriptionDeclaration(f"{SINGULAR[object_type]}.{handler.kind}", object_type, name, handler.reason)
            for handler in self._handlers
            for object_type in handler.object_types
            for name in (sorted(inputs.get(object_type, ())) if handler.each_property else (None,))
        ]
        return sorted(wanted, key=lambda each: (each.subscription_type, each.property_name or ""))


def load_registry() -> HandlerRegistry:
    """The registry of every handler file there is."""
    names = [module.name for module in pkgutil.iter_modules(handlers.__path__, f"{handlers.__name__}.")]
    return HandlerRegistry(importlib.import_module(name).HANDLER for name in names)


def subscriptions(inputs: InputProperties) -> list[SubscriptionDeclaration]:
    """What the app must be subscribed to, for its manifest."""
    return load_registry().subscriptions(inputs)
