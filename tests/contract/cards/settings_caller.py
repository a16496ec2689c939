"""The settings page and the app home as HubSpot calls them: our application on a port, signed requests, people with every role in two portals."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import httpx2
from sqlalchemy import select

from integration.access.role_store import RoleStore
from integration.access.roles import Role
from integration.app import Parts, build_parts
from integration.core.clock import system_clock
from integration.core.settings import Settings
from integration.db.models import AuditRow, CardRequestRow
from integration.db.session import Database
from integration.hubspot.manifest import MANIFEST
from integration.hubspot.signature import signature_headers
from integration.hubspot.token_store import TokenPair
from integration.web_app import build_app
from simulator.server import RunningServer, serve
from tests.contract.console.rows import snapshot

OURS, THEIRS = 820_001, 820_002
SECRET = "sample-client-secret"
KEY = "bW9jay1rZXktZm9yLXRlc3RzLW9ubHktMzItYnl0ZXM="
ADMIN, OPERATOR, VIEWER, NOBODY = (f"sample.{word}@portal.example.com" for word in ("admin", "operator", "viewer", "nobody"))
_request_ids = itertools.count(1)


@dataclass
class Caller:
    """Asks as somebody in one of the portals."""

    parts: Parts
    server: RunningServer
    http: httpx2.Client

    def ask(self, path: str, who: str = ADMIN, portal_id: int = OURS) -> Any:
        """The envelope of a signed question."""
        uri = self._uri(path, who, portal_id)
        return self._told(self.http.get(uri, headers=_sign("GET", uri, b"")))

    def tell(self, path: str, who: str = ADMIN, portal_id: int = OURS, *, request_id: str = "", **body: Any) -> Any:
        """The envelope of a signed command."""
        uri = self._uri(path, who, portal_id)
        raw = json.dumps({"request_id": request_id or f"request-{next(_request_ids):08d}", **body}).encode()
        return self._told(self.http.post(uri, content=raw, headers={"Content-Type": "application/json", **_sign("POST", uri, raw)}))

    def data(self, path: str, who: str = ADMIN) -> Any:
        told = self.ask(path, who)
        assert told["ok"] is True, told
        return told["data"]

    def done(self, path: str, **body: Any) -> Any:
        """What an admin gets for a command that was carried out."""
        told = self.tell(path, **body)
        assert told["ok"] is True, told
        return told["data"]

    def refused(self, path: str, who: str = ADMIN, **body: Any) -> tuple[str, str]:
        """Reason and message of a command that was not."""
        told = self.tell(path, who, **body)
        assert told["ok"] is False, told
        return told["error"]["reason"], told["error"]["message"]

    def audit(self, portal_id: int = OURS) -> list[tuple[str, str, str, dict[str, Any]]]:
        """Who did what to what, the oldest first."""
        with self.parts.database.begin() as connection:
            rows = connection.execute(select(AuditRow.__table__).where(AuditRow.portal_id == portal_id).order_by(AuditRow.id))
            return [(row.actor, row.action, row.target, row.detail) for row in rows]

    def preferences(self, portal_id: int = OURS) -> dict[str, Any]:
        with self.parts.database.begin() as connection:
            portal = self.parts.portals.find(connection, portal_id=portal_id)
        assert portal is not None
        return dict(portal.preferences)

    def keys(self, portal_id: int = OURS) -> dict[str, str]:
        with self.parts.database.begin() as connection:
            return {name: str(key) for name, key in self.parts.keys.keys_of(connection, portal_id=portal_id).items()}

    def everything(self, portal_id: int) -> dict[str, list[str]]:
        """All rows of the portal but what is kept of HubSpot's own words and of requests."""
        ignored = ("card_request", "rate_window", "property_catalog")
        with self.parts.database.begin() as connection:
            return {name: rows for name, rows in snapshot(connection, portal_id).items() if name not in ignored}

    def remembered(self) -> str:
        """Everything that is kept of requests and answers, as text."""
        with self.parts.database.begin() as connection:
            rows = connection.execute(select(CardRequestRow.__table__).where(CardRequestRow.portal_id == OURS))
            return repr(rows.all())

    def _uri(self, path: str, who: str, portal_id: int) -> str:
        query = urlencode({"userId": "9101", "portalId": portal_id, "userEmail": who, "appId": "1"})
        return f"{self.server.base_url}/cards/{path}?{query}"

    def _told(self, answer: httpx2.Response) -> Any:
        assert answer.status_code == 200, f"{answer.status_code}: {answer.text[:300]}"
        return answer.json()


def _sign(method: str, uri: str, body: bytes) -> dict[str, str]:
    return signature_headers(secret=SECRET, method=method, uri=uri, body=body, clock=system_clock)


@contextmanager
def open_caller(database: Database, **env: str) -> Iterator[Caller]:
    """Both portals are connected with all permissions and have people with every role. HubSpot is out of reach unless `env` says otherwise."""
    with ExitStack() as held:
        box: list[Any] = []

        def answer(environ: Any, respond: Any) -> Any:
            return box[0](environ, respond)

        server = serve(answer, "127.0.0.1", 0)
        held.callback(server.stop)
        given = {
            "LEADLIGHT_KEYS": KEY,
            "LEADLIGHT_PUBLIC_URL": server.base_url,
            "HUBSPOT_CLIENT_ID": "sample",
            "HUBSPOT_CLIENT_SECRET": SECRET,
            "HUBSPOT_API_URL": "http://127.0.0.1:9",
            "LEADLIGHT_PROVIDER_URL_APOLLO": "http://127.0.0.1:9",
            **env,
        }
        parts = build_parts(Settings.from_env(given), database, held)
        box.append(build_app(parts))
        now = system_clock()
        scopes = [scope.name for scope in MANIFEST.scopes]
        tokens = TokenPair("sample-access", "sample-refresh", now + timedelta(minutes=30))
        with database.begin() as connection:
            for portal_id in (OURS, THEIRS):
                parts.portals.connect(connection, portal_id=portal_id, scopes=scopes, now=now)
                parts.token_store.save(connection, portal_id=portal_id, tokens=tokens, now=now)
                parts.portals.save_provisioning(connection, portal_id=portal_id, at=now, error=None)
                for email, role in ((ADMIN, Role.ADMIN), (OPERATOR, Role.OPERATOR), (VIEWER, Role.VIEWER)):
                    RoleStore().grant(connection, portal_id=portal_id, email=email, role=role, by="install", now=now)
        http = held.enter_context(httpx2.Client(trust_env=False, timeout=30.0))
        yield Caller(parts, server, http)


def seconds_of(act: Any) -> float:
    began = time.monotonic()
    act()
    return time.monotonic() - began
