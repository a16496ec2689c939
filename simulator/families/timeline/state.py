"""The app events of one account, by the app's event type and id. An event is never changed or removed.

Source: https://developers.hubspot.com/docs/apps/developer-platform/add-features/app-events/send-event-occurrences (read 2026-12).
"""

import re
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from simulator.apps import EventType

_CONDITION = re.compile(r"\{\{#if (\w+)\}\}(.*?)\{\{/if\}\}", re.DOTALL)
_PLACE = re.compile(r"\{\{(\w+)\}\}")


@dataclass(frozen=True)
class TimelineEvent:
    """One occurrence. `object_type` is the plural name."""

    app_id: int
    type: EventType
    id: str
    object_type: str
    object_id: str
    properties: Mapping[str, str]
    at_ms: int

    @property
    def header(self) -> str:
        """The header as the record's page shows it."""
        return _rendered(self.type.header_template, self.properties)

    @property
    def detail(self) -> str:
        """The details as the record's page shows them."""
        return _rendered(self.type.detail_template, self.properties)

    @property
    def key(self) -> tuple[int, str, str]:
        """An id is used once for each event type of an app."""
        return self.app_id, self.type.uid, self.id


class Timeline:
    """The events of one account."""

    def __init__(self) -> None:
        self._events: dict[tuple[int, str, str], TimelineEvent] = {}
        self._lock = threading.Lock()

    def add(self, events: Sequence[TimelineEvent]) -> str | None:
        """Take all of them; or, when an id was used before or twice among them, none, and return that id."""
        with self._lock:
            taken = dict(self._events)
            for event in events:
                if event.key in taken:
                    return event.id
                taken[event.key] = event
            self._events = taken
        return None

    def events(self, object_type: str | None = None, object_id: str | None = None) -> list[TimelineEvent]:
        """The events, oldest first: of one record, or all."""
        found = [
            each
            for each in self._events.values()
            if object_type in (None, each.object_type) and object_id in (None, each.object_id)
        ]
        return sorted(found, key=lambda each: each.at_ms)


def _rendered(template: str, values: Mapping[str, str]) -> str:
    """Names and conditions filled in. Limit: no other helper of Handlebars is known here."""
    kept = _CONDITION.sub(lambda found: found.group(2) if values.get(found.group(1)) else "", template)
    return _PLACE.sub(lambda found: values.get(found.group(1), ""), kept).strip()
