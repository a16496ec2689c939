"""The composition root: settings in, a working product out. The only place where stores, clients and jobs are put together.

`open_database` and `open_parts` are for every process and command. Nothing is built at import.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from integration.admin.disconnect import Disconnector
from integration.admin.install_links import SealedLinks
from integration.admin.purge import Purger
from integration.core.clock import Clock, system_clock
from integration.core.crypto import SecretBox
from integration.core.errors import ConfigError
from integration.core.metrics import Metrics
from integration.core.outbound import Fetcher
from integration.core.outbound_session import ApiSession
from integration.core.settings import Settings
from integration.db.embedded import EmbeddedPostgres
from integration.db.session import Database
from integration.hubspot.client import HubSpotClients
from integration.hubspot.doctor import Doctor
from integration.hubspot.limits import PortalLimits
from integration.hubspot.manifest import MANIFEST
from integration.hubspot.oauth import OAuthClient
from integration.hubspot.oauth_state_store import OAuthStateStore
from integration.hubspot.portal_store import DISCONNECTED, PortalStore
from integration.hubspot.provision import Provisioner
from integration.hubspot.token_store import TokenStore
from integration.hubspot.tokens import AccessTokens, StoredTokens
from integration.hubspot.transport import HubSpotTransport, QuickTransport
from integration.jobs.dead_letter_store import DeadLetterStore
from integration.jobs.edge import JobEdge
from integration.jobs.engine import JobEngine
from integration.jobs.job_store import JobStore
from integration.pipeline.budget_keeping import raise_budget_alerts
from integration.pipeline.decisions import declared_properties
from integration.pipeline.status_store import StatusStore
from integration.pipeline.worklist_store import WorklistStore
from integration.providers.adapter import Adapter, AdapterKit, OpenData
from integration.providers.cache_store import CacheStore
from integration.providers.digest_key_store import DigestKeyStore
from integration.providers.gates import Gates
from integration.providers.keys_store import KeysStore
from integration.providers.open_data.register import OpenRegister
from integration.providers.registry import build_adapters, provider_infos
from integration.providers.spending import Spending
from integration.providers.waterfall import Enricher

_WEB_CONNECTIONS_SPARE = 4
_QUICK_S = 0.6
"""How long a page inside HubSpot waits for HubSpot's own answer before it shows what it has."""
_SPARE_SOCKETS = 32
"""Calls that ended late still hold a socket for a moment."""


@dataclass(frozen=True)
class Parts:
    """Everything a process or a command may need, built once."""

    settings: Settings
    database: Database
    clock: Clock
    metrics: Metrics
    portals: PortalStore
    token_store: TokenStore
    tokens: AccessTokens
    oauth: OAuthClient
    clients: HubSpotClients
    quick_clients: HubSpotClients
    """They give up soon: for pages that somebody waits for."""
    provisioner: Provisioner
    purger: Purger
    disconnector: Disconnector
    links: SealedLinks
    keys: KeysStore
    digest_keys: DigestKeyStore
    cache: CacheStore
    worklist: WorklistStore
    adapters: tuple[Adapter, ...]
    spending: Spending
    enricher: Enricher
    engine: JobEngine

    def keyed_providers(self) -> tuple[str, ...]:
        """The providers that take a key, by name."""
        return tuple(info.name for info in provider_infos() if info.needs_key)


def portal_doctor(parts: Parts) -> Doctor:
    """Looks at one portal, with what the stores of the other packages know about it."""

    def last_webhook_at(portal_id: int) -> datetime | None:
        with parts.database.begin() as connection:
            return StatusStore().last_delivery_at(connection, portal_id=portal_id)

    def provider_keys(portal_id: int) -> Mapping[str, bool]:
        with parts.database.begin() as connection:
            stored = parts.keys.keys_of(connection, portal_id=portal_id)
        return {name: name in stored for name in parts.keyed_providers()}

    return Doctor(
        database=parts.database,
        clients=parts.clients,
        portals=parts.portals,
        manifest=MANIFEST,
        declarations=declared_properties(),
        clock=parts.clock,
        last_webhook_at=last_webhook_at,
        provider_keys=provider_keys,
    )


def database_url(settings: Settings) -> str:
    """The address that is set, or that of our own PostgreSQL, which is then started."""
    return settings.database_url or EmbeddedPostgres(settings.data_dir).url("leadlight")


@contextmanager
def open_database(settings: Settings, *, pool_size: int = 4, process: str = "cli") -> Iterator[Database]:
    """The configured PostgreSQL, or our own one when no address is set."""
    database = Database(database_url(settings), pool_size=pool_size, application_name=f"leadlight-{process}")
    try:
        yield database
    finally:
        database.close()


@contextmanager
def open_parts(settings: Settings, *, process: str) -> Iterator[Parts]:
    """All parts on the configured database; connections and threads end with the block."""
    with ExitStack() as held:
        connections = settings.worker.concurrency * 2 if process == "worker" else settings.web.threads
        database = held.enter_context(open_database(settings, pool_size=connections + _WEB_CONNECTIONS_SPARE, process=process))
        yield build_parts(settings, database, held)


def build_parts(settings: Settings, database: Database, held: ExitStack) -> Parts:
    """The parts on `database`; what must be closed is closed with `held`."""
    clock, metrics = system_clock, Metrics()
    box = secret_box(settings)
    portals, token_store = PortalStore(), TokenStore(box)
    transport = HubSpotTransport(settings.hubspot.api_base_url)
    oauth = OAuthClient(settings.hubspot, transport, clock, metrics)
    tokens = AccessTokens(database, token_store, portals, oauth, clock, metrics)
    limits = PortalLimits(database, settings.hubspot)
    clients = HubSpotClients(settings.hubspot, tokens, limits, metrics, transport=transport)
    quick_clients = HubSpotClients(
        settings.hubspot,
        StoredTokens(database, token_store, portals, oauth, clock, metrics),
        PortalLimits(database, settings.hubspot, longest_wait_s=_QUICK_S),
        metrics,
        transport=QuickTransport(settings.hubspot.api_base_url, timeout_s=_QUICK_S),
    )
    keys, digest_keys, jobs = KeysStore(box), DigestKeyStore(box), JobStore()
    cache = CacheStore(digest_keys)
    adapters, spending = all_adapters(settings, held, OpenRegister(database)), Spending(raise_budget_alerts)

    def pause_portal(connection: Connection, portal_id: int, reason: str) -> None:
        portals.set_state(connection, portal_id=portal_id, state=DISCONNECTED, reason=reason, now=clock())

    edge = JobEdge(
        database=database, jobs=jobs, dead_letters=DeadLetterStore(), pause_portal=pause_portal, clock=clock, metrics=metrics
    )
    engine = JobEngine(database, edge, jobs=jobs)
    provisioner = Provisioner(database, clients, portals, declared_properties(), clock)
    purger = Purger(database, portals, engine, clock, settings.worker.purge_after_days)
    return Parts(
        settings=settings,
        database=database,
        clock=clock,
        metrics=metrics,
        portals=portals,
        token_store=token_store,
        tokens=tokens,
        oauth=oauth,
        clients=clients,
        quick_clients=quick_clients,
        provisioner=provisioner,
        purger=purger,
        disconnector=Disconnector(database, clients, tokens, portals, provisioner, purger, clock),
        links=SealedLinks(box, OAuthStateStore(), clock),
        keys=keys,
        digest_keys=digest_keys,
        cache=cache,
        worklist=WorklistStore(),
        adapters=adapters,
        spending=spending,
        enricher=_build_enricher(settings, database, adapters, spending, (keys, cache), metrics, held),
        engine=engine,
    )


def secret_box(settings: Settings) -> SecretBox:
    """The box of all secrets at rest. Raises ConfigError without keys."""
    if not settings.keys:
        raise ConfigError(["LEADLIGHT_KEYS is empty; make a key with `leadlight new-key`"])
    return SecretBox(settings.keys)


def require_production_settings(settings: Settings) -> None:
    """Raises ConfigError naming everything that real HubSpot needs and is not set."""
    needed = {
        "HUBSPOT_APP_ID": settings.hubspot.app_id,
        "HUBSPOT_CLIENT_ID": settings.hubspot.client_id,
        "HUBSPOT_CLIENT_SECRET": settings.hubspot.client_secret,
        "LEADLIGHT_KEYS": settings.keys,
    }
    missing = [f"{name} is not set; see docs/settings.md" for name, value in needed.items() if not value]
    if missing:
        raise ConfigError(missing)


def all_adapters(settings: Settings, held: ExitStack, open_data: OpenData | None = None) -> tuple[Adapter, ...]:
    """Every provider adapter, over one fetcher and one session; both close with `held`."""
    connections = settings.worker.provider_threads + _SPARE_SOCKETS
    fetcher = Fetcher(
        contact_address=settings.providers.contact_address,
        site_gateway=settings.providers.site_gateway,
        max_connections=connections,
    )
    held.callback(fetcher.close)
    session = ApiSession(
        system="provider", timeout_s=settings.providers.timeout_s, user_agent=fetcher.user_agent, max_connections=connections
    )
    held.callback(session.close)
    return build_adapters(AdapterKit(settings.providers, session, fetcher, system_clock, open_data=open_data))


def _build_enricher(
    settings: Settings,
    database: Database,
    adapters: tuple[Adapter, ...],
    spending: Spending,
    stores: tuple[KeysStore, CacheStore],
    metrics: Metrics,
    held: ExitStack,
) -> Enricher:
    pool = held.enter_context(ThreadPoolExecutor(settings.worker.provider_threads, thread_name_prefix="provider"))
    return Enricher(
        adapters=adapters,
        keys=stores[0],
        cache=stores[1],
        spending=spending,
        pool=pool,
        clock=system_clock,
        database=database,
        metrics=metrics,
        gates=Gates(settings.providers.rate_factor),
        keep_days=settings.providers.keep_days,
    )
