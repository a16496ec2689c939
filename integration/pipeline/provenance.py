"""Where the values on a record came from: which of our writes still stand, and what a card is told about them. Pure.

A value of ours has provenance until somebody else changes it. That is seen when the record is read again, which a webhook about the change
brings about at once for every property whose change we are told of, and the next look at the record for the others.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from integration.hubspot.objects import CrmRecord
from integration.pipeline.ledger_store import COMPUTED, LastWrite
from integration.pipeline.policy import same_value
from integration.pipeline.sources import provider_title
from integration.providers.reasons import is_contradiction

_LIST_BYTES: Final = 45_000
"""Each of the two lists: the answer stays under 100 kB."""
_VALUE_LIMIT: Final = 160
_URL_LIMIT: Final = 200
_KINDS: Final = ("number", "datetime", "enumeration")


@dataclass(frozen=True)
class FieldProvenance:
    """A property that holds what we wrote. `seen_at` and `confidence_ratio` are None for what we computed."""

    property_name: str
    value: str
    provider: str
    source_url: str | None
    seen_at: datetime | None
    confidence_ratio: float | None
    cost_usd: Decimal | None
    run_id: str
    written_at: datetime


@dataclass(frozen=True)
class FactProvenance:
    """A fact some provider gave about the record, whether or not it stands in a property. `chosen`: it is the one we go by.

    `lost_because` says in words why another one was taken; None for the chosen one, and for what was stored before reasons were.
    """

    field: str
    value: str
    provider: str
    source_url: str | None
    seen_at: datetime
    confidence_ratio: float
    cost_usd: Decimal
    chosen: bool
    run_id: str
    lost_because: str | None = None


def no_longer_standing(records: Mapping[str, CrmRecord], last_writes: Iterable[LastWrite]) -> list[int]:
    """The ledger rows whose value is gone from the record. A property that was not read tells nothing."""
    return [
        write.row_id
        for write in last_writes
        if not write.superseded
        and (record := records.get(write.object_id)) is not None
        and write.property_name in record.properties
        and not _stands(record.properties[write.property_name], write.value_after)
    ]


def provenance_as_json(
    fields: Sequence[FieldProvenance],
    facts: Sequence[FactProvenance],
    *,
    labels: Mapping[str, str],
    undoable_since: datetime | None,
) -> dict[str, Any]:
    """What the card gets: `fields` we filled and `facts` we know, under 100 kB as UTF-8. `labels` are the names people know properties by.

    Confidence is 0 to 1, cost in US dollars as text, moments ISO 8601. `more_fields` and `more_facts` count what was left out. A fact that
    `differs` says something else than what we go by. A field written
    before `undoable_since` cannot be taken back any more; None: nothing can be now.
    """
    told_fields = fitting((_field_as_json(one, labels, undoable_since) for one in fields), _LIST_BYTES)
    told_facts = fitting((_fact_as_json(one) for one in facts), _LIST_BYTES)
    return {
        "fields": told_fields,
        "facts": told_facts,
        "more_fields": len(fields) - len(told_fields),
        "more_facts": len(facts) - len(told_facts),
    }


def _field_as_json(one: FieldProvenance, labels: Mapping[str, str], undoable_since: datetime | None) -> dict[str, Any]:
    return {
        "property": one.property_name,
        "label": labels.get(one.property_name, one.property_name),
        "value": _cut(one.value),
        "computed": one.provider == COMPUTED,
        "source": "Leadlight" if one.provider == COMPUTED else provider_title(one.provider),
        "source_url": _link(one.source_url),
        "seen_at": one.seen_at and one.seen_at.isoformat(),
        "confidence": one.confidence_ratio,
        "cost_usd": None if one.cost_usd is None else f"{one.cost_usd:f}",
        "run_id": one.run_id,
        "written_at": one.written_at.isoformat(),
        "may_undo": undoable_since is not None and one.written_at >= undoable_since,
    }


def _fact_as_json(one: FactProvenance) -> dict[str, Any]:
    return {
        "field": one.field,
        "label": one.field.replace("_", " ").capitalize(),
        "value": _cut(one.value),
        "source": provider_title(one.provider),
        "source_url": _link(one.source_url),
        "seen_at": one.seen_at.isoformat(),
        "confidence": one.confidence_ratio,
        "cost_usd": f"{one.cost_usd:f}",
        "chosen": one.chosen,
        "lost_because": one.lost_because,
        "differs": is_contradiction(one.lost_because or ""),
        "run_id": one.run_id,
    }


def fitting(entries: Iterable[dict[str, Any]], limit_bytes: int) -> list[dict[str, Any]]:
    """The first entries, as many as fit as JSON in UTF-8."""
    kept: list[dict[str, Any]] = []
    size = 0
    for entry in entries:
        size += len(json.dumps(entry, ensure_ascii=False).encode("utf-8", "replace")) + 2
        if size > limit_bytes:
            break
        kept.append(entry)
    return kept


def _stands(read: str | None, written: str | None) -> bool:
    return any(same_value(read or "", written or "", kind=kind) for kind in _KINDS)


def _cut(text: str) -> str:
    return text if len(text) <= _VALUE_LIMIT else text[: _VALUE_LIMIT - 1] + "…"


def _link(url: str | None) -> str | None:
    """Only addresses a browser may follow, and none cut short: a wrong address is worse than none."""
    return url if url and len(url) <= _URL_LIMIT and url.startswith(("https://", "http://")) else None
