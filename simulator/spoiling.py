"""Carries a fault out on the wire: the answers of an outage, and answers that are cut, delayed, hung or not JSON.

Sources: https://developers.hubspot.com/docs/api-reference/error-handling (read 2026-09): 423, 429, 477 with Retry-After seconds,
502, 503, 504, 521 to 526. Their bodies, but for 429, are plausible rather than captured.
"""

import time
from collections.abc import Iterator
from uuid import uuid4

from flask import Response, jsonify

from simulator.errors import HubSpotError
from simulator.faults import Fault, FaultSpec
from simulator.server import ConnectionCut

_SENTENCES = {
    423: "The resource is locked by another write; wait two seconds.",
    477: "This account is being moved to another data center; retry after the time given.",
    500: "internal error",
    502: "Bad gateway",
    503: "Service unavailable",
    504: "Gateway timeout",
    524: "A timeout occurred",
}
_HTML_STATUSES = (502, 504, 521, 522, 523, 524, 525, 526)  # answered by the edge network, which knows no JSON


def spoil_before(fault: Fault) -> Response | None:
    """The fault's answer in place of the real one; None when the call goes on (slowed, or spoiled later)."""
    spec = fault.spec
    if spec.kind == "slow":
        time.sleep(spec.delay_ms / 1000)
    if spec.applied:
        return None
    if spec.kind == "hung":
        return _hang(fault)
    return _outage(spec) if spec.kind == "status" else None


def spoil_after(fault: Fault, response: Response) -> Response:
    """The answer as the fault leaves it; the call has taken effect."""
    spec = fault.spec
    if spec.kind == "cut":
        return _cut(response)
    if spec.kind == "invalid_json":
        response.set_data(response.get_data()[:-1] + b',"')
        return response
    if not spec.applied:
        return response
    if spec.kind == "hung":
        return _hang(fault)
    return _outage(spec) if spec.kind == "status" else response


def _outage(spec: FaultSpec) -> Response:
    sentence = _SENTENCES.get(spec.status, "The service does not answer as it should.")
    if spec.status in _HTML_STATUSES:
        html = f"<html><head><title>{spec.status} {sentence}</title></head><body><h1>{sentence}</h1></body></html>"
        return Response(html, status=spec.status, content_type="text/html")
    error = HubSpotError(spec.status, "LOCKED" if spec.status == 423 else "INTERNAL_ERROR", sentence)
    if spec.status == 429:
        error = rate_limited(spec.policy)
    answer = jsonify(error.body(str(uuid4())))
    answer.status_code = spec.status
    if spec.retry_after_s is not None:
        answer.headers["Retry-After"] = str(spec.retry_after_s)
    return answer


def rate_limited(policy: str) -> HubSpotError:
    """HubSpot's 429 for `TEN_SECONDLY_ROLLING`, `SECONDLY` or `DAILY`."""
    extra = {"errorType": "RATE_LIMIT", "policyName": policy}
    return HubSpotError(429, "RATE_LIMITS", f"You have reached your {policy.lower()} limit.", extra=extra)


def _hang(fault: Fault) -> Response:
    def wait_then_cut() -> Iterator[bytes]:
        fault.released.wait()
        raise ConnectionCut
        yield b""

    return Response(wait_then_cut(), status=200)


def _cut(response: Response) -> Response:
    whole = response.get_data()

    def half_then_cut() -> Iterator[bytes]:
        yield whole[: len(whole) // 2]
        raise ConnectionCut

    headers = [(name, value) for name, value in response.headers if name.lower() != "content-length"]
    return Response(half_then_cut(), status=response.status_code, headers=[*headers, ("Content-Length", str(len(whole)))])
