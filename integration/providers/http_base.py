"""The base of every adapter that speaks to a JSON API: it sends, classifies, parses and prices; the adapter only declares and translates.

An adapter file gives, for each endpoint, an `Offer`, `build_request(subjects)` and `parse(body, subjects)`, and one table of errors. The
body is read before the status is believed: providers refuse with 200, and block with HTML.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from integration.core.clock import Clock
from integration.core.errors import Unanswered, Unavailable, UnexpectedReply
from integration.core.outbound_session import ApiReply, ApiRequest, ApiSession
from integration.providers.adapter import Adapter, AdapterKit, Answer, Offer, Value
from integration.providers.base import Candidate, ErrorClass, Field, FieldValue, Finding, ProviderInfo, ProviderReply, Subject
from integration.providers.json_reading import JsonObject, find_at, parse_object

RETRIED: Final = frozenset({ErrorClass.THROTTLED, ErrorClass.SERVER})
DETAIL_CHARS: Final = 160


@dataclass(frozen=True)
class ErrorRule:
    """Answers with this status (None: any) whose body contains `marker` (lower case; "" always does) are this error."""

    error: ErrorClass
    status: int | None = None
    marker: str = ""

    def matches(self, status: int, text: str) -> bool:
        return self.status in (None, status) and self.marker in text


# What holds for a provider that says nothing else. Its own rules come first.
DEFAULT_RULES: Final = (
    ErrorRule(ErrorClass.AUTH, 401),
    ErrorRule(ErrorClass.QUOTA, 402),
    ErrorRule(ErrorClass.SCOPE, 403),
    ErrorRule(ErrorClass.NOT_FOUND, 404),
    ErrorRule(ErrorClass.GONE, 410),
    ErrorRule(ErrorClass.THROTTLED, 429),
    ErrorRule(ErrorClass.LEGAL_BLOCK, 451),
)
# A body is searched this far for markers, so that a huge one costs nothing.
_MARKER_CHARS: Final = 4096


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


def classify(rules: Sequence[ErrorRule], reply: ApiReply) -> ErrorClass | None:
    """The error class of an answer, None when it is an answer to parse."""
    text = reply.body[:_MARKER_CHARS].decode("utf-8", "replace").lower()
    for rule in rules:
        if rule.matches(reply.status, text):
            return rule.error
    if reply.status >= 500:
        return ErrorClass.SERVER
    if reply.content_type == "text/html":
        return ErrorClass.BLOCKED  # an API that answers with a page has a guard in front of it
    for rule in DEFAULT_RULES:
        if rule.matches(reply.status, text):
            return rule.error
    return None if reply.status < 300 else ErrorClass.INVALID


@dataclass(frozen=True)
class HttpCall:
    """One endpoint as an adapter declares it: the offer, the request for some subjects (`url` is the path), the answer's meaning."""

    offer: Offer
    build_request: Callable[[Sequence[Subject]], ApiRequest]
    parse: Callable[[JsonObject], Sequence[Answer]]


@dataclass(frozen=True)
class HttpProvider:
    """What all calls of one API share. `error_paths` are where its refusals keep their sentence."""

    base_url: str
    key_header: str
    rules: Sequence[ErrorRule]
    error_paths: Sequence[str]


def build_http_adapter(kit: AdapterKit, info: ProviderInfo, provider: HttpProvider, calls: Sequence[HttpCall]) -> Adapter:
    return Adapter(info, tuple(HttpEndpoint(call.offer, call, provider, kit.session, kit.clock) for call in calls))


@dataclass(frozen=True, eq=False)
class HttpEndpoint:
    """One call of a JSON API, ready to be asked."""

    offer: Offer
    call: HttpCall
    provider: HttpProvider
    session: ApiSession
    clock: Clock

    def ask(self, subjects: Sequence[Subject], *, key: str, until: float) -> tuple[ProviderReply, ...]:
        """One reply for each subject. Cost: one call for up to `offer.batch_size` subjects, credits only for those found."""
        request = self.call.build_request(subjects)
        keyed = replace(request, url=self.provider.base_url + request.url, headers={self.provider.key_header: key})
        try:
            reply = self.session.send(keyed, until=until, wait_s=self._wait_s, is_paid=self.offer.credits > 0)
        except Unavailable as error:
            failed = self._failed_all(subjects, ErrorClass.SERVER, error.reason)
            return _unsure(failed) if isinstance(error, Unanswered) else failed
        error_class = classify(self.provider.rules, reply)
        if error_class is ErrorClass.NOT_FOUND:
            return tuple(self._reply(Answer()) for _ in subjects)
        if error_class is not None:
            return self._failed_all(
                subjects, error_class, f"{reply.status} {vendor_sentence(self.provider.error_paths, reply)}"[:DETAIL_CHARS]
            )
        return self._parsed(reply, subjects)

    def _parsed(self, reply: ApiReply, subjects: Sequence[Subject]) -> tuple[ProviderReply, ...]:
        try:
            answers = self.call.parse(parse_object(reply.body, system=self.offer.provider.name))
        except UnexpectedReply as error:
            return _unsure(self._failed_all(subjects, ErrorClass.MALFORMED, error.message[:DETAIL_CHARS]))
        if len(answers) != len(subjects):
            wrong = f"{len(answers)} answers for {len(subjects)} subjects"
            return _unsure(self._failed_all(subjects, ErrorClass.MALFORMED, wrong))
        return tuple(self._reply(answer) for answer in answers)

    def _reply(self, answer: Answer) -> ProviderReply:
        return build_reply(self.offer, answer, self.clock)

    def _failed_all(self, subjects: Sequence[Subject], error: ErrorClass, detail: str) -> tuple[ProviderReply, ...]:
        return tuple(self._reply(Answer(error=error, detail=detail)) for _ in subjects)

    def _wait_s(self, reply: ApiReply) -> float | None:
        """How long until another try makes sense: what the vendor says, else a moment; None when trying again cannot help."""
        if classify(self.provider.rules, reply) not in RETRIED:
            return None
        stated = reply.headers.get("retry-after", "")
        return float(stated) if stated.isascii() and stated.isdigit() else 0.0


def _unsure(replies: tuple[ProviderReply, ...]) -> tuple[ProviderReply, ...]:
    """The provider did its work, or may have, and we cannot read what it cost."""
    return tuple(replace(reply, may_be_charged=True) for reply in replies)


def vendor_sentence(paths: Sequence[str], reply: ApiReply) -> str:
    """The refusal in the vendor's words when it is JSON that has some, else the start of the text."""
    try:
        body = parse_object(reply.body, system="")
    except UnexpectedReply:
        return reply.text
    return next((text for path in paths if isinstance(text := find_at(body, path), str)), "")


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
