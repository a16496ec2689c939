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
    """One stand-in: its folder's name, how to build it, and the path its API begins with.

    `paths`: where several APIs share one stand-in, the path of each by the name a client has for it; else only its own name.
    """

    name: str
    build_app: Callable[[NeighbourSettings], Flask]
    base_path: str
    paths: Mapping[str, str]


@dataclass(frozen=True)
class RunningNeighbours:
    """The served stand-ins. `base_urls` are what a client is configured with, path included, by stand-in; `addresses` the same for each API,
    the web sites left out; stop() ends them all.
    """

    base_urls: Mapping[str, str]
    addresses: Mapping[str, str]
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
            paths = getattr(package, "PATHS", {module.name: package.BASE_PATH})
            found[module.name] = Neighbour(module.name, package.build_app, package.BASE_PATH, paths)
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
    return RunningNeighbours(
        base_urls, addresses_of(neighbours, {name: one.base_url for name, one in servers.items()}), servers, apps
    )


def addresses_of(neighbours: Mapping[str, Neighbour], origins: Mapping[str, str]) -> dict[str, str]:
    """The base address of each API, given the origin ("http://127.0.0.1:4711") of each stand-in. Web sites have no address of their own."""
    return {api: origins[name] + path for name, one in neighbours.items() for api, path in one.paths.items()}
