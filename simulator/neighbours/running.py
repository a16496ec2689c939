"""Finds every neighbour and serves each on a port of its own, for the demo, the tests and the benchmarks."""

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import TracebackType

from flask import Flask

import simulator.neighbours
from simulator.neighbours.gate import release_hung
from simulator.neighbours.settings import NeighbourSettings
from simulator.server import RunningServer, serve


@dataclass(frozen=True)
class Neighbour:
    """One stand-in: its folder's name, how to build it, and the path its API begins with."""

    name: str
    build_app: Callable[[NeighbourSettings], Flask]
    base_path: str


@dataclass(frozen=True)
class RunningNeighbours:
    """The served stand-ins. `base_urls` are what a client is configured with, path included; stop() ends them all."""

    base_urls: Mapping[str, str]
    servers: Mapping[str, RunningServer]
    apps: Mapping[str, Flask] = field(repr=False)

    def stop(self) -> None:
        """Every port is free; requests that hang on purpose are let go first."""
        for app in self.apps.values():
            release_hung(app)
        for server in self.servers.values():
            server.stop()

    def __enter__(self) -> "RunningNeighbours":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()


def find_neighbours() -> dict[str, Neighbour]:
    """Every folder here that has `build_app`, by name."""
    found = {}
    for module in pkgutil.iter_modules(simulator.neighbours.__path__):
        if module.ispkg:
            package = importlib.import_module(f"simulator.neighbours.{module.name}")
            found[module.name] = Neighbour(module.name, package.build_app, package.BASE_PATH)
    return found


def build_neighbours(
    settings: NeighbourSettings | None = None, *, host: str = "127.0.0.1", ports: Mapping[str, int] | None = None
) -> RunningNeighbours:
    """All neighbours, running; each on the port named for it or on a free one."""
    shared = settings or NeighbourSettings()
    neighbours = find_neighbours()
    apps = {name: neighbour.build_app(shared) for name, neighbour in neighbours.items()}
    servers = {name: serve(app, host, (ports or {}).get(name, 0)) for name, app in apps.items()}
    base_urls = {name: server.base_url + neighbours[name].base_path for name, server in servers.items()}
    return RunningNeighbours(base_urls, servers, apps)
