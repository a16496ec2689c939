"""The base of every adapter that speaks to a web API: it sends, classifies, parses and prices; the adapter only declares and translates.

An adapter file gives, for each endpoint, an `Offer` with either `build_request(subjects)` and `parse(body)` for one request, or `look_up`
for a conversation of several, and one table of errors.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from integration.core.clock import Clock
from integration.core.errors import UnexpectedReply
from integration.core.outbound_session import ApiReply, ApiRequest
from integration.providers.adapter import Adapter, AdapterKit, Answer, Endpoint, Offer, Value
from integration.providers.base import (
    Candidate,
    ErrorClass,
    Field,
    FieldValue,
    Finding,
    ProviderInfo,
    ProviderReply,
    RateNews,
    Subject,
)
from integration.providers.http_exchange import DETAIL_CHARS, Exchange, HttpProvider, Outcome, Step
from integration.providers.json_reading import JsonObject, find_at, parse_object


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a field table: where the vendor keeps it, our field, how to translate it and how far to trust it."""

    path: str
    field: Field
    translate: Callable[[object], FieldValue | None]
    confidence_ratio: float


def read_fields(table: Sequence[Row], body: JsonObject, *, source_url: str | None = None) -> tuple[Value, ...]:
    """The values of all rows that hold something; where several rows fill one field, the first wins."""
    found: dict[Field, Value] = {}
    for row in table:
        if row.field not in found:
            value = row.translate(find_at(body, row.path))
            if value is not None:
                found[row.field] = Value(row.field, value, row.confidence_ratio, source_url)
    return tuple(found.values())


def trust_of(table: Sequence[Row]) -> Mapping[Field, float]:
    """The declared confidence of each field of a table, for an `Offer`."""
    return {row.field: row.confidence_ratio for row in reversed(table)}


@dataclass(frozen=True)
class HttpCall:
    """One endpoint as an adapter declares it: the offer, the request for some subjects (`url` is the path), the answer's meaning.

    `align`: for vendors that promise no order, gives the answer with its items in the order of the subjects, ready for `parse`.
    """

    offer: Offer
    build_request: Callable[[Sequence[Subject]], ApiRequest]
    parse: Callable[[JsonObject], Sequence[Answer]]
    align: Callable[[JsonObject, Sequence[Subject]], JsonObject] | None = None


@dataclass(frozen=True)
class HttpConversation:
    """One endpoint that needs several requests for a subject.

    `look_up` is a generator: it yields each `Step`, is sent the whole answer (status under 300, or 404 where the step accepts that) and
    returns an `Answer`. It raises UnexpectedReply for what it cannot read. Any refusal ends the conversation without it.
    """

    offer: Offer
    look_up: Callable[[Subject], Generator[Step, ApiReply, Answer]]


def build_http_adapter(
    kit: AdapterKit, info: ProviderInfo, provider: HttpProvider, calls: Sequence[HttpCall | HttpConversation]
) -> Adapter:
    """The adapter of an API with these endpoints, which share one exchange."""
    exchange = Exchange(provider, kit.session, kit.fetcher)
    return Adapter(info, tuple(_endpoint(call, exchange, kit.clock) for call in calls))


def _endpoint(call: HttpCall | HttpConversation, exchange: Exchange, clock: Clock) -> Endpoint:
    if isinstance(call, HttpCall):
        return CallEndpoint(call.offer, call, exchange, clock)
    return ConversationEndpoint(call.offer, call, exchange, clock)


@dataclass(frozen=True, eq=False)
class CallEndpoint:
    """One request for all subjects of a call, ready to be asked."""

    offer: Offer
    call: HttpCall
    exchange: Exchange
    clock: Clock

    def ask(self, subjects: Sequence[Subject], *, key: str, until: float) -> tuple[ProviderReply, ...]:
        """One reply for each subject. Cost: one call for up to `offer.batch_size` subjects, credits only for those found."""
        step = Step(self.call.build_request(subjects))
        outcome = self.exchange.send(step, key=key, until=until, is_paid=self.offer.credits > 0)
        replies = self._replies(outcome, subjects)
        return (replace(replies[0], rate_news=outcome.rate_news), *replies[1:]) if outcome.rate_news else replies

    def _replies(self, outcome: Outcome, subjects: Sequence[Subject]) -> tuple[ProviderReply, ...]:
        if outcome.reply is not None:
            return self._parsed(outcome.reply, subjects)
        answer = _answer_of(outcome)
        replies = tuple(build_reply(self.offer, answer, self.clock) for _ in subjects)
        return _unsure(replies) if outcome.is_unsure else replies

    def _parsed(self, reply: ApiReply, subjects: Sequence[Subject]) -> tuple[ProviderReply, ...]:
        system = self.offer.provider.name
        try:
            body = parse_object(reply.body, system=system)
            answers = self.call.parse(self.call.align(body, subjects) if self.call.align else body)
        except UnexpectedReply as error:
            return self._unread(error, subjects)
        if len(answers) != len(subjects):
            return self._unread(UnexpectedReply(f"{len(answers)} answers for {len(subjects)} subjects", system=system), subjects)
        priced = share_credits(answers, self.exchange.provider.read_credits(reply))
        return tuple(build_reply(self.offer, answer, self.clock) for answer in priced)

    def _unread(self, error: UnexpectedReply, subjects: Sequence[Subject]) -> tuple[ProviderReply, ...]:
        return _unsure(tuple(build_reply(self.offer, _malformed(error), self.clock) for _ in subjects))


@dataclass(frozen=True, eq=False)
class ConversationEndpoint:
    """Several requests for one subject, each built from the answers before it, ready to be asked."""

    offer: Offer
    call: HttpConversation
    exchange: Exchange
    clock: Clock

    def ask(self, subjects: Sequence[Subject], *, key: str, until: float) -> tuple[ProviderReply, ...]:
        """One reply for each subject, asked one after another. Cost: up to `offer.requests` calls for each."""
        return tuple(self._converse(subject, key, until) for subject in subjects)

    def _converse(self, subject: Subject, key: str, until: float) -> ProviderReply:
        talk = self.call.look_up(subject)
        news: list[RateNews] = []
        answer, is_unsure = Answer(), False
        try:
            step = next(talk)
            while True:
                outcome = self.exchange.send(step, key=key, until=until, is_paid=self.offer.credits > 0)
                news += outcome.rate_news
                if outcome.reply is None:
                    answer, is_unsure = _answer_of(outcome), outcome.is_unsure
                    break
                step = talk.send(outcome.reply)
        except StopIteration as end:
            answer = end.value
        except UnexpectedReply as error:
            answer, is_unsure = _malformed(error), True
            self.exchange.forget(step)
        reply = replace(build_reply(self.offer, answer, self.clock), rate_news=tuple(news))
        return _unsure((reply,))[0] if is_unsure and self.offer.credits else reply


def share_credits(answers: Sequence[Answer], total: Decimal | None) -> Sequence[Answer]:
    """The answers with what the provider says the whole call cost, shared by those found; as they are when it says nothing or the same."""
    if total is None or not answers or total == sum(answer.credits for answer in answers):
        return answers
    places = [place for place, answer in enumerate(answers) if answer.credits] or [0]
    share = (total / len(places)).quantize(Decimal("0.001"))
    first = total - share * (len(places) - 1) if len(places) > 1 else total
    prices = dict.fromkeys(places, share) | {places[0]: first}
    return [replace(answer, credits=prices.get(place, Decimal(0))) for place, answer in enumerate(answers)]


def _answer_of(outcome: Outcome) -> Answer:
    """A refusal as an answer: "not found" is a real one."""
    return Answer() if outcome.error is ErrorClass.NOT_FOUND else Answer(error=outcome.error, detail=outcome.detail)


def _malformed(error: UnexpectedReply) -> Answer:
    return Answer(error=ErrorClass.MALFORMED, detail=error.message[:DETAIL_CHARS])


def _unsure(replies: tuple[ProviderReply, ...]) -> tuple[ProviderReply, ...]:
    """The provider did its work, or may have, and we cannot read what it cost."""
    return tuple(replace(reply, may_be_charged=True) for reply in replies)


def build_reply(offer: Offer, answer: Answer, clock: Clock) -> ProviderReply:
    """The reply of an answer: findings with source, time and their share of the price."""
    name = offer.provider.name
    if answer.error is not None:
        return ProviderReply(name, "failed", error=answer.error, detail=answer.detail)
    cost_usd = answer.credits * offer.provider.usd_per_credit
    value_count = len(answer.values) + sum(len(values) for values in answer.candidates)
    if not value_count:
        return ProviderReply(name, "not_found", detail=answer.detail, credits=answer.credits, cost_usd=cost_usd)
    now = clock()
    share = (cost_usd / value_count).quantize(Decimal("0.000001"))

    def findings(values: Sequence[Value], cost_usd: Decimal = share) -> tuple[Finding, ...]:
        return tuple(Finding(one.field, one.value, name, now, one.confidence_ratio, one.source_url, cost_usd) for one in values)

    return ProviderReply(
        name,
        "found",
        findings(answer.values),
        detail=answer.detail,
        credits=answer.credits,
        cost_usd=cost_usd,
        candidates=tuple(Candidate(findings(values)) for values in answer.candidates if values),
        about=findings(answer.about, Decimal(0)),
    )
