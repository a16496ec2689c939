"""Fixed rate windows that open with the first call, per key and operation. It counts; what to answer is the caller's."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Rule:
    """At most `limit` calls (None: any number) in `seconds`."""

    name: str
    limit: int | None
    seconds: float


@dataclass(frozen=True)
class Usage:
    """Where one window stands after a call. `exceeded`: this call was over the limit and was not counted."""

    rule: Rule
    used: int
    resets_in_s: float
    exceeded: bool

    @property
    def left(self) -> int:
        return max(0, (self.rule.limit or 0) - self.used)


@dataclass
class _Window:
    opened_at_s: float
    used: int = 0


class Windows:
    """The open windows of a stand-in. Safe between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: dict[tuple[str, str, str], _Window] = {}

    def take(self, key: str, operation: str, rules: Sequence[Rule], now_s: float) -> tuple[Usage, ...]:
        """One usage per rule, in order. The call counts in every window, or in none when one of them is full."""
        with self._lock:
            windows = [self._window(key, operation, rule, now_s) for rule in rules]
            full = [rule.limit is not None and w.used >= rule.limit for rule, w in zip(rules, windows, strict=True)]
            if not any(full):
                for window in windows:
                    window.used += 1
            return tuple(
                Usage(rule, window.used, window.opened_at_s + rule.seconds - now_s, exceeded)
                for rule, window, exceeded in zip(rules, windows, full, strict=True)
            )

    def reset(self) -> None:
        with self._lock:
            self._open.clear()

    def _window(self, key: str, operation: str, rule: Rule, now_s: float) -> _Window:
        name = (key, operation, rule.name)
        window = self._open.get(name)
        if window is None or now_s - window.opened_at_s >= rule.seconds:
            window = self._open[name] = _Window(now_s)
        return window
