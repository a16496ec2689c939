"""`leadlight up`: web, worker and scheduler on one machine, for a small team. Migrates first; Ctrl-C stops all of it."""

from __future__ import annotations

import argparse
import os
import sys

from integration.app import open_database, require_production_settings
from integration.core.settings import Settings
from integration.db.migrate import migrate
from integration.processes.up import ChildCommand, Supervisor

SUMMARY = "run web, worker and scheduler together"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    del parser  # takes none


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    del arguments
    require_production_settings(settings)
    with open_database(settings) as database:
        migrate(database)
        names = ("web", *["worker"] * settings.worker.processes, "scheduler")
        commands = [ChildCommand(name, (sys.executable, "-m", "integration.cli", name)) for name in names]
        print(f"Leadlight answers at {settings.web.public_url}; install at {settings.web.public_url}/install", file=sys.stderr)
        ended_well = Supervisor(commands, env={**os.environ, "DATABASE_URL": database.url}).run()
    return 0 if ended_well else 1
