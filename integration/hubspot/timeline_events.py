"""The events we put on the timeline of records, declared once: the uploaded project is rendered from here, and the sender keeps to it.

HubSpot takes only what an event type declares; all values travel as text. A property that is not known is left out, so a template must read
well without it. Sources: https://developers.hubspot.com/docs/apps/developer-platform/add-features/app-events/reference (read 2026-12).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Final, Literal

from integration.hubspot.manifest import TIMELINE_EVENT_UIDS
from integration.hubspot.objects import COMPANIES, CONTACTS, SINGULAR


@dataclass(frozen=True)
class EventProperty:
    """One property of an event type, in HubSpot's words."""

    name: str
    label: str
    type: Literal["string", "number"]


@dataclass(frozen=True)
class EventType:
    """An event type on one object type (plural, as in the path). `name` and `object_type` are fixed once HubSpot has it."""

    uid: str
    object_type: str
    name: str
    header_template: str
    detail_template: str
    properties: tuple[EventProperty, ...]

    @property
    def config(self) -> dict[str, Any]:
        """The `config` of the event's component in the uploaded project."""
        return {
            "name": self.name,
            "objectType": SINGULAR[self.object_type].upper(),
            "headerTemplate": self.header_template,
            "detailTemplate": self.detail_template,
            "properties": [asdict(one) for one in self.properties],
        }


_PROPERTIES: Final = (
    EventProperty("heat", "Heat", "string"),
    EventProperty("priority", "Priority", "number"),
    EventProperty("previous_heat", "Heat before", "string"),
    EventProperty("why", "Why it moved", "string"),
    EventProperty("headline", "Brief: headline", "string"),
    EventProperty("next_step", "Next step", "string"),
)
_HEADER: Final = "Leadlight: {{heat}} now, {{previous_heat}} before"
_DETAIL: Final = """{{headline}}

{{#if priority}}Priority: {{priority}} of 100.{{/if}}

Why it moved: {{why}}

Next step: {{next_step}}
"""

TIMELINE_EVENTS: Final = (
    EventType(TIMELINE_EVENT_UIDS[CONTACTS], CONTACTS, "Leadlight: contact moved", _HEADER, _DETAIL, _PROPERTIES),
    EventType(TIMELINE_EVENT_UIDS[COMPANIES], COMPANIES, "Leadlight: company moved", _HEADER, _DETAIL, _PROPERTIES),
)
