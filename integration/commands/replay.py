"""`leadlight replay`: put dead letters, or the webhook deliveries of a time range, back to work. Safe to repeat."""

from __future__ import annotations

import argparse
import json
import sys
from datetime import UTC, datetime

from integration.app import open_parts
from integration.core.clock import system_clock
from integration.core.errors import BadInput
from integration.core.settings import Settings
from webhooks.replay import LetterSelection, replay_dead_letters, replay_deliveries

SUMMARY = "put dead letters or the deliveries of a time range back to work"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--dead-letters", action="store_true", help="put open dead letters back")
    parser.add_argument("--id", type=int, action="append", help="only this dead letter (repeatable)")
    parser.add_argument("--reason", help="only dead letters with this reason")
    parser.add_argument("--portal", type=int, help="only dead letters of this portal")
    parser.add_argument("--since", help="put deliveries back that came from this moment on (ISO 8601)")
    parser.add_argument("--until", help="... and before this moment (default: now)")
    parser.add_argument("--json", action="store_true", help="print the count as JSON")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    if arguments.dead_letters == (arguments.since is not None):
        raise BadInput("Say either --dead-letters or --since.")
    with open_parts(settings, process="cli") as parts, parts.database.begin() as connection:
        if arguments.dead_letters:
            selection = LetterSelection(letter_ids=arguments.id, reason=arguments.reason, portal_id=arguments.portal)
            count = replay_dead_letters(connection, selection, deferrer=parts.engine, now=system_clock())
        else:
            until = _moment(arguments.until, "--until") if arguments.until else system_clock()
            count = replay_deliveries(connection, _moment(arguments.since, "--since"), until, deferrer=parts.engine)
    if arguments.json:
        print(json.dumps({"replayed": count}))
    else:
        print(f"{count} {'dead letters' if arguments.dead_letters else 'deliveries'} put back.", file=sys.stderr)
    return 0


def _moment(text: str, option: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadInput(f"{option} must be a moment such as 2026-11-21T10:00:00Z, not {text!r}.") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
