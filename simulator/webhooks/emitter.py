"""Sends webhooks the way HubSpot does: batches for each account, at most 10 out at once, retries, repeats and disorder.

One planning thread forms batches and wakes for retries; POSTs run in a pool. What an app wrote itself comes back to it too.
Sources: https://developers.hubspot.com/docs/apps/developer-platform/add-features/configure-webhooks and
https://developers.hubspot.com/docs/api-reference/error-handling (read 2026-09). That a retry is signed anew is inferred.
Limit: 128 POSTs are out at most over all accounts, so more than a dozen accounts with hung targets hold each other up.
"""

import itertools
import random
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from simulator.apps import App
from simulator.crm.changes import Change
from simulator.webhooks.deliveries import Delivery, DeliveryLog
from simulator.webhooks.events import Event, EventContext, build_events
from simulator.webhooks.queue import Batch, PortalQueue, WebhookSettings
from simulator.webhooks.sender import Answer, Sender

_MAX_THREADS = 128


@dataclass(frozen=True)
class Recipient:
    """An app that is installed in the account, with the scopes it was granted."""

    app: App
    granted_scopes: frozenset[str]


@dataclass(frozen=True)
class EmitterClocks:
    """Real time in two forms: seconds for waiting, milliseconds since 1970 for signatures."""

    monotonic: Callable[[], float]
    wall_ms: Callable[[], int]


class Installations(Protocol):
    """What the emitter asks of the world."""

    def recipients(self, portal_id: int) -> Iterable[Recipient]:
        """The apps installed in the account."""

    def is_sensitive(self, portal_id: int, object_type: str, property_name: str) -> bool:
        """True when events must not carry the property's values."""


class Emitter:
    """Delivers the changes of every account to the apps installed there. `close()` ends its threads."""

    def __init__(
        self,
        installations: Installations,
        clocks: EmitterClocks,
        settings: WebhookSettings,
        *,
        rng: random.Random,
        log_capacity: int = 20_000,
    ) -> None:
        self.settings = settings
        self.log = DeliveryLog(log_capacity)
        self._installations = installations
        self._clocks = clocks
        self._rng = rng
        self._sender = Sender(clocks.wall_ms)
        self._condition = threading.Condition()
        self._queues: dict[tuple[int, int], PortalQueue] = {}
        self._event_ids = itertools.count(rng.randrange(10**6, 10**7))
        self._last_event_id = next(self._event_ids)
        self._delivery_numbers = itertools.count(1)
        self._closed = False
        self._pool = ThreadPoolExecutor(_MAX_THREADS, thread_name_prefix="webhook")
        self._planner = threading.Thread(target=self._plan_forever, daemon=True, name="webhook-planner")
        self._planner.start()

    def changed(self, portal_id: int, changes: Sequence[Change]) -> None:
        """Queue the events of one save for every app that is subscribed to them."""
        is_sensitive = partial(self._installations.is_sensitive, portal_id)
        for recipient in self._installations.recipients(portal_id):
            context = EventContext(recipient.app, portal_id, recipient.granted_scopes, self._next_event_id, is_sensitive)
            events = build_events(changes, context)
            for save in [events] if len(events) <= self.settings.batch_size else _by_record(events):
                self.enqueue(recipient.app, portal_id, save)

    def enqueue(self, app: App, portal_id: int, events: Sequence[Event]) -> None:
        """Queue events as one save, as they are. An app without a target gets none."""
        if app.webhook_target_url is None or not events:
            return
        with self._condition:
            queue = self._queues.setdefault((app.app_id, portal_id), PortalQueue(app, portal_id))
            queue.app = app  # its target or concurrency may have changed since the last event
            queue.add(list(events), self._clocks.monotonic(), self.settings, self._rng)
            self._condition.notify_all()

    def drop(self, app_id: int, portal_id: int) -> None:
        """Forget what waits for the app in the account (it was uninstalled)."""
        with self._condition:
            queue = self._queues.get((app_id, portal_id))
            if queue is not None:
                queue.saves.clear()
                queue.retries.clear()
            self._condition.notify_all()

    def drain(self, timeout_s: float) -> bool:
        """True once nothing waits, is out or will be retried; False when that did not come within the time."""
        with self._condition:
            return self._condition.wait_for(lambda: all(queue.is_idle for queue in self._queues.values()), timeout_s)

    def pending(self) -> int:
        """Events that wait, retries included."""
        with self._condition:
            return sum(
                sum(map(len, queue.saves)) + sum(len(batch.events) for _, batch in queue.retries) for queue in self._queues.values()
            )

    def forget(self) -> None:
        """Drop everything that waits, and the log."""
        with self._condition:
            for queue in self._queues.values():
                queue.saves.clear()
                queue.retries.clear()
            self._condition.notify_all()
        self.log.forget()

    def close(self) -> None:
        """Stop: what waits is dropped, POSTs that are out are not waited for."""
        with self._condition:
            self._closed = True
            self._condition.notify_all()
        self._planner.join(2.0)
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._sender.close()

    def _next_event_id(self) -> int:
        if self._rng.random() >= self.settings.repeated_id_ratio:
            self._last_event_id = next(self._event_ids)
        return self._last_event_id

    def _plan_forever(self) -> None:
        with self._condition:
            while not self._closed:
                now = self._clocks.monotonic()
                for queue in self._queues.values():
                    while (batch := queue.next_batch(now, self.settings, self._rng)) is not None:
                        queue.in_flight += 1
                        self._pool.submit(self._send, queue, batch)
                due = [at for queue in self._queues.values() if (at := queue.next_due()) is not None]
                self._condition.wait(max(0.001, min(due) - now) if due else None)

    def _send(self, queue: PortalQueue, batch: Batch) -> None:
        url = batch.app.webhook_target_url or ""
        answer = self._sender.post(url, batch.app.client_secret, batch.events, timeout_s=self.settings.timeout_s)
        with self._condition:
            queue.in_flight -= 1
            delivered = answer.status is not None and 200 <= answer.status < 300
            retried = not delivered and queue.retry_later(batch, self._clocks.monotonic(), self.settings, self._rng)
            self.log.add(self._delivery(batch, answer, final=not retried))
            self._condition.notify_all()

    def _delivery(self, batch: Batch, answer: Answer, *, final: bool) -> Delivery:
        return Delivery(
            number=next(self._delivery_numbers),
            at_ms=self._clocks.wall_ms(),
            app_id=batch.app.app_id,
            portal_id=batch.portal_id,
            attempt=batch.attempt,
            status=answer.status,
            error=answer.error,
            latency_ms=answer.latency_ms,
            final=final,
            events=batch.events,
        )


def _by_record(events: Sequence[Event]) -> list[list[Event]]:
    """The events of a large save (a batch write, an import) record by record, so that batches split between records."""
    records: dict[tuple[object, object], list[Event]] = {}
    for event in events:
        prefix = str(event["subscriptionType"]).partition(".")[0]
        records.setdefault((prefix, event["objectId"]), []).append(event)
    return list(records.values())
