"""Enrichment of a batch: each field from the providers that are worth asking, in parallel, nothing asked or paid for twice.

A batch goes down in rounds. In each, the lookups of the plan are made at once; their answers decide the next round. The whole batch has
one time limit: what is late counts as failed and does not hold up the rest. Failures are never cached.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import uuid4

from sqlalchemy import Connection

from integration.core.clock import Clock
from integration.core.metrics import Metrics
from integration.db.session import Database
from integration.providers.adapter import Adapter
from integration.providers.asking import PACE_WAIT_S, Answered, Asker, Call, Plan, Round, call_gate
from integration.providers.base import ErrorClass, ProviderReply, Subject
from integration.providers.budget import refusal_words
from integration.providers.budget_store import BudgetStore
from integration.providers.cache_store import CachedAnswer, CacheStore, NewAnswer
from integration.providers.cases import NEVER, Case, Lookup, open_cases
from integration.providers.estimates import week_of
from integration.providers.flight_store import FlightStore
from integration.providers.gate_window import Places
from integration.providers.gates import GateReport, Gates, GateView, Order
from integration.providers.keys_store import KeysStore
from integration.providers.merge import merge_findings
from integration.providers.observation_store import ObservationStore
from integration.providers.observing import observe
from integration.providers.order import channels_of
from integration.providers.planner import Planner, purse_of
from integration.providers.questions import Enrichment, Question, Weighing, question_ids_of, sources_of, suppression_ids
from integration.providers.spending import CallReport, Permit, Spending
from integration.providers.standing import Purse
from integration.providers.standing_reader import StandingReader, Standpoint

BATCH_S: Final = 25.0
MAX_ROUNDS: Final = 8
_LEAST_ROUND_S: Final = 0.5
_LANDING_S: Final = 10.0
"""How much longer than a batch's time a claim may stand: only a worker that died leaves one so long."""
_LANDING_POLL_S: Final = 0.1


@dataclass(frozen=True)
class _Opened:
    """A round with leave to ask: its lookups by question, the replies nobody is called for, each call with its reservation and place."""

    own: Mapping[str, Lookup]
    replies: Mapping[str, ProviderReply]
    call_ids: Mapping[Call, int | None]
    places: Mapping[Call, Places]
    view: GateView


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
        gates: Gates | None = None,
        keep_days: Mapping[str, int] | None = None,
        batch_s: float = BATCH_S,
    ) -> None:
        channels = channels_of(adapters)
        self._planner = Planner(channels)
        self._standings = StandingReader()
        self._fields = frozenset(name for channel in channels for name in channel.trust)
        self._weighing = Weighing(sources_of(adapter.info for adapter in adapters))
        self._prefixes = tuple(endpoint.offer.question_prefix for channel in channels for endpoint in channel.endpoints)
        self._asker = Asker(pool)
        self._gates = gates or Gates()
        self._flights = FlightStore()
        self._keep_days = keep_days or {}
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
        planner = self._planner.still_there(self._clock().date())
        for number in range(1, MAX_ROUNDS + 1):
            planned = planner.plan(
                cases.values(), point.standing, point.judge, keyed=frozenset(around.keys), purse=purse, round_number=number
            )
            lookups, purse = planned.take(), planned.purse
            if not lookups or until - time.monotonic() < _LEAST_ROUND_S:
                break
            self._run_round(lookups, around)
        self._note(portal_id, cases.values(), point)
        as_of = self._clock()
        weighing = replace(self._weighing, trust=point.judge.learned(self._planner.channels))
        merged: dict[str, Enrichment] = {}
        for question in questions:
            case = by_key[question.key]
            findings, alternatives = merge_findings((*question.known, *case.findings), as_of=as_of, weighing=weighing)
            merged[question.key] = Enrichment(
                findings, alternatives, tuple(case.replies), weighing=weighing, asked_because=tuple(case.steps)
            )
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
        """Answers every lookup of a round: from the cache, from a provider, or from another batch that is asking the same right now."""
        by_question = {lookup.question: lookup for lookup in lookups}
        owner = uuid4().hex
        now = self._clock()
        flights_end = now + timedelta(seconds=max(0.0, around.until - time.monotonic()) + _LANDING_S)
        with self._database.begin() as connection:
            mine = self._flights.claim(
                connection, portal_id=around.portal_id, questions=by_question, owner=owner, now=now, until=flights_end
            )
            opened = self._open(connection, {name: by_question[name] for name in mine}, around, now)
        try:
            replies = self._ask_own(opened, around, owner)
        except BaseException:
            self._let_go(around.portal_id, mine, owner)
            raise
        replies |= self._landed({name: one for name, one in by_question.items() if name not in mine}, around)
        for lookup in lookups:
            reply = replies[lookup.question]
            lookup.case.hear(lookup, reply)
            self._metrics.provider_call(reply.provider, "cached" if reply.cached else reply.outcome, reply.cost_usd, reply.credits)

    def _open(self, connection: Connection, own: Mapping[str, Lookup], around: Round, now: datetime) -> _Opened:
        """What is known already, what will be asked, and the leave to do so: of the gates, the budgets, and the vendors' rates."""
        cached = self._cache.find(connection, portal_id=around.portal_id, questions=list(own), now=now)
        asked = [lookup for question, lookup in own.items() if question not in cached]
        view = self._gates.view(connection, {gate for one in asked if (gate := call_gate(one.endpoint, around.keys))})
        plan = self._asker.plan(asked, around, view.closed)
        permits = self._spending.reserve(connection, portal_id=around.portal_id, wants=[call.want for call in plan.calls], now=now)
        funded = [
            call.cut_to(permit.grant.lookups) for call, permit in zip(plan.calls, permits, strict=True) if permit.grant.lookups
        ]
        replies = {question: _from_cache(own[question], stored) for question, stored in cached.items()}
        replies |= plan.refused | self._unfunded(plan, permits)
        call_ids = dict(zip(funded, [one.call_id for one in permits if one.grant.lookups], strict=True))
        places = self._book(connection, funded, max(0.0, min(PACE_WAIT_S, around.until - time.monotonic())))
        return _Opened(own, replies, call_ids, places, view)

    def _book(self, connection: Connection, calls: Sequence[Call], horizon_s: float) -> dict[Call, Places]:
        """The place of each call: one start, or one promise. Taken last, because gates are shared with all portals."""
        by_gate: defaultdict[str, list[Call]] = defaultdict(list)
        for call in calls:
            by_gate[call.gate].append(call)
        orders = [Order(gate, group[0].endpoint.offer, len(group)) for gate, group in by_gate.items()]
        found: dict[Call, Places] = {}
        for group, given in zip(by_gate.values(), self._gates.book(connection, orders, horizon_s=horizon_s), strict=True):
            single = [*(Places((start,)) for start in given.starts_s), *(Places((), (later,)) for later in given.promised_s)]
            found |= dict(zip(group, single, strict=True))
        return found

    def _ask_own(self, opened: _Opened, around: Round, owner: str) -> dict[str, ProviderReply]:
        """Asks, and keeps what came of it. No transaction is open while asking."""
        began, now = time.monotonic(), self._clock()
        starts = {call: began + given.starts_s[0] for call, given in opened.places.items() if given.starts_s}
        answered = self._asker.ask(starts, around.until)
        answered += [
            _paced_out(call, now + timedelta(seconds=given.promised_s[0]))
            for call, given in opened.places.items()
            if given.promised_s
        ]
        replies = dict(opened.replies)
        for one in answered:
            replies |= {lookup.question: reply for lookup, reply in zip(one.call.lookups, one.replies, strict=True)}
        self._keep(opened, replies, answered, around, owner)
        return replies

    def _landed(self, others: Mapping[str, Lookup], around: Round) -> dict[str, ProviderReply]:
        """The answers of other batches: the same findings, already paid for."""
        replies: dict[str, ProviderReply] = {}
        waiting = dict(others)
        while waiting:
            now = self._clock()
            with self._database.begin() as connection:  # first who still asks, then the answers: so none falls between
                flying = self._flights.under_way(connection, portal_id=around.portal_id, questions=waiting, now=now)
                stored = self._cache.find(connection, portal_id=around.portal_id, questions=list(waiting), now=now)
            replies |= {question: _from_cache(waiting.pop(question), answer) for question, answer in stored.items()}
            if time.monotonic() + _LANDING_POLL_S >= around.until:
                flying = frozenset()
            gone = [question for question in waiting if question not in flying]
            replies |= {question: _not_landed(waiting.pop(question)) for question in gone}
            if waiting:
                time.sleep(_LANDING_POLL_S)
        return replies

    def _let_go(self, portal_id: int, questions: Collection[str], owner: str) -> None:
        with self._database.begin() as connection:
            self._flights.release(connection, portal_id=portal_id, questions=questions, owner=owner)

    def _unfunded(self, plan: Plan, permits: Sequence[Permit]) -> dict[str, ProviderReply]:
        """The replies of lookups that no budget was left for."""
        replies: dict[str, ProviderReply] = {}
        for call, permit in zip(plan.calls, permits, strict=True):
            grant = permit.grant
            if grant.lookups < len(call.lookups):
                words = refusal_words(grant.blocked, self._titles)
                reply = ProviderReply(call.provider, "skipped", detail=words, waits_until=grant.waits_until, waits_for="budget")
                replies |= {lookup.question: reply for lookup in call.lookups[grant.lookups :]}
        return replies

    def _keep(
        self, opened: _Opened, replies: Mapping[str, ProviderReply], answered: Sequence[Answered], around: Round, owner: str
    ) -> None:
        """Stores the round: answers worth keeping, people to leave alone, what was charged, what gates showed. One transaction."""
        now, portal_id = self._clock(), around.portal_id
        pairs = [(lookup, replies[question]) for question, lookup in opened.own.items()]
        blocked = {id(lookup.case): lookup.case for lookup, reply in pairs if reply.error is ErrorClass.LEGAL_BLOCK}
        answers = [self._to_store(one, reply, now) for one, reply in pairs if _is_new(reply) and id(one.case) not in blocked]
        with self._database.begin() as connection:
            self._cache.save(connection, portal_id=portal_id, answers=answers, now=now)
            if blocked:
                self._cache.suppress(
                    connection,
                    portal_id=portal_id,
                    marks=[mark for case in blocked.values() for mark in suppression_ids(case.subject)],
                    erase=[name for case in blocked.values() for name in question_ids_of(case.subject, self._prefixes)],
                    now=now,
                )
            self._flights.release(connection, portal_id=portal_id, questions=opened.own, owner=owner)
            reports = [CallReport(one.call.provider, opened.call_ids[one.call], one.made, one.replies) for one in answered]
            self._spending.settle(connection, portal_id=portal_id, reports=reports, now=now)
            self._gates.report(connection, [_gate_report(one) for one in answered if one.made], opened.view)

    def _to_store(self, lookup: Lookup, reply: ProviderReply, now: datetime) -> NewAnswer:
        provider = lookup.endpoint.offer.provider
        kept = self._keep_days.get(provider.name)
        found_lifetime = provider.found_lifetime if kept is None else timedelta(days=kept)
        lifetime = found_lifetime if reply.outcome == "found" else min(found_lifetime, provider.not_found_lifetime)
        outcome: Final = "found" if reply.outcome == "found" else "not_found"
        return NewAnswer(provider.name, lookup.question, outcome, reply.findings, now + lifetime, reply.about, reply.candidates)


def _is_new(reply: ProviderReply) -> bool:
    return reply.outcome in ("found", "not_found") and not reply.cached


def _from_cache(lookup: Lookup, stored: CachedAnswer) -> ProviderReply:
    name = lookup.endpoint.offer.provider.name
    outcome: Final = "found" if stored.outcome == "found" else "not_found"
    return ProviderReply(name, outcome, stored.findings, cached=True, about=stored.about, candidates=stored.candidates)


def _not_landed(lookup: Lookup) -> ProviderReply:
    name = lookup.endpoint.offer.provider.name
    return ProviderReply(name, "failed", error=ErrorClass.PENDING, detail="another batch asked the same and has no answer yet")


def _paced_out(call: Call, moment: datetime) -> Answered:
    """A call the vendor's rate has no place for now: its records are told when to come again."""
    reply = ProviderReply(
        call.provider,
        "skipped",
        detail="this provider answers only so many questions in a while",
        waits_until=moment,
        waits_for="pace",
    )
    return Answered(call, tuple(reply for _ in call.lookups), made=False)


def _gate_report(answered: Answered) -> GateReport:
    first = answered.replies[0]
    return GateReport(answered.call.gate, answered.call.endpoint.offer.rates, first.error, first.rate_news)
