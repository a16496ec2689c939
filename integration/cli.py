"""The `leadlight` command: one sub-command a file in `integration/commands/`, found by its name.

What a machine may read goes to standard output, everything for people to standard error. Exit codes: 0 well, 1 refused or failed with a
message, 2 wrong usage, 130 interrupted.
"""

from __future__ import annotations

import argparse
import importlib
import os
import pkgutil
import sys
from collections.abc import Sequence
from typing import Protocol, cast

from psycopg.errors import UndefinedColumn, UndefinedTable
from sqlalchemy.exc import ProgrammingError

from integration import commands
from integration.core.errors import AppError
from integration.core.logs import configure_logs
from integration.core.settings import Settings


class Command(Protocol):
    """What a module in `integration/commands/` offers."""

    SUMMARY: str

    def add_arguments(self, parser: argparse.ArgumentParser) -> None: ...
    def run(self, arguments: argparse.Namespace, settings: Settings) -> int: ...


def main(argv: Sequence[str] | None = None) -> int:
    """The exit code of the sub-command named in `argv`."""
    arguments = build_parser().parse_args(argv)
    try:
        settings = Settings.from_env(os.environ)
        configure_logs(settings.log_level)
        return int(arguments.run(arguments, settings))
    except AppError as error:
        print(f"leadlight {arguments.command}: {error}", file=sys.stderr)
        return 1
    except ProgrammingError as error:
        if not isinstance(error.orig, UndefinedTable | UndefinedColumn):
            raise
        print(f"leadlight {arguments.command}: The database has no current schema. Run `leadlight migrate` first.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def build_parser() -> argparse.ArgumentParser:
    """The parser of every sub-command, in the order of their names."""
    parser = argparse.ArgumentParser(prog="leadlight", description="Leadlight: trusted enrichment, scores and briefs in HubSpot.")
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="command")
    for name, command in sorted(_commands().items()):
        subparser = subparsers.add_parser(name, help=command.SUMMARY, description=command.SUMMARY)
        command.add_arguments(subparser)
        subparser.set_defaults(run=command.run)
    return parser


def _commands() -> dict[str, Command]:
    """Every module of the package, by the command's name (underscores become dashes)."""
    names = [module.name for module in pkgutil.iter_modules(commands.__path__)]
    return {name.replace("_", "-"): cast(Command, importlib.import_module(f"{commands.__name__}.{name}")) for name in names}


if __name__ == "__main__":
    sys.exit(main())
