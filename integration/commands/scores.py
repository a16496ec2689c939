"""`leadlight scores`: train the heat model of a portal, read its card, and test it on what was decided since."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.table import Table

from integration.app import Parts, open_parts
from integration.commands.portal import find_portal
from integration.core.errors import NotFound
from integration.core.settings import Settings
from integration.pipeline.heat.model_store import HeatModelStore
from integration.pipeline.heat.trainer import TYPES, Trainer

SUMMARY = "train the heat model of a portal, read its card, test it on what was decided since"
_BAR = 30


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "what", choices=("train", "card", "backtest"), help="train a new version, show the card of the one in use, or test it"
    )
    parser.add_argument("--portal", type=int, required=True, help="the portal's id")
    parser.add_argument("--object", choices=TYPES, default=TYPES[0], help="which records (contacts)")
    parser.add_argument("--json", action="store_true", help="print it as JSON")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    console = Console(stderr=arguments.json)
    with open_parts(settings, process="cli") as parts:
        with parts.database.begin() as connection:
            find_portal(parts, connection, arguments.portal)
        found = _ACTIONS[arguments.what](parts, arguments.portal, arguments.object, console)
    if arguments.json:
        print(json.dumps(found, default=str))
    elif arguments.what == "backtest":
        _show_backtest(console, found)
    else:
        _show_card(console, found)
    return 0


def _train(parts: Parts, portal_id: int, object_type: str, console: Console) -> dict[str, Any]:
    with console.status("Reading the account's history") as status:
        trainer = Trainer(parts.database, parts.clients, parts.clock)
        stored = trainer.train(
            portal_id,
            object_type,
            cause="asked for",
            progress=lambda what, done, total: status.update(f"Reading {what}: {done:,} of {total:,}"),
        )
    return _card(stored.version, stored.abstained, stored.card)


def _show(parts: Parts, portal_id: int, object_type: str, _console: Console) -> dict[str, Any]:
    with parts.database.begin() as connection:
        newest = HeatModelStore().newest(connection, portal_id=portal_id, object_type=object_type)
    if newest is None:
        raise NotFound(
            f"No model was trained for {object_type} of this portal yet. Train one: leadlight scores train --portal {portal_id}"
        )
    return _card(newest.version, newest.abstained, newest.card)


def _backtest(parts: Parts, portal_id: int, object_type: str, console: Console) -> dict[str, Any]:
    with console.status("Reading what was decided since"):
        return Trainer(parts.database, parts.clients, parts.clock).backtest(portal_id, object_type).to_json()


def _card(version: int, abstained: str, card: Mapping[str, Any]) -> dict[str, Any]:
    return {"version": version, "abstained": abstained, **card}


def _show_card(console: Console, card: Mapping[str, Any]) -> None:
    console.print(f"[bold]Heat model, version {card['version']}[/bold], trained {card.get('trained_at', '')[:16]}")
    counts = card.get("counts", {})
    console.print(
        f"Learned from {counts.get('examples', 0):,} decided records: {counts.get('won', 0):,} won, {counts.get('lost', 0):,} lost."
    )
    if card["abstained"]:
        console.print(f"[yellow]No model:[/yellow] {card['abstained']}")
    if "test" in card:
        test = card["test"]
        console.print(
            f"On the newest {test['records']:,}, judged once: AUC {test['auc']:.3f} ({test['auc_low']:.3f} to {test['auc_high']:.3f}),"
            f" Brier {test['brier']:.3f}, calibration error {test['ece']:.3f}, lift of the best tenth {test['lift_at_10']:.1f}."
        )
    if "thresholds" in card:
        limits = card["thresholds"]
        console.print(
            f"{card['chosen']}, calibrated by {card['calibration']}. Hot from {limits['hot']:.0%}, warm from {limits['warm']:.0%}: {limits['because']}."
        )
    if card.get("refused"):
        table = Table("refused column", "because", title="Not learned from")
        for one in card["refused"]:
            table.add_row(one["column"], one["reason"])
        console.print(table)


def _show_backtest(console: Console, found: Mapping[str, Any]) -> None:
    console.print(found["verdict"])
    if not found["bins"]:
        return
    table = Table("given", "won", "95 % interval", "records", "", title="Of records given a chance, so many were won")
    for one in found["bins"]:
        bar = "█" * round(_BAR * one["won"])
        table.add_row(
            f"{one['given']:.0%}", f"{one['won']:.0%}", f"{one['low']:.0%} to {one['high']:.0%}", f"{one['count']:,}", bar
        )
    console.print(table)
    if any(one["off"] for one in found["segments"]):
        for one in (segment for segment in found["segments"] if segment["off"]):
            console.print(f"Off for {one['name']}: {one['given']:.0%} given, {one['won']:.0%} won over {one['count']:,} records.")


_ACTIONS = {"train": _train, "card": _show, "backtest": _backtest}
