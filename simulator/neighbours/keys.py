"""Magic API keys: the key itself tells a stand-in how to misbehave, so that a client needs no test hook.

`key-demo` and `key-demo-<anything>` are ordinary keys, each with its own ledger. A key nobody knows is a bad key, and so is
a magic key whose misbehaviour the provider does not have (Hunter has no scopes, Apollo no legal block).
"""

import threading
from collections import Counter
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from enum import Enum


class Behaviour(Enum):
    """What a key makes the stand-in do."""

    NORMAL = "key-demo"
    BAD = "key-bad"
    QUOTA = "key-quota"
    THROTTLED = "key-throttled"
    SLOW = "key-slow"
    CUT = "key-cut"
    INVALID_JSON = "key-invalid-json"
    HTML = "key-html"
    WRONG_TYPES = "key-wrong-types"
    SCOPE = "key-scope"
    PLAN = "key-plan"
    LEGAL = "key-legal"
    DOWN = "key-down"
    HANG = "key-hang"


_BY_KEY = {behaviour.value: behaviour for behaviour in Behaviour}


def behaviour_of(key: str) -> Behaviour:
    """The behaviour a key asks for; unknown keys are `BAD`."""
    if key.startswith("key-demo-"):
        return Behaviour.NORMAL
    return _BY_KEY.get(key, Behaviour.BAD)


@dataclass(frozen=True)
class Charge:
    """One call that was charged: when (ISO 8601, UTC), which operation, how many credits, and what was left of the allowance after it."""

    at: str
    operation: str
    credits: int
    balance: int


class Ledger:
    """Calls and credits per key and operation, counted as the provider counts them. Safe between threads."""

    def __init__(self, credit_limit: int = 10_000) -> None:
        self._lock = threading.Lock()
        self._credit_limit = credit_limit
        self._calls: dict[str, Counter[str]] = {}
        self._credits: dict[str, Counter[str]] = {}
        self._charges: dict[str, list[Charge]] = {}

    def count_call(self, key: str, operation: str) -> int:
        """The number of calls this key has made so far, this one included."""
        with self._lock:
            calls = self._calls.setdefault(key, Counter())
            calls[operation] += 1
            return calls.total()

    def charge(self, key: str, operation: str, credit_count: int) -> None:
        """Charges a call; one that found nothing costs nothing and is no charge."""
        if not credit_count:
            return
        with self._lock:
            credits = self._credits.setdefault(key, Counter())
            credits[operation] += credit_count
            moment = datetime.now(UTC).isoformat(timespec="milliseconds")
            charge = Charge(moment, operation, credit_count, max(0, self._credit_limit - credits.total()))
            self._charges.setdefault(key, []).append(charge)

    def charges(self, key: str) -> list[dict[str, object]]:
        """The account of a key: every charged call by itself, in the order in which they were charged."""
        with self._lock:
            return [asdict(charge) for charge in self._charges.get(key, ())]

    def credits_used(self, key: str, *operations: str) -> int:
        """Credits this key was charged, for the named operations or, without any, for all."""
        with self._lock:
            credit = self._credits.get(key, Counter())
            return sum(credit[name] for name in operations) if operations else credit.total()

    def calls_made(self, key: str, operation: str) -> int:
        with self._lock:
            return self._calls.get(key, Counter())[operation]

    def reset(self) -> None:
        with self._lock:
            self._calls.clear()
            self._credits.clear()
            self._charges.clear()

    def to_json(self) -> dict[str, object]:
        """`{key: {"calls": {operation: n}, "credits": {operation: n}, "credits_total": n}}`."""
        with self._lock:
            return {
                key: {
                    "calls": dict(calls),
                    "credits": dict(self._credits.get(key, Counter())),
                    "credits_total": self._credits.get(key, Counter()).total(),
                }
                for key, calls in self._calls.items()
            }
