"""`leadlight duplicates`: the pairs of records that may be one, most certain first. Merging and dismissing is done on the admin page."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict

from rich.console import Console
from rich.table import Table

from integration.app import open_database
from integration.commands.portal import require_portal
from integration.core.settings import Settings
from integration.pipeline.duplicates.listing import NamedPair, named_pairs
from integration.pipeline.duplicates.pair_store import PairStore
from integration.pipeline.duplicates.profiles import COMPARED_TYPES

SUMMARY = "show the pairs of records of a portal that may be one"
_MOST = 1000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--portal", type=int, required=True, help="the portal's id")
    parser.add_argument("--type", choices=COMPARED_TYPES, help="only this type of record")
    parser.add_argument("--limit", type=int, default=100, help="show at most so many (default: 100)")
    parser.add_argument("--json", action="store_true", help="print them as JSON")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    limit = max(1, min(arguments.limit, _MOST))
    with open_database(settings) as database, database.begin() as connection:
        require_portal(connection, arguments.portal, settings)
        pairs = named_pairs(connection, portal_id=arguments.portal, object_type=arguments.type, limit=limit)
        counts = PairStore().counts(connection, portal_id=arguments.portal)
    if arguments.json:
        print(json.dumps({"counts": dict(counts), "pairs": [asdict(pair) for pair in pairs]}, default=str))
    else:
        _show(pairs, counts.get("open", 0))
    return 0


def _show(pairs: tuple[NamedPair, ...], open_count: int) -> None:
    console = Console(file=sys.stderr)
    if not pairs:
        console.print("No pair of records looks like one record at the moment.")
        return
    table = Table("type", "one", "other", "score", "speaks for it", "speaks against it")
    for named in pairs:
        pair = named.pair
        table.add_row(
            pair.object_type,
            f"{pair.left_id} {named.left_name}",
            f"{pair.right_id} {named.right_name}",
            f"{pair.score_ratio:.2f}",
            ", ".join(reason.words for reason in pair.reasons if reason.points > 0),
            ", ".join(reason.words for reason in pair.reasons if reason.points < 0),
        )
    console.print(table)
    console.print(f"{open_count} pairs are open. Merge or dismiss them on the admin page.")
