"""Counters and timings, one narrow method for each thing that happens. Labels never hold personal data.

When PROMETHEUS_MULTIPROC_DIR is set (as `leadlight up` does), all processes of the machine add up to one page; otherwise each shows its own.
"""

from __future__ import annotations

import os
from decimal import Decimal

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

MULTIPROCESS_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"


class Metrics:
    """All metrics of the product, on a registry of their own."""

    def __init__(self) -> None:
        self._registry = registry = CollectorRegistry()
        self._deliveries = Counter("leadlight_deliveries", "Webhook deliveries by outcome.", ["outcome"], registry=registry)
        self._events = Counter("leadlight_events", "Webhook events unpacked, by outcome.", ["outcome"], registry=registry)
        self._hubspot_calls = Counter("leadlight_hubspot_calls", "Calls to HubSpot.", ["operation", "status"], registry=registry)
        self._rate_limited = Counter("leadlight_hubspot_rate_limited", "Answers 429 of HubSpot.", ["policy"], registry=registry)
        self._batches = Counter(
            "leadlight_batches", "Batches carried through the pipeline.", ["object_type", "lane", "outcome"], registry=registry
        )
        self._batch_seconds = Histogram(
            "leadlight_batch_seconds",
            "Time of one batch.",
            ["object_type"],
            buckets=(0.25, 0.5, 1, 2, 4, 8, 16, 32, 64),
            registry=registry,
        )
        self._records = Counter(
            "leadlight_records", "Records by what became of them.", ["object_type", "outcome"], registry=registry
        )
        self._provider_calls = Counter("leadlight_provider_calls", "Provider lookups.", ["provider", "outcome"], registry=registry)
        self._provider_cost = Counter("leadlight_provider_cost_usd", "What providers charged.", ["provider"], registry=registry)
        self._provider_credits = Counter("leadlight_provider_credits", "Credits charged.", ["provider"], registry=registry)
        self._errors = Counter("leadlight_errors", "Errors by reason.", ["reason"], registry=registry)
        self._timeline_events = Counter(
            "leadlight_timeline_events", "Events for records' timelines, by outcome.", ["outcome"], registry=registry
        )
        self._backlog_age = Gauge(
            "leadlight_backlog_age_seconds",
            "Age of the oldest waiting record.",
            ["lane"],
            registry=registry,
            multiprocess_mode="mostrecent",
        )
        self._backlog = Gauge(
            "leadlight_backlog_records",
            "Records waiting for the pipeline.",
            ["lane"],
            registry=registry,
            multiprocess_mode="mostrecent",
        )

    def delivery(self, outcome: str) -> None:
        self._deliveries.labels(outcome).inc()

    def events(self, outcome: str, count: int) -> None:
        self._events.labels(outcome).inc(count)

    def hubspot_call(self, operation: str, status: int) -> None:
        self._hubspot_calls.labels(operation, str(status)).inc()

    def rate_limited(self, policy: str) -> None:
        self._rate_limited.labels(policy).inc()

    def batch(self, object_type: str, lane: str, outcome: str, seconds: float) -> None:
        self._batches.labels(object_type, lane, outcome).inc()
        self._batch_seconds.labels(object_type).observe(seconds)

    def records(self, object_type: str, outcome: str, count: int) -> None:
        self._records.labels(object_type, outcome).inc(count)

    def provider_call(self, provider: str, outcome: str, cost_usd: Decimal = Decimal(0), credits: Decimal = Decimal(0)) -> None:
        self._provider_calls.labels(provider, outcome).inc()
        if cost_usd:
            self._provider_cost.labels(provider).inc(float(cost_usd))
        if credits:
            self._provider_credits.labels(provider).inc(float(credits))

    def error(self, reason: str) -> None:
        self._errors.labels(reason).inc()

    def timeline_events(self, outcome: str, count: int) -> None:
        self._timeline_events.labels(outcome).inc(count)

    def backlog(self, lane: str, records: int, oldest_s: float) -> None:
        self._backlog.labels(lane).set(records)
        self._backlog_age.labels(lane).set(oldest_s)

    def render(self) -> bytes:
        """The page in Prometheus's text format, over all processes when they share a folder."""
        if not os.environ.get(MULTIPROCESS_VARIABLE):
            return generate_latest(self._registry)
        shared = CollectorRegistry()
        MultiProcessCollector(shared)  # type: ignore[no-untyped-call]
        return generate_latest(shared)
