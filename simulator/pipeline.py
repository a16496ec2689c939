"""What happens to an API call before and after its family answers: fault, token, scopes, rate limit, latency, record.

Order: a fault comes first (an outage does not ask who calls), then the token, its scopes, the limiter. A refused call leaves no
trace in any account.
"""

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import uuid4

from flask import Response, g, request

from simulator.errors import HubSpotError
from simulator.families.oauth.state import AccessToken
from simulator.faults import Fault
from simulator.identity import Caller
from simulator.limiter import Verdict
from simulator.operation import OperationMatch, OperationTable
from simulator.recorder import Call, TokenState
from simulator.spoiling import rate_limited, spoil_after, spoil_before
from simulator.world import World

_OUTSIDE = ("/_control/", "/portal/")
_KEPT_BODY_CHARS = 100_000


@dataclass
class _Passage:
    """What is known of the call under way; lives on flask.g from `before` to `after`."""

    started: float
    match: OperationMatch | None
    access: AccessToken | None
    token: TokenState
    fault: Fault | None = None
    verdict: Verdict | None = None
    scopes_used: tuple[str, ...] = ()
    policy: str = ""
    correlation_id: str = field(default_factory=lambda: str(uuid4()))


class Pipeline:
    """`before` and `after` of every request, for one world."""

    def __init__(self, world: World, table: OperationTable) -> None:
        self._world = world
        self._table = table

    def before(self) -> Response | None:
        """An answer when the call goes no further. Raises HubSpotError 401, 403 or 429."""
        if _is_outside(request.path):
            return None
        passage = self._enter()
        g.passage = passage
        portal_id = passage.access.grant.portal_id if passage.access else None
        passage.fault = self._world.faults.hit(request.method, request.path, portal_id)
        if passage.fault is not None:
            spoiled = spoil_before(passage.fault)
            if spoiled is not None:
                return spoiled
        if self._world.settings.latency_ms:
            time.sleep(self._world.settings.latency_ms / 1000)
        if passage.match is not None and passage.match.operation.token:
            self._admit(passage, passage.match)
        return None

    def after(self, response: Response) -> Response:
        """The answer with its rate headers, spoiled where a fault says so, and the call recorded."""
        passage: _Passage | None = g.get("passage")
        if passage is None:
            return response
        if passage.fault is not None:
            response = spoil_after(passage.fault, response)
        response.headers.setdefault("X-HubSpot-Correlation-Id", passage.correlation_id)
        if passage.verdict is not None and passage.verdict.policy != "SECONDLY":
            _add_rate_headers(response, passage.verdict)
        self._record(passage, response)
        return response

    def _enter(self) -> _Passage:
        match = self._table.find(request.method, request.path)
        header = request.headers.get("Authorization", "")
        scheme, _, token = header.partition(" ")
        access = self._world.oauth.find_access(token.strip()) if scheme.lower() == "bearer" else None
        state: TokenState = "none" if not header else "unknown"
        if access is not None:
            state = "valid" if self._world.oauth.is_live(access) else "expired"
        return _Passage(time.perf_counter(), match, access, state)

    def _admit(self, passage: _Passage, match: OperationMatch) -> None:
        grant = self._live(passage).grant
        if grant.portal_id not in self._world.portals:
            raise _invalid_authentication()
        alternatives = match.operation.scopes_for(match.object_type)
        passage.scopes_used = tuple(scope for scope in alternatives if scope in grant.scopes)[:1]
        if alternatives and not passage.scopes_used:
            raise _missing_scopes(alternatives)
        g.caller = Caller(grant.app_id, grant.portal_id, frozenset(grant.scopes), grant.user_id)
        bucket = match.operation.bucket
        passage.verdict = self._world.limiter.take(bucket, grant.app_id, grant.portal_id, self._world.settings.limits)
        if passage.verdict is not None and not passage.verdict.allowed:
            passage.policy = passage.verdict.policy
            raise rate_limited(passage.verdict.policy)

    def _live(self, passage: _Passage) -> AccessToken:
        if passage.access is None:
            raise _invalid_authentication()
        if passage.token == "expired":  # noqa: S105 - a state, not a secret
            raise _expired(passage.access.expires_at_ms, self._world.clock.now_ms())
        return passage.access

    def _record(self, passage: _Passage, response: Response) -> None:
        grant = passage.access.grant if passage.access else g.get("recorded_grant")
        operation = passage.match.operation if passage.match else None
        self._world.recorder.add(
            Call(
                at_ms=self._world.clock.now_ms(),
                at_monotonic=time.monotonic(),
                portal_id=grant.portal_id if grant else None,
                app_id=grant.app_id if grant else None,
                method=request.method,
                path=request.path,
                operation=operation.path if operation else "",
                object_type=passage.match.object_type if passage.match else "",
                bucket=operation.bucket if operation else "none",
                scopes=passage.scopes_used,
                status=response.status_code,
                token=passage.token,
                policy=passage.policy or (passage.fault.spec.policy if passage.fault and response.status_code == 429 else ""),
                fault=passage.fault.spec.kind if passage.fault else "",
                request_bytes=request.content_length or 0,
                answer_bytes=response.content_length or 0,
                duration_ms=round((time.perf_counter() - passage.started) * 1000, 2),
                bodies=self._bodies(response),
            )
        )

    def _bodies(self, response: Response) -> tuple[str, str] | None:
        if not self._world.settings.keep_bodies:
            return None
        answer = "" if response.is_streamed else response.get_data(as_text=True)
        return request.get_data(as_text=True)[:_KEPT_BODY_CHARS], answer[:_KEPT_BODY_CHARS]


def correlation_id() -> str:
    """The id under which HubSpot would know the current call; its header and its error body carry the same one."""
    passage: _Passage | None = g.get("passage")
    return passage.correlation_id if passage is not None else str(uuid4())


def _is_outside(path: str) -> bool:
    return path.startswith(_OUTSIDE) or (path.startswith("/oauth/") and path.endswith("/authorize"))


def _invalid_authentication() -> HubSpotError:
    sentence = "Authentication credentials not found. This API supports OAuth 2.0 authentication."
    return HubSpotError(401, "INVALID_AUTHENTICATION", sentence)


def _expired(ended_at_ms: int, now_ms: int) -> HubSpotError:
    ended = datetime.fromtimestamp(ended_at_ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    ago_s = max(0, (now_ms - ended_at_ms) // 1000)
    return HubSpotError(
        401,
        "EXPIRED_AUTHENTICATION",
        f"The OAuth token used to make this call expired {ago_s} second(s) ago.",
        context={"expire time": [ended]},
    )


def _missing_scopes(alternatives: tuple[str, ...]) -> HubSpotError:
    return HubSpotError(
        403,
        "MISSING_SCOPES",
        "This app hasn't been granted all required scopes to make this call. Read more about required scopes here: "
        "https://developers.hubspot.com/scopes.",
        errors=[
            {
                "message": "One or more of the following scopes are required.",
                "context": {"requiredGranularScopes": list(alternatives)},
            }
        ],
        extra={"links": {"scopes": "https://developers.hubspot.com/scopes"}},
    )


def _add_rate_headers(response: Response, verdict: Verdict) -> None:
    response.headers["X-HubSpot-RateLimit-Interval-Milliseconds"] = str(verdict.window_ms)
    response.headers["X-HubSpot-RateLimit-Max"] = str(verdict.limit)
    response.headers["X-HubSpot-RateLimit-Remaining"] = str(verdict.remaining)
    # Deprecated by HubSpot and still sent: 11 a second for 110 in ten seconds.
    second = verdict.limit * 1000 // verdict.window_ms
    response.headers["X-HubSpot-RateLimit-Secondly"] = str(second)
    response.headers["X-HubSpot-RateLimit-Secondly-Remaining"] = str(min(second, verdict.remaining))
