"""`leadlight worker`: run jobs. Any number of them, on any number of machines."""

from __future__ import annotations

import argparse

from integration.app import open_parts
from integration.core.settings import Settings
from integration.job_table import register_jobs
from integration.processes.worker import run_worker

SUMMARY = "run a worker process"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    del parser  # takes none


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    del arguments
    with open_parts(settings, process="worker") as parts:
        register_jobs(parts)
        run_worker(parts.engine, concurrency=settings.worker.concurrency)
    return 0
