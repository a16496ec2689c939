"""`leadlight scheduler`: the clock. Any number may run; one is elected."""

from __future__ import annotations

import argparse

from integration.app import open_parts
from integration.core.clock import system_clock
from integration.core.settings import Settings
from integration.job_table import all_triggers
from integration.jobs.scheduler import ElectedScheduler
from integration.processes.scheduler import run_scheduler

SUMMARY = "run a scheduler process"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    del parser  # takes none


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    del arguments
    with open_parts(settings, process="scheduler") as parts:
        run_scheduler(ElectedScheduler(database=parts.database, deferrer=parts.engine, triggers=all_triggers(), clock=system_clock))
    return 0
