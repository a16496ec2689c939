"""Disconnecting a portal from our side: HubSpot is told, secrets and waiting work go at once, the rest when its time comes (see `purge`).

HubSpot requires that an app uninstalls itself when its customer disconnects in the app. Source:
https://developers.hubspot.com/docs/api-reference/latest/app-management/app-uninstalls/guide (read 2026-11).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import structlog
from flask import Blueprint, Response, request
from sqlalchemy import Connection

from integration.admin import install_problems
from integration.admin.disconnect_store import DisconnectStore
from integration.admin.install_links import SealedLinks, StateRefused, Ticket
from integration.admin.pages import Problem, render_page, render_problem
from integration.admin.purge import Purger
from integration.core.clock import Clock
from integration.core.errors import Conflict, NotFound, ReauthRequired, Rejected, UpstreamError
from integration.db.session import Database
from integration.hubspot.client import HubSpotClients
from integration.hubspot.manifest import APP_NAME
from integration.hubspot.portal_store import UNINSTALLED, Portal, PortalStore
from integration.hubspot.provision import Provisioner
from integration.hubspot.tokens import AccessTokens

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Farewell:
    """How a disconnect went. `was_connected` False: HubSpot had ended the connection before, so there was nobody to tell.

    `erased_at` is when everything stored here goes by itself, None when that is under way already.
    """

    was_connected: bool
    properties_removed: bool
    clean_up_problem: str
    waiting_dropped: int
    erased_at: datetime | None


class Disconnector:
    """Ends the connection of one portal."""

    def __init__(
        self,
        database: Database,
        clients: HubSpotClients,
        tokens: AccessTokens,
        portals: PortalStore,
        provisioner: Provisioner,
        purger: Purger,
        clock: Clock,
    ) -> None:
        self._database = database
        self._clients = clients
        self._tokens = tokens
        self._portals = portals
        self._provisioner = provisioner
        self._purger = purger
        self._clock = clock
        self._store = DisconnectStore()

    @property
    def purge_after_days(self) -> int:
        return self._purger.after_days

    def erased_by(self, portal: Portal) -> datetime | None:
        """When everything stored about the portal is erased by itself; None while it is connected or once that is done."""
        return self._purger.due_at(portal)

    def run(self, portal_id: int, *, clean_up: bool, erase_now: bool = False) -> Farewell:
        """Remove our properties if asked, uninstall at HubSpot, then stop all work. Raises RateLimited or Unavailable with nothing erased."""
        problem = self._remove_properties(portal_id) if clean_up else ""
        was_connected = self._uninstall(portal_id)
        now = self._clock()
        with self._database.begin() as connection:
            dropped = self._store.stop(connection, portal_id=portal_id)
            self._portals.set_state(connection, portal_id=portal_id, state=UNINSTALLED, reason="disconnected_by_admin", now=now)
        self._tokens.forget(portal_id)
        if erase_now:
            self.erase_now(portal_id)
        _log.info("portal_uninstalled", portal_id=portal_id, was_connected=was_connected, erase_now=erase_now)
        with self._database.begin() as connection:
            portal = self._portals.find(connection, portal_id=portal_id)
        due_at = None if erase_now or portal is None else self.erased_by(portal)
        return Farewell(was_connected, clean_up and not problem, problem, dropped, due_at)

    def erase_now(self, portal_id: int) -> None:
        """Ask for the erasure of everything stored about a portal that is not connected any more; it is done within a minute or so.

        Raises Conflict while the portal is connected, and NotFound for one that never was.
        """
        with self._database.begin() as connection:
            portal = self._portals.find(connection, portal_id=portal_id)
            if portal is None:
                raise NotFound(f"Portal {portal_id} never installed {APP_NAME}.")
            if portal.is_connected:
                raise Conflict("The portal is connected. Disconnect it first; what is stored can then be erased at once.")
            self._purger.ask(connection, portal)

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
        return render_page(
            "disconnect.html",
            app_name=APP_NAME,
            portal_id=portal_id,
            portal=portal,
            link=one_time_link,
            purge_after_days=disconnector.purge_after_days,
        )

    def act(portal_id: int) -> Response:
        try:
            with database.begin() as connection:
                ticket = links.open_disconnect(connection, request.form.get("link"), portal_id)
        except StateRefused as refused:
            return render_problem(install_problems.link_refused(refused.reason))
        try:
            farewell = disconnector.run(
                portal_id,
                clean_up=request.form.get("clean_up") == "yes",
                erase_now=request.form.get("erase_now") == "yes",
            )
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
