"""The account question of a JSON API: the adapter declares the request and reads the figures, this sends and classifies."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from integration.core.errors import Unavailable, UnexpectedReply
from integration.core.outbound_session import ApiRequest, ApiSession
from integration.providers.base import ErrorClass
from integration.providers.http_base import DETAIL_CHARS, HttpProvider, classify, vendor_sentence
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
        keyed = replace(self.request, url=self.provider.base_url + self.request.url, headers={self.provider.key_header: key})
        try:
            reply = self.session.send(keyed, until=until, wait_s=lambda _: None)
        except Unavailable as error:
            return UsageReply(None, ErrorClass.SERVER, error.reason)
        refused = classify(self.provider.rules, reply)
        if refused is not None:
            sentence = vendor_sentence(self.provider.error_paths, reply)
            return UsageReply(None, refused, f"{reply.status} {sentence}"[:DETAIL_CHARS])
        try:
            return UsageReply(self.parse(parse_object(reply.body, system=self.name)))
        except UnexpectedReply as error:
            return UsageReply(None, ErrorClass.MALFORMED, error.message[:DETAIL_CHARS])
