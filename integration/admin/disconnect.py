"""Disconnecting a portal from our side: HubSpot is told, secrets and waiting work go at once, the rest is erased by a job.

HubSpot requires that an app uninstalls itself when its customer disconnects in the app. Source:
https://developers.hubspot.com/docs/api-reference/latest/app-management/app-uninstalls/guide (read 2026-11).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import structlog
from flask import Blueprint, Response, request
from sqlalchemy import Connection

from integration.admin import install_problems
from integration.admin.disconnect_store import DisconnectStore
from integration.admin.install_links import SealedLinks, StateRefused, Ticket
from integration.admin.pages import Problem, render_page, render_problem
from integration.core.clock import Clock
from integration.core.errors import ReauthRequired, Rejected, UpstreamError
from integration.db.session import Database
from integration.hubspot.client import HubSpotClients
from integration.hubspot.manifest import APP_NAME
from integration.hubspot.portal_store import UNINSTALLED, PortalStore
from integration.hubspot.provision import Provisioner
from integration.hubspot.tokens import AccessTokens
from integration.jobs.request import HOUSEKEEPING_PRIORITY, Deferrer, JobRequest

ERASE_JOB: Final = "erase_portal"
_ERASE_AFTER: Final = timedelta(minutes=15)
"""Batches that are under way when the admin disconnects have ended by then, so nothing is written behind the eraser."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Farewell:
    """How a disconnect went. `was_connected` False: HubSpot had ended the connection before, so there was nobody to tell."""

    was_connected: bool
    properties_removed: bool
    clean_up_problem: str
    waiting_dropped: int


class Disconnector:
    """Ends the connection of one portal."""

    def __init__(
        self,
        database: Database,
        clients: HubSpotClients,
        tokens: AccessTokens,
        portals: PortalStore,
        provisioner: Provisioner,
        deferrer: Deferrer,
        clock: Clock,
    ) -> None:
        self._database = database
        self._clients = clients
        self._tokens = tokens
        self._portals = portals
        self._provisioner = provisioner
        self._deferrer = deferrer
        self._clock = clock
        self._store = DisconnectStore()

    def run(self, portal_id: int, *, clean_up: bool) -> Farewell:
        """Remove our properties if asked, uninstall at HubSpot, then erase. Raises RateLimited or Unavailable with nothing erased."""
        problem = self._remove_properties(portal_id) if clean_up else ""
        was_connected = self._uninstall(portal_id)
        now = self._clock()
        with self._database.begin() as connection:
            dropped = self._store.stop(connection, portal_id=portal_id)
            self._portals.set_state(connection, portal_id=portal_id, state=UNINSTALLED, reason="disconnected_by_admin", now=now)
            self._deferrer.defer(
                connection,
                JobRequest(
                    ERASE_JOB,
                    {"portal_id": portal_id},
                    queueing_lock=f"erase:{portal_id}",
                    priority=HOUSEKEEPING_PRIORITY,
                    run_at=now + _ERASE_AFTER,
                ),
            )
        self._tokens.forget(portal_id)
        _log.info("portal_uninstalled", portal_id=portal_id, was_connected=was_connected)
        return Farewell(was_connected, clean_up and not problem, problem, dropped)

    def erase(self, portal_id: int) -> int:
        """The job `erase_portal`: every row of the portal, unless it was installed again meanwhile. Gives how many rows went."""
        with self._database.begin() as connection:
            portal = self._portals.find(connection, portal_id=portal_id)
            if portal is None or portal.state != UNINSTALLED:
                return 0
            return self._store.erase(connection, portal_id=portal_id)

    def _remove_properties(self, portal_id: int) -> str:
        """Empty when our properties are gone, otherwise why they are not."""
        try:
            self._provisioner.remove(portal_id)
        except (Rejected, ReauthRequired) as error:
            _log.warning("clean_up_failed", portal_id=portal_id, reason=error.reason)
            return error.message
        return ""

    def _uninstall(self, portal_id: int) -> bool:
        try:
            self._clients.for_portal(portal_id).uninstall()
        except ReauthRequired:
            return False
        return True


def add_disconnect_routes(
    blueprint: Blueprint, *, database: Database, links: SealedLinks, portals: PortalStore, disconnector: Disconnector
) -> None:
    """`/portals/<id>/disconnect`: the question, and what the answer does. Reached by a one-time link or from the status page."""

    def ask(portal_id: int) -> Response:
        link = request.args.get("link")
        try:
            with database.begin() as connection:
                one_time_link = _one_time_link(links, connection, link, portal_id)
                portal = portals.find(connection, portal_id=portal_id)
        except StateRefused as refused:
            return render_problem(install_problems.link_refused(refused.reason))
        return render_page("disconnect.html", app_name=APP_NAME, portal_id=portal_id, portal=portal, link=one_time_link)

    def act(portal_id: int) -> Response:
        try:
            with database.begin() as connection:
                ticket = links.open_disconnect(connection, request.form.get("link"), portal_id)
        except StateRefused as refused:
            return render_problem(install_problems.link_refused(refused.reason))
        try:
            farewell = disconnector.run(portal_id, clean_up=request.form.get("clean_up") == "yes")
        except UpstreamError as error:
            return render_problem(_not_disconnected(error))
        _use_up(database, links, ticket)
        return render_page("disconnected.html", app_name=APP_NAME, portal_id=portal_id, farewell=farewell)

    rule = "/portals/<int:portal_id>/disconnect"
    blueprint.add_url_rule(rule, "ask_disconnect", ask, methods=["GET"])
    blueprint.add_url_rule(rule, "disconnect", act, methods=["POST"])


def _one_time_link(links: SealedLinks, connection: Connection, link: str | None, portal_id: int) -> str:
    """The link the form carries: the one that was given, or a new one for somebody who comes from the status page."""
    try:
        links.open_disconnect(connection, link, portal_id)
    except StateRefused as refused:
        if refused.reason != "unreadable":
            raise
        links.open_status(link, portal_id)
        return links.disconnect_link(connection, portal_id)
    return link or ""


def _use_up(database: Database, links: SealedLinks, ticket: Ticket) -> None:
    # Only now: a disconnect that HubSpot could not answer may be tried again with the same link.
    with database.begin() as connection:
        links.spend(connection, ticket)


def _not_disconnected(error: UpstreamError) -> Problem:
    return Problem(
        "The portal is still connected",
        f"HubSpot did not take the app out of the account: {error.message} Nothing was erased.",
        (
            "Try the same link again in a minute.",
            "Or remove the app in HubSpot: Settings, Integrations, Connected Apps. Then use the link again to erase what is stored here.",
        ),
        http_status=503,
    )
