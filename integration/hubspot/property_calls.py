"""The part of a portal's client that reads and makes property definitions and groups.

Source: https://developers.hubspot.com/docs/api-reference/latest/crm/properties/guide (read 2026-11).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from integration.hubspot import endpoints
from integration.hubspot.error_map import write_failure
from integration.hubspot.objects import PropertyDeclaration, PropertyDefinition, WriteFailure
from integration.hubspot.reading import id_of, object_of, read_definition, results_of
from integration.hubspot.session import PortalSession
from integration.hubspot.transport import parse_json

_REFUSED: Final = frozenset({400, 409})


class PropertyCalls:
    """Calls about properties. A portal's client is one of these."""

    def __init__(self, session: PortalSession) -> None:
        self._session = session

    def property_definitions(self, object_type: str, names: Sequence[str] = ()) -> dict[str, PropertyDefinition]:
        """The live definitions by name: those of `names` (at most 100) that exist, or all. One call."""
        parts = {"object_type": object_type}
        if names:
            body = {"inputs": [{"name": name} for name in names], "archived": False}
            answer = self._session.fetch(endpoints.PROPERTY_BATCH_READ, parts=parts, body=body)
        else:
            answer = self._session.fetch(endpoints.PROPERTY_LIST, parts=parts)
        return {definition.name: definition for definition in map(read_definition, results_of(answer))}

    def property_group_names(self, object_type: str) -> frozenset[str]:
        """Names of the groups that are there now."""
        answer = self._session.fetch(endpoints.PROPERTY_GROUPS, parts={"object_type": object_type})
        return frozenset(id_of(entry, "name") for entry in results_of(answer) if entry.get("archived") is not True)

    def create_property_group(self, object_type: str, name: str, label: str) -> None:
        """Make the group; that it is there already (someone else was faster) is fine."""
        body = {"name": name, "label": label, "displayOrder": -1}
        self._session.call(
            endpoints.PROPERTY_GROUP_CREATE, parts={"object_type": object_type}, body=body, accepted=frozenset({409})
        )

    def delete_property_group(self, object_type: str, name: str) -> None:
        """Remove an empty group. Rejected when properties still live in it; one that is gone is fine."""
        parts = {"object_type": object_type, "name": name}
        self._session.call(endpoints.PROPERTY_GROUP_DELETE, parts=parts, accepted=frozenset({404}))

    def create_properties(
        self, object_type: str, group: str, declarations: Sequence[PropertyDeclaration]
    ) -> Mapping[str, WriteFailure]:
        """Make the properties (at most 100); failures by name, empty when all are there.

        One call; one more for each property when HubSpot refuses the batch, which names at most one culprit. A name that was archived
        comes back with its values.
        """
        bodies = {declaration.name: _definition(group, declaration) for declaration in declarations}
        parts = {"object_type": object_type}
        reply = self._session.call(
            endpoints.PROPERTY_BATCH_CREATE, parts=parts, body={"inputs": list(bodies.values())}, accepted=_REFUSED
        )
        if reply.status in _REFUSED:
            return self._create_one_by_one(object_type, bodies)
        created = {id_of(entry, "name") for entry in results_of(object_of(parse_json(reply), "the answer"))}
        return self._create_one_by_one(object_type, {name: body for name, body in bodies.items() if name not in created})

    def add_options(self, object_type: str, definition: PropertyDefinition, options: Sequence[tuple[str, str]]) -> None:
        """Add (value, label) options behind the ones that are there, which stay as they are. The call replaces the whole list."""
        merged = [*definition.options, *options]
        body = {
            "options": [
                {"value": value, "label": label, "displayOrder": position, "hidden": value in definition.hidden_options}
                for position, (value, label) in enumerate(merged)
            ]
        }
        self._session.call(endpoints.PROPERTY_UPDATE, parts={"object_type": object_type, "name": definition.name}, body=body)

    def archive_properties(self, object_type: str, names: Sequence[str]) -> None:
        """Remove our properties from the portal (restorable for 90 days)."""
        body = {"inputs": [{"name": name} for name in names]}
        self._session.call(endpoints.PROPERTY_BATCH_ARCHIVE, parts={"object_type": object_type}, body=body)

    def _create_one_by_one(self, object_type: str, bodies: Mapping[str, Mapping[str, Any]]) -> dict[str, WriteFailure]:
        failed: dict[str, WriteFailure] = {}
        for name, body in bodies.items():
            parts = {"object_type": object_type}
            reply = self._session.call(endpoints.PROPERTY_CREATE, parts=parts, body=body, accepted=_REFUSED)
            if reply.status == 400:
                failed[name] = write_failure(reply)
        return failed


def _definition(group: str, declaration: PropertyDeclaration) -> dict[str, Any]:
    return {
        "name": declaration.name,
        "label": declaration.label,
        "type": declaration.type,
        "fieldType": declaration.field_type,
        "description": declaration.description,
        "groupName": group,
        "displayOrder": declaration.display_order,
        "options": [
            {"value": value, "label": label, "displayOrder": position, "hidden": False}
            for position, (value, label) in enumerate(declaration.options)
        ],
    }
