"""`leadlight enrich`: put records of a portal through enrichment again, after a look at what that can cost at most.

With a domain or an address instead: look it up at once, and show each lookup, answer and cost, and why each value won.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping

from rich.console import Console

from integration.access.audit_store import COMMAND_LINE, AuditStore
from integration.admin.bulk_runs import OBJECT_TYPES, BulkRuns, Preview, read_ids
from integration.app import Parts, open_parts
from integration.commands.portal import find_portal
from integration.core.errors import BadInput
from integration.core.settings import Settings
from integration.explain import look_up, show

SUMMARY = "enrich records again, after saying what it can cost at most; or look up one domain or address and explain the answer"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "subject", nargs="?", metavar="DOMAIN", help="a domain or an e-mail address to look up now (with --explain)"
    )
    parser.add_argument("--explain", action="store_true", help="show each lookup, answer and cost, and why each value won")
    parser.add_argument("--portal", type=int, help="the portal's id; without one only providers that need no key are asked")
    parser.add_argument("--object", choices=OBJECT_TYPES, help="which records")
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--all", action="store_true", help="every record of that kind")
    which.add_argument("--ids", help="comma-separated record ids")
    parser.add_argument("--yes", action="store_true", help="begin without asking")
    parser.add_argument("--json", action="store_true", help="print the preview as JSON")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    if arguments.subject or arguments.explain:
        return _look_up(arguments, settings)
    if arguments.portal is None or arguments.object is None or not (arguments.all or arguments.ids):
        raise BadInput("Say which records: --portal, --object and either --all or --ids; or give a domain with --explain.")
    ids = None if arguments.all else read_ids(arguments.ids)
    with open_parts(settings, process="cli") as parts:
        with parts.database.begin() as connection:
            find_portal(parts, connection, arguments.portal)
        runs = bulk_runs(parts)
        preview = runs.preview(arguments.portal, arguments.object, ids)
        _print(preview)
        if arguments.json:
            bound = preview.bound
            print(json.dumps({"records": bound.records, "credits": str(bound.credits), "cost_usd": str(bound.cost_usd)}))
        if not (arguments.yes or _is_wanted()):
            print("Nothing was begun.", file=sys.stderr)
            return 1
        with parts.database.begin() as connection:
            runs.start(connection, arguments.portal, arguments.object, ids)
            AuditStore().add(
                connection,
                portal_id=arguments.portal,
                actor=COMMAND_LINE,
                role="",
                action="enrich_again",
                target=arguments.object,
                detail={"records": preview.bound.records, "credits_at_most": str(preview.bound.credits)},
                now=parts.clock(),
            )
    print(f"{preview.bound.records:,} {arguments.object} are queued; `leadlight status` shows how far they are.", file=sys.stderr)
    return 0


def _look_up(arguments: argparse.Namespace, settings: Settings) -> int:
    if not arguments.subject or arguments.object or arguments.all or arguments.ids:
        raise BadInput("To look something up give a domain or an address and --explain, and no records.")
    lookup = look_up(arguments.subject, arguments.portal, settings)
    if arguments.json:
        print(json.dumps(lookup.to_json(), indent=2))
    else:
        show(lookup, Console())
    return 0


def bulk_runs(parts: Parts) -> BulkRuns:
    """Bulk runs over the parts of this process."""
    return BulkRuns(
        database=parts.database,
        clients=parts.clients,
        deferrer=parts.engine,
        worklist=parts.worklist,
        keys=parts.keys,
        adapters=parts.adapters,
        clock=parts.clock,
    )


def print_bound(parts: Parts, portal_id: int, counts: Mapping[str, int]) -> None:
    """Say what looking at so many records of each type can cost at most, where it can cost something."""
    runs = bulk_runs(parts)
    for object_type, count in sorted(counts.items()):
        preview = runs.preview_of(portal_id, object_type, count)
        if preview.bound.credits:
            _print(preview)


def _print(preview: Preview) -> None:
    for line in preview.lines():
        print(line, file=sys.stderr)


def _is_wanted() -> bool:
    if not sys.stdin.isatty():
        raise BadInput("Add --yes to begin; without a terminal nobody can be asked.")
    print("Begin? [y/N] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().casefold() in ("y", "yes")
