"""What the steps of an undo share: the batch in hand, the client it needs, and the report of what was not written. No I/O."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from integration.hubspot.objects import SINGULAR, PropertyDefinition, PropertyVersion
from integration.pipeline.ledger_store import COMPUTED
from integration.pipeline.notes import NoteWriter
from integration.pipeline.policy import WritePolicy
from integration.pipeline.rowset_store import Row
from integration.pipeline.undo.chain import UNDONE
from integration.pipeline.undo.undo_run_store import PROPOSED_BY_UNDO, UndoRun
from integration.pipeline.write_back import PropertyWriter


class UndoClient(PropertyWriter, NoteWriter, Protocol):
    """What an undo needs of one portal's HubSpot."""

    def batch_read_history(
        self, object_type: str, ids: Sequence[str], properties: Sequence[str]
    ) -> Mapping[str, Mapping[str, tuple[PropertyVersion, ...]]]: ...
    def batch_archive(self, object_type: str, ids: Sequence[str]) -> None: ...
    def property_definitions(self, object_type: str, names: Sequence[str] = ()) -> Mapping[str, PropertyDefinition]: ...


@dataclass(frozen=True)
class UndoBatch:
    """Up to 100 records of one type."""

    run: UndoRun
    client: UndoClient
    object_type: str
    object_ids: tuple[str, ...]

    @property
    def portal_id(self) -> int:
        return self.run.portal_id

    @property
    def run_id(self) -> str:
        return self.run.run_id

    def trace_id(self, object_id: str) -> str:
        """One for each record of the run: contacts and companies may share an id."""
        return f"{self.run_id}-{SINGULAR[self.object_type]}-{object_id}"


@dataclass(frozen=True)
class Line:
    """A field or note that was not written: left alone for `reason`, or, in a dry run, what would have been written.

    `standing` is what stands there as far as we looked, `wanted` what would go back.
    """

    object_id: str
    property_name: str
    standing: str
    wanted: str
    reason: str
    is_proposal: bool = False


@dataclass
class BatchReport:
    """What a batch did not write; the rest stands in the ledger already."""

    batch: UndoBatch
    lines: list[Line] = field(default_factory=list)

    def keep(self, object_id: str, property_name: str, reason: str, *, standing: str = "", wanted: str = "") -> None:
        self.lines.append(Line(object_id, property_name, standing, wanted, reason))

    def propose(self, object_id: str, property_name: str, *, standing: str, wanted: str) -> None:
        """What a dry run would write."""
        self.lines.append(Line(object_id, property_name, standing, wanted, UNDONE, is_proposal=True))

    def rows(self, now: datetime) -> list[Row]:
        """The lines as the ledger takes them, settled: nobody accepts them, the undo is started for good instead."""
        return [
            {
                "object_id": line.object_id,
                "property_name": line.property_name,
                "value_before": line.standing or None,
                "value_after": line.wanted,
                "policy": WritePolicy.ALWAYS.value,
                "decision": "write" if line.is_proposal else "keep",
                "decision_reason": line.reason,
                "provider": COMPUTED,
                "trace_id": self.batch.trace_id(line.object_id),
                "outcome": PROPOSED_BY_UNDO if line.is_proposal else "kept",
                "settled_at": now,
            }
            for line in self.lines
        ]
