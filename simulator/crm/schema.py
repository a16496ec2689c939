"""The properties and groups of one object type in one portal, and the rules for changing them.

Source: https://developers.hubspot.com/docs/api-reference/latest/crm/properties/guide (read 2026-09); the 409 and the two
"in use" refusals from the reference, that a deleted name is restored by creating it again was seen in public code.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from simulator.crm.definitions import FIELD_TYPES, Option, PropertyDefinition, PropertyGroup
from simulator.crm.object_types import ObjectType
from simulator.crm.standard import standard_groups, standard_properties
from simulator.errors import ErrorDetail, HubSpotError, not_found, validation_error

MAX_UNIQUE_PROPERTIES = 10
_NAME = re.compile(r"^[a-z][a-z0-9_]{0,99}$")


class Schema:
    """Property definitions and groups of one type. Not locked: the portal's lock guards it.

    `held` names properties that something in the account uses (a workflow, a form): they cannot be deleted.
    """

    def __init__(self, kind: ObjectType) -> None:
        self.kind = kind
        self.held: set[str] = set()
        self._properties = {each.name: each for each in standard_properties(kind.name)}
        self._groups = {each.name: each for each in standard_groups(kind.name)}
        self.live: Mapping[str, PropertyDefinition] = {}
        self._refresh()

    def properties(self, *, archived: bool = False) -> list[PropertyDefinition]:
        """The live properties, or the deleted ones."""
        return [each for each in self._properties.values() if each.archived == archived]

    def get(self, name: str, *, archived: bool = False) -> PropertyDefinition:
        """One property; HubSpot's 404 when there is none."""
        definition = self._properties.get(name)
        if definition is None or definition.archived != archived:
            raise not_found(f'Property "{name}" does not exist.')
        return definition

    def groups(self) -> list[PropertyGroup]:
        """The live groups."""
        return [each for each in self._groups.values() if not each.archived]

    def get_group(self, name: str) -> PropertyGroup:
        """One group; HubSpot's 404 when there is none."""
        group = self._groups.get(name)
        if group is None or group.archived:
            raise not_found(f'Property group "{name}" does not exist.')
        return group

    def create(self, wanted: PropertyDefinition, *, at_ms: int, user_id: int | None) -> PropertyDefinition:
        """The new property, or the restored one when the name was deleted before."""
        self.check_new(wanted)
        before = self._properties.get(wanted.name)
        created = before.created_at_ms if before is not None else at_ms
        definition = replace(wanted, created_at_ms=created, updated_at_ms=at_ms, created_user_id=user_id, updated_user_id=user_id)
        self._put(definition)
        return definition

    def check_new(self, wanted: PropertyDefinition) -> None:
        """Raises what creating this property would be refused with."""
        before = self._properties.get(wanted.name)
        if before is not None and not before.archived:
            raise _exists(f'A property named "{wanted.name}" already exists.', "Properties.PROPERTY_WITH_NAME_EXISTS")
        if not _NAME.match(wanted.name):
            raise validation_error(
                f'"{wanted.name}" is not a valid property name: lower-case letters, digits and underscores, first a letter.',
                sub_category="PropertyValidationError.INVALID_PROPERTY_NAME",
            )
        self._check_shape(wanted)
        unique = sum(each.has_unique_value for each in self.live.values() if not each.hubspot_defined)
        if wanted.has_unique_value and unique >= MAX_UNIQUE_PROPERTIES:
            raise validation_error(f"{self.kind.word} already has {MAX_UNIQUE_PROPERTIES} properties with unique values.")

    def update(self, name: str, changes: Mapping[str, Any], *, at_ms: int, user_id: int | None) -> PropertyDefinition:
        """The property with `changes` (fields of PropertyDefinition); options are replaced as a whole."""
        definition = self.get(name)
        if definition.hubspot_defined and set(changes) - {"options", "label", "group_name"}:
            raise _read_only(name)
        changed = replace(definition, **changes, updated_at_ms=at_ms, updated_user_id=user_id)
        self._check_shape(changed)
        self._put(changed)
        return changed

    def archive(self, name: str, *, at_ms: int) -> None:
        """Delete a property; its name can be taken again."""
        definition = self.get(name)
        if definition.hubspot_defined:
            raise _read_only(name)
        if name in self.held:
            raise validation_error(
                f'Property "{name}" is in use and cannot be deleted.',
                sub_category="PropertyValidationError.CANNOT_DELETE_PROPERTY_IN_USE",
            )
        self._put(replace(definition, archived_at_ms=at_ms))

    def create_group(self, wanted: PropertyGroup) -> PropertyGroup:
        """The new group, or the restored one."""
        before = self._groups.get(wanted.name)
        if before is not None and not before.archived:
            message = f'A property group named "{wanted.name}" already exists.'
            raise _exists(message, "PropertyGroups.GROUP_WITH_NAME_EXISTS")
        if not _NAME.match(wanted.name):
            raise validation_error(f'"{wanted.name}" is not a valid property group name.')
        self._groups[wanted.name] = wanted
        return wanted

    def update_group(self, name: str, *, label: str | None, display_order: int | None) -> PropertyGroup:
        """The group with a new label or place; None leaves as it is."""
        group = self.get_group(name)
        group = replace(
            group,
            label=group.label if label is None else label,
            display_order=group.display_order if display_order is None else display_order,
        )
        self._groups[name] = group
        return group

    def archive_group(self, name: str) -> None:
        """Delete a group that holds no live property."""
        group = self.get_group(name)
        if any(each.group_name == name for each in self.live.values()):
            raise validation_error(
                f'Property group "{name}" still has properties and cannot be deleted.',
                sub_category="PropertyGroupError.GROUP_WITH_ACTIVE_PROPERTIES",
            )
        self._groups[name] = replace(group, archived=True)

    def _check_shape(self, wanted: PropertyDefinition) -> None:
        if wanted.field_type not in FIELD_TYPES.get(wanted.type, ()):
            raise validation_error(f'"{wanted.field_type}" is not a valid fieldType for the type "{wanted.type}".')
        group = self._groups.get(wanted.group_name)
        if group is None or group.archived:
            raise validation_error(f'Property group "{wanted.group_name}" does not exist.')
        _check_options(wanted.options)

    def _put(self, definition: PropertyDefinition) -> None:
        self._properties[definition.name] = definition
        self._refresh()

    def _refresh(self) -> None:
        # Replaced, never edited: requests read it without the lock.
        self.live = {name: each for name, each in self._properties.items() if not each.archived}


def _check_options(options: tuple[Option, ...]) -> None:
    values = [option.value for option in options]
    if len(set(values)) < len(values):
        twice = next(value for value in values if values.count(value) > 1)
        raise validation_error(f'Property options must have unique values; "{twice}" stands there twice.')


def _exists(message: str, sub_category: str) -> HubSpotError:
    detail = ErrorDetail(message, sub_category=sub_category)
    return HubSpotError(409, "OBJECT_ALREADY_EXISTS", message, errors=(detail,), sub_category=sub_category)


def _read_only(name: str) -> HubSpotError:
    return validation_error(
        f'Property "{name}" is defined by HubSpot and cannot be changed this way.',
        sub_category="PropertyValidationError.PROPERTY_DEFINITION_READ_ONLY",
    )
