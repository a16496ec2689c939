"""`leadlight demo`: the whole product on this machine, with real companies and a local HubSpot. Every run starts clean."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from crm_cards.host.building import BuildFailed, ensure_built
from crm_cards.host.node import NoNode
from integration.core.settings import Settings
from integration.demo.card_pages import hot_contact_page
from integration.demo.fresh import fresh_database
from integration.demo.outcome import Outcome, Trust
from integration.demo.stand import Stand, StandOptions
from integration.demo.story import PORTAL_ID, play
from integration.demo.trust import Progress as TellProgress
from integration.pipeline.undo.reasons import reason_in_words

SUMMARY = "watch real companies become enriched, scored, briefed and drafted in a local HubSpot"

PROVIDERS: Final = (
    "apollo",
    "hunter",
    "website",
    "dns",
    "rdap",
    "wikidata",
    "sec_edgar",
    "gleif",
    "brasil_api",
    "gdelt",
    "tavily_keyless",
)
"""What the demo asks: the two that need a key, and those that need none."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--json",
        action="store_true",
        help="print the outcome as JSON and end; exit code 0 when no record was lost and only what was accepted was written",
    )
    parser.add_argument("--no-wait", action="store_true", help="end after the table instead of waiting for Ctrl-C")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    console = Console(file=sys.stderr)
    folder = Path(settings.data_dir) / "demo"
    _build_cards(console)
    console.print("Starting PostgreSQL, a local HubSpot, the providers' stand-ins, web, worker and scheduler ...")
    url = fresh_database(settings.database_url, folder, "leadlight_demo")
    # The stand-ins answer as fast as they are asked: the vendors' rates would make a minute's demo an hour's.
    options = StandOptions(cards_host=True, providers=PROVIDERS, extra_env={"LEADLIGHT_PROVIDER_RATE_FACTOR": "0"})
    with Stand(folder, url, options) as stand:
        with _progress(console) as tell:
            outcome = play(stand, tell)
        if arguments.json:
            print(json.dumps(outcome.as_json()))
        else:
            _show(console, outcome, stand)
            if not arguments.no_wait:
                _wait(console)
    return 0 if outcome.is_well else 1


def _build_cards(console: Console) -> None:
    """Bundles for the local record page, once; the demo goes on without them where they cannot be made."""
    try:
        ensure_built(console.print)
    except (NoNode, BuildFailed) as error:
        console.print(f"No local record page this time. {error.message}", markup=False)


@contextmanager
def _progress(console: Console) -> Iterator[TellProgress]:
    columns = (TextColumn("{task.description:<44}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as bars:
        tasks: dict[str, TaskID] = {}

        def tell(step: str, done: int, total: int) -> None:
            if step not in tasks:
                tasks[step] = bars.add_task(step, total=total)
            bars.update(tasks[step], completed=done)

        yield tell


def _show(console: Console, outcome: Outcome, stand: Stand) -> None:
    _show_trust(console, outcome.trust)
    table = Table(title="The hottest companies", show_lines=True)
    for column in ("company", "ICP fit", "BANT", "why", "brief"):
        table.add_column(column, overflow="fold")
    for one in outcome.hottest:
        table.add_row(
            one.name, f"{one.icp_fit:.0f}", "-" if one.bant is None else f"{one.bant:.0f}", "\n".join(one.reasons), one.headline
        )
    console.print(table)
    facts = outcome.as_json()
    console.print(f"{outcome.records_written} of {outcome.records_loaded} records written back in {outcome.seconds:.0f} s.")
    console.print(
        f"{outcome.hubspot_calls} HubSpot calls ({facts['hubspot_calls_per_record']} for each record), "
        f"{outcome.repeats_dropped} repeated events dropped, {outcome.notes} notes, {outcome.drafts} drafted sequences, "
        f"{outcome.dead_letters} dead letters."
    )
    console.print("Values found: " + ", ".join(f"{name} {found} (USD {cost:.2f})" for name, found, cost in outcome.providers))
    console.print(f"\nLook around: [bold]{stand.addresses.hubspot}/portal/{PORTAL_ID}/[/bold]")
    if outcome.hottest:
        console.print(f"The first record: {outcome.hottest[0].url}")
    page = hot_contact_page(stand, PORTAL_ID)
    if page is not None:
        console.print(f"The cards, on a page that stands in for HubSpot's: [bold]{page}[/bold]", soft_wrap=True)
        console.print(
            "There: approve a draft and see its tasks appear, undo a field, look as another user, open settings and app home."
        )
    console.print(
        f"The admin console: [bold]{stand.addresses.web}/admin[/bold] (sign in with the demo account: choose portal {PORTAL_ID})"
    )
    console.print(
        f"There: {outcome.trust.open_reviews} question(s) in the review queue, {outcome.trust.open_duplicates} pair(s) of duplicates, "
        "every run with each field before and after, budgets, policies, undo."
    )


def _show_trust(console: Console, trust: Trust) -> None:
    """What was proposed, accepted, kept and undone, in a line each."""
    dry, accepted, live, undo = trust.dry_run, trust.accepted, trust.live, trust.undo
    console.print(
        f"\n[bold]Dry run[/bold]   {dry.filled} fields to fill, {dry.changed} to change, {dry.left_alone} left alone, {dry.notes} notes on "
        f"{dry.records} records. Written in HubSpot at that moment: {dry.standing_in_hubspot}."
    )
    extra = f", {accepted.declined} left alone because they changed meanwhile" if accepted.declined else ""
    console.print(
        f"[bold]Accepted[/bold]  {accepted.fields} values and {accepted.notes} notes; written: {accepted.fields_written} and "
        f"{accepted.notes_written}{extra}."
    )
    console.print(
        f"[bold]Live[/bold]      A rep changed {live.field} of {live.record} from {live.ours!r} to {live.edited_to!r}; after our next pass "
        f"it says {live.stands!r}. {live.changed_contacts} job titles changed, their scores followed."
    )
    stayed = "".join(f" {count} {reason_in_words(reason)}." for reason, count in undo.left_alone.items())
    console.print(
        f"[bold]Undo[/bold]      One run undone: {undo.put_back} of {undo.fields} values back as they were.{stayed} "
        f"The undo undone: {undo.brought_back} values again as Leadlight wrote them.\n"
    )


def _wait(console: Console) -> None:
    console.print("Press Ctrl-C to stop everything.")
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    ended.wait()
    console.print("Stopping ...")
