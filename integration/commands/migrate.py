"""`leadlight migrate`: bring the database to the newest schema. Safe to run again, and from several machines at once."""

from __future__ import annotations

import argparse
import json
import sys

from integration.app import open_database
from integration.core.settings import Settings
from integration.db.migrate import migrate

SUMMARY = "bring the database to the newest schema"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print what was applied as JSON")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    with open_database(settings) as database:
        applied = migrate(database)
    if arguments.json:
        print(json.dumps({"applied": applied}))
    else:
        print(f"Applied {', '.join(applied)}." if applied else "The schema is up to date.", file=sys.stderr)
    return 0
