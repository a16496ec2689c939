"""When a provider may be asked: its rates and its refusals, for one endpoint with one key, shared by all workers through PostgreSQL.

One customer's empty account stops nobody else, and where no key is needed the whole installation shares the vendor's rate. Web sites and
other places without a rate have no gate: what one of them does says nothing about the next.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection

from integration.providers.adapter import Offer, Rate
from integration.providers.base import ErrorClass, RateNews
from integration.providers.gate_store import GateStore
from integration.providers.gate_window import STOP_S, Gate, Places, after_answer, book, is_scarce, learn


def gate_name(offer: Offer, key: str) -> str:
    """The name of a gate, "" where there is none; a new key is a new gate. Holds no secret."""
    if not key and not offer.rates:
        return ""
    return f"{offer.question_prefix}|{hashlib.sha256(key.encode()).hexdigest()[:24] if key else 'all'}"


@dataclass(frozen=True)
class Order:
    """So many calls of one endpoint that want to start."""

    gate: str
    offer: Offer
    calls: int


@dataclass(frozen=True)
class GateReport:
    """What one call showed about its gate."""

    gate: str
    rates: tuple[Rate, ...]
    error: ErrorClass | None
    news: tuple[RateNews, ...] = ()


@dataclass(frozen=True)
class GateView:
    """Gates as they stood at one moment: why some are closed, and which had failures in a row."""

    closed: Mapping[str, ErrorClass] = field(default_factory=dict)
    failing: frozenset[str] = frozenset()


class Gates:
    """The gates of this installation. `factor` 2.0 doubles every rate; 0 lifts them, for load tests against stand-ins. Keeps no state."""

    def __init__(self, factor: float = 1.0) -> None:
        self._factor = factor
        self._store = GateStore()

    def view(self, connection: Connection, gates: Collection[str]) -> GateView:
        """How these gates stand just now. One statement."""
        if not gates:
            return GateView()
        found, now = self._store.find(connection, gates)
        closed = {name: refusal for name, gate in found.items() if (refusal := gate.refusal(now)) is not None}
        return GateView(closed, frozenset(name for name, gate in found.items() if gate.failures))

    def book(self, connection: Connection, orders: Sequence[Order], *, horizon_s: float) -> list[Places]:
        """Places for each order, in order. Three statements for all; none where nobody has a rate."""
        paced = sorted({order.gate for order in orders if order.gate and order.offer.rates}) if self._factor > 0 else []
        if not paced:
            return [Places((0.0,) * order.calls) for order in orders]
        gates, now = self._store.lock(connection, paced)
        places: list[Places] = []
        for order in orders:
            if order.gate not in gates:
                places.append(Places((0.0,) * order.calls))
                continue
            gates[order.gate], given = book(
                gates[order.gate],
                order.offer.rates,
                factor=self._factor,
                calls=order.calls,
                requests=order.offer.requests,
                now=now,
                horizon_s=horizon_s,
            )
            places.append(given)
        self._store.save(connection, gates)
        return places

    def report(self, connection: Connection, reports: Sequence[GateReport], view: GateView) -> None:
        """Takes note of answers: refusals close a gate, failures are counted, scarce room is believed. No statement when there is no news.

        `view` is how the gates stood before: a good answer is news only where failures were counted.
        """
        telling = {one.gate for one in reports if one.gate and (one.gate in view.failing or _is_telling(one))}
        if not telling:
            return
        gates, now = self._store.lock(connection, sorted(telling))
        for one in reports:
            if one.gate in gates:
                gates[one.gate] = self._taught(after_answer(gates[one.gate], one.error, now=now), one, now)
        self._store.save(connection, gates)

    def _taught(self, gate: Gate, report: GateReport, now: float) -> Gate:
        for news in report.news:
            if self._factor > 0 and is_scarce(report.rates, news):
                gate = learn(gate, report.rates, news, factor=self._factor, now=now)
        return gate


def _is_telling(report: GateReport) -> bool:
    return report.error in STOP_S or report.error is ErrorClass.SERVER or any(is_scarce(report.rates, one) for one in report.news)
