"""`leadlight web`: the web process: webhooks, install pages, health, metrics."""

from __future__ import annotations

import argparse

from integration.core.settings import Settings
from integration.processes.web import run_web
from integration.web_app import create_app

SUMMARY = "run the web process"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    del parser  # takes none


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    del arguments
    run_web(settings.web, lambda: create_app(settings))
    return 0
