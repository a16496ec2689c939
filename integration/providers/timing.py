"""Notes on each answer how long its call took. The clock stands here so that nothing that decides needs one."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from integration.providers.adapter import Adapter, Endpoint, Offer
from integration.providers.base import ProviderReply, Subject


@dataclass(frozen=True, eq=False)
class TimedEndpoint:
    """An endpoint whose replies say `took_ms`."""

    endpoint: Endpoint

    @property
    def offer(self) -> Offer:
        return self.endpoint.offer

    def ask(self, subjects: Sequence[Subject], *, key: str, until: float) -> tuple[ProviderReply, ...]:
        started = time.monotonic()
        replies = self.endpoint.ask(subjects, key=key, until=until)
        took_ms = round((time.monotonic() - started) * 1000)
        return tuple(replace(reply, took_ms=took_ms) for reply in replies)


def timed(adapters: Sequence[Adapter]) -> tuple[Adapter, ...]:
    """The adapters with every endpoint timed."""
    return tuple(
        replace(adapter, endpoints=tuple(TimedEndpoint(endpoint) for endpoint in adapter.endpoints)) for adapter in adapters
    )
