"""The account question of a JSON API: the adapter declares the request and reads the figures, this sends and classifies."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from integration.core.errors import UnexpectedReply
from integration.core.outbound_session import ApiRequest, ApiSession
from integration.providers.base import ErrorClass
from integration.providers.http_exchange import DETAIL_CHARS, Exchange, HttpProvider, Step
from integration.providers.json_reading import JsonObject, parse_object
from integration.providers.usage import Usage, UsageReply


@dataclass(frozen=True)
class HttpUsage:
    """`request` has the path as its url; `parse` raises UnexpectedReply when the figures are not where they should be."""

    request: ApiRequest
    parse: Callable[[JsonObject], Usage]
    provider: HttpProvider
    session: ApiSession
    name: str

    def fetch(self, *, key: str, until: float) -> UsageReply:
        """The account's usage. One free call."""
        outcome = Exchange(self.provider, self.session).send(Step(self.request), key=key, until=until, is_paid=True)
        if outcome.reply is None:
            return UsageReply(None, outcome.error, outcome.detail)
        try:
            return UsageReply(self.parse(parse_object(outcome.reply.body, system=self.name)))
        except UnexpectedReply as error:
            return UsageReply(None, ErrorClass.MALFORMED, error.message[:DETAIL_CHARS])
