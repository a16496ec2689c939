"""Carries requests of cards to the backend as HubSpot's servers do: 20 at once, 15 seconds, no redirects, one repetition after a failure or a 5xx."""

from __future__ import annotations

import json
import threading
import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import urllib3
from urllib3.exceptions import HTTPError, NewConnectionError, TimeoutError

from crm_cards.host.fetch_rules import SIZE_LIMIT_BYTES, Asker, Carried, FetchRules, wrapped
from integration.core.errors import AppError

AT_ONCE: Final = 20
_TRIES: Final = 2
_LEAST_S: Final = 0.001


class Unreachable(AppError):
    """The backend gave no whole answer."""

    http_status = 502
    default_reason = "backend_unreachable"


@dataclass(frozen=True)
class Answer:
    """What the card gets."""

    status: int
    body: str


class Carrier:
    """Thread-safe; one for the process."""

    def __init__(self, rules: FetchRules) -> None:
        self._rules = rules
        self._pool = urllib3.PoolManager(maxsize=AT_ONCE, retries=False)
        self._under_way: defaultdict[tuple[int, str], int] = defaultdict(int)
        self._lock = threading.Lock()

    def fetch(self, url: str, options: Mapping[str, Any], asker: Asker) -> Answer:
        """The backend's answer as a card sees it. Raises Refused for what HubSpot would not send, Unreachable without an answer."""
        carried = self._rules.carry(url, options, asker)
        seat = (asker.portal_id, asker.app_id)
        with self._lock:
            if self._under_way[seat] >= AT_ONCE:
                return Answer(429, '{"status":"error","message":"Too many concurrent requests"}')
            self._under_way[seat] += 1
        try:
            return self._carry(carried)
        finally:
            with self._lock:
                self._under_way[seat] -= 1

    def _carry(self, carried: Carried) -> Answer:
        ends_at = time.monotonic() + carried.timeout_s
        for attempt in range(1, _TRIES + 1):
            try:
                reply = self._send(carried, max(ends_at - time.monotonic(), _LEAST_S))
            except HTTPError as error:
                # urllib3 counts a refused connection among the time-outs, for the sake of old callers.
                if isinstance(error, TimeoutError) and not isinstance(error, NewConnectionError):
                    raise Unreachable(f"The backend did not answer within {carried.timeout_s:g} s.") from error
                if attempt == _TRIES:
                    raise Unreachable(f"The backend cannot be reached: {type(error).__name__}.") from error
                continue
            if reply.status < 500 or attempt == _TRIES:
                break
        if len(reply.data) > SIZE_LIMIT_BYTES:
            raise Unreachable("The backend's answer is larger than 1 MB.")
        text = reply.data.decode("utf-8", "replace")
        if 200 <= reply.status < 300:
            return Answer(reply.status, text)
        return Answer(reply.status, json.dumps(wrapped(reply.status, text), ensure_ascii=False))

    def _send(self, carried: Carried, timeout_s: float) -> urllib3.BaseHTTPResponse:
        return self._pool.request(
            carried.method,
            carried.url,
            body=carried.body or None,
            headers=dict(carried.headers),
            timeout=urllib3.Timeout(total=timeout_s),
            redirect=False,
        )
