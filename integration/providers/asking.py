"""One round of the waterfall: everything to be asked now, asked at once. Threads and gates live here; no SQL, no decisions about fields.

A round is planned (what would be asked), then paid for by the caller, then asked. A call that was paid for and never left us says so.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor, Future, wait
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Final

from integration.core.settings import Secret
from integration.providers.adapter import Endpoint
from integration.providers.base import ErrorClass, ProviderReply, Subject
from integration.providers.budget import Want
from integration.providers.cases import Lookup
from integration.providers.gates import Breaker, Pace, gate_name

# Time kept back so that calls that end at the limit are still collected.
COLLECT_S: Final = 0.3
# How long one round may stand in line for a vendor's rate; what does not get through is answered "throttled" and asked another time.
PACE_WAIT_S: Final = 3.0


@dataclass(frozen=True, eq=False)
class Call:
    """One request about to be made: up to `batch_size` lookups of one endpoint."""

    endpoint: Endpoint
    lookups: tuple[Lookup, ...]
    key: Secret
    gate: str

    @property
    def provider(self) -> str:
        return self.endpoint.offer.provider.name

    @property
    def want(self) -> Want:
        """What it may cost."""
        offer = self.endpoint.offer
        return Want(self.provider, offer.name, len(self.lookups), offer.credits, offer.provider.usd_per_credit)

    def cut_to(self, lookups: int) -> Call:
        """The same call for only the first so many lookups."""
        return replace(self, lookups=self.lookups[:lookups])


@dataclass(frozen=True)
class Answered:
    """A call with one reply for each of its lookups. `made` False: it never left us, so it cannot have cost anything."""

    call: Call
    replies: tuple[ProviderReply, ...]
    made: bool = True


@dataclass(frozen=True)
class Plan:
    """The calls of a round, and the replies of lookups for which nobody is called, by question."""

    calls: tuple[Call, ...]
    refused: dict[str, ProviderReply] = field(default_factory=dict)


@dataclass(frozen=True)
class Round:
    """What a round is asked with: one portal, its keys, and the monotonic moment when everything must be in."""

    portal_id: int
    keys: Mapping[str, Secret]
    until: float


class Asker:
    """Asks providers in parallel over a bounded pool. Safe between threads; one per process."""

    def __init__(self, pool: Executor, breaker: Breaker, pace: Pace) -> None:
        self._pool = pool
        self._breaker = breaker
        self._pace = pace

    def plan(self, lookups: Sequence[Lookup], around: Round) -> Plan:
        """What would be asked: lookups grouped into calls, without those that have no key or whose provider refuses just now."""
        calls: list[Call] = []
        refused: dict[str, ProviderReply] = {}
        for group in _grouped(lookups):
            call = self._call(group, around)
            if isinstance(call, ProviderReply):
                refused |= {lookup.question: call for lookup in group}
            else:
                calls.append(call)
        return Plan(tuple(calls), refused)

    def ask(self, calls: Sequence[Call], until: float) -> list[Answered]:
        """Every call with its replies, before the monotonic moment `until`. Late calls fail (pending); their answers are not waited for."""
        answered: list[Answered] = []
        running: dict[Future[Answered], Call] = {}
        in_line_until = min(time.monotonic() + PACE_WAIT_S, until)
        for call in sorted(calls, key=lambda one: len(one.endpoint.offer.rates)):  # who must stand in line holds up nobody else
            future = self._start(call, until, in_line_until)
            if future is None:
                answered.append(_unmade(call, ErrorClass.THROTTLED, "our own pace for this provider"))
            else:
                running[future] = call
        done, _ = wait(running, timeout=max(0.0, until - time.monotonic()))
        return answered + [future.result() if future in done else _late(future, call) for future, call in running.items()]

    def _call(self, group: tuple[Lookup, ...], around: Round) -> Call | ProviderReply:
        """The group's call, or the reply that says why it is not made."""
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
        return Call(group[0].endpoint, group, key, gate)

    def _start(self, call: Call, until: float, in_line_until: float) -> Future[Answered] | None:
        """The call under way, None when the vendor's rate has no room for it in time."""
        wait_s = max(0.0, in_line_until - time.monotonic())
        if not self._pace.acquire(call.gate, call.endpoint.offer.rates, wait_s=wait_s):
            return None
        return self._pool.submit(self._make, call, until - COLLECT_S)

    def _make(self, call: Call, until: float) -> Answered:
        """Runs in the pool."""
        refused = self._breaker.refusal(call.gate) if call.gate else None
        if refused is not None:
            return _unmade(call, refused, "not asked: the provider refused this key a moment ago")
        if time.monotonic() >= until:
            return _unmade(call, ErrorClass.PENDING, "the batch's time was over before its turn")
        subjects: list[Subject] = [lookup.subject for lookup in call.lookups]
        replies = call.endpoint.ask(subjects, key=call.key, until=until)
        if call.gate:
            self._breaker.record(call.gate, replies[0].error)
        return Answered(call, replies)


def _grouped(lookups: Sequence[Lookup]) -> list[tuple[Lookup, ...]]:
    by_endpoint: defaultdict[Endpoint, list[Lookup]] = defaultdict(list)
    for lookup in lookups:
        by_endpoint[lookup.endpoint].append(lookup)
    return [
        tuple(found[start : start + endpoint.offer.batch_size])
        for endpoint, found in by_endpoint.items()
        for start in range(0, len(found), endpoint.offer.batch_size)
    ]


def _late(future: Future[Answered], call: Call) -> Answered:
    """A call that is not back at the end of the batch's time: what it may still cost is not known, unless it had not begun."""
    answered = _unmade(call, ErrorClass.PENDING, "no answer in the batch's time")
    if future.cancel():
        return answered
    paid = call.endpoint.offer.credits > Decimal(0)
    return Answered(call, tuple(replace(reply, may_be_charged=paid) for reply in answered.replies))


def _unmade(call: Call, error: ErrorClass, detail: str) -> Answered:
    reply = ProviderReply(call.provider, "failed", error=error, detail=detail)
    return Answered(call, tuple(reply for _ in call.lookups), made=False)
