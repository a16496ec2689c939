"""The providers' bench: stand-ins over real HTTP, real PostgreSQL, the product's own wiring."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

import pytest
from sqlalchemy.dialects.postgresql import insert

from integration.core.clock import system_clock
from integration.core.crypto import SecretBox, new_key
from integration.core.metrics import Metrics
from integration.core.outbound import Fetcher, FetchLimits
from integration.core.outbound_session import ApiSession
from integration.core.settings import ProviderSettings, Secret
from integration.db.models import PortalRow
from integration.db.session import Database
from integration.providers.adapter import AdapterKit
from integration.providers.base import Finding, Subject
from integration.providers.budget import BudgetStep
from integration.providers.cache_store import CacheStore
from integration.providers.digest_key_store import DigestKeyStore
from integration.providers.gates import Gates
from integration.providers.keys_store import KeysStore
from integration.providers.registry import build_adapters
from integration.providers.spending import Spending
from integration.providers.waterfall import Enricher
from simulator.neighbours.running import RunningNeighbours, build_neighbours
from simulator.neighbours.settings import NeighbourSettings

PORTAL = 4711


@dataclass(frozen=True)
class Ask:
    """A question as the pipeline asks it."""

    key: str
    subject: Subject
    known: tuple[Finding, ...] = ()


@dataclass
class Bench:
    """Everything a test needs to enrich and to look at what happened. `now` moves by hand; `chosen` are the only providers asked."""

    database: Database
    neighbours: RunningNeighbours
    kit: AdapterKit
    keys: KeysStore
    digest_keys: DigestKeyStore
    closers: list[Callable[[], None]] = field(default_factory=list)
    steps: list[BudgetStep] = field(default_factory=list)
    chosen: frozenset[str] = frozenset({"apollo", "hunter", "website"})

    def use_keys(self, portal_id: int = PORTAL, **keys: str) -> None:
        with self.database.begin() as connection:
            for provider, key in keys.items():
                self.keys.save(connection, portal_id=portal_id, provider=provider, key=Secret(key))

    def enricher(self, *, batch_s: float = 20.0, gates: Gates | None = None, threads: int = 16) -> Enricher:
        pool = ThreadPoolExecutor(threads)
        self.closers.append(lambda: pool.shutdown(cancel_futures=True))
        return Enricher(
            adapters=build_adapters(replace(self.kit, settings=replace(self.kit.settings, chosen=self.chosen))),
            keys=self.keys,
            cache=CacheStore(self.digest_keys),
            spending=Spending(lambda _connection, _portal_id, steps, _now: self.steps.extend(steps)),
            pool=pool,
            clock=self.kit.clock,
            database=self.database,
            metrics=Metrics(),
            gates=gates or Gates(0),
            batch_s=batch_s,
        )


@pytest.fixture(scope="session")
def neighbours() -> Iterator[RunningNeighbours]:
    with build_neighbours(
        NeighbourSettings(rates_enforced=False, hang_s=8.0, slow_s=4.0, endless_limit_mb=4, pending_calls=0)
    ) as running:
        yield running


@pytest.fixture
def kit(neighbours: RunningNeighbours) -> Iterator[AdapterKit]:
    settings = ProviderSettings(
        addresses=neighbours.addresses,
        site_gateway=neighbours.base_urls["sites"].removeprefix("http://"),
        contact_address="https://example.com/bot",
        timeout_s=3.0,
        rate_factor=1.0,
    )
    session = ApiSession(system="providers", timeout_s=settings.timeout_s, user_agent="Leadlight/test")
    fetcher = Fetcher(contact_address=settings.contact_address, site_gateway=settings.site_gateway, limits=FetchLimits(total_s=2.0))
    yield AdapterKit(settings=settings, session=session, fetcher=fetcher, clock=system_clock)
    session.close()
    fetcher.close()


@pytest.fixture
def bench(database: Database, neighbours: RunningNeighbours, kit: AdapterKit) -> Iterator[Bench]:
    with database.begin() as connection:
        connection.execute(insert(PortalRow).values(portal_id=PORTAL, state="connected"))
    box = SecretBox([new_key()])
    bench = Bench(database, neighbours, kit, KeysStore(box), DigestKeyStore(box))
    yield bench
    for close in bench.closers:
        close()


def soon(seconds: float = 5.0) -> float:
    return time.monotonic() + seconds


def with_key(subject: Subject, **changes: str | None) -> Subject:
    return replace(subject, **changes)  # type: ignore[arg-type]
