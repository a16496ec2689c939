"""Records and the tables that hold them.

A record keeps every save it went through, so its history and its past states are read from one log. Properties are replaced
whole on every save: whoever holds the old mapping keeps a consistent picture without a lock.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import takewhile

from simulator.crm.changes import Source
from simulator.crm.object_types import ObjectType

HISTORY_LENGTH = 20


@dataclass(frozen=True, slots=True)
class Save:
    """The values one save wrote; "" is a cleared value."""

    at_ms: int
    source: Source
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One past or present value of a property."""

    value: str
    at_ms: int
    source: Source


@dataclass(slots=True)
class Record:
    """One CRM record. `properties` holds only values that are set, all as text, dates in HubSpot's ISO form."""

    object_type: str
    id: str
    properties: Mapping[str, str]
    created_at_ms: int
    updated_at_ms: int
    saves: list[Save]
    archived_at_ms: int | None = None
    number: int = 0

    @property
    def archived(self) -> bool:
        """Whether the record is in the recycle bin."""
        return self.archived_at_ms is not None

    def apply(self, save: Save) -> None:
        """The record after `save`."""
        kept = {**self.properties, **save.values}
        self.properties = {name: value for name, value in kept.items() if value != ""}
        self.saves.append(save)
        self.updated_at_ms = save.at_ms

    def backdate(self, past: Sequence[Save]) -> None:
        """Put saves of the past, oldest first, before the ones that are there; the record is as old as the first of them."""
        told: dict[str, str] = {}
        for save in past:
            told.update(save.values)
        later = [
            replace(save, values={name: value for name, value in save.values.items() if told.get(name) != value})
            for save in self.saves
        ]
        self.saves = [*past, *later]
        self.created_at_ms = past[0].at_ms
        values = {name: value for save in self.saves for name, value in save.values.items()}
        self.properties = {name: value for name, value in values.items() if value != ""}

    def history(self, name: str) -> list[HistoryEntry]:
        """The values of one property, newest first, at most 20."""
        entries: list[HistoryEntry] = []
        for save in reversed(self.saves):
            value = save.values.get(name)
            if value is not None:
                entries.append(HistoryEntry(value, save.at_ms, save.source))
                if len(entries) == HISTORY_LENGTH:
                    break
        return entries

    def as_of(self, moment_ms: int) -> Mapping[str, str] | None:
        """The properties as they stood at `moment_ms`; None when the record was not there yet."""
        if self.updated_at_ms <= moment_ms:
            return self.properties
        values: dict[str, str] = {}
        for save in self.saves:
            if save.at_ms <= moment_ms:
                values.update(save.values)
        return {name: value for name, value in values.items() if value != ""} or None


class RecordTable:
    """The records of one type: live ones in id order and in order of their last change, archived ones, and old ids.

    `touch` must be called after every save with times that never go back, as `Portal` does.
    """

    def __init__(self, kind: ObjectType) -> None:
        self.kind = kind
        self.live: dict[str, Record] = {}
        self.archived: dict[str, Record] = {}
        self.redirects: dict[str, str] = {}
        self._numbers: list[int] = []
        self._by_change: dict[str, Record] = {}

    def add(self, record: Record) -> None:
        """Put a record among the live ones."""
        self.live[record.id] = record
        self.archived.pop(record.id, None)
        if not self._numbers or record.number > self._numbers[-1]:
            self._numbers.append(record.number)
        else:
            self._numbers.insert(bisect_left(self._numbers, record.number), record.number)
        self.touch(record)

    def touch(self, record: Record) -> None:
        """Note that the record is now the last changed one."""
        self._by_change.pop(record.id, None)
        self._by_change[record.id] = record

    def remove(self, record: Record) -> None:
        """Take a record out of the live ones."""
        del self.live[record.id]
        self._by_change.pop(record.id, None)
        del self._numbers[bisect_left(self._numbers, record.number)]

    def find(self, record_id: str, *, follow_merges: bool = False) -> Record | None:
        """The live record of an id; with `follow_merges` an id that was merged away leads to its survivor."""
        record = self.live.get(record_id)
        while record is None and follow_merges and record_id in self.redirects:
            record_id = self.redirects[record_id]
            record = self.live.get(record_id)
        return record

    def in_id_order(self, *, above: float = float("-inf"), at_most: float = float("inf"), limit: int | None = None) -> list[Record]:
        """The first `limit` live records with above < id <= at_most, ascending. Cost: proportional to the answer."""
        start, end = bisect_right(self._numbers, above), bisect_right(self._numbers, at_most)
        end = end if limit is None else min(end, start + limit)
        live = self.live
        return [live[str(number)] for number in self._numbers[start:end]]

    def changed_last_first(self) -> Iterator[Record]:
        """Live records, the last changed one first."""
        return reversed(self._by_change.values())

    def changed_since(self, modified: str, moment: str) -> Iterator[Record]:
        """Live records whose property `modified` is at or after an ISO moment, the last changed one first."""
        return takewhile(lambda record: record.properties[modified] >= moment, self.changed_last_first())


def iso(at_ms: int) -> str:
    """HubSpot's form of a moment: 2026-03-12T07:33:46.615Z."""
    moment = datetime.fromtimestamp(at_ms // 1000, UTC)
    return f"{moment.isoformat()[:19]}.{at_ms % 1000:03d}Z"
