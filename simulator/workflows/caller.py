"""Calls an app's custom workflow action the way HubSpot does: signed, again after 5xx and 429, not after other refusals.

A 5xx, and no answer at all, is tried again with growing gaps for up to three days, which `retry_scale` of the webhook settings compresses; a 429 after
the milliseconds in its Retry-After. Every attempt is signed anew. Sources:
https://developers.hubspot.com/docs/api-reference/automation-actions-v4-v4/custom-action-guide (read 2026-12).
Limit: the gaps are not documented, nor is the time-out; 30 seconds are those of HubSpot's workflow webhooks.
"""

import json
import random
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

from simulator.webhooks.sender import Reply, Sender
from simulator.webhooks.signer import action_headers
from simulator.workflows.enrolments import SENDING, Attempt, Enrolment, Enrolments

RETRY_GAPS_S = (60, 300, 900, 3600, 10_800, 21_600, 43_200, 86_400, 86_400)
"""They add up to about three days."""
TIMEOUT_S = 30.0
_MAX_THREADS = 32


class Secrets(Protocol):
    """Finds what an app signs with; None when the app is gone."""

    def secret_of(self, app_id: int) -> str | None: ...


class WorkflowCaller:
    """Sends enrolments to their apps. `close()` ends it; what waits for a retry is dropped then."""

    def __init__(
        self,
        enrolments: Enrolments,
        secrets: Secrets,
        *,
        wall_ms: Callable[[], int],
        retry_scale: Callable[[], float],
        rng: random.Random,
    ) -> None:
        self.enrolments = enrolments
        self._secrets = secrets
        self._wall_ms = wall_ms
        self._retry_scale = retry_scale
        self._rng = rng
        self._sender = Sender(wall_ms)
        self._closed = threading.Event()
        self._pool = ThreadPoolExecutor(_MAX_THREADS, thread_name_prefix="workflow")

    def enrol(self, enrolment: Enrolment) -> bool:
        """Send it in the background; False when its callback id is taken."""
        if not self.enrolments.add(enrolment):
            return False
        self._pool.submit(self._carry, enrolment)
        return True

    def repeat(self, enrolment: Enrolment) -> Attempt:
        """Send the same request once more and keep the answer, as when HubSpot lost the first one."""
        return self._attempt(enrolment, repeated=True, last=False)

    def post(self, app_id: int, url: str, body: Mapping[str, object], *, with_v3: bool) -> Reply:
        """One signed POST, such as a fetch of options."""
        raw = json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode()
        headers = action_headers(self._secrets.secret_of(app_id) or "", "POST", url, raw, self._wall_ms(), with_v3=with_v3)
        return self._sender.exchange(url, raw, headers, timeout_s=TIMEOUT_S)

    def close(self) -> None:
        """Stop: calls that are out are not waited for."""
        self._closed.set()
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._sender.close()

    def _carry(self, enrolment: Enrolment) -> None:
        for number in range(len(RETRY_GAPS_S) + 1):
            attempt = self._attempt(enrolment, repeated=False, last=number == len(RETRY_GAPS_S))
            if enrolment.state != SENDING or self._closed.wait(self._gap_s(number, attempt)):
                return

    def _attempt(self, enrolment: Enrolment, *, repeated: bool, last: bool) -> Attempt:
        reply = self.post(enrolment.app_id, enrolment.url, enrolment.request, with_v3=enrolment.with_v3)
        attempt = Attempt(reply.status, reply.error, reply.latency_ms, _object(reply.body), repeated, reply.retry_after_ms)
        attempt_again = reply.status is None or reply.status >= 500 or reply.status == 429
        self.enrolments.answered(enrolment, attempt, final=last or not attempt_again)
        return attempt

    def _gap_s(self, number: int, attempt: Attempt) -> float:
        if attempt.status == 429 and attempt.retry_after_ms is not None:
            return attempt.retry_after_ms / 1000
        return RETRY_GAPS_S[min(number, len(RETRY_GAPS_S) - 1)] * self._rng.uniform(0.5, 1.5) * self._retry_scale()


def _object(body: bytes) -> Mapping[str, object] | None:
    try:
        parsed = json.loads(body)
    except ValueError:
        return None
    return parsed if isinstance(parsed, dict) else None
