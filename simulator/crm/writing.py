"""Plans a write of one record: validates every value and works out what will be stored. Nothing is changed here.

A plan is made before anything is saved, so that a batch can be refused as a whole or only in part.
Sources: https://developers.hubspot.com/docs/api-reference/error-handling,
https://developers.hubspot.com/changelog/crm-api-write-validation-enforcement (read 2026-09).
Limit: the sentences of the unique-value and required-property refusals follow public reports, not documents.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from simulator.crm.definitions import PropertyDefinition
from simulator.crm.lifecycle import moves_back
from simulator.crm.records import Record
from simulator.crm.schema import Schema
from simulator.crm.settings import PortalSettings, WriteRules
from simulator.crm.unique import ADDRESSES, Key, UniqueIndex, unique_keys
from simulator.crm.values import ValueProblem, email_address, normalise
from simulator.errors import ErrorDetail, HubSpotError, validation_error

OwnerCheck = Callable[[str], bool]


@dataclass(frozen=True)
class ValueWarning:
    """A value that was stored in another form than it was sent in."""

    property_name: str
    raw_value: str
    normalized_value: str


@dataclass(frozen=True)
class PlannedWrite:
    """What a save will store ("" clears) and the unique values it will hold afterwards."""

    values: Mapping[str, str]
    warnings: tuple[ValueWarning, ...]
    claims: frozenset[Key]


@dataclass(frozen=True)
class WritePlanner:
    """Plans for one object type. `is_owner` says whether an id may own records; `blocked` are addresses erased for good."""

    portal_id: int
    schema: Schema
    settings: PortalSettings
    unique: UniqueIndex
    blocked: frozenset[str]
    is_owner: OwnerCheck

    def plan(
        self,
        wanted: Mapping[str, str],
        rules: WriteRules,
        *,
        record: Record | None = None,
        reserved: Mapping[Key, str] | None = None,
    ) -> PlannedWrite:
        """The plan for a new record (`record` None) or a change; `reserved` holds what earlier plans of the batch claim.

        Raises HubSpot's 400 or 409.
        """
        current = record.properties if record is not None else {}
        values, warnings = self._normalise_all(wanted, rules, current)
        values = {name: value for name, value in values.items() if value != current.get(name, "")}
        self._check_required({**current, **values}, rules, is_new=record is None)
        claims = self._check_unique(values, record, reserved or {})
        return PlannedWrite(values, tuple(warnings), claims)

    def _normalise_all(
        self, wanted: Mapping[str, str], rules: WriteRules, current: Mapping[str, str]
    ) -> tuple[dict[str, str], list[ValueWarning]]:
        definitions, lenient = self.schema.live, self.schema.kind.ignores_unknown
        values: dict[str, str] = {}
        warnings: list[ValueWarning] = []
        problems: list[tuple[str, ValueProblem]] = []
        for name, raw in wanted.items():
            definition = definitions.get(name)
            if lenient and (definition is None or definition.read_only_value):
                continue
            try:
                value, was = self._normalise_one(name, definition, raw, rules, current.get(name, ""))
            except ValueProblem as problem:
                problems.append((name, problem))
                continue
            if name == "lifecyclestage" and moves_back(current.get(name, ""), value):
                continue
            values[name] = value
            if was is not None:
                warnings.append(ValueWarning(name, was, value))
        if problems:
            raise self._invalid(problems)
        return values, warnings

    def _normalise_one(
        self, name: str, definition: PropertyDefinition | None, raw: str, rules: WriteRules, current: str
    ) -> tuple[str, str | None]:
        if definition is None:
            raise ValueProblem("PROPERTY_DOESNT_EXIST", f'Property "{name}" does not exist')
        if definition.read_only_value:
            raise ValueProblem("READ_ONLY_VALUE", f'"{name}" is a read only property; its value cannot be set.')
        if raw and self.schema.kind.name == "contacts" and name in ADDRESSES:
            return ";".join(self._address(part) for part in raw.split(";") if part.strip()), None
        if raw and name == "hubspot_owner_id" and not self.is_owner(raw):
            raise ValueProblem("INVALID_OWNER_ID", f"The owner with ID {raw} does not exist")
        normalised = normalise(definition, raw, rules, current=current)
        return normalised.value, normalised.was

    def _address(self, raw: str) -> str:
        address = email_address(raw)
        if address in self.blocked:
            message = f"Email address {raw} belongs to a person whose data was erased and cannot be used"
            raise ValueProblem("INVALID_EMAIL", message)
        return address

    def _check_required(self, after: Mapping[str, str], rules: WriteRules, *, is_new: bool) -> None:
        kind = self.schema.kind
        missing = [name for name in kind.required_properties if is_new and not after.get(name)]
        if missing:
            message = f"Error creating {kind.word}. Some required properties were not set."
            raise validation_error(message, errors=(ErrorDetail(message, context={"properties": missing}),))
        if not rules.enforces_required:
            return
        missing = [name for name in self.settings.required_properties.get(kind.name, ()) if is_new and not after.get(name)]
        _refuse_missing(missing, "MISSING_REQUIRED_PROPERTY", "is required")
        missing = [
            name
            for rule in self.settings.conditional_rules
            if rule.object_type == kind.name and after.get(rule.when_property) in rule.when_values
            for name in rule.then_required
            if not after.get(name)
        ]
        _refuse_missing(missing, "MISSING_CONDITIONAL_REQUIRED_PROPERTY", "is required by a conditional rule")

    def _check_unique(self, values: Mapping[str, str], record: Record | None, reserved: Mapping[Key, str]) -> frozenset[Key]:
        own_id = record.id if record is not None else ""
        claims = frozenset(unique_keys(self.schema.kind.name, values, self.schema.live))
        for key in sorted(claims):
            holder = self.unique.holder(key) or reserved.get(key)
            if holder is not None and holder != own_id:
                raise self._taken(key, holder, own_id)
        return claims

    def _taken(self, key: Key, holder: str, own_id: str) -> HubSpotError:
        name, value = key
        kind = self.schema.kind
        if kind.name == "contacts" and name == "email":
            return HubSpotError(409, "CONFLICT", f"Contact already exists. Existing ID: {holder}")
        coordinates = f"portalId={self.portal_id}, objectTypeId={kind.type_id}, propertyName={name}, value={value}"
        where = f" on {own_id}" if own_id else ""
        message = f"Cannot set PropertyValueCoordinates{{{coordinates}}}{where}. {holder} already has that value."
        return self._invalid([(name, ValueProblem("CONFLICTING_UNIQUE_VALUE", message))])

    def _invalid(self, problems: Iterable[tuple[str, ValueProblem]]) -> HubSpotError:
        found = [
            {
                "isValid": False,
                "message": problem.message,
                "error": problem.code,
                "name": name,
                "localizedErrorMessage": problem.message,
                "portalId": self.portal_id,
            }
            for name, problem in problems
        ]
        details = [ErrorDetail(str(each["message"]), str(each["error"]), {"propertyName": [str(each["name"])]}) for each in found]
        return validation_error(f"Property values were not valid: {json.dumps(found)}", errors=details)


def _refuse_missing(names: list[str], code: str, reason: str) -> None:
    if names:
        details = [ErrorDetail(f'Property "{name}" {reason}.', code, {"propertyName": [name]}) for name in names]
        raise validation_error(f"Some required properties were not set: {', '.join(names)}", errors=details)
