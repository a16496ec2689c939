"""`python -m simulator` runs a simulated HubSpot by itself; `python -m simulator coverage` prints what it simulates."""

import argparse
import json
import sys
import threading
from pathlib import Path

from simulator.control.reading import Fields
from simulator.control.seeding import seed
from simulator.coverage import render_coverage
from simulator.errors import HubSpotError
from simulator.running import start
from simulator.world import World


def main(arguments: list[str]) -> int:
    """The exit status. Without a subcommand it serves until Ctrl-C."""
    options = _parser().parse_args(arguments)
    if options.command == "coverage":
        sys.stdout.write(render_coverage())
        return 0
    return _run(options.host, options.port, [path for path in (options.apps, options.seed) if path is not None])


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m simulator", description="A simulated HubSpot on loopback.")
    parser.add_argument("command", nargs="?", choices=("run", "coverage"), default="run")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8089)
    parser.add_argument("--apps", type=Path, help='JSON file {"apps": [...]}: registered apps')
    parser.add_argument("--seed", type=Path, help="JSON file as POST /_control/seed takes it")
    return parser


def _run(host: str, port: int, seeds: list[Path]) -> int:
    with start(World(), host=host, port=port) as running:
        try:
            made = [seed(running.world, Fields(json.loads(path.read_text()), path.name)).body() for path in seeds]
        except (OSError, ValueError, HubSpotError) as error:
            sys.stderr.write(f"The seed cannot be used: {error}\n")
            return 2
        for body in made:
            sys.stdout.write(json.dumps(body) + "\n")
        sys.stdout.write(f"Simulated HubSpot at {running.base_url}, control API at {running.base_url}/_control/\n")
        sys.stdout.flush()
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            return 0
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
