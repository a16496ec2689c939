"""Enrichment of a batch: each field from the providers that are worth asking, in parallel, nothing asked or paid for twice.

A batch goes down in rounds. In each, the lookups of the plan are made at once; their answers decide the next round. The whole batch has
one time limit: what is late counts as failed and does not hold up the rest. Failures are never cached.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Final

from sqlalchemy import Connection

from integration.core.clock import Clock
from integration.core.metrics import Metrics
from integration.db.session import Database
from integration.providers.adapter import Adapter
from integration.providers.asking import Asker, Plan, Round
from integration.providers.base import ErrorClass, ProviderReply, Subject
from integration.providers.budget import refusal_words
from integration.providers.budget_store import BudgetStore
from integration.providers.cache_store import CachedAnswer, CacheStore, NewAnswer
from integration.providers.cases import NEVER, Case, Lookup, open_cases
from integration.providers.estimates import week_of
from integration.providers.gates import Breaker, Pace
from integration.providers.keys_store import KeysStore
from integration.providers.merge import merge_findings
from integration.providers.observation_store import ObservationStore
from integration.providers.observing import observe
from integration.providers.order import channels_of
from integration.providers.planner import Planner, purse_of
from integration.providers.questions import Enrichment, Question, question_ids_of, suppression_ids
from integration.providers.single_flight import Flight, SingleFlight, wait_for
from integration.providers.spending import CallReport, Permit, Spending
from integration.providers.standing import Purse
from integration.providers.standing_reader import StandingReader, Standpoint
from integration.providers.timing import timed

BATCH_S: Final = 25.0
MAX_ROUNDS: Final = 8
_LEAST_ROUND_S: Final = 0.5


class Enricher:
    """Answers the questions of a batch from all providers. Safe between threads; one per process."""

    def __init__(
        self,
        *,
        adapters: Sequence[Adapter],
        keys: KeysStore,
        cache: CacheStore,
        spending: Spending,
        pool: Executor,
        clock: Clock,
        database: Database,
        metrics: Metrics,
        pace: Pace | None = None,
        batch_s: float = BATCH_S,
    ) -> None:
        channels = channels_of(timed(adapters))
        self._planner = Planner(channels)
        self._standings = StandingReader()
        self._fields = frozenset(name for channel in channels for name in channel.trust)
        self._prefixes = tuple(endpoint.offer.question_prefix for channel in channels for endpoint in channel.endpoints)
        self._asker = Asker(pool, Breaker(time.monotonic), pace or Pace())
        self._flights = SingleFlight()
        self._keys = keys
        self._cache = cache
        self._spending = spending
        self._budgets = BudgetStore()
        self._observations = ObservationStore()
        self._titles = {adapter.info.name: adapter.info.title for adapter in adapters}
        self._clock = clock
        self._database = database
        self._metrics = metrics
        self._batch_s = batch_s

    def enrich(self, portal_id: int, questions: Sequence[Question]) -> dict[str, Enrichment]:
        """An answer for every question, by its key; a question nobody could answer has one without provider findings.

        Ends within `batch_s` seconds. Cost: per round two short transactions for the whole batch, however many questions there are.
        """
        until = time.monotonic() + self._batch_s
        point, purse = self._read_standing(portal_id)
        cases, by_key = open_cases(questions, self._fields, settles_at=NEVER, holds_out=point.standing.holds_out)
        around = self._open_round(portal_id, cases, until)
        for number in range(1, MAX_ROUNDS + 1):
            planned = self._planner.plan(
                cases.values(), point.standing, point.judge, keyed=frozenset(around.keys), purse=purse, round_number=number
            )
            lookups, purse = planned.take(), planned.purse
            if not lookups or until - time.monotonic() < _LEAST_ROUND_S:
                break
            self._run_round(lookups, around)
        self._note(portal_id, cases.values(), point)
        as_of = self._clock()
        merged: dict[str, Enrichment] = {}
        for question in questions:
            case = by_key[question.key]
            findings, alternatives = merge_findings((*question.known, *case.findings), as_of=as_of)
            merged[question.key] = Enrichment(findings, alternatives, tuple(case.replies), tuple(case.steps))
        return merged

    def forget(self, connection: Connection, portal_id: int, subjects: Sequence[Subject]) -> int:
        """How many stored answers about these subjects were erased. That a person asked not to be processed stays known."""
        questions = [name for subject in subjects for name in question_ids_of(subject, self._prefixes)]
        return self._cache.forget(connection, portal_id=portal_id, questions=questions)

    def _read_standing(self, portal_id: int) -> tuple[Standpoint, Purse]:
        """What the plans of the batch rest on, and the credits left. The budget itself is kept when a round is paid for."""
        now = self._clock()
        with self._database.begin() as connection:
            point = self._standings.read(connection, portal_id=portal_id, now=now)
            rooms = self._budgets.rooms(connection, portal_id=portal_id, providers=list(self._titles), on=now.date())
        return point, purse_of(rooms.values())

    def _note(self, portal_id: int, cases: Iterable[Case], point: Standpoint) -> None:
        """Keeps what the batch taught about the channels."""
        observed = observe(cases, week_of(self._clock()), point.judge.trusts)
        if observed:
            with self._database.begin() as connection:
                self._observations.add(connection, portal_id=portal_id, observed=observed)

    def _open_round(self, portal_id: int, cases: Mapping[str, Case], until: float) -> Round:
        """Reads what the whole batch needs, and marks the people who may not be asked about."""
        now = self._clock()
        marks = {mark: case for case in cases.values() for mark in suppression_ids(case.subject)}
        with self._database.begin() as connection:
            keys = self._keys.keys_of(connection, portal_id=portal_id)
            suppressed = self._cache.find(connection, portal_id=portal_id, questions=list(marks), now=now)
        for mark in suppressed:
            marks[mark].suppress()
            marks[mark].replies.append(ProviderReply("leadlight", "skipped", detail="this person asked not to be processed"))
        return Round(portal_id, keys, until)

    def _run_round(self, lookups: Sequence[Lookup], around: Round) -> None:
        """Answers every lookup of a round: from the cache, from a provider, or from another batch that is asking the same right now.

        Claimed before the cache is read and released after it is written: so no two batches can both miss the other's answer.
        """
        names = {lookup.question: f"{around.portal_id}|{lookup.question}" for lookup in lookups}
        mine, others = self._flights.claim(names.values())
        own = {lookup.question: lookup for lookup in lookups if names[lookup.question] in mine}
        replies: dict[str, ProviderReply] = {}
        try:
            replies = self._ask_own(own, around)
        finally:
            for question in own:
                self._flights.land(names[question], replies.get(question))
        for lookup in lookups:
            flight = others.get(names[lookup.question])
            reply = replies[lookup.question] if flight is None else _landed(lookup, flight, around.until)
            lookup.case.hear(lookup, reply)
            self._metrics.provider_call(reply.provider, "cached" if reply.cached else reply.outcome, reply.cost_usd, reply.credits)

    def _ask_own(self, own: Mapping[str, Lookup], around: Round) -> dict[str, ProviderReply]:
        """Reads the cache and sets aside what the rest may cost, asks, and keeps what came of it. Two transactions, none open while asking."""
        now = self._clock()
        with self._database.begin() as connection:
            cached = self._cache.find(connection, portal_id=around.portal_id, questions=list(own), now=now)
            plan = self._asker.plan([lookup for question, lookup in own.items() if question not in cached], around)
            permits = self._spending.reserve(
                connection, portal_id=around.portal_id, wants=[call.want for call in plan.calls], now=now
            )
        replies = {question: _from_cache(own[question], stored) for question, stored in cached.items()}
        replies |= plan.refused | self._unfunded(plan, permits)
        call_ids = {
            call.cut_to(permit.grant.lookups): permit.call_id
            for call, permit in zip(plan.calls, permits, strict=True)
            if permit.grant.lookups
        }
        answered = self._asker.ask(list(call_ids), around.until)
        for one in answered:
            replies |= {lookup.question: reply for lookup, reply in zip(one.call.lookups, one.replies, strict=True)}
        reports = [CallReport(one.call.provider, call_ids[one.call], one.made, one.replies) for one in answered]
        self._keep([(lookup, replies[question]) for question, lookup in own.items()], reports, around)
        return replies

    def _unfunded(self, plan: Plan, permits: Sequence[Permit]) -> dict[str, ProviderReply]:
        """The replies of lookups that no budget was left for."""
        replies: dict[str, ProviderReply] = {}
        for call, permit in zip(plan.calls, permits, strict=True):
            grant = permit.grant
            if grant.lookups < len(call.lookups):
                words = refusal_words(grant.blocked, self._titles)
                reply = ProviderReply(call.provider, "skipped", detail=words, waits_until=grant.waits_until)
                replies |= {lookup.question: reply for lookup in call.lookups[grant.lookups :]}
        return replies

    def _keep(self, answered: Sequence[tuple[Lookup, ProviderReply]], reports: Sequence[CallReport], around: Round) -> None:
        """Stores the round: answers worth keeping, people to leave alone, what was charged. One transaction."""
        now = self._clock()
        blocked = {id(lookup.case): lookup.case for lookup, reply in answered if reply.error is ErrorClass.LEGAL_BLOCK}
        answers = [_to_store(one, reply, now) for one, reply in answered if _is_new(reply) and id(one.case) not in blocked]
        if not (blocked or answers or reports):
            return
        with self._database.begin() as connection:
            self._cache.save(connection, portal_id=around.portal_id, answers=answers, now=now)
            if blocked:
                self._cache.suppress(
                    connection,
                    portal_id=around.portal_id,
                    marks=[mark for case in blocked.values() for mark in suppression_ids(case.subject)],
                    erase=[name for case in blocked.values() for name in question_ids_of(case.subject, self._prefixes)],
                    now=now,
                )
            self._spending.settle(connection, portal_id=around.portal_id, reports=reports, now=now)


def _is_new(reply: ProviderReply) -> bool:
    return reply.outcome in ("found", "not_found") and not reply.cached


def _to_store(lookup: Lookup, reply: ProviderReply, now: datetime) -> NewAnswer:
    provider = lookup.endpoint.offer.provider
    lifetime = provider.found_lifetime if reply.outcome == "found" else provider.not_found_lifetime
    outcome: Final = "found" if reply.outcome == "found" else "not_found"
    return NewAnswer(provider.name, lookup.question, outcome, reply.findings, now + lifetime, reply.about, reply.candidates)


def _from_cache(lookup: Lookup, stored: CachedAnswer) -> ProviderReply:
    name = lookup.endpoint.offer.provider.name
    outcome: Final = "found" if stored.outcome == "found" else "not_found"
    return ProviderReply(name, outcome, stored.findings, cached=True, about=stored.about, candidates=stored.candidates)


def _landed(lookup: Lookup, flight: Flight, until: float) -> ProviderReply:
    """Another batch's answer: the same findings, already paid for."""
    reply = wait_for(flight, until - time.monotonic())
    if reply is None:
        name = lookup.endpoint.offer.provider.name
        return ProviderReply(name, "failed", error=ErrorClass.PENDING, detail="another batch is still asking the same")
    return replace(reply, credits=Decimal(0), cost_usd=Decimal(0), cached=reply.outcome in ("found", "not_found"))
