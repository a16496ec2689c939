"""Whether a proposal may still be applied: the property must stand as it did when the proposal was made. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from integration.hubspot.objects import PropertyVersion
from integration.pipeline.ledger_store import NOTE_PREFIX
from integration.pipeline.policies.origins import origin_of
from integration.pipeline.policy import PROTECTED, Decision, WritePolicy, same_value
from integration.pipeline.proposals.open_store import Proposal
from integration.pipeline.write_plan import KnownSource, PlannedValue, RecordPlan, WantedValue

CHANGED_SINCE: Final = "changed_since"
STANDS_ALREADY: Final = "stands_already"
RECORD_GONE: Final = "record_gone"

History = Mapping[str, Mapping[str, tuple[PropertyVersion, ...]]]
"""By record id and property name, newest version first. A record that is not there is gone."""


@dataclass(frozen=True)
class Judged:
    """What may be written, what is declined and why by row id, and the notes to be kept."""

    fields: tuple[Proposal, ...]
    notes: tuple[Proposal, ...]
    declined: Mapping[int, str]


def judge(proposals: Sequence[Proposal], history: History, *, app_id: str, written: frozenset[tuple[str, str]]) -> Judged:
    """Every proposal is in exactly one place, but those in `written`: (record id, property) that this very run has written before."""
    fields, notes, declined = [], [], {}
    for one in proposals:
        if (one.object_id, one.property_name) in written:
            continue
        if one.object_id not in history:
            declined[one.row_id] = RECORD_GONE
        elif one.property_name.startswith(NOTE_PREFIX):
            notes.append(one)
        elif reason := _objection(one, history[one.object_id].get(one.property_name, ()), app_id):
            declined[one.row_id] = reason
        else:
            fields.append(one)
    return Judged(tuple(fields), tuple(notes), declined)


def current_value(history: History, object_id: str, property_name: str) -> str:
    """What stands there now, "" for a blank."""
    versions = history.get(object_id, {}).get(property_name, ())
    return (versions[0].value or "") if versions else ""


def means_same(left: str | None, right: str | None) -> bool:
    """Whether two texts are one value of a property whose type we do not know: also as a number, a time or several options."""
    return any(same_value(left or "", right or "", kind=kind) for kind in ("number", "datetime", "enumeration"))


def plans_of(fields: Sequence[Proposal], *, run_id: str) -> list[RecordPlan]:
    """One plan for each record, with every proposed value as it was proposed, source and reason included."""
    by_record: dict[str, list[PlannedValue]] = {}
    for one in fields:
        source = KnownSource(one.provider or "", one.source_url, one.seen_at, one.confidence_ratio, one.cost_usd)
        wanted = WantedValue(one.property_name, one.value_after, WritePolicy(one.policy), finding=source)
        by_record.setdefault(one.object_id, []).append(PlannedValue(wanted, one.value_before, Decision("write", one.reason)))
    return [
        RecordPlan(object_id, f"{run_id}-{object_id}", tuple(entries), tells_status=False)
        for object_id, entries in by_record.items()
    ]


def _objection(one: Proposal, versions: tuple[PropertyVersion, ...], app_id: str) -> str | None:
    value = versions[0].value if versions else None
    if not means_same(value, one.value_before):
        return STANDS_ALREADY if means_same(value, one.value_after) else CHANGED_SINCE
    # Whoever set the value again after we looked wants it to stay, a blank included.
    if versions and versions[0].at > one.proposed_at and origin_of(versions, app_id=app_id) in PROTECTED:
        return CHANGED_SINCE
    return None
