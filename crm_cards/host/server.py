"""The server of the local record page: the page and the bundles, records from the simulated HubSpot, and `hubspot.fetch` with real signatures.

It signs whatever its page asks with the app's secret, as any user of the account, so it listens on this machine only, and its proxy answers nobody but
its own page: same origin, with a token that stands in the page's data. For demos, tests and development, never for the internet.
"""

from __future__ import annotations

import hmac
import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx2
from flask import Flask, Response, jsonify, request, send_from_directory

from crm_cards.host.carrier import Carrier
from crm_cards.host.fetch_rules import Asker
from crm_cards.host.records import LocalRecords
from integration.core.errors import AppError, BadInput, NotAllowed, NotFound
from integration.core.taming import tame

WORKSPACE: Final = Path(__file__).resolve().parents[1]
_HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self' 'unsafe-inline'; connect-src 'self'; img-src 'self' data:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
_BODY_LIMIT_BYTES: Final = 1_200_000
_FIXTURE: Final = re.compile(r"[a-z0-9_-]{1,60}")


@dataclass(frozen=True)
class HostParts:
    """`built` is the folder with `host/` and `bundles/`; `fixtures`, for tests alone, holds recorded answers by name."""

    app_id: str
    portal_pages: str
    variables: Mapping[str, str]
    carrier: Carrier
    records: LocalRecords
    built: Path
    fixtures: Path | None = None


def create_host(parts: HostParts) -> Flask:
    """The application. Serve it on loopback."""
    app = Flask("leadlight-cards-host", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = _BODY_LIMIT_BYTES
    host = _Host(parts, secrets.token_urlsafe(24))
    app.add_url_rule("/", "page", lambda: send_from_directory(parts.built / "host", "index.html"))
    app.add_url_rule("/host/<path:name>", "host_file", lambda name: send_from_directory(parts.built / "host", name))
    app.add_url_rule("/bundles/<path:name>", "bundle", lambda name: send_from_directory(parts.built / "bundles", name))
    app.add_url_rule("/page-data", "page_data", host.page_data)
    app.add_url_rule("/records", "records", host.list_records)
    app.add_url_rule("/proxy", "proxy", host.proxy, methods=["POST"])
    app.register_error_handler(AppError, _refused)
    app.register_error_handler(httpx2.HTTPError, lambda error: _refused(AppError(f"The local HubSpot did not answer: {error}")))
    app.after_request(_guarded)
    return app


class _Host:
    """The views that answer data."""

    def __init__(self, parts: HostParts, token: str) -> None:
        self._parts = parts
        self._token = token

    def page_data(self) -> Response:
        portal_id = self._portal()
        users = self._parts.records.users(portal_id)
        object_type, object_id = request.args.get("type", "contacts"), request.args.get("id", "")
        record = None
        if object_id and request.args.get("view", "record") == "record":
            with_activities = request.args.get("activities") == "yes"
            found = self._parts.records.record(portal_id, object_type, object_id, with_activities=with_activities)
            record = {**found, "portal_url": f"{self._parts.portal_pages}/portal/{portal_id}/record/{object_type}/{object_id}"}
        return jsonify(
            portal={"id": portal_id, "timezone": "UTC"},
            users=users,
            user=_chosen(users, request.args.get("user", "")),
            app={"id": int(self._parts.app_id), "name": "Leadlight"},
            variables=dict(self._parts.variables),
            extensions=json.loads((self._parts.built / "bundles" / "index.json").read_text(encoding="utf-8")),
            record=record,
            token=self._token,
        )

    def list_records(self) -> Response:
        found = self._parts.records.listed(
            self._portal(), request.args.get("type", "contacts"), request.args.get("q", "").strip()[:200]
        )
        return jsonify(records=found)

    def proxy(self) -> Response:
        self._require_own_page()
        asked = tame(request.get_json(force=True, silent=True))
        url, options = asked.at("url").text(), asked.at("options").value
        fixture = asked.at("fixture").text() if asked.at("fixture").present else ""
        if fixture:
            return jsonify(status=200, body=self._recorded(fixture))
        portal_id = asked.at("portal").whole()
        user = _chosen(self._parts.records.users(portal_id), asked.at("user").loose_text())
        asker = Asker(portal_id, user["id"], user["email"], self._parts.app_id)
        answer = self._parts.carrier.fetch(url, options if isinstance(options, dict) else {}, asker)
        return jsonify(status=answer.status, body=answer.body)

    def _portal(self) -> int:
        portals = self._parts.records.portals()
        if not portals:
            raise NotFound("The local HubSpot has no account yet.")
        asked = request.args.get("portal", "")
        if asked and (not asked.isdecimal() or int(asked) not in portals):
            raise NotFound(f"The local HubSpot has no account {asked[:20]!r}; it has {', '.join(map(str, portals))}.")
        return int(asked) if asked else portals[0]

    def _require_own_page(self) -> None:
        origin, site = request.headers.get("Origin", ""), request.headers.get("Sec-Fetch-Site", "same-origin")
        token = request.headers.get("X-Page-Token", "")
        if (
            origin != request.host_url.rstrip("/")
            or site != "same-origin"
            or not hmac.compare_digest(token.encode(), self._token.encode())
        ):
            raise NotAllowed("Only the local record page itself may ask here.", reason="other_origin")

    def _recorded(self, name: str) -> str:
        """A recorded answer inside the backend's envelope."""
        if self._parts.fixtures is None or not _FIXTURE.fullmatch(name):
            raise BadInput("This page shows no recorded answers.")
        path = self._parts.fixtures / f"{name}.json"
        if not path.exists():
            raise NotFound(f"There is no recorded answer {name!r}.")
        return json.dumps({"ok": True, "data": json.loads(path.read_text(encoding="utf-8"))}, ensure_ascii=False)


def _chosen(users: list[Mapping[str, Any]], user_id: str) -> Mapping[str, Any]:
    """The user asked for, else the first, who installed the app."""
    if not users:
        raise NotFound("This account has no users.")
    return next((user for user in users if user["id"] == user_id), users[0])


def _refused(error: AppError) -> tuple[Response, int]:
    if request.path == "/proxy" and not isinstance(error, NotAllowed):
        return jsonify(error=error.message), 200  # what a card sees of a request that HubSpot did not carry
    return jsonify(error=error.message), error.http_status


def _guarded(response: Response) -> Response:
    response.headers.update(_HEADERS)
    return response
