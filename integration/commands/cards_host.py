"""`leadlight cards-host`: the local record page over a local HubSpot; nothing for production."""

from __future__ import annotations

import argparse
from pathlib import Path

from crm_cards.host.building import BUILT, is_built
from crm_cards.host.running import build_host, serve
from integration.core.errors import ConfigError
from integration.core.settings import Settings

SUMMARY = "start the local record page: the cards' own bundles over a local HubSpot"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--port", type=int, default=5080, help="port on this machine (default 5080)")
    parser.add_argument("--fixtures", type=Path, help="folder of recorded answers, for pictures and tests")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Serve until Ctrl-C or SIGTERM."""
    if not is_built():
        raise ConfigError(["the cards are not built; run `python -m crm_cards.host.building`"])
    serve(build_host(settings, BUILT, fixtures=arguments.fixtures), arguments.port)
    return 0
