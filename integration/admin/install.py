"""The install: to HubSpot's consent page, back with a code, tokens stored, work asked for, and a page that says what happens next.

The callback makes two calls (code for tokens, and whose they are) and one transaction (tokens, portal, jobs); reading the account, making
the properties and the first backfill are jobs, so a slow HubSpot cannot lose an install. A sign-in to the console comes back here too,
since an app has one redirect address; its tokens are dropped when the portal is connected already, never revoked: HubSpot may have handed
out those that the portal's work runs on. Source:
https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/oauth/working-with-oauth (read 2026-11).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import structlog
from flask import Blueprint, Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from integration.admin import install_problems
from integration.admin.console.entrance import Entrance
from integration.admin.install_jobs import provision_request
from integration.admin.install_links import INSTALL, SIGN_IN, STATE_LIFE, SealedLinks, StateRefused, Ticket
from integration.admin.pages import Problem, new_blueprint, render_page, render_problem
from integration.core.clock import Clock
from integration.core.errors import BadInput, Rejected, UpstreamError
from integration.core.settings import Settings
from integration.db.session import Database
from integration.hubspot.manifest import APP_NAME, CALLBACK_PATH, PROPERTY_GROUP_LABEL, Manifest
from integration.hubspot.oauth import AppCredentialsRefused, Grant, Identity, OAuthClient
from integration.hubspot.objects import PropertyDeclaration
from integration.hubspot.portal_store import PortalStore
from integration.hubspot.token_store import TokenStore
from integration.hubspot.tokens import AccessTokens
from integration.jobs.request import Deferrer

_COOKIE: Final = "leadlight_install"
_BROWSER: Final = re.compile(r"[\w-]{32}\Z")
_REFRESH_S: Final = 3

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class InstallParts:
    """What the install pages work with."""

    settings: Settings
    database: Database
    oauth: OAuthClient
    tokens: AccessTokens
    token_store: TokenStore
    portals: PortalStore
    links: SealedLinks
    deferrer: Deferrer
    manifest: Manifest
    declarations: Sequence[PropertyDeclaration]
    clock: Clock
    entrance: Entrance

    @property
    def redirect_uri(self) -> str:
        return self.settings.web.public_url + CALLBACK_PATH

    @property
    def is_set_up(self) -> bool:
        return bool(self.settings.hubspot.client_id and self.settings.hubspot.client_secret and self.settings.keys)


class InstallStopped(BadInput):
    """The install cannot go on; `problem` is the page that says why and what to do."""

    def __init__(self, problem: Problem, reason: str) -> None:
        super().__init__(problem.happened, reason=reason)
        self.problem = problem


def build_blueprint(parts: InstallParts) -> Blueprint:
    """`/install`, `/oauth/callback` and the status page of each portal."""
    blueprint = new_blueprint("admin", __name__)
    blueprint.add_url_rule("/install", "install", lambda: _install(parts), methods=["GET"])
    blueprint.add_url_rule(CALLBACK_PATH, "callback", lambda: _callback(parts), methods=["GET"])
    blueprint.add_url_rule(
        "/portals/<int:portal_id>/installed", "installed", lambda portal_id: _installed(parts, portal_id), methods=["GET"]
    )
    return blueprint


def _install(parts: InstallParts) -> AnyResponse:
    if not parts.is_set_up:
        return render_problem(install_problems.not_set_up(parts.manifest))
    return begin_consent(parts, INSTALL)


def begin_consent(parts: InstallParts, purpose: str, goes_to: str = "") -> AnyResponse:
    """Send this browser to HubSpot's consent page, for an install or a sign-in that ends at `goes_to`."""
    known = request.cookies.get(_COOKIE, "")
    browser = known if _BROWSER.match(known) else parts.links.new_browser()
    with parts.database.begin() as connection:
        state = parts.links.new_state(connection, browser, purpose, goes_to)
    response = redirect(parts.oauth.authorize_url(parts.manifest, redirect_uri=parts.redirect_uri, state=state), code=303)
    response.headers["Cache-Control"] = "no-store"
    response.set_cookie(
        _COOKIE,
        browser,
        max_age=int(STATE_LIFE.total_seconds()),
        httponly=True,
        samesite="Lax",
        secure=parts.settings.web.public_url.startswith("https://"),
    )
    return response


@dataclass(frozen=True)
class _Arrival:
    """What a callback brought: what it is for, what HubSpot granted, and who granted it (None: HubSpot did not say)."""

    ticket: Ticket
    grant: Grant
    identity: Identity | None


def _callback(parts: InstallParts) -> AnyResponse:
    try:
        arrival = _arrived(parts)
        must_connect = arrival.ticket.purpose == INSTALL or not _is_connected(parts, arrival.grant.portal_id)
        if must_connect:
            _require_scopes(parts, arrival.grant)
            _connect(parts, arrival)
        end = _sign_in if arrival.ticket.purpose == SIGN_IN else _show_installed
        response = end(parts, arrival)
    except InstallStopped as stopped:
        _log.info("install_stopped", reason=stopped.reason)
        return render_problem(stopped.problem)
    response.delete_cookie(_COOKIE)
    return response


def _sign_in(parts: InstallParts, arrival: _Arrival) -> AnyResponse:
    if arrival.identity is None:
        raise InstallStopped(install_problems.nobody_named(), "nobody_named")
    return parts.entrance.admit(arrival.identity, arrival.ticket.goes_to)


def _show_installed(parts: InstallParts, arrival: _Arrival) -> AnyResponse:
    portal_id = arrival.grant.portal_id
    response = redirect(url_for("admin.installed", portal_id=portal_id, link=parts.links.status_link(portal_id)), code=303)
    if arrival.identity is not None:
        parts.entrance.open_session(response, arrival.identity)
    return response


def _arrived(parts: InstallParts) -> _Arrival:
    """What a callback brings. Raises InstallStopped with the page to show."""
    if not parts.is_set_up:
        raise InstallStopped(install_problems.not_set_up(parts.manifest), "not_set_up")
    purpose = parts.links.purpose_of_state(request.args.get("state"))
    if request.args.get("error"):
        raise InstallStopped(install_problems.access_denied(purpose), "access_denied")
    try:
        with parts.database.begin() as connection:
            ticket = parts.links.spend_state(connection, request.args.get("state"), request.cookies.get(_COOKIE))
        grant = parts.oauth.exchange_code(request.args.get("code", ""), redirect_uri=parts.redirect_uri)
    except StateRefused as refused:
        raise InstallStopped(install_problems.state_refused(refused.reason, purpose), refused.reason) from refused
    except Rejected as refused:
        raise InstallStopped(install_problems.code_refused(), refused.reason) from refused
    except AppCredentialsRefused as refused:
        raise InstallStopped(install_problems.our_fault(), refused.reason) from refused
    except UpstreamError as error:
        raise InstallStopped(install_problems.hubspot_unavailable(), error.reason) from error
    return _Arrival(ticket, grant, _identity(parts, grant))


def _identity(parts: InstallParts, grant: Grant) -> Identity | None:
    """Who granted. None when HubSpot does not say: an install goes on without, a sign-in does not."""
    try:
        identity = parts.oauth.identify(grant.tokens.access_token)
    except UpstreamError as error:
        _log.warning("identity_unknown", portal_id=grant.portal_id, reason=error.reason)
        return None
    if identity.portal_id != grant.portal_id:
        _log.warning("identity_of_another_portal", portal_id=grant.portal_id)
        return None
    return identity


def _is_connected(parts: InstallParts, portal_id: int) -> bool:
    with parts.database.begin() as connection:
        portal = parts.portals.find(connection, portal_id=portal_id)
    return portal is not None and portal.is_connected


def _require_scopes(parts: InstallParts, grant: Grant) -> None:
    lacking = parts.manifest.lacking(grant.scopes)
    if lacking:
        raise InstallStopped(install_problems.insufficient_scopes(lacking), "insufficient_scopes")


def _connect(parts: InstallParts, arrival: _Arrival) -> None:
    """Tokens, portal, first admin and jobs in one transaction. A portal that was here before is reconnected with its choices kept."""
    now, grant = parts.clock(), arrival.grant
    with parts.database.begin() as connection:
        # The portal's row first: an erasure under way holds it, and must not take away what is stored after it.
        is_new = parts.portals.connect(connection, portal_id=grant.portal_id, scopes=grant.scopes, now=now)
        parts.token_store.save(connection, portal_id=grant.portal_id, tokens=grant.tokens, now=now)
        if arrival.identity is not None:
            parts.entrance.make_first_admin(connection, arrival.identity)
        parts.deferrer.defer(connection, provision_request(grant.portal_id))
    parts.tokens.forget(grant.portal_id)
    _log.info("portal_connected", portal_id=grant.portal_id, is_new=is_new)


def _installed(parts: InstallParts, portal_id: int) -> Response:
    link = request.args.get("link")
    try:
        parts.links.open_status(link, portal_id)
    except StateRefused as refused:
        return render_problem(install_problems.link_refused(refused.reason))
    with parts.database.begin() as connection:
        portal = parts.portals.find(connection, portal_id=portal_id)
    if portal is None:
        return render_problem(install_problems.link_refused("unreadable"))
    is_ready = portal.provisioned_at is not None
    object_types = sorted({kind for declaration in parts.declarations for kind in declaration.object_types})
    return render_page(
        "installed.html",
        app_name=APP_NAME,
        portal=portal,
        link=link,
        is_ready=is_ready,
        refresh_s=None if is_ready or portal.provision_error or not portal.is_connected else _REFRESH_S,
        group=PROPERTY_GROUP_LABEL,
        written={
            kind: [declaration for declaration in parts.declarations if kind in declaration.object_types] for kind in object_types
        },
        switched_off=parts.manifest.switched_off(portal.scopes),
        contacts_url=f"{parts.settings.hubspot.app_base_url}/contacts/{portal_id}/objects/0-1",
    )
