"""`leadlight disconnect`: print a link that lets its holder disconnect a portal, once, within seven days; or do it now, and erase.

`--erase-now` disconnects the portal (if it still is connected) and has everything stored about it erased at once by the workers.
"""

from __future__ import annotations

import argparse
import sys

from integration.access.audit_store import AuditStore
from integration.app import Parts, open_parts
from integration.commands.portal import find_portal
from integration.core.errors import BadInput
from integration.core.settings import Settings

SUMMARY = "print a one-time link that disconnects a portal, or disconnect it and erase everything at once"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--portal", type=int, required=True, help="the portal's id")
    parser.add_argument("--erase-now", action="store_true", help="disconnect now and erase everything stored about the portal")
    parser.add_argument("--clean-up", action="store_true", help="with --erase-now: also remove our properties from HubSpot")
    parser.add_argument("--yes", action="store_true", help="with --erase-now: do not ask for the portal's id once more")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    with open_parts(settings, process="cli") as parts:
        if arguments.erase_now:
            return _erase_now(parts, arguments)
        with parts.database.begin() as connection:
            find_portal(parts, connection, arguments.portal)
            link = parts.links.disconnect_link(connection, arguments.portal)
            AuditStore().add_command(
                connection,
                portal_id=arguments.portal,
                action="disconnect_link_made",
                target=str(arguments.portal),
                now=parts.clock(),
            )
    print(f"{settings.web.public_url}/portals/{arguments.portal}/disconnect?link={link}")
    return 0


def _erase_now(parts: Parts, arguments: argparse.Namespace) -> int:
    portal_id: int = arguments.portal
    with parts.database.begin() as connection:
        portal = find_portal(parts, connection, portal_id)
    if not arguments.yes:
        print(f"Everything stored about portal {portal_id} will be erased, for good. Type its id to confirm:", file=sys.stderr)
        if sys.stdin.readline().strip() != str(portal_id):
            raise BadInput("Nothing was erased: that was not the portal's id.")
    if portal.is_connected:
        farewell = parts.disconnector.run(portal_id, clean_up=arguments.clean_up, erase_now=True)
        if farewell.clean_up_problem:
            print(f"Our properties could not be removed from HubSpot: {farewell.clean_up_problem}", file=sys.stderr)
    else:
        parts.disconnector.erase_now(portal_id)
    print(f"Portal {portal_id} is disconnected; the workers are erasing what is stored about it.", file=sys.stderr)
    return 0
