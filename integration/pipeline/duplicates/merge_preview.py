"""What a merge would leave: every property in which two records differ, HubSpot's outcome, and what we advise instead. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from integration.hubspot.objects import CrmRecord, PropertyDefinition, PropertyVersion
from integration.matching.survivorship import HUBSPOT_RULES, Held, Setter, Side, judge
from integration.pipeline.policies.origins import origin_of
from integration.pipeline.policy import OWN_PREFIX, Origin

_SETTERS: Final = {
    Origin.PERSON: Setter.PERSON,
    Origin.IMPORT: Setter.IMPORT,
    Origin.OTHER_APP: Setter.APP,
    Origin.HUBSPOT: Setter.HUBSPOT,
    Origin.OURS: Setter.LEADLIGHT,
    Origin.UNKNOWN: Setter.UNKNOWN,
}
_FIRST: Final = ("name", "firstname", "lastname", "email", "domain", "phone", "jobtitle", "company", "website", "country", "city")
"""Shown before the others, in this order."""
_FINGERPRINT_LENGTH: Final = 32

Histories = Mapping[str, Mapping[str, tuple[PropertyVersion, ...]]]
"""By record id and property, the versions newest first."""


@dataclass(frozen=True)
class FieldOutcome:
    """One property in which the two differ. `can_choose`: a person may have the losing value written after the merge."""

    name: str
    label: str
    primary: Held
    other: Held
    after: Side
    better: Side
    reason: str
    can_choose: bool

    @property
    def value_after(self) -> str:
        return self.other.value if self.after is Side.OTHER else self.primary.value

    @property
    def value_lost(self) -> str:
        """What HubSpot will not show any more; "" when nothing is lost."""
        return "" if self.after is Side.OTHER else self.other.value

    @property
    def is_advised(self) -> bool:
        """Whether we would rather keep the value that HubSpot's merge hides."""
        return self.can_choose and self.better is Side.OTHER


@dataclass(frozen=True)
class MergePreview:
    """Both records as they stand now. `fingerprint` changes as soon as one of them does."""

    object_type: str
    primary_id: str
    other_id: str
    fields: tuple[FieldOutcome, ...]
    same_count: int
    fingerprint: str

    @property
    def choices(self) -> frozenset[str]:
        """The properties whose losing value a person may choose."""
        return frozenset(field.name for field in self.fields if field.can_choose)


def differing_names(primary: CrmRecord, other: CrmRecord, definitions: Mapping[str, PropertyDefinition]) -> tuple[str, ...]:
    """The properties people can write in which the two differ: those whose history is worth reading."""
    return tuple(
        name
        for name, definition in definitions.items()
        if _is_shown(definition) and (primary.text(name) or "") != (other.text(name) or "")
    )


def build_preview(
    primary: CrmRecord, other: CrmRecord, definitions: Mapping[str, PropertyDefinition], histories: Histories, *, app_id: str
) -> MergePreview:
    """The preview of merging `other` into `primary`."""
    names = differing_names(primary, other, definitions)
    shared = [
        name
        for name, definition in definitions.items()
        if _is_shown(definition) and name not in names and (primary.text(name) or "").strip()
    ]
    order = sorted(names, key=lambda name: (_FIRST.index(name) if name in _FIRST else len(_FIRST), _label(definitions[name])))
    return MergePreview(
        object_type=primary.object_type,
        primary_id=primary.object_id,
        other_id=other.object_id,
        fields=tuple(_outcome(definitions[name], primary, other, histories, app_id) for name in order),
        same_count=len(shared),
        fingerprint=fingerprint((primary, other), names),
    )


def fingerprint(records: Sequence[CrmRecord], names: Sequence[str]) -> str:
    """A digest of the named values of the records, whichever of them is the primary one."""
    told = {record.object_id: {name: record.text(name) or "" for name in sorted(names)} for record in records}
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:_FINGERPRINT_LENGTH]


def _outcome(
    definition: PropertyDefinition, primary: CrmRecord, other: CrmRecord, histories: Histories, app_id: str
) -> FieldOutcome:
    ours, theirs = (_held(record, definition, histories, app_id) for record in (primary, other))
    verdict = judge(definition.name, ours, theirs)
    settled_by_hubspot = definition.name in HUBSPOT_RULES or definition.name.startswith(OWN_PREFIX)
    return FieldOutcome(
        name=definition.name,
        label=_label(definition),
        primary=ours,
        other=theirs,
        after=verdict.hubspot,
        better=verdict.better,
        reason="Leadlight works it out anew after the merge" if definition.name.startswith(OWN_PREFIX) else verdict.reason,
        can_choose=verdict.hubspot is Side.PRIMARY and not theirs.is_blank and not settled_by_hubspot,
    )


def _held(record: CrmRecord, definition: PropertyDefinition, histories: Histories, app_id: str) -> Held:
    versions = histories.get(record.object_id, {}).get(definition.name, ())
    origin = origin_of(versions, app_id=app_id, kind=definition.type)
    return Held(record.text(definition.name) or "", _SETTERS[origin or Origin.UNKNOWN], versions[0].at if versions else None)


def _is_shown(definition: PropertyDefinition) -> bool:
    return not (definition.archived or definition.is_read_only or definition.is_calculated)


def _label(definition: PropertyDefinition) -> str:
    return definition.label or definition.name
