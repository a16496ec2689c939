"""The report on a dry run: what would be filled, changed and left alone, why, and what it cost. Pure.

The time stamp and the status that accompany every write are counted apart: they say something about a write and are not worth one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from integration.pipeline.ledger_store import NOTE_PREFIX
from integration.pipeline.policies.words import reason_in_words
from integration.pipeline.properties import LAST_ENRICHED_AT, STATUS
from integration.pipeline.proposals.open_store import OpenCounts
from integration.pipeline.proposals.report_store import ProviderCost, Sample, Tallied

KINDS: Final = ("filled", "changed", "cleared", "note", "refused")
_COMPANIONS: Final = frozenset({STATUS.name, LAST_ENRICHED_AT.name})


@dataclass(frozen=True)
class PropertyLine:
    """What would happen to one property over all records: fields by kind."""

    object_type: str
    property_name: str
    filled: int
    changed: int
    cleared: int
    refused: int


@dataclass(frozen=True)
class ReasonLine:
    """How often something is left alone for one reason. `words` explains it."""

    reason: str
    words: str
    count: int
    properties: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Report:
    """Counts are fields, but `record_count` (records with anything open) and `to_write` (records, fields and notes that accepting touches).

    `filled` were blank, `changed` hold another value, `cleared` would be emptied, `companions` are time stamps and statuses.
    """

    record_count: int
    to_write: OpenCounts
    filled: int
    changed: int
    cleared: int
    companions: int
    notes_new: int
    notes_changed: int
    refused: int
    by_property: tuple[PropertyLine, ...]
    refusals: tuple[ReasonLine, ...]
    costs: tuple[ProviderCost, ...]
    samples: tuple[Sample, ...]

    @property
    def cost_usd(self) -> Decimal:
        """What the facts behind the proposals cost. Lookups that found nothing are on the budgets page."""
        return sum((entry.cost_usd for entry in self.costs), Decimal(0))

    @property
    def is_empty(self) -> bool:
        return not self.record_count


def build_report(
    *,
    record_count: int,
    to_write: OpenCounts,
    tallies: Sequence[Tallied],
    costs: Sequence[ProviderCost],
    samples: Sequence[Sample],
) -> Report:
    """The report from what was counted."""
    fields = [one for one in tallies if one.property_name not in _COMPANIONS or one.kind == "refused"]
    kinds = Counter[str]()
    for one in fields:
        kinds[one.kind] += one.count
    notes = Counter[str]()
    for one in fields:
        if one.kind == "note":
            notes[one.reason] += one.count
    return Report(
        record_count=record_count,
        to_write=to_write,
        filled=kinds["filled"],
        changed=kinds["changed"],
        cleared=kinds["cleared"],
        companions=sum(one.count for one in tallies) - sum(kinds.values()),
        notes_new=kinds["note"] - notes["note_changed"],
        notes_changed=notes["note_changed"],
        refused=kinds["refused"],
        by_property=_by_property(fields),
        refusals=_refusals(one for one in fields if one.kind == "refused"),
        costs=tuple(costs),
        samples=tuple(one for one in samples if one.property_name not in _COMPANIONS),
    )


def report_as_json(report: Report) -> dict[str, Any]:
    """The report for programs: money as text, moments in ISO 8601."""
    return {
        "records": report.record_count,
        "fields": {"filled": report.filled, "changed": report.changed, "cleared": report.cleared, "refused": report.refused},
        "notes": {"new": report.notes_new, "changed": report.notes_changed},
        "accepting": {
            "records": report.to_write.record_count,
            "fields": report.to_write.field_count,
            "notes": report.to_write.note_count,
        },
        "by_property": [vars(line) for line in report.by_property],
        "refusals": [{**vars(line), "properties": dict(line.properties)} for line in report.refusals],
        "cost_usd": f"{report.cost_usd:f}",
        "cost_by_provider": [{**vars(line), "cost_usd": f"{line.cost_usd:f}"} for line in report.costs],
        "samples": [{**vars(one), "seen_at": one.seen_at and one.seen_at.isoformat()} for one in report.samples],
    }


def _by_property(tallies: Iterable[Tallied]) -> tuple[PropertyLine, ...]:
    counted: dict[tuple[str, str], Counter[str]] = {}
    for one in tallies:
        if not one.property_name.startswith(NOTE_PREFIX):
            counted.setdefault((one.object_type, one.property_name), Counter())[one.kind] += one.count
    lines = [
        PropertyLine(object_type, name, kinds["filled"], kinds["changed"], kinds["cleared"], kinds["refused"])
        for (object_type, name), kinds in counted.items()
    ]
    return tuple(sorted(lines, key=lambda line: (line.object_type, -_size(line), line.property_name)))


def _size(line: PropertyLine) -> int:
    return line.filled + line.changed + line.cleared + line.refused


def _refusals(tallies: Iterable[Tallied]) -> tuple[ReasonLine, ...]:
    by_reason: dict[str, Counter[str]] = {}
    for one in tallies:
        by_reason.setdefault(one.reason, Counter())[one.property_name] += one.count
    lines = [
        ReasonLine(reason, reason_in_words(reason), sum(names.values()), _ranked(names)) for reason, names in by_reason.items()
    ]
    return tuple(sorted(lines, key=lambda line: (-line.count, line.reason)))


def _ranked(counted: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(counted.items(), key=lambda entry: (-entry[1], entry[0])))
