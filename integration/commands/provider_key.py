"""`leadlight provider-key`: set or remove a portal's key for a provider. The key is read from standard input, so it never stands in a history."""

from __future__ import annotations

import argparse
import getpass
import sys

from integration.access.audit_store import AuditStore
from integration.app import open_parts
from integration.commands.portal import find_portal
from integration.core.errors import BadInput
from integration.core.settings import Secret, Settings

SUMMARY = "set or remove a portal's key for a provider (read from standard input)"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--portal", type=int, required=True, help="the portal's id")
    parser.add_argument("--provider", required=True, help="apollo or hunter")
    parser.add_argument("--remove", action="store_true", help="remove the key instead")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    with open_parts(settings, process="cli") as parts, parts.database.begin() as connection:
        find_portal(parts, connection, arguments.portal)
        known = parts.keyed_providers()
        if arguments.provider not in known:
            raise BadInput(f"No provider {arguments.provider!r} takes a key. Those that do: {', '.join(known)}.")
        AuditStore().add_command(
            connection,
            portal_id=arguments.portal,
            action="provider_key_removed" if arguments.remove else "provider_key_set",
            target=arguments.provider,
            now=parts.clock(),
        )
        if arguments.remove:
            parts.keys.remove(connection, portal_id=arguments.portal, provider=arguments.provider)
            print(f"The {arguments.provider} key of portal {arguments.portal} is removed.", file=sys.stderr)
            return 0
        parts.keys.save(connection, portal_id=arguments.portal, provider=arguments.provider, key=_read_key(arguments.provider))
    print(f"The {arguments.provider} key of portal {arguments.portal} is stored, encrypted.", file=sys.stderr)
    return 0


def _read_key(provider: str) -> Secret:
    key = (getpass.getpass(f"{provider} key: ") if sys.stdin.isatty() else sys.stdin.readline()).strip()
    if not key or not key.isprintable():
        raise BadInput("No key was given. Type it when asked, or pipe it in.")
    return Secret(key)
