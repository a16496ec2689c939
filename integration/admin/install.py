"""The install: to HubSpot's consent page, back with a code, tokens stored, work asked for, and a page that says what happens next.

The callback makes one call (code for tokens) and one transaction (tokens, portal, jobs); reading the account, making the properties and
the first backfill are jobs, so a slow HubSpot cannot lose an install. Source:
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
from integration.admin.install_jobs import provision_request
from integration.admin.install_links import STATE_LIFE, SealedLinks, StateRefused
from integration.admin.install_problems import STATE_PROBLEMS
from integration.admin.pages import Problem, new_blueprint, render_page, render_problem
from integration.core.clock import Clock
from integration.core.errors import BadInput, Rejected, UpstreamError
from integration.core.settings import Settings
from integration.db.session import Database
from integration.hubspot.manifest import APP_NAME, CALLBACK_PATH, PROPERTY_GROUP_LABEL, Manifest
from integration.hubspot.oauth import AppCredentialsRefused, Grant, OAuthClient
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
    known = request.cookies.get(_COOKIE, "")
    browser = known if _BROWSER.match(known) else parts.links.new_browser()
    with parts.database.begin() as connection:
        state = parts.links.new_state(connection, browser)
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


def _callback(parts: InstallParts) -> AnyResponse:
    try:
        grant = _granted(parts)
    except InstallStopped as stopped:
        _log.info("install_stopped", reason=stopped.reason)
        return render_problem(stopped.problem)
    _connect(parts, grant)
    link = parts.links.status_link(grant.portal_id)
    response = redirect(url_for("admin.installed", portal_id=grant.portal_id, link=link), code=303)
    response.delete_cookie(_COOKIE)
    return response


def _granted(parts: InstallParts) -> Grant:
    """The grant a callback brings, with every required right in it. Raises InstallStopped with the page to show."""
    if not parts.is_set_up:
        raise InstallStopped(install_problems.not_set_up(parts.manifest), "not_set_up")
    if request.args.get("error"):
        raise InstallStopped(install_problems.access_denied(), "access_denied")
    try:
        with parts.database.begin() as connection:
            parts.links.spend_state(connection, request.args.get("state"), request.cookies.get(_COOKIE))
        grant = parts.oauth.exchange_code(request.args.get("code", ""), redirect_uri=parts.redirect_uri)
    except StateRefused as refused:
        raise InstallStopped(STATE_PROBLEMS[refused.reason], refused.reason) from refused
    except Rejected as refused:
        raise InstallStopped(install_problems.code_refused(), refused.reason) from refused
    except AppCredentialsRefused as refused:
        raise InstallStopped(install_problems.our_fault(), refused.reason) from refused
    except UpstreamError as error:
        raise InstallStopped(install_problems.hubspot_unavailable(), error.reason) from error
    lacking = parts.manifest.lacking(grant.scopes)
    if lacking:
        raise InstallStopped(install_problems.insufficient_scopes(lacking), "insufficient_scopes")
    return grant


def _connect(parts: InstallParts, grant: Grant) -> None:
    """Tokens, portal and jobs in one transaction. A portal that was here before is reconnected with its choices kept."""
    now = parts.clock()
    with parts.database.begin() as connection:
        parts.token_store.save(connection, portal_id=grant.portal_id, tokens=grant.tokens, now=now)
        is_new = parts.portals.connect(connection, portal_id=grant.portal_id, scopes=grant.scopes, now=now)
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
