"""One round of the waterfall: everything to be asked now, asked at once. Threads and gates live here; no SQL, no decisions about fields.

Limit: the answer of a call that outlives its batch is lost, and so is what it was charged; calls end before the batch does, so only a
hanging name lookup can do that.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor, Future, wait
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from integration.core.errors import BudgetExhausted
from integration.core.settings import Secret
from integration.providers.adapter import Endpoint
from integration.providers.base import ErrorClass, ProviderReply, Subject
from integration.providers.budget import DailyBudget
from integration.providers.cases import Lookup
from integration.providers.gates import Breaker, Pace, gate_name

# Time kept back so that calls that end at the limit are still collected.
COLLECT_S: Final = 0.3
# How long one round may stand in line for a vendor's rate; what does not get through is answered "throttled" and asked another time.
PACE_WAIT_S: Final = 3.0


@dataclass(frozen=True)
class _Call:
    """One request about to be made: up to `batch_size` lookups of one endpoint."""

    endpoint: Endpoint
    lookups: tuple[Lookup, ...]
    key: Secret
    gate: str
    reserved: Decimal


@dataclass(frozen=True)
class Round:
    """What a round is asked with: one portal, its keys, its money, and the monotonic moment when everything must be in."""

    portal_id: int
    keys: Mapping[str, Secret]
    budget: DailyBudget
    until: float


class Asker:
    """Asks providers in parallel over a bounded pool. Safe between threads; one per process."""

    def __init__(self, pool: Executor, breaker: Breaker, pace: Pace) -> None:
        self._pool = pool
        self._breaker = breaker
        self._pace = pace

    def ask(self, lookups: Sequence[Lookup], around: Round) -> dict[str, ProviderReply]:
        """A reply for every lookup, by question. Late calls are replies too (failed, pending); their answers are not waited for."""
        replies: dict[str, ProviderReply] = {}
        calls: list[_Call] = []
        for group in _grouped(lookups):
            refusal = self._prepare(group, around, calls)
            replies |= {lookup.question: refusal for lookup in group} if refusal else {}
        running: dict[Future[tuple[ProviderReply, ...]], _Call] = {}
        in_line_until = min(time.monotonic() + PACE_WAIT_S, around.until)
        for call in sorted(calls, key=lambda one: len(one.endpoint.offer.rates)):  # who must stand in line holds up nobody else
            future = self._start(call, around.until, in_line_until)
            if future is None:
                replies |= self._settle(call, _all_failed(call, ErrorClass.THROTTLED, "our own pace for this provider"), around)
            else:
                running[future] = call
        done, _ = wait(running, timeout=max(0.0, around.until - time.monotonic()))
        for future, call in running.items():
            answers = future.result() if future in done else _all_failed(call, ErrorClass.PENDING, "no answer in the batch's time")
            if future not in done:
                future.cancel()
            replies |= self._settle(call, answers, around)
        return replies

    def _prepare(self, group: tuple[Lookup, ...], around: Round, calls: list[_Call]) -> ProviderReply | None:
        """Adds the group's call to `calls`, or gives the reply that says why it is not made."""
        offer = group[0].endpoint.offer
        provider = offer.provider
        key = around.keys.get(provider.name, Secret(""))
        if provider.needs_key and not key:
            return ProviderReply(provider.name, "skipped", detail="no key: this portal has not set one for this provider")
        gate = gate_name(around.portal_id, offer, key) if provider.needs_key else ""
        refused = self._breaker.refusal(gate) if gate else None
        if refused is not None:
            return ProviderReply(
                provider.name, "failed", error=refused, detail="not asked: the provider refused this key a moment ago"
            )
        reserved = offer.credits * len(group)
        try:
            around.budget.reserve(reserved)
        except BudgetExhausted as error:
            return ProviderReply(provider.name, "skipped", detail=error.message)
        calls.append(_Call(group[0].endpoint, group, key, gate, reserved))
        return None

    def _start(self, call: _Call, until: float, in_line_until: float) -> Future[tuple[ProviderReply, ...]] | None:
        """The call under way, None when the vendor's rate has no room for it in time."""
        wait_s = max(0.0, in_line_until - time.monotonic())
        if not self._pace.acquire(call.gate, call.endpoint.offer.rates, wait_s=wait_s):
            return None
        return self._pool.submit(self._make, call, until - COLLECT_S)

    def _make(self, call: _Call, until: float) -> tuple[ProviderReply, ...]:
        """Runs in the pool."""
        refused = self._breaker.refusal(call.gate) if call.gate else None
        if refused is not None:
            return _all_failed(call, refused, "not asked: the provider refused this key a moment ago")
        if time.monotonic() >= until:
            return _all_failed(call, ErrorClass.PENDING, "the batch's time was over before its turn")
        subjects: list[Subject] = [lookup.subject for lookup in call.lookups]
        replies = call.endpoint.ask(subjects, key=call.key, until=until)
        if call.gate:
            self._breaker.record(call.gate, replies[0].error)
        return replies

    def _settle(self, call: _Call, answers: tuple[ProviderReply, ...], around: Round) -> dict[str, ProviderReply]:
        around.budget.settle(call.reserved, answers)
        return {lookup.question: answer for lookup, answer in zip(call.lookups, answers, strict=True)}


def _grouped(lookups: Sequence[Lookup]) -> list[tuple[Lookup, ...]]:
    by_endpoint: defaultdict[Endpoint, list[Lookup]] = defaultdict(list)
    for lookup in lookups:
        by_endpoint[lookup.endpoint].append(lookup)
    return [
        tuple(found[start : start + endpoint.offer.batch_size])
        for endpoint, found in by_endpoint.items()
        for start in range(0, len(found), endpoint.offer.batch_size)
    ]


def _all_failed(call: _Call, error: ErrorClass, detail: str) -> tuple[ProviderReply, ...]:
    reply = ProviderReply(call.endpoint.offer.provider.name, "failed", error=error, detail=detail)
    return tuple(reply for _ in call.lookups)
