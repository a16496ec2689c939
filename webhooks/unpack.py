"""The `unpack` job: takes many deliveries at once and turns them into facts, work and jobs, all in one transaction for each chunk.

Killed anywhere, a chunk leaves no trace and is taken again. One transaction at a time decides for a portal, so that what an event of one
delivery says about a record is known when the next is judged. Work is only queued for live records: after all facts of a chunk are known,
so a deletion removes the record from the worklist whether it came before or after the change it follows.

Limit: a person who sets a property back, within minutes, to the value that we wrote is taken for our own write.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol, TypeAlias

from sqlalchemy import Connection

from integration.core.clock import Clock
from integration.db.session import Database
from integration.jobs.dead_letter_store import DeadLetterStore
from integration.jobs.request import Deferrer, JsonScalar
from webhooks.cleaning import Cleaner, without_content
from webhooks.dispatch import Dispatcher, Sourced
from webhooks.inbox_store import InboxStore, StoredDelivery
from webhooks.portal_changes import PortalChanges

_DELIVERIES_A_CHUNK: Final = 50
_BYTES_A_CHUNK: Final = 4_000_000

WrittenValue: TypeAlias = tuple[str, str, str, str]
"""object type, object id, property name, value"""
RecentWrites: TypeAlias = Callable[[Connection, int, frozenset[WrittenValue]], frozenset[WrittenValue]]
"""(connection, portal_id, asked): those of the asked values that we wrote ourselves in the last minutes."""


class UnpackMetrics(Protocol):
    """What is counted here."""

    def events(self, outcome: str, count: int) -> None: ...

    def error(self, reason: str) -> None: ...


@dataclass(frozen=True)
class Unpacker:
    """Unpacks until nothing waits. Safe to run in several workers at once."""

    database: Database
    deferrer: Deferrer
    dispatcher: Dispatcher
    recent_writes: RecentWrites
    clock: Clock
    metrics: UnpackMetrics
    inbox: InboxStore
    dead_letters: DeadLetterStore
    changes: PortalChanges
    cleaner: Cleaner

    def run(self, _args: Mapping[str, JsonScalar]) -> None:
        """As a job: chunk after chunk until the inbox is empty."""
        while self.unpack_chunk():
            pass

    def unpack_chunk(self) -> int:
        """How many deliveries were unpacked; 0 when none waited."""
        with self.database.begin() as connection:
            now = self.clock()
            deliveries = self.inbox.take(connection, limit=_DELIVERIES_A_CHUNK, byte_limit=_BYTES_A_CHUNK, now=now)
            if not deliveries:
                return 0
            outcomes, reasons = self._settle(connection, deliveries)
        for outcome, count in outcomes.items():
            self.metrics.events(outcome, count)
        for reason in reasons.elements():
            self.metrics.error(reason)
        return len(deliveries)

    def _settle(self, connection: Connection, deliveries: Sequence[StoredDelivery]) -> tuple[Counter[str], Counter[str]]:
        """Carries everything out; returns the events by outcome and the dead letters by reason."""
        reading = self.dispatcher.read(deliveries)
        named = {*reading.events, *(letter.portal_id for letter in reading.problems if letter.portal_id is not None)}
        installed = self.inbox.find_installed(connection, sorted(named))
        outcomes: Counter[str] = Counter()
        letters = [letter for letter in reading.problems if letter.portal_id is None or letter.portal_id in installed]
        outcomes["unknown_portal"] = len(reading.problems) - len(letters)
        self.inbox.lock_portals(connection, sorted(installed))
        for portal_id, events in reading.events.items():
            if portal_id not in installed:
                outcomes["unknown_portal"] += len(events) + reading.repeats[portal_id]
                continue
            outcomes["repeat"] += reading.repeats[portal_id]
            news = self._without_repeats(connection, portal_id, events, outcomes)
            plan = self.dispatcher.plan(self._without_own_writes(connection, portal_id, news, outcomes))
            outcomes.update(plan.outcomes)
            letters += plan.problems
            self.changes.carry_out(connection, portal_id, plan)
        erased = self.cleaner.find_erased(connection, reading, installed)
        self.cleaner.clean_deliveries(connection, deliveries, reading, erased)
        outcomes["dead_letter"] = len(letters)
        self.dead_letters.save(connection, without_content(letters, erased))
        return +outcomes, Counter(letter.reason for letter in letters)

    def _without_repeats(
        self, connection: Connection, portal_id: int, events: Mapping[int, Sourced], outcomes: Counter[str]
    ) -> list[Sourced]:
        sources = {key: sourced.delivery_id for key, sourced in events.items()}
        repeats = self.inbox.find_repeats(connection, portal_id, sources=sources, now=self.clock())
        outcomes["repeat"] += len(repeats)
        return [sourced for key, sourced in events.items() if key not in repeats]

    def _without_own_writes(
        self, connection: Connection, portal_id: int, events: list[Sourced], outcomes: Counter[str]
    ) -> list[Sourced]:
        """The second guard: values we wrote ourselves, though the event does not say so."""
        asked: dict[WrittenValue, list[int]] = defaultdict(list)
        for position, (event, _) in enumerate(events):
            if self.dispatcher.reads_property(event) and not self.dispatcher.is_echo(event):
                value = (event.type.object_type, event.object_id, event.property_name, event.property_value)
                asked[value].append(position)
        if not asked:
            return events
        ours = self.recent_writes(connection, portal_id, frozenset(asked))
        dropped = {position for value in ours for position in asked.get(value, ())}
        outcomes["own_write"] += len(dropped)
        return [sourced for position, sourced in enumerate(events) if position not in dropped]
