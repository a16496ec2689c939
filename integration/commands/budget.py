"""`leadlight budget`: a portal's caps, what they have left, and whether our figures are those of the providers' own accounts."""

from __future__ import annotations

import argparse
import json
import sys
from decimal import Decimal

from rich.console import Console
from rich.table import Table
from sqlalchemy import Connection

from integration.access.audit_store import COMMAND_LINE, AuditStore
from integration.app import Parts, open_parts
from integration.commands.portal import find_portal
from integration.core.errors import BadInput
from integration.core.settings import Settings
from integration.pipeline.budget_desk import Comparison, compare_usage, read_credits, set_cap
from integration.providers.budget import Period, RoomKey, plain
from integration.providers.budget_store import BudgetStore

SUMMARY = "show or set what providers may cost a portal, and compare it with the providers' own accounts"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "action", nargs="?", choices=("show", "reconcile", "settle"), default="show",
        help="reconcile: compare with the providers' own figures; settle: say whether unanswered calls were charged",
    )  # fmt: skip
    parser.add_argument("--portal", type=int, required=True, help="the portal's id")
    parser.add_argument("--provider", default="", help="apollo or hunter; left out: all providers together")
    parser.add_argument(
        "--period", choices=[period.value for period in Period], default=Period.MONTH.value, help="in UTC; default month"
    )
    cap = parser.add_mutually_exclusive_group()
    cap.add_argument("--cap", help="credits that may be spent in a period; 0: none at all")
    cap.add_argument("--no-cap", action="store_true", help="remove the cap")
    charged = parser.add_mutually_exclusive_group()
    charged.add_argument("--charged", action="store_true", help="with settle: the unanswered calls were charged")
    charged.add_argument("--not-charged", action="store_true", help="with settle: they were not")
    parser.add_argument("--json", action="store_true", help="print it as JSON")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    with open_parts(settings, process="cli") as parts:
        with parts.database.begin() as connection:
            find_portal(parts, connection, arguments.portal)
        if arguments.provider and arguments.provider not in {adapter.info.name for adapter in parts.adapters}:
            raise BadInput(f"There is no provider {arguments.provider!r}.")
        if arguments.action == "reconcile":
            return _reconcile(parts, arguments)
        if arguments.action == "settle":
            return _settle(parts, arguments)
        return _show(parts, arguments)


def _show(parts: Parts, arguments: argparse.Namespace) -> int:
    key = RoomKey(arguments.provider, Period(arguments.period))
    with parts.database.begin() as connection:
        if arguments.cap is not None or arguments.no_cap:
            credits = None if arguments.no_cap else read_credits(arguments.cap)
            woken = set_cap(
                connection, parts.spending, portal_id=arguments.portal, key=key, credits=credits, by=COMMAND_LINE, now=parts.clock()
            )
            _audit(parts, connection, arguments, "budget_set", f"{key.provider or 'all'}/{key.period.value}")
            print(f"Stored. {woken} records that waited for a budget are asked about now.", file=sys.stderr)
        rooms = BudgetStore().rooms(
            connection, portal_id=arguments.portal, providers=parts.keyed_providers(), on=parts.clock().date()
        )
    rows = [
        {
            "provider": room.key.provider or "all",
            "period": room.key.period.value,
            "since": room.starts_on.isoformat(),
            "cap": None if room.cap is None else str(room.cap),
            "spent": str(room.spent),
            "set_aside": str(room.reserved),
            "left": None if room.left is None else str(room.left),
        }
        for room in rooms.values()
    ]
    if arguments.json:
        print(json.dumps(rows))
        return 0
    table = Table("provider", "period (UTC)", "cap", "spent", "set aside", "left")
    for room in rooms.values():
        caps = ("none", "") if room.cap is None else (plain(room.cap), plain(room.left or Decimal(0)))
        table.add_row(
            room.key.provider or "all",
            room.key.period.words(room.starts_on),
            caps[0],
            plain(room.spent),
            plain(room.reserved),
            caps[1],
        )
    Console(file=sys.stderr).print(table)
    return 0


def _reconcile(parts: Parts, arguments: argparse.Namespace) -> int:
    found = compare_usage(
        parts.database, parts.adapters, parts.keys, portal_id=arguments.portal, provider=arguments.provider, now=parts.clock()
    )
    if not found:
        raise BadInput("No provider with a key of this portal tells what was used. Set one with `leadlight provider-key`.")
    if arguments.json:
        print(json.dumps([_as_json(one) for one in found]))
    else:
        for one in found:
            print(one.in_words(), file=sys.stderr)
    return 0 if all(one.agrees for one in found) else 1


def _settle(parts: Parts, arguments: argparse.Namespace) -> int:
    if not arguments.provider or arguments.charged == arguments.not_charged:
        raise BadInput("Name the --provider, and say either --charged or --not-charged; its invoice or account page tells.")
    with parts.database.begin() as connection:
        count = parts.spending.resolve_unknown(
            connection, portal_id=arguments.portal, provider=arguments.provider, charged=arguments.charged, now=parts.clock()
        )
        _audit(parts, connection, arguments, "budget_settle", arguments.provider)
    print(f"{count} unanswered calls are settled.", file=sys.stderr)
    return 0


def _audit(parts: Parts, connection: Connection, arguments: argparse.Namespace, action: str, target: str) -> None:
    AuditStore().add(
        connection,
        portal_id=arguments.portal,
        actor=COMMAND_LINE,
        role="",
        action=action,
        target=target,
        detail={"cap": arguments.cap, "charged": arguments.charged},
        now=parts.clock(),
    )


def _as_json(one: Comparison) -> dict[str, object]:
    return {
        "provider": one.provider,
        "since": one.since.isoformat(),
        "ours": str(one.ours),
        "theirs": None if one.theirs is None else str(one.theirs),
        "unanswered": str(one.unanswered),
        "problem": one.problem,
    }
