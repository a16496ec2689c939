"""The one place where the pages touch a portal. It only reads."""

from collections.abc import Mapping
from dataclasses import dataclass

from simulator.crm.definitions import PropertyDefinition, PropertyGroup
from simulator.errors import HubSpotError
from simulator.families.timeline.state import Timeline, TimelineEvent
from simulator.portal import Portal, Record


@dataclass(frozen=True)
class Link:
    """One association of a record, seen from it. `labels` are its names, without the plain unnamed one."""

    object_id: str
    labels: tuple[str, ...]


class PortalReader:
    """What the pages need to know of a portal. Types are plural names; `app_names` are those of the registered apps, by id."""

    def __init__(self, portal: Portal, app_names: Mapping[str, str], timeline: Timeline) -> None:
        self._portal = portal
        self._timeline = timeline
        self.app_names = app_names

    def events(self, record: Record) -> list[TimelineEvent]:
        """What apps put on the record's timeline."""
        return self._timeline.events(record.object_type, record.id)

    def records(self, object_type: str) -> list[Record]:
        """The live records in id order."""
        return self._portal.records(object_type)

    def counts(self) -> dict[str, int]:
        """How many live records there are of each type."""
        return self._portal.counts()

    def find(self, object_type: str, object_id: str) -> Record | None:
        """The live record; an id that was merged away leads to the survivor. None for no such record."""
        try:
            return self._portal.read(object_type, object_id)
        except HubSpotError as error:
            if error.status == 404:
                return None
            raise

    def definitions(self, object_type: str) -> Mapping[str, PropertyDefinition]:
        """The live property definitions by name."""
        return self._portal.schema(object_type).live

    def groups(self, object_type: str) -> tuple[PropertyGroup, ...]:
        """The live groups in the portal's order; groups without a place come last."""
        with self._portal.lock:
            groups = self._portal.schema(object_type).groups()
        return tuple(sorted(groups, key=lambda group: (group.display_order < 0, group.display_order)))

    def links(self, record: Record, to_type: str) -> list[Link]:
        """The record's associations to one type."""
        found = self._portal.associated(record.object_type, record.id, to_type)
        return [Link(object_id, tuple(each.label for each in types if each.label)) for object_id, types in found.items()]
