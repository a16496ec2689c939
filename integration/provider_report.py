"""`leadlight providers report`: how well each provider did on a portal's own records, as a table or as JSON."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from datetime import timedelta
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from integration.app import open_parts
from integration.commands.portal import find_portal
from integration.core.settings import Settings
from integration.providers.estimates import week_of
from integration.providers.observation_store import ObservationStore
from integration.reporting.provider_rates import ChannelRate, Share, rates_of

WEEKS: Final = 12
_BAR: Final = 12


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--weeks", type=int, default=WEEKS, help=f"how far back to look ({WEEKS})")
    parser.add_argument("--fields", action="store_true", help="each field by itself")
    parser.add_argument("--json", action="store_true", help="print it as JSON")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    with open_parts(settings, process="cli") as parts, parts.database.begin() as connection:
        find_portal(parts, connection, arguments.portal)
        since = week_of(parts.clock()) - timedelta(weeks=max(1, arguments.weeks))
        rates = rates_of(ObservationStore().find(connection, portal_id=arguments.portal, since=since, segment=""))
    if arguments.json:
        sys.stdout.write(json.dumps([as_json(one) for one in rates], default=str) + "\n")
    else:
        _show(Console(), rates, arguments.fields, arguments.weeks)
    return 0


def as_json(rate: ChannelRate) -> dict[str, Any]:
    """A channel with its shares, each with its ratio (null: too few) and interval."""
    plain = asdict(rate)
    for name in ("found", "verified"):
        plain[name] = _share(getattr(rate, name))
    plain["fields"] = [
        {"field": one.field, "found": _share(one.found), "verified": _share(one.verified), "agreed": _share(one.agreed)}
        for one in rate.fields
    ]
    return plain


def _share(share: Share) -> dict[str, Any]:
    return {"good": share.good, "count": share.count, "ratio": share.ratio, "interval": share.interval}


def _show(console: Console, rates: tuple[ChannelRate, ...], by_field: bool, weeks: int) -> None:
    if not rates:
        console.print(f"Nobody was asked in the last {weeks} weeks. Rates appear once records have been enriched.")
        return
    table = Table(title=f"The last {weeks} weeks, on this portal's own records; intervals are 95 %")
    for heading in (
        "asked",
        "found",
        "right, where a person's value tells",
        "agrees with others, elsewhere",
        "ms",
        "USD",
        "USD for a right value",
    ):
        table.add_column(heading, justify="left" if heading == "asked" else "right")
    for one in rates:
        price = "" if one.usd_per_right is None else f"{one.usd_per_right:.4f}"
        table.add_row(
            f"[bold]{one.channel}[/bold]",
            _told(one.found),
            _told(one.verified),
            "",
            f"{one.latency_ms:.0f}",
            f"{one.cost_usd:.2f}",
            price,
        )
        for field in one.fields if by_field else ():
            table.add_row(f"  {field.field}", _told(field.found), _told(field.verified), _told(field.agreed), "", "", "")
    console.print(table)


def _told(share: Share) -> str:
    if share.ratio is None:
        return f"too few to say ({share.count})" if share.count else "nothing to say"
    low, high = share.interval
    bar = "█" * round(_BAR * share.ratio)
    return f"{bar} {share.ratio:.0%} of {share.count:,} ({low:.0%} to {high:.0%})"
