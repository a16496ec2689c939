"""`leadlight simulator`: a local HubSpot and the providers' stand-ins over HTTP, for demo, tests, benchmarks, and anyone's HubSpot client."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import threading
from contextlib import ExitStack

from integration.core.settings import Settings
from simulator.neighbours.running import build_neighbours, find_neighbours

SUMMARY = "start a local HubSpot and stand-ins of the providers"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--port", type=int, default=8765, help="port of the local HubSpot (default 8765)")
    parser.add_argument("--latency-ms", type=int, default=0, help="added to every HubSpot answer")
    parser.add_argument("--provider-latency-ms", type=int, default=0, help="added to every provider answer")
    for name in find_neighbours():
        parser.add_argument(
            f"--{name.replace('_', '-')}-port", type=int, default=0, help=f"port of the {name} stand-in (default: a free one)"
        )
    only = parser.add_mutually_exclusive_group()
    only.add_argument("--hubspot-only", action="store_true", help="start no provider stand-ins")
    only.add_argument("--neighbours-only", action="store_true", help="start no HubSpot")
    parser.add_argument("--json", action="store_true", help="print the addresses as JSON")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Serve until Ctrl-C or SIGTERM."""
    del settings  # the simulator takes none of ours
    with ExitStack() as running:
        addresses = {}
        if not arguments.neighbours_only:
            addresses["hubspot"] = _start_hubspot(running, arguments)
        if not arguments.hubspot_only:
            addresses |= _start_neighbours(running, arguments)
        if arguments.json:
            print(json.dumps(addresses), flush=True)
        else:
            for name, address in addresses.items():
                print(f"{name:8} {address}", file=sys.stderr)
        _wait_for_the_end()
    return 0


def _start_hubspot(running: ExitStack, arguments: argparse.Namespace) -> str:
    from simulator.running import start
    from simulator.world import World, WorldSettings

    world = World(WorldSettings(latency_ms=arguments.latency_ms))
    return running.enter_context(start(world, port=arguments.port)).base_url


def _start_neighbours(running: ExitStack, arguments: argparse.Namespace) -> dict[str, str]:
    from simulator.neighbours.settings import NeighbourSettings

    chosen = NeighbourSettings(latency_ms=arguments.provider_latency_ms, rates_enforced=False)
    ports = {name: getattr(arguments, f"{name}_port") for name in find_neighbours()}
    served = running.enter_context(build_neighbours(chosen, ports=ports))
    return {**served.base_urls, **served.addresses}


def _wait_for_the_end() -> None:
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    ended.wait()
