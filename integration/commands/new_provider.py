"""`leadlight new-provider`: adapter, fixture and stand-in of a new provider, ready to run and to be filled in. For developers of Leadlight."""

from __future__ import annotations

import argparse
import sys

from integration.core.clock import system_clock
from integration.core.settings import Settings
from integration.project import ROOT
from integration.scaffold.new_provider import write_provider

SUMMARY = "write adapter, fixture and stand-in of a new provider"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", help="the provider's name in code, such as acme_data")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Write the files and say what comes next."""
    del settings  # it works on the source tree alone
    for path in write_provider(ROOT, arguments.name, today=system_clock().date()):
        print(path.relative_to(ROOT))
    print(
        "Next: put the vendor's documentation, address, fields and errors into the adapter, its real answers into the fixture, the same shapes\n"
        f"into the stand-in. Then `pytest tests/contract/providers -k {arguments.name}` and `leadlight render-project`.",
        file=sys.stderr,
    )
    return 0
