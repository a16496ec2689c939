"""A running simulator with one installed app in one account, and a small HTTP session that calls it as that app."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import pytest
import requests

from simulator.apps import App, Subscription
from simulator.limiter import RateLimits
from simulator.running import RunningSimulator, start
from simulator.webhooks.queue import WebhookSettings
from simulator.world import WorldSettings
from tests.contract.simulator.receiver import Receiver

APP_ID = 39522895
PORTAL_ID = 62515
REDIRECT_URL = "http://localhost:8000/oauth/callback"
TYPES = ("contacts", "companies", "deals", "leads", "tickets")
SCOPES = (
    "oauth",
    "crm.objects.owners.read",
    *(f"crm.objects.{name}.{right}" for name in TYPES for right in ("read", "write")),
    *(f"crm.schemas.{name}.{right}" for name in TYPES for right in ("read", "write")),
)
APP = App(
    app_id=APP_ID,
    client_id="sample-client-id",
    client_secret="sample-client-secret",
    redirect_urls=(REDIRECT_URL,),
    required_scopes=SCOPES,
    optional_scopes=("crm.lists.read", "automation.sequences.read"),
)
# The limiter is off; the tests about it switch it on.
SETTINGS = WorldSettings(limits=RateLimits(burst_per_window=0), webhooks=WebhookSettings(retry_scale=1e-5, gather_s=0.01))


@dataclass
class HubSpotSession:
    """Calls the simulator with the app's token; paths start with a slash, answers are not checked."""

    base_url: str
    token: str
    portal_id: int
    app_id: int
    refresh_token: str
    http: requests.Session

    def call(self, method: str, path: str, body: Any = None, **options: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {self.token}", **options.pop("headers", {})}
        return self.http.request(method, f"{self.base_url}{path}", json=body, headers=headers, timeout=10, **options)

    def get(self, path: str, **options: Any) -> requests.Response:
        return self.call("GET", path, **options)

    def post(self, path: str, body: Any = None, **options: Any) -> requests.Response:
        return self.call("POST", path, body, **options)

    def patch(self, path: str, body: Any = None, **options: Any) -> requests.Response:
        return self.call("PATCH", path, body, **options)

    def put(self, path: str, body: Any = None, **options: Any) -> requests.Response:
        return self.call("PUT", path, body, **options)

    def delete(self, path: str, **options: Any) -> requests.Response:
        return self.call("DELETE", path, **options)

    def control(self, method: str, path: str, body: Any = None, **options: Any) -> requests.Response:
        return self.http.request(method, f"{self.base_url}/_control{path}", json=body, timeout=10, **options)


@pytest.fixture(scope="session")
def running_simulator() -> Iterator[RunningSimulator]:
    """One server for the whole session: its routes take longer to build than most tests take to run."""
    with start() as running:
        yield running


@pytest.fixture
def simulator(running_simulator: RunningSimulator) -> RunningSimulator:
    """The server with an empty world again: one app, one account, real time, the limiter off."""
    world = running_simulator.world
    world.reset()
    assert world.emitter.drain(5)  # a POST of the test before may still be out
    world.emitter.forget()
    world.clock.run_at(1.0)
    world.clock.set(datetime.now(UTC))
    world.configure(SETTINGS)
    world.register_app(APP)
    world.new_portal(PORTAL_ID)
    return running_simulator


@pytest.fixture
def hubspot(simulator: RunningSimulator) -> Iterator[HubSpotSession]:
    with requests.Session() as http:
        yield session_for(simulator, APP_ID, PORTAL_ID, http)


@pytest.fixture
def receiver(simulator: RunningSimulator) -> Iterator[Receiver]:
    """Takes the app's webhooks; `subscribe` says which."""
    with Receiver() as receiver:
        yield receiver


@pytest.fixture
def rng() -> random.Random:
    return random.Random(7)


def session_for(simulator: RunningSimulator, app_id: int, portal_id: int, http: requests.Session) -> HubSpotSession:
    """A session of a freshly installed app."""
    pair = simulator.world.install(app_id, portal_id)
    assert pair.refresh_token is not None
    return HubSpotSession(simulator.base_url, pair.access.token, portal_id, app_id, pair.refresh_token, http)


def subscribe(simulator: RunningSimulator, target_url: str, *subscriptions: tuple[str, str | None]) -> None:
    """Give the app a webhook target and these (type, property) subscriptions."""
    wanted = tuple(Subscription(7001 + place, kind, name) for place, (kind, name) in enumerate(subscriptions))
    simulator.world.register_app(replace(APP, webhook_target_url=target_url, subscriptions=wanted))
