"""The console in process: two portals, people with every role in both, and a browser that is signed in without HubSpot's page."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from integration.access.role_store import RoleStore
from integration.access.roles import Role
from integration.admin.console.base import BLUEPRINT, Action, ConsoleParts, Page, Routes
from integration.admin.console.discovery import find_routes
from integration.admin.console.session_store import SessionStore
from integration.app import Parts, build_parts
from integration.core.clock import system_clock
from integration.core.crypto import new_key
from integration.core.settings import Settings
from integration.db.models import ConsoleSessionRow
from integration.db.session import Database
from integration.web_app import build_app, console_parts

OURS, THEIRS = 700_001, 700_002
PUBLIC_URL = "http://localhost:8000"


@dataclass
class Desk:
    """Our application, and who sits at it."""

    app: Flask
    parts: Parts
    console: ConsoleParts
    routes: Routes

    def sign_in(self, portal_id: int, role: Role | None) -> Browser:
        """A browser of a person with this role; None: a person whose role was taken after the sign-in."""
        email = f"{role.word if role else 'nobody'}@portal-{portal_id}.example.com"
        with self.parts.database.begin() as connection:
            if role is not None:
                RoleStore().grant(connection, portal_id=portal_id, email=email, role=role, by="install", now=system_clock())
            cookie = SessionStore().open(
                connection, portal_id=portal_id, user_id="1", email=email, now=system_clock(), life=timedelta(hours=12)
            )
        client = self.app.test_client()
        client.set_cookie("leadlight_session", cookie, path="/admin")
        return Browser(self, client, portal_id, email, cookie)

    @property
    def pages(self) -> list[Page]:
        return [route for route in self.routes if isinstance(route, Page)]

    @property
    def actions(self) -> list[Action]:
        return [route for route in self.routes if isinstance(route, Action)]

    def path(self, route: Page | Action, portal_id: int, **arguments: object) -> str:
        """The route's address in the portal, with `arguments` by their names."""
        [rule] = list(self.app.url_map.iter_rules(f"{BLUEPRINT}.{route.endpoint}"))
        return str(self.app.url_map.bind("localhost").build(rule.endpoint, {"portal_id": portal_id, **_only(rule, arguments)}))

    def arguments(self, route: Page | Action) -> set[str]:
        [rule] = list(self.app.url_map.iter_rules(f"{BLUEPRINT}.{route.endpoint}"))
        return set(rule.arguments) - {"portal_id"}


@dataclass
class Browser:
    """Signed in to one portal."""

    desk: Desk
    client: FlaskClient
    portal_id: int
    email: str
    cookie: str

    def get(self, path: str = "") -> TestResponse:
        return self.client.get(path if path.startswith("/admin") else f"/admin/{self.portal_id}{path}")

    def post(self, path: str, form: dict[str, str] | None = None, **headers: str) -> TestResponse:
        """With the session's token, unless the form brings its own."""
        data = {"csrf_token": self.csrf_token(), **(form or {})}
        full = path if path.startswith("/admin") else f"/admin/{self.portal_id}{path}"
        return self.client.post(full, data=data, headers={name.replace("_", "-"): value for name, value in headers.items()})

    def csrf_token(self) -> str:
        with self.desk.parts.database.begin() as connection:
            query = select(ConsoleSessionRow.csrf_token).where(
                ConsoleSessionRow.portal_id == self.portal_id, ConsoleSessionRow.email == self.email
            )
            return connection.execute(query).scalars().first() or "none"


def _only(rule: Rule, arguments: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in arguments.items() if name in rule.arguments}


@pytest.fixture
def desk(database: Database) -> Iterator[Desk]:
    """HubSpot is out of reach here; what needs it has to say so in a friendly way."""
    env = {
        "LEADLIGHT_KEYS": new_key(),
        "LEADLIGHT_PUBLIC_URL": PUBLIC_URL,
        "HUBSPOT_CLIENT_ID": "sample",
        "HUBSPOT_CLIENT_SECRET": "sample",
        "HUBSPOT_API_URL": "http://127.0.0.1:9",
    }
    with ExitStack() as held:
        parts = build_parts(Settings.from_env(env), database, held)
        with database.begin() as connection:
            for portal_id in (OURS, THEIRS):
                parts.portals.connect(connection, portal_id=portal_id, scopes=("oauth",), now=system_clock())
        console = console_parts(parts)
        yield Desk(build_app(parts), parts, console, find_routes(console))
