"""What to write on one record: the values we want, held against what was read, each with its decision. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from integration.hubspot.objects import CrmRecord, PropertyDeclaration
from integration.pipeline.policy import Decision, Standing, WritePolicy, decide
from integration.pipeline.properties import LAST_ENRICHED_AT
from integration.pipeline.standard_properties import StandardValue
from integration.providers.base import Finding

TEXT_LIMIT: Final = 65_536
"""The longest text a HubSpot property holds."""


@dataclass(frozen=True)
class WantedValue:
    """A value we want in a property. `kind` is the property's type in HubSpot's words; `finding` is None for what we computed."""

    property_name: str
    value: str
    policy: WritePolicy
    kind: str = "string"
    finding: Finding | None = None


@dataclass(frozen=True)
class PlannedValue:
    """One wanted value with what stood there when we read (None: empty) and what was decided."""

    wanted: WantedValue
    value_before: str | None
    decision: Decision


@dataclass(frozen=True)
class RecordPlan:
    """Everything planned for one record under one trace id. `current_status` is the status property as it was read."""

    object_id: str
    trace_id: str
    entries: tuple[PlannedValue, ...]
    current_status: str | None = None
    values: Mapping[str, str] = field(init=False)
    """The new values, by property name: what goes to HubSpot."""

    def __post_init__(self) -> None:
        writes = {entry.wanted.property_name: entry.wanted.value for entry in self.entries if entry.decision.action == "write"}
        object.__setattr__(self, "values", writes)


def own_values(values: Mapping[str, str], declarations: Mapping[str, PropertyDeclaration]) -> tuple[WantedValue, ...]:
    """Values for our own properties, in the order given. Raises KeyError for a property nobody declared: that is our own mistake."""
    return tuple(
        WantedValue(name, value[:TEXT_LIMIT], WritePolicy.ALWAYS, declarations[name].type) for name, value in values.items()
    )


def foreign_values(values: Sequence[StandardValue]) -> tuple[WantedValue, ...]:
    """Values for HubSpot's standard properties that the admin opted in to."""
    return tuple(
        WantedValue(entry.property.name, entry.value[:TEXT_LIMIT], WritePolicy.IF_BLANK, entry.property.kind, entry.finding)
        for entry in values
    )


def plan_record(
    record: CrmRecord, wanted: Sequence[WantedValue], *, ours: frozenset[str], trace_id: str, as_of: datetime, status_name: str
) -> RecordPlan | None:
    """The plan, or None when nothing has to change. The time of the last change is written only beside another change.

    `ours` names the properties that still hold what we wrote there last.
    """
    entries = []
    for want in wanted:
        before = record.properties.get(want.property_name)
        decision = decide(want.policy, Standing(before or "", want.property_name in ours), want.value, kind=want.kind)
        if decision.reason != "unchanged":
            entries.append(PlannedValue(want, before, decision))
    if not any(entry.decision.action == "write" for entry in entries):
        return None
    moment = as_of.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    stamp = WantedValue(LAST_ENRICHED_AT.name, moment, WritePolicy.ALWAYS, LAST_ENRICHED_AT.type)
    before = record.properties.get(stamp.property_name)
    entries.append(PlannedValue(stamp, before, Decision("write", "own_property")))
    return RecordPlan(record.object_id, trace_id, tuple(entries), record.text(status_name))
