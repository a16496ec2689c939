"""The deliveries that wait for one app in one account: forming batches, and the gaps between retries. No threads, no I/O.

Saves are kept whole in a batch where they fit, their events in any order, as observed live. The caller holds the lock.
"""

import random
from dataclasses import dataclass, field, replace

from simulator.apps import App
from simulator.webhooks.events import Event

# Ten gaps that spread over about a day, each varied at random; `retry_scale` compresses them.
RETRY_GAPS_S = (60, 300, 900, 1800, 3600, 7200, 10800, 14400, 18000, 28800)

# How far a save may be overtaken; a longer reach would cost a shuffle of the whole queue for each batch of an import.
_DISORDER_REACH = 1000


@dataclass(frozen=True)
class WebhookSettings:
    """How deliveries behave.

    `retry_scale`: real seconds for each second of HubSpot's retry day; `gather_s`: how long a first event waits for company;
    `duplicate_ratio`: share of saves sent twice; `repeated_id_ratio`: share of events that carry an eventId used before;
    `shuffle`: saves leave in random order instead of the order they happened in.
    """

    batch_size: int = 100
    timeout_s: float = 5.0
    max_retries: int = 10
    retry_scale: float = 0.001
    gather_s: float = 0.02
    duplicate_ratio: float = 0.0
    repeated_id_ratio: float = 0.0
    shuffle: bool = False


@dataclass(frozen=True)
class Batch:
    """Up to `batch_size` events of one POST; `attempt` counts from 0."""

    app: App
    portal_id: int
    events: tuple[Event, ...]
    attempt: int = 0

    def again(self) -> "Batch":
        """The same events for the next attempt, with their attemptNumber raised."""
        attempt = self.attempt + 1
        return replace(self, attempt=attempt, events=tuple({**event, "attemptNumber": attempt} for event in self.events))


@dataclass
class PortalQueue:
    """What waits for one app in one account, and how many POSTs are out."""

    app: App
    portal_id: int
    in_flight: int = 0
    ready_at: float = 0.0
    saves: list[list[Event]] = field(default_factory=list)
    retries: list[tuple[float, Batch]] = field(default_factory=list)

    @property
    def is_idle(self) -> bool:
        """True when nothing waits, nothing is out and nothing will be retried."""
        return not (self.saves or self.retries or self.in_flight)

    def add(self, events: list[Event], now: float, settings: WebhookSettings, rng: random.Random) -> None:
        """Queue one save; with `duplicate_ratio`, it is queued a second time."""
        if not self.saves:
            self.ready_at = now + settings.gather_s
        self.saves.append(events)
        if rng.random() < settings.duplicate_ratio:
            self.saves.append([dict(event) for event in events])

    def next_batch(self, now: float, settings: WebhookSettings, rng: random.Random) -> Batch | None:
        """The batch to send now: a due retry first, else waiting saves. None when nothing is due or 10 POSTs are out."""
        if self.in_flight >= self.app.max_concurrent_requests:
            return None
        due = next((entry for entry in self.retries if entry[0] <= now), None)
        if due is not None:
            self.retries.remove(due)
            return due[1]
        waiting = sum(len(save) for save in self.saves[: settings.batch_size])
        if not self.saves or (now < self.ready_at and waiting < settings.batch_size):
            return None
        return Batch(self.app, self.portal_id, tuple(self._take_events(settings, rng)))

    def next_due(self) -> float | None:
        """When there is something to look at again, in the caller's seconds; None when nothing waits for a time."""
        if self.in_flight >= self.app.max_concurrent_requests:
            return None
        times = [at for at, _ in self.retries]
        return min([*times, self.ready_at] if self.saves else times, default=None)

    def retry_later(self, batch: Batch, now: float, settings: WebhookSettings, rng: random.Random) -> bool:
        """Plan the next attempt; False when all are used up."""
        if batch.attempt >= settings.max_retries:
            return False
        gap_s = RETRY_GAPS_S[min(batch.attempt, len(RETRY_GAPS_S) - 1)] * rng.uniform(0.5, 1.5)
        self.retries.append((now + gap_s * settings.retry_scale, batch.again()))
        return True

    def _take_events(self, settings: WebhookSettings, rng: random.Random) -> list[Event]:
        events: list[Event] = []
        if settings.shuffle:
            near = self.saves[:_DISORDER_REACH]
            rng.shuffle(near)
            self.saves[:_DISORDER_REACH] = near
        taken = 0
        for save in self.saves:
            if events and len(events) + len(save) > settings.batch_size:
                break
            events.extend(rng.sample(save, len(save)))
            taken += 1
        del self.saves[:taken]
        if len(events) > settings.batch_size:  # one save larger than a batch is split
            self.saves.insert(0, events[settings.batch_size :])
        return events[: settings.batch_size]
