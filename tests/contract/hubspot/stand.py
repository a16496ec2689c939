"""Our HubSpot package against a running simulator: one app, one connected portal, our clock on the simulator's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from integration.core.crypto import SecretBox
from integration.core.metrics import Metrics
from integration.core.settings import Settings
from integration.db.session import Database
from integration.hubspot.client import HubSpotClient, HubSpotClients
from integration.hubspot.limits import PortalLimits
from integration.hubspot.manifest import MANIFEST
from integration.hubspot.oauth import OAuthClient
from integration.hubspot.portal_store import PortalStore
from integration.hubspot.timeline_events import TIMELINE_EVENTS
from integration.hubspot.timeline_events import EventType as DeclaredEvent
from integration.hubspot.token_store import TokenPair, TokenStore
from integration.hubspot.tokens import AccessTokens
from integration.hubspot.transport import HubSpotTransport
from simulator.apps import App, EventType
from simulator.limiter import RateLimits
from simulator.running import RunningSimulator, start
from simulator.world import World, WorldSettings

APP_ID = 39522895
PORTAL_ID = 62515
PUBLIC_URL = "http://localhost:8000"
KEY = "bW9jay1rZXktZm9yLXRlc3RzLW9ubHktMzItYnl0ZXM="
CREDENTIALS = {"HUBSPOT_CLIENT_ID": "sample-client-id", "HUBSPOT_CLIENT_SECRET": "sample-client-secret"}


@dataclass
class Stand:
    """Everything of ours over one simulator; `new_process` gives what a second process would have."""

    simulator: RunningSimulator
    database: Database
    settings: Settings
    metrics: Metrics
    portals: PortalStore
    token_store: TokenStore
    oauth: OAuthClient
    tokens: AccessTokens
    limits: PortalLimits
    clients: HubSpotClients

    @property
    def world(self) -> World:
        return self.simulator.world

    @property
    def client(self) -> HubSpotClient:
        return self.clients.for_portal(PORTAL_ID)

    def new_process(self) -> Stand:
        return build_stand(self.simulator, self.database)

    def connect(self, portal_id: int = PORTAL_ID, scopes: tuple[str, ...] | None = None) -> None:
        """Install at the simulator and store what an install stores."""
        pair = self.world.install(APP_ID, portal_id, scopes=scopes)
        grant = pair.access.grant
        now = self.world.clock.now()
        tokens = TokenPair(pair.access.token, pair.refresh_token or "", _moment(pair.access.expires_at_ms))
        with self.database.begin() as connection:
            self.token_store.save(connection, portal_id=portal_id, tokens=tokens, now=now)
            self.portals.connect(connection, portal_id=portal_id, scopes=grant.scopes, now=now)
        self.tokens.forget(portal_id)

    def state(self, portal_id: int = PORTAL_ID) -> tuple[str, str]:
        with self.database.begin() as connection:
            portal = self.portals.find(connection, portal_id=portal_id)
        assert portal is not None
        return portal.state, portal.state_reason

    def calls(self, path_part: str = "") -> list[str]:
        """Method and path of every call the simulator saw, oldest first."""
        return [f"{call.method} {call.path}" for call in self.world.recorder.calls() if path_part in call.path]


@contextmanager
def running_simulator(limits: RateLimits | None = None, latency_ms: int = 0) -> Iterator[RunningSimulator]:
    world = World(WorldSettings(limits=limits or RateLimits(burst_per_window=0), latency_ms=latency_ms))
    world.register_app(
        App(
            APP_ID,
            CREDENTIALS["HUBSPOT_CLIENT_ID"],
            CREDENTIALS["HUBSPOT_CLIENT_SECRET"],
            redirect_urls=(f"{PUBLIC_URL}/oauth/callback",),
            required_scopes=MANIFEST.required_scopes,
            optional_scopes=MANIFEST.optional_scopes,
            event_types=tuple(_registered(event) for event in TIMELINE_EVENTS),
        )
    )
    world.new_portal(PORTAL_ID)
    with start(world) as running:
        yield running


def _registered(event: DeclaredEvent) -> EventType:
    config = event.config
    properties = {one["name"]: one["type"] for one in config["properties"]}
    return EventType(
        event.uid, config["objectType"], config["name"], config["headerTemplate"], config["detailTemplate"], properties
    )


def build_stand(simulator: RunningSimulator, database: Database, *, read_timeout_s: float = 2, **env: str) -> Stand:
    settings = Settings.from_env(
        {
            "HUBSPOT_API_URL": simulator.base_url,
            "HUBSPOT_APP_URL": simulator.base_url,
            "HUBSPOT_APP_ID": str(APP_ID),
            "HUBSPOT_REQUESTS_PER_10_S": "110",
            "LEADLIGHT_PUBLIC_URL": PUBLIC_URL,
            "LEADLIGHT_KEYS": KEY,
            **CREDENTIALS,
            **env,
        }
    )
    clock = simulator.world.clock.now
    metrics = Metrics()
    transport = HubSpotTransport(simulator.base_url, connect_timeout_s=2, read_timeout_s=read_timeout_s)
    portals, token_store = PortalStore(), TokenStore(SecretBox(settings.keys))
    oauth = OAuthClient(settings.hubspot, transport, clock, metrics)
    tokens = AccessTokens(database, token_store, portals, oauth, clock, metrics)
    limits = PortalLimits(database, settings.hubspot)
    clients = HubSpotClients(settings.hubspot, tokens, limits, metrics, transport=transport)
    return Stand(simulator, database, settings, metrics, portals, token_store, oauth, tokens, limits, clients)


def _moment(epoch_ms: int):
    from integration.core.clock import from_epoch_ms

    return from_epoch_ms(epoch_ms)
