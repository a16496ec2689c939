"""`leadlight replay`: put dead letters, or the webhook deliveries of a time range, back to work, and say first what that can cost.

Safe to repeat.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from datetime import UTC, datetime

from integration.admin.bulk_runs import OBJECT_TYPES
from integration.app import Parts, open_parts
from integration.commands.enrich import print_bound
from integration.core.clock import system_clock
from integration.core.errors import BadInput
from integration.core.settings import Settings
from integration.hubspot.objects import COMPANIES, CONTACTS
from integration.jobs.dead_letter_store import DeadLetterStore
from webhooks.inbox_store import InboxStore
from webhooks.replay import LetterSelection, replay_dead_letters, replay_deliveries

SUMMARY = "put dead letters or the deliveries of a time range back to work"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--dead-letters", action="store_true", help="put open dead letters back")
    parser.add_argument("--id", type=int, action="append", help="only this dead letter (repeatable)")
    parser.add_argument("--reason", help="only dead letters with this reason")
    parser.add_argument("--portal", type=int, help="only dead letters of this portal")
    parser.add_argument("--since", help="put deliveries back that came from this moment on (ISO 8601)")
    parser.add_argument("--until", help="... and before this moment (default: now)")
    parser.add_argument("--preview", action="store_true", help="only say what it can cost at most")
    parser.add_argument("--json", action="store_true", help="print the count as JSON")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    if arguments.dead_letters == (arguments.since is not None):
        raise BadInput("Say either --dead-letters or --since.")
    with open_parts(settings, process="cli") as parts:
        count = _replay_letters(parts, arguments) if arguments.dead_letters else _replay_deliveries(parts, arguments)
    if arguments.preview:
        print(f"{count} {'dead letters' if arguments.dead_letters else 'events'} would be put back; nothing was.", file=sys.stderr)
    elif arguments.json:
        print(json.dumps({"replayed": count}))
    else:
        print(f"{count} {'dead letters' if arguments.dead_letters else 'deliveries'} put back.", file=sys.stderr)
    return 0


def _replay_letters(parts: Parts, arguments: argparse.Namespace) -> int:
    selection = LetterSelection(letter_ids=arguments.id, reason=arguments.reason, portal_id=arguments.portal)
    with parts.database.begin() as connection:
        found = DeadLetterStore().find_open(
            connection,
            portal_id=selection.portal_id,
            reason=selection.reason,
            letter_ids=selection.letter_ids,
            limit=selection.limit,
        )
    named = Counter(
        (letter.entry.portal_id, letter.entry.object_type)
        for letter in found
        if letter.entry.portal_id is not None and letter.entry.object_type in OBJECT_TYPES
    )
    for (portal_id, object_type), count in sorted(named.items(), key=str):
        print_bound(parts, portal_id or 0, {object_type or "": count})
    if arguments.preview:
        return len(found)
    with parts.database.begin() as connection:
        return replay_dead_letters(connection, selection, deferrer=parts.engine, now=system_clock())


def _replay_deliveries(parts: Parts, arguments: argparse.Namespace) -> int:
    since = _moment(arguments.since, "--since")
    until = _moment(arguments.until, "--until") if arguments.until else system_clock()
    with parts.database.begin() as connection:
        counts = InboxStore().count_events(connection, since=since, until=until)
    for portal_id, (companies, others) in sorted(counts.items()):
        print_bound(parts, portal_id, {COMPANIES: companies, CONTACTS: others})
    if arguments.preview:
        return sum(companies + others for companies, others in counts.values())
    with parts.database.begin() as connection:
        return replay_deliveries(connection, since, until, deferrer=parts.engine)


def _moment(text: str, option: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadInput(f"{option} must be a moment such as 2026-11-21T10:00:00Z, not {text!r}.") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
