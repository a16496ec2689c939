"""`leadlight status`: what waits, what was found, what it cost, for one portal."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict

from rich.console import Console
from rich.table import Table

from integration.app import open_database
from integration.commands.portal import require_portal
from integration.core.clock import system_clock
from integration.core.settings import Settings
from integration.pipeline.status_store import PortalStatus, StatusStore

SUMMARY = "show what waits, what was found and what it cost for a portal"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--portal", type=int, required=True, help="the portal's id")
    parser.add_argument("--json", action="store_true", help="print it as JSON")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    with open_database(settings) as database, database.begin() as connection:
        require_portal(connection, arguments.portal, settings)
        status = StatusStore().find(connection, portal_id=arguments.portal, now=system_clock())
    if arguments.json:
        print(json.dumps({**asdict(status), "is_settled": status.is_settled}, default=str))
    else:
        _show(status)
    return 0


def _show(status: PortalStatus) -> None:
    console = Console(file=sys.stderr)
    oldest = f", the oldest since {status.oldest_at:%Y-%m-%d %H:%M:%S} UTC" if status.oldest_at else ""
    console.print(f"{status.waiting} records wait, {status.in_hand} are in hand{oldest}.")
    if status.to_ask_again:
        console.print(f"{status.to_ask_again} more are done and wait for providers that did not answer.")
    if status.waits_for_budget:
        console.print(f"{status.waits_for_budget} more are done and wait for a budget; see `leadlight budget`.")
    console.print(f"{status.scored} records scored; {status.values_written} values written, {status.values_refused} refused.")
    console.print(f"{status.dead_letters} dead letters are open.")
    table = Table("provider", "values", "calls", "credits", "cost USD")
    for one in status.providers:
        table.add_row(one.provider, str(one.found_fields), str(one.calls), f"{one.credits:f}", f"{one.cost_usd:.2f}")
    console.print(table)
