"""`leadlight doctor`: what is on, what is off, why, and what to do about it, for the installation and each portal."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict

from rich.console import Console
from rich.table import Table

from integration.app import Parts, open_parts, portal_doctor
from integration.core.settings import Settings
from integration.db.migrate import is_current
from integration.hubspot.doctor import Check

SUMMARY = "say what is on, what is off and why, and what to do about it"
_MARKS = {True: "[green]ok[/green]", False: "[red]wrong[/red]", None: "[yellow]note[/yellow]"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--portal", type=int, help="one portal's id (default: every portal)")
    parser.add_argument("--json", action="store_true", help="print the checks as JSON")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Exit code 1 when something is wrong; notes about features that are off are not."""
    with open_parts(settings, process="cli") as parts:
        checks = {"installation": _installation(parts)}
        for portal_id in _portal_ids(parts, arguments.portal) if is_current(parts.database) else ():
            checks[f"portal {portal_id}"] = portal_doctor(parts).diagnose(portal_id)
    if arguments.json:
        print(json.dumps({subject: [asdict(check) for check in found] for subject, found in checks.items()}, indent=2))
    else:
        _show(checks)
    return 1 if any(check.ok is False for found in checks.values() for check in found) else 0


def _portal_ids(parts: Parts, chosen: int | None) -> Sequence[int]:
    if chosen is not None:
        return [chosen]
    with parts.database.begin() as connection:
        return [portal.portal_id for portal in parts.portals.find_all(connection)]


def _installation(parts: Parts) -> list[Check]:
    hubspot, web = parts.settings.hubspot, parts.settings.web
    schema = is_current(parts.database)
    return [
        Check("database", True, "PostgreSQL answers."),
        Check(
            "schema", schema, "The schema is current." if schema else "The schema is old.", "" if schema else "leadlight migrate"
        ),
        _is_set(
            "client id and secret", bool(hubspot.client_id and hubspot.client_secret), "HUBSPOT_CLIENT_ID, HUBSPOT_CLIENT_SECRET"
        ),
        _is_set("app id", bool(hubspot.app_id), "HUBSPOT_APP_ID; without it our own writes come back as events"),
        Check(
            "public address",
            web.public_url.startswith("https://") or None,
            f"HubSpot is told {web.public_url}.",
            "It takes https only.",
        ),
    ]


def _is_set(name: str, good: bool, variables: str) -> Check:
    return Check(name, good, "Set." if good else "Not set.", "" if good else f"Set {variables}.")


def _show(checks: Mapping[str, Sequence[Check]]) -> None:
    console = Console(file=sys.stderr)
    for subject, found in checks.items():
        table = Table(title=subject, title_justify="left", show_header=False)
        for column in ("check", "verdict", "why", "what to do"):
            table.add_column(column, overflow="fold")
        for check in found:
            table.add_row(check.name, _MARKS[check.ok], check.why, check.what_to_do)
        console.print(table)
