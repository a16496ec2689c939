"""The last look before the door: no routing field is written that no admin opened, whoever planned the write and whatever for."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Final

from integration.db.session import Database
from integration.pipeline.policies.policy_store import PolicyStore
from integration.pipeline.policy import ROUTING_FIELDS, Decision, WritePolicy
from integration.pipeline.write_plan import RecordPlan

_CLOSED: Final = Decision("keep", "routing_closed")


def without_closed_fields(database: Database, *, portal_id: int, object_type: str, plans: Sequence[RecordPlan]) -> list[RecordPlan]:
    """The plans without writes to closed routing fields, which they then tell as kept. One query, and only where a plan names such a field."""
    if not any(plan.values.keys() & ROUTING_FIELDS for plan in plans):
        return list(plans)
    with database.begin() as connection:
        rules = PolicyStore().rules_of(connection, portal_id=portal_id, object_type=object_type)
    opened = {name for name, rule in rules.items() if rule.is_open and rule.policy is not WritePolicy.NEVER}
    return [closed_off(plan, ROUTING_FIELDS - opened) for plan in plans]


def closed_off(plan: RecordPlan, closed: Collection[str]) -> RecordPlan:
    """The plan with writes to `closed` properties turned into kept values."""
    entries = tuple(
        replace(entry, decision=_CLOSED) if entry.wanted.property_name in closed and entry.decision.action == "write" else entry
        for entry in plan.entries
    )
    return replace(plan, entries=entries)
