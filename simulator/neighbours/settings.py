"""Settings of a provider stand-in. Defaults behave like the real provider; load tests raise the latency and lift the rates."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from simulator.data.demo import DemoCompany, load_companies


@dataclass(frozen=True)
class NeighbourSettings:
    """How a stand-in behaves.

    Values: `latency_ms` is added to every answer (not to the control routes). `rates_enforced=False` lifts the documented
    rate limits of ordinary keys; the magic keys keep theirs. `slow_s` is how long `key-slow` takes for one body, `hang_s`
    how long `key-hang` holds the line. `throttle_after` calls per `throttle_window_s` are let through for `key-throttled`,
    `quota_after` calls for `key-quota`. `pending_calls` is how often Hunter's verifier says 202 before it answers, for the
    addresses it must look up; `pending_finds` the same of its finder, which as a rule answers at once. `credit_limit` is what
    the account pages report. `endless_limit_mb` and `bomb_mb` bound the hostile web sites.
    """

    latency_ms: float = 0.0
    rates_enforced: bool = True
    slow_s: float = 3.0
    hang_s: float = 60.0
    throttle_after: int = 5
    throttle_window_s: float = 60.0
    quota_after: int = 0
    pending_calls: int = 1
    pending_finds: int = 0
    credit_limit: int = 10_000
    endless_limit_mb: int = 256
    bomb_mb: int = 64
    companies: tuple[DemoCompany, ...] = field(default_factory=load_companies, repr=False)
    clock_s: Callable[[], float] = field(default=time.monotonic, repr=False)
