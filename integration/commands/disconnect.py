"""`leadlight disconnect`: print a link that lets its holder disconnect a portal, once, within seven days."""

from __future__ import annotations

import argparse

from integration.app import open_parts
from integration.commands.portal import find_portal
from integration.core.settings import Settings

SUMMARY = "print a one-time link that disconnects a portal"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--portal", type=int, required=True, help="the portal's id")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    with open_parts(settings, process="cli") as parts, parts.database.begin() as connection:
        find_portal(parts, connection, arguments.portal)
        link = parts.links.disconnect_link(connection, arguments.portal)
    print(f"{settings.web.public_url}/portals/{arguments.portal}/disconnect?link={link}")
    return 0
