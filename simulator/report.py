"""The numbers a marketplace reviewer asks for, from the recorded calls: status, success, peaks, scopes, expired tokens.

Source: https://developers.hubspot.com/docs/apps/developer-platform/list-apps/listing-your-app/app-marketplace-listing-requirements
(read 2026-09): error share, request rate and the use of every requested scope are looked at.
"""

from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import dataclass

from simulator.recorder import Call


@dataclass(frozen=True)
class Report:
    """The answer of `/_control/report`. Rates are calls in the busiest real window, of one account."""

    calls: int
    calls_dropped: int
    calls_by_status: dict[str, int]
    calls_by_operation: dict[str, int]
    calls_by_object_type: dict[str, int]
    calls_by_portal: dict[str, int]
    success_ratio: float
    rate_limited_ratio: float
    rate_limited_by_policy: dict[str, int]
    peak_calls_in_10_s: int
    peak_searches_in_1_s: int
    scopes_used: dict[str, int]
    expired_token_calls: int
    unknown_token_calls: int


def build_report(calls: Iterable[Call], *, dropped: int = 0) -> Report:
    """The report over these calls, oldest first. A share of no calls is 1 (success) or 0 (rate limited)."""
    kept = list(calls)
    statuses = Counter(str(call.status) for call in kept)
    limited = [call for call in kept if call.status == 429]
    good = sum(1 for call in kept if call.status < 400)
    return Report(
        calls=len(kept),
        calls_dropped=dropped,
        calls_by_status=dict(sorted(statuses.items())),
        calls_by_operation=_count(f"{call.method} {call.operation or call.path}" for call in kept),
        calls_by_object_type=_count(call.object_type for call in kept if call.object_type),
        calls_by_portal=_count(str(call.portal_id) for call in kept if call.portal_id is not None),
        success_ratio=round(good / len(kept), 6) if kept else 1.0,
        rate_limited_ratio=round(len(limited) / len(kept), 6) if kept else 0.0,
        rate_limited_by_policy=_count(call.policy for call in limited),
        peak_calls_in_10_s=_peak((call for call in kept if call.bucket != "search"), window_s=10.0),
        peak_searches_in_1_s=_peak((call for call in kept if call.bucket == "search"), window_s=1.0),
        scopes_used=_count(scope for call in kept if call.status < 400 for scope in call.scopes),
        expired_token_calls=sum(1 for call in kept if call.token == "expired"),  # noqa: S105 - a state, not a secret
        unknown_token_calls=sum(1 for call in kept if call.token == "unknown"),  # noqa: S105 - a state, not a secret
    )


def _count(names: Iterable[str]) -> dict[str, int]:
    return dict(Counter(names).most_common())


def _peak(calls: Iterable[Call], *, window_s: float) -> int:
    """Most calls of one account inside any window; calls without an account (token endpoint) are left out."""
    windows: dict[int, deque[float]] = {}
    peak = 0
    for call in sorted(calls, key=lambda each: each.at_monotonic):
        if call.portal_id is None:
            continue
        window = windows.setdefault(call.portal_id, deque())
        window.append(call.at_monotonic)
        while window[0] <= call.at_monotonic - window_s:
            window.popleft()
        peak = max(peak, len(window))
    return peak
