"""`leadlight render-project`: write app.json and the generated tables of docs/; with --check only say what has drifted."""

from __future__ import annotations

import argparse
import sys

from integration.core.settings import Settings
from integration.project import ROOT, drifted, write_project

SUMMARY = "write app.json and the generated documentation from the declarations in code"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--check", action="store_true", help="write nothing; fail when a generated file is not current")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    del settings
    if arguments.check:
        stale = drifted()
        for path in stale:
            print(f"{path.relative_to(ROOT)} is not current: run `leadlight render-project`", file=sys.stderr)
        return 1 if stale else 0
    for path in write_project():
        print(f"wrote {path.relative_to(ROOT)}", file=sys.stderr)
    return 0
