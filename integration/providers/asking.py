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
from integration.providers.gate_window import STOP_S
from integration.providers.gates import gate_name

# Time kept back so that calls that end at the limit are still collected.
COLLECT_S: Final = 0.3
# How long one round may stand in line for a vendor's rate; what does not get through is told when to come again.
PACE_WAIT_S: Final = 3.0
NO_KEY: Final = "no key: this portal has not set one for this provider"
_CLOSED: Final = "not asked: the provider refused this key a moment ago"


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

    def __init__(self, pool: Executor) -> None:
        self._pool = pool

    def plan(self, lookups: Sequence[Lookup], around: Round, closed: Mapping[str, ErrorClass]) -> Plan:
        """What would be asked: lookups grouped into calls, without those that have no key or whose gate is closed just now."""
        calls: list[Call] = []
        refused: dict[str, ProviderReply] = {}
        for group in _grouped(lookups):
            call = _call(group, around, closed)
            if isinstance(call, ProviderReply):
                refused |= {lookup.question: call for lookup in group}
            else:
                calls.append(call)
        return Plan(tuple(calls), refused)

    def ask(self, calls: Mapping[Call, float], until: float) -> list[Answered]:
        """Every call with its replies, before the monotonic moment `until`; a call starts at the monotonic moment it is mapped to.

        Late calls fail (pending); their answers are not waited for.
        """
        answered: list[Answered] = []
        running: dict[Future[Answered], Call] = {}
        stopped: dict[str, ErrorClass] = {}
        for call, starts_at in sorted(calls.items(), key=lambda item: item[1]):  # who must stand in line holds up nobody else
            wait_s = min(starts_at, until) - time.monotonic()
            if wait_s > 0:  # a sleep of nothing costs a change of threads all the same
                time.sleep(wait_s)
            running[self._pool.submit(_make, call, until - COLLECT_S, stopped)] = call
        done, _ = wait(running, timeout=max(0.0, until - time.monotonic()))
        return answered + [future.result() if future in done else _late(future, call) for future, call in running.items()]


def call_gate(endpoint: Endpoint, keys: Mapping[str, Secret]) -> str:
    """The gate that calls of an endpoint go through with these keys, "" for none."""
    provider = endpoint.offer.provider
    return gate_name(endpoint.offer, keys.get(provider.name, "") if provider.needs_key else "")


def _call(group: tuple[Lookup, ...], around: Round, closed: Mapping[str, ErrorClass]) -> Call | ProviderReply:
    """The group's call, or the reply that says why it is not made."""
    provider = group[0].endpoint.offer.provider
    key = around.keys.get(provider.name, Secret("")) if provider.needs_key else Secret("")
    if provider.needs_key and not key.strip():
        return ProviderReply(provider.name, "skipped", detail=NO_KEY)
    gate = call_gate(group[0].endpoint, around.keys)
    if gate in closed:
        return ProviderReply(provider.name, "failed", error=closed[gate], detail=_CLOSED)
    return Call(group[0].endpoint, group, key, gate)


def _make(call: Call, until: float, stopped: dict[str, ErrorClass]) -> Answered:
    """Runs in the pool. `stopped` are the gates of this round that answered that nobody should go on."""
    if call.gate in stopped:
        return _unmade(call, stopped[call.gate], _CLOSED)
    if time.monotonic() >= until:
        return _unmade(call, ErrorClass.PENDING, "the batch's time was over before its turn")
    subjects: list[Subject] = [lookup.subject for lookup in call.lookups]
    began = time.monotonic()
    replies = call.endpoint.ask(subjects, key=call.key, until=until)
    latency_s = time.monotonic() - began
    error = replies[0].error
    if call.gate and error in STOP_S:
        stopped[call.gate] = error
    name = call.endpoint.offer.name
    return Answered(call, tuple(replace(reply, endpoint=name, latency_s=latency_s) for reply in replies))


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
