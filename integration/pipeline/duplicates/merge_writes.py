"""What a merge writes: the trace of both records before it, and afterwards the values a person chose to keep. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from integration.core.errors import BadInput
from integration.hubspot.objects import CrmRecord
from integration.pipeline.duplicates.merge_preview import FieldOutcome, MergePreview
from integration.pipeline.policy import PERSON_CHOSE, Decision, WritePolicy
from integration.pipeline.write_plan import PlannedValue, RecordPlan, WantedValue

_TRACE: Final = Decision("keep", "before_merge")
_CHOSEN: Final = Decision("write", PERSON_CHOSE)


def chosen_fields(preview: MergePreview, names: Iterable[str]) -> tuple[FieldOutcome, ...]:
    """The outcomes of the named properties. Raises BadInput for one that cannot be chosen."""
    wanted = frozenset(names)
    strangers = sorted(wanted - preview.choices)
    if strangers:
        raise BadInput(f"The other record's value of {', '.join(strangers)} cannot be kept. Look at the pair again.")
    return tuple(field for field in preview.fields if field.name in wanted)


def traces(preview: MergePreview, run_id: str) -> tuple[RecordPlan, ...]:
    """Ledger entries that say what both records held where they differed, and what the merge leaves. Nothing of it is sent."""
    sides = {preview.primary_id: "primary", preview.other_id: "other"}
    return tuple(
        RecordPlan(
            object_id,
            f"{run_id}-{object_id}",
            tuple(
                PlannedValue(
                    WantedValue(field.name, field.value_after, WritePolicy.NEVER), getattr(field, side).value or None, _TRACE
                )
                for field in preview.fields
            ),
            tells_status=False,
        )
        for object_id, side in sides.items()
    )


def corrections(survivor: CrmRecord, chosen: Iterable[FieldOutcome], run_id: str) -> RecordPlan | None:
    """The plan that gives the survivor the chosen values; None when they all stand there already."""
    entries = tuple(
        PlannedValue(WantedValue(field.name, field.other.value, WritePolicy.ALWAYS), survivor.text(field.name), _CHOSEN)
        for field in chosen
        if (survivor.text(field.name) or "") != field.other.value
    )
    return RecordPlan(survivor.object_id, f"{run_id}-{survivor.object_id}", entries, tells_status=False) if entries else None


def merged_ids(record: CrmRecord) -> frozenset[str]:
    """The ids that were merged into the record."""
    names: Mapping[str, str] = {"hs_merged_object_ids": ";", "hs_calculated_merged_vids": ";"}
    found = {part.partition(":")[0].strip() for name, mark in names.items() for part in (record.text(name) or "").split(mark)}
    return frozenset(filter(None, found))
