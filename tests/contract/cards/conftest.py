"""The pages inside HubSpot over real HTTP: our application on a port, HubSpot's simulator on another, and cards that are signed as HubSpot signs."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import httpx2
import pytest
from flask import Flask

from crm_cards.base import Command, Question, Routes
from crm_cards.registry import find_routes
from integration.app import Parts, build_parts
from integration.core.clock import system_clock
from integration.core.settings import Settings
from integration.db.session import Database
from integration.hubspot.manifest import MANIFEST
from integration.hubspot.signature import signature_headers
from integration.hubspot.token_store import TokenPair
from integration.web_app import build_app, card_parts
from simulator.apps import App
from simulator.crm.changes import Source
from simulator.families.owners.state import Owner
from simulator.limiter import RateLimits
from simulator.running import RunningSimulator, start
from simulator.server import RunningServer, serve
from simulator.world import World, WorldSettings

OURS, THEIRS, ABSENT = 810_001, 810_002, 810_003
APP_ID = 39_522_895
SECRET = "sample-client-secret"
KEY = "bW9jay1rZXktZm9yLXRlc3RzLW9ubHktMzItYnl0ZXM="
REP, MATE, STRANGER, LONER, ADMIN = "9101", "9102", "9103", "9104", "9199"
"""Users. The first two share a team, the third is in another, the fourth in none, the fifth is no owner."""
OWNER_OF = {REP: "601", MATE: "602", STRANGER: "603", LONER: "604"}
_TEAMS = {REP: (("71", "Sample North"),), MATE: (("71", "Sample North"),), STRANGER: (("72", "Sample South"),), LONER: ()}
SEED = Source.person(int(REP))
_request_ids = itertools.count(1)


@dataclass
class Cards:
    """Our application and HubSpot; `ask` and `tell` are what a card does."""

    app: Flask
    parts: Parts
    routes: Routes
    server: RunningServer
    simulator: RunningSimulator
    http: httpx2.Client
    made: dict[str, str] = field(default_factory=dict)

    @property
    def questions(self) -> list[Question]:
        return [route for route in self.routes if isinstance(route, Question)]

    @property
    def commands(self) -> list[Command]:
        return [route for route in self.routes if isinstance(route, Command)]

    def uri(self, path: str, **identity: Any) -> str:
        """The address as `hubspot.fetch` makes it; a value None leaves the part out."""
        given = {"userId": REP, "portalId": OURS, "userEmail": address_of(identity.get("userId", REP)), "appId": APP_ID, **identity}
        query = urlencode({name: value for name, value in given.items() if value is not None})
        return f"{self.server.base_url}/cards/{path}{'&' if '?' in path else '?'}{query}"

    def ask(self, path: str, **identity: Any) -> httpx2.Response:
        """A signed question."""
        uri = self.uri(path, **identity)
        return self.http.get(uri, headers=sign("GET", uri, b""))

    def tell(self, path: str, body: Any = None, *, request_id: str | None = None, **identity: Any) -> httpx2.Response:
        """A signed command. `body` as text is sent as it is; a mapping gets a request id unless it has one."""
        raw = (
            body if isinstance(body, bytes) else json.dumps({"request_id": request_id or new_request_id(), **(body or {})}).encode()
        )
        uri = self.uri(path, **identity)
        return self.http.post(uri, content=raw, headers={"Content-Type": "application/json", **sign("POST", uri, raw)})

    def send(self, route: Question | Command, path: str, **identity: Any) -> httpx2.Response:
        """The route as a card would call it, commands with every field any of them takes."""
        return self.ask(path, **identity) if isinstance(route, Question) else self.tell(path, body_for(), **identity)

    def path(self, route: Question | Command, **values: str) -> str:
        """The route's rule with its parts filled in."""
        text = route.rule
        for name in arguments(route):
            text = text.replace(f"<{name}>", values.get(name, _URL_VALUES.get(name, "1")))
        return text

    def contact(self, owner_user: str | None = None, **properties: str) -> str:
        """A contact in HubSpot that we have not worked on."""
        return self._create("contacts", owner_user, {"lastname": "Contact", **properties})

    def company(self, owner_user: str | None = None, **properties: str) -> str:
        return self._create("companies", owner_user, {"name": "Sample Works", **properties})

    def deal(self, owner_user: str | None = None, **properties: str) -> str:
        return self._create("deals", owner_user, {"dealname": "Sample deal", "dealstage": "appointmentscheduled", **properties})

    def _create(self, object_type: str, owner_user: str | None, properties: dict[str, str]) -> str:
        owner = {"hubspot_owner_id": OWNER_OF[owner_user]} if owner_user else {}
        return str(self.simulator.world.portals[OURS].create(object_type, {**properties, **owner}, source=SEED).id)

    def prefer(self, portal_id: int = OURS, **preferences: Any) -> None:
        """What the admin chose."""
        with self.parts.database.begin() as connection:
            self.parts.portals.change_preferences(connection, portal_id=portal_id, changes=preferences)


_URL_VALUES = {"object_type": "contacts", "object_id": "424242", "run_id": "no-such-run"}
_BODY: dict[str, Any] = {
    "property": "leadlight_priority", "version": 1, "steps": [], "reason": "Sample reason", "on": True, "provider": "apollo", "key": "k",
    "period": "day", "credits": "5", "object_type": "contacts", "policy": "always", "preset": "careful", "rule": "team", "text": "",
}  # fmt: skip


def body_for(**changes: Any) -> dict[str, Any]:
    """A body with every field that some command takes."""
    return {**_BODY, **changes}


def arguments(route: Question | Command) -> list[str]:
    return [part.split(">", 1)[0] for part in route.rule.split("<")[1:]]


def address_of(user_id: str) -> str:
    return f"sample.user.{user_id}@portal.example.com"


def new_request_id() -> str:
    return f"request-{next(_request_ids):08d}"


def sign(method: str, uri: str, body: bytes, *, secret: str = SECRET, at: datetime | None = None) -> dict[str, str]:
    return signature_headers(secret=secret, method=method, uri=uri, body=body, clock=(lambda: at) if at else system_clock)


def data_of(answer: httpx2.Response) -> Any:
    """What a card gets; a refusal fails the test with its words."""
    assert answer.status_code == 200, f"{answer.status_code}: {answer.text[:300]}"
    told = answer.json()
    assert told["ok"] is True, told
    return told["data"]


def refusal_of(answer: httpx2.Response) -> tuple[str, str]:
    """Reason and message of a refusal inside the envelope."""
    assert answer.status_code == 200, f"{answer.status_code}: {answer.text[:300]}"
    told = answer.json()
    assert told["ok"] is False, told
    assert set(told) == {"ok", "error"}
    return told["error"]["reason"], told["error"]["message"]


@pytest.fixture
def simulator() -> Iterator[RunningSimulator]:
    world = World(WorldSettings(limits=RateLimits(burst_per_window=0)))
    world.register_app(
        App(
            APP_ID, "sample", SECRET, redirect_urls=("http://localhost:8000/oauth/callback",),
            required_scopes=MANIFEST.required_scopes, optional_scopes=MANIFEST.optional_scopes,
        )
    )  # fmt: skip
    for portal_id in (OURS, THEIRS):
        world.new_portal(portal_id, owners=[_owner(user_id, world) for user_id in OWNER_OF])
    with start(world) as running:
        yield running


@pytest.fixture
def cards(database: Database, simulator: RunningSimulator) -> Iterator[Cards]:
    """Two portals with the app, one without. Writing is switched on in ours."""
    with ExitStack() as held:
        box: list[Flask] = []

        def answer(environ: Any, respond: Any) -> Any:
            return box[0](environ, respond)

        server = serve(answer, "127.0.0.1", 0)
        held.callback(server.stop)
        env = {
            "HUBSPOT_REQUESTS_PER_10_S": "1000",  # guessing ids shall not meet the quota before it meets the door
            "LEADLIGHT_KEYS": KEY,
            "LEADLIGHT_PUBLIC_URL": server.base_url,
            "HUBSPOT_APP_ID": str(APP_ID),
            "HUBSPOT_CLIENT_ID": "sample",
            "HUBSPOT_CLIENT_SECRET": SECRET,
            "HUBSPOT_API_URL": simulator.base_url,
        }
        parts = build_parts(Settings.from_env(env), database, held)
        box.append(build_app(parts))
        http = held.enter_context(httpx2.Client(trust_env=False, timeout=30.0))
        cards = Cards(box[0], parts, find_routes(card_parts(parts)), server, simulator, http)
        for portal_id in (OURS, THEIRS):
            connect(cards, portal_id)
        cards.prefer(dry_run=False)
        yield cards


def connect(cards: Cards, portal_id: int, scopes: tuple[str, ...] | None = None) -> None:
    """Install at the simulator and store what an install stores."""
    pair = cards.simulator.world.install(APP_ID, portal_id, scopes=scopes)
    now = system_clock()
    ends_at = datetime.fromtimestamp(pair.access.expires_at_ms / 1000, now.tzinfo)
    tokens = TokenPair(pair.access.token, pair.refresh_token or "", ends_at)
    with cards.parts.database.begin() as connection:
        cards.parts.token_store.save(connection, portal_id=portal_id, tokens=tokens, now=now)
        cards.parts.portals.connect(connection, portal_id=portal_id, scopes=pair.access.grant.scopes, now=now)
        cards.parts.portals.save_provisioning(connection, portal_id=portal_id, at=now, error=None)


def _owner(user_id: str, world: World) -> Owner:
    return Owner(
        OWNER_OF[user_id], int(user_id), address_of(user_id), "Sample", f"User {user_id}", world.clock.now(), teams=_TEAMS[user_id]
    )
