"""`leadlight rotate-keys`: seal every stored secret again under the first key of LEADLIGHT_KEYS."""

from __future__ import annotations

import argparse
import sys

from integration.access.audit_store import AuditStore
from integration.app import open_parts
from integration.core.settings import Settings

SUMMARY = "re-encrypt every stored secret under the first key of LEADLIGHT_KEYS"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    del parser  # takes none


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """One transaction: either every secret moves to the new key or none does."""
    del arguments
    with open_parts(settings, process="cli") as parts, parts.database.begin() as connection:
        count = parts.token_store.rotate_keys(connection)
        for portal in parts.portals.find_all(connection):
            count += parts.keys.rotate(connection, portal_id=portal.portal_id)
            AuditStore().add_command(
                connection, portal_id=portal.portal_id, action="keys_rotated", target="all secrets", now=parts.clock()
            )
            count += parts.digest_keys.rotate(connection, portal_id=portal.portal_id)
    print(f"{count} secrets are sealed under the first key. Older keys may now be removed from LEADLIGHT_KEYS.", file=sys.stderr)
    return 0
