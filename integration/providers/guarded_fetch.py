"""An API at an address that some answer named: fetched like a stranger's page, through the guard, over https, once.

It translates between the two ways of asking and knows no provider.
Limit: no second try here, whatever the answer; the next pass asks again.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Final

from integration.core.outbound import Fetcher, FetchRefused
from integration.core.outbound_session import ApiReply, ApiRequest
from integration.providers.base import ErrorClass

API_TYPES: Final = "application/json"
# Why the guard gave no answer, as a failure of the provider. What is not named here is an address that may not be used.
REFUSALS: Final[Mapping[str, ErrorClass]] = {
    "too_slow": ErrorClass.SERVER,
    "bad_content_type": ErrorClass.BLOCKED,
    "too_large": ErrorClass.MALFORMED,
    "bad_encoding": ErrorClass.MALFORMED,
}
_LEAST_S: Final = 0.2


def fetch_guarded(fetcher: Fetcher, request: ApiRequest, until: float) -> ApiReply:
    """The answer of a stranger's API. Raises FetchRefused, or Unavailable when nobody answered. Cost: one request and its redirects.

    The media types of the request's Accept header are the only ones taken.
    """
    _refuse_plain(request.url)
    accept = frozenset(part.strip() for part in request.headers.get("Accept", API_TYPES).split(","))
    page = fetcher.fetch(request.url, accept=accept, total_s=max(_LEAST_S, until - time.monotonic()))
    _refuse_plain(page.url)
    return ApiReply(page.status, dict(page.headers), page.body)


def refused_as(reason: str) -> ErrorClass:
    return REFUSALS.get(reason, ErrorClass.INVALID)


def _refuse_plain(url: str) -> None:
    if not url.startswith("https://"):
        raise FetchRefused("only encrypted answers are taken from addresses that were told to us", reason="bad_scheme")
