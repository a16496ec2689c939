"""One exchange with a provider's API: it adds address and key, sends, and says which error an answer is. It parses no facts.

The body is read before the status is believed: providers refuse with 200, and block with HTML.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from typing import Final

from integration.core.errors import Unanswered, Unavailable, UnexpectedReply
from integration.core.outbound import Fetcher, FetchRefused
from integration.core.outbound_session import ApiReply, ApiRequest, ApiSession
from integration.providers.base import ErrorClass, RateNews
from integration.providers.guarded_fetch import fetch_guarded, refused_as
from integration.providers.json_reading import find_at, parse_object

RETRIED: Final = frozenset({ErrorClass.THROTTLED, ErrorClass.SERVER})
DETAIL_CHARS: Final = 160
# A body is searched this far for markers, so that a huge one costs nothing.
_MARKER_CHARS: Final = 4096
_KEPT_DOCUMENTS: Final = 16
# A document that could not be had is not asked for again meanwhile, where the conversation can do without.
_FAILURE_KEPT_S: Final = 60.0
NO_ANSWER: Final = ApiReply(0, {}, b"")


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


def no_rate_news(reply: ApiReply) -> tuple[RateNews, ...]:
    """For providers whose headers say nothing about their pace."""
    del reply
    return ()


def no_credit_news(reply: ApiReply) -> Decimal | None:
    """For providers whose headers say nothing about what a call cost."""
    del reply
    return None


def no_query(key: str) -> tuple[tuple[str, str], ...]:
    """For providers that need nothing of what was entered as the key in the query, where no secret belongs."""
    del key
    return ()


@dataclass(frozen=True)
class HttpProvider:
    """What all calls of one API share.

    `addresses`: base addresses by name, the first is the usual one. `rules`: its own errors, which come before those that hold for everybody.
    `error_paths`: where its refusals keep their sentence. `key_header` "" sends no key; `key_text` makes the header's text of the key,
    and `key_query` parameters of what is entered beside it, such as the id of an account.
    `answers_html`: good answers are web pages; elsewhere a page is a guard's. `read_rate`: what its headers teach about its pace.
    `read_credits`: what its headers say the whole call cost; None where they do not say, and what the answers cost by their price holds.
    """

    addresses: Mapping[str, str]
    rules: Sequence[ErrorRule]
    error_paths: Sequence[str] = ()
    key_header: str = ""
    key_text: Callable[[str], str] = str
    key_query: Callable[[str], tuple[tuple[str, str], ...]] = no_query
    headers: Mapping[str, str] = field(default_factory=dict)
    answers_html: bool = False
    read_rate: Callable[[ApiReply], tuple[RateNews, ...]] = no_rate_news
    read_credits: Callable[[ApiReply], Decimal | None] = no_credit_news


@dataclass(frozen=True)
class Step:
    """One request of a lookup; its `url` is a path under the base address named `address` ("": the usual one).

    `accepts_missing`: a 404 is handed to the conversation instead of ending it. `keep_for`: the answer is the same for everybody and is kept
    in this process for so long. `accepts_failure`: where no good answer comes the conversation is handed NO_ANSWER and goes on without.
    `is_strangers`: the `url` is whole and an answer named it, so it is fetched through the guard.
    """

    request: ApiRequest
    address: str = ""
    accepts_missing: bool = False
    keep_for: timedelta = timedelta(0)
    accepts_failure: bool = False
    is_strangers: bool = False


@dataclass(frozen=True)
class Outcome:
    """What a step came to: `reply`, or `error` with the vendor's words. `is_unsure`: the provider may have done its work all the same."""

    reply: ApiReply | None
    error: ErrorClass | None = None
    detail: str = ""
    is_unsure: bool = False
    rate_news: tuple[RateNews, ...] = ()

    def without(self, key: str) -> Outcome:
        """The same, cut to size, and without the key where the vendor repeats it."""
        detail = self.detail.replace(key, "(the key)") if key else self.detail
        return replace(self, detail=detail[:DETAIL_CHARS])


def classify(provider: HttpProvider, reply: ApiReply) -> ErrorClass | None:
    """The error class of an answer, None when it is an answer to parse."""
    text = reply.body[:_MARKER_CHARS].decode("utf-8", "replace").lower()
    for rule in provider.rules:
        if rule.matches(reply.status, text):
            return rule.error
    if reply.status >= 500:
        return ErrorClass.SERVER
    if reply.content_type == "text/html" and not (provider.answers_html and reply.status < 300):
        return ErrorClass.BLOCKED  # an API that answers with a page has a guard in front of it
    for rule in DEFAULT_RULES:
        if rule.matches(reply.status, text):
            return rule.error
    return None if reply.status < 300 else ErrorClass.INVALID


def vendor_sentence(paths: Sequence[str], reply: ApiReply) -> str:
    """The refusal in the vendor's words when it is JSON that has some, else the start of the text."""
    try:
        body = parse_object(reply.body, system="")
    except UnexpectedReply:
        return reply.text
    return next((text for path in paths if isinstance(text := find_at(body, path), str)), "")


class Exchange:
    """Sends steps to one provider. Safe between threads; it keeps nothing but answers that are the same for everybody."""

    def __init__(self, provider: HttpProvider, session: ApiSession, fetcher: Fetcher | None = None) -> None:
        self.provider = provider
        self._session = session
        self._fetcher = fetcher
        self._kept: dict[str, tuple[float, ApiReply]] = {}
        self._lock = threading.Lock()

    def send(self, step: Step, *, key: str, until: float, is_paid: bool) -> Outcome:
        """What the step came to, before the monotonic moment `until`. One call, tried again only where the vendor is busy or down."""
        request = step.request if step.is_strangers else self._addressed(step, key)
        if not step.keep_for:
            return self._sent(step, request, until, is_paid).without(key)
        with self._lock:  # whoever comes meanwhile needs the same document
            kept_until, kept = self._kept.get(request.url, (0.0, None))
            if kept is not None and time.monotonic() < kept_until:
                return Outcome(kept)
            outcome = self._sent(step, request, until, is_paid).without(key)
            if outcome.reply is not None:
                while len(self._kept) >= _KEPT_DOCUMENTS:
                    self._kept.pop(next(iter(self._kept)))
                kept_s = _FAILURE_KEPT_S if outcome.reply is NO_ANSWER else step.keep_for.total_seconds()
                self._kept[request.url] = (time.monotonic() + kept_s, outcome.reply)
            return outcome

    def forget(self, step: Step) -> None:
        """Keeps the answer to the step no longer: it could not be read, so the next one asks again."""
        if step.keep_for:
            with self._lock:
                self._kept.pop(self._addressed(step, "").url, None)

    def _addressed(self, step: Step, key: str) -> ApiRequest:
        provider = self.provider
        base = provider.addresses[step.address] if step.address else next(iter(provider.addresses.values()))
        keyed = {provider.key_header: provider.key_text(key)} if provider.key_header else {}
        return replace(
            step.request,
            url=base + step.request.url,
            headers={**provider.headers, **step.request.headers, **keyed},
            params=(*step.request.params, *provider.key_query(key)),
        )

    def _sent(self, step: Step, request: ApiRequest, until: float, is_paid: bool) -> Outcome:
        outcome = self._exchanged(step, request, until, is_paid)
        return Outcome(NO_ANSWER) if outcome.reply is None and step.accepts_failure else outcome

    def _exchanged(self, step: Step, request: ApiRequest, until: float, is_paid: bool) -> Outcome:
        try:
            if step.is_strangers and self._fetcher is not None:
                reply = fetch_guarded(self._fetcher, request, until)
            else:
                reply = self._session.send(request, until=until, wait_s=self._wait_s, is_paid=is_paid)
        except FetchRefused as error:
            return Outcome(None, refused_as(error.reason), f"{error.reason}: {error.message}"[:DETAIL_CHARS])
        except Unavailable as error:
            return Outcome(None, ErrorClass.SERVER, error.reason, is_unsure=isinstance(error, Unanswered))
        error_class = classify(self.provider, reply)
        news = self._rate_news(reply, error_class)
        if error_class is None or (error_class is ErrorClass.NOT_FOUND and step.accepts_missing):
            return Outcome(reply, rate_news=news)
        return Outcome(None, error_class, f"{reply.status} {vendor_sentence(self.provider.error_paths, reply)}", rate_news=news)

    def _rate_news(self, reply: ApiReply, error: ErrorClass | None) -> tuple[RateNews, ...]:
        news = self.provider.read_rate(reply)
        stated = _seconds(reply.headers.get("retry-after", ""))
        return (*news, RateNews(0, stated)) if error is ErrorClass.THROTTLED and stated else news

    def _wait_s(self, reply: ApiReply) -> float | None:
        """How long until another try makes sense: what the vendor says, else a moment; None when trying again cannot help."""
        if classify(self.provider, reply) not in RETRIED:
            return None
        return _seconds(reply.headers.get("retry-after", ""))


def _seconds(stated: str) -> float:
    """Seconds of a Retry-After header; 0 for none and for dates, which no provider of ours sends."""
    return float(stated) if stated.isascii() and stated.isdigit() and math.isfinite(float(stated)) else 0.0
