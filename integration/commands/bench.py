"""`leadlight bench`: measure the product on this machine. One JSON object on standard output, progress on standard error."""

from __future__ import annotations

import argparse
import json
import os
import sys

from integration.benchmarks import lead_data, site_data
from integration.benchmarks.matching import FOLDER_VARIABLE
from integration.benchmarks.runner import BenchReport, run_benchmarks
from integration.core.settings import Settings

SUMMARY = "measure how fast deliveries, worklist and pipeline are on this machine"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("names", nargs="*", help="benchmarks to run (default: all)")
    parser.add_argument("--data", help=f"folder of public matching sets, for the benchmark `matching` (or {FOLDER_VARIABLE})")
    parser.add_argument(
        "--leads", help=f"folder of public sets of leads, for the benchmark `heat_quality` (or {lead_data.FOLDER_VARIABLE})"
    )
    parser.add_argument("--pages", help=f"folder of public web pages, for the benchmarks `site_*` (or {site_data.FOLDER_VARIABLE})")
    parser.add_argument("--json", action="store_true", help="print the JSON on one line")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """0 also when a bound is missed, since a busy machine misses bounds; 1 when a benchmark could not be carried out."""
    del settings  # benchmarks build their own installation
    if arguments.data:
        os.environ[FOLDER_VARIABLE] = arguments.data  # benchmarks run in processes of their own, which inherit it
    if arguments.leads:
        os.environ[lead_data.FOLDER_VARIABLE] = arguments.leads
    if arguments.pages:
        os.environ[site_data.FOLDER_VARIABLE] = arguments.pages
    report = run_benchmarks(arguments.names, _tell)
    print(json.dumps(report.as_json(), indent=None if arguments.json else 2))
    return _verdict(report)


def _verdict(report: BenchReport) -> int:
    for sentence in report.missed:
        _tell(f"Missed: {sentence}.")
    for name in report.failures:
        _tell(f"Not carried out: {name}.")
    return 1 if report.failures else 0


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
