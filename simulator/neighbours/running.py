"""Finds every neighbour and serves each on a port of its own, for the demo, the tests and the benchmarks."""

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Protocol

from flask import Flask

import simulator.neighbours
from simulator.neighbours.gate import release_hung
from simulator.neighbours.settings import NeighbourSettings
from simulator.server import serve


class Served(Protocol):
    """A stand-in that is answering; `stop` frees its port."""

    @property
    def base_url(self) -> str: ...
    @property
    def host(self) -> str: ...
    @property
    def port(self) -> int: ...
    def stop(self) -> None: ...


@dataclass(frozen=True)
class Neighbour:
    """One stand-in: its folder's name, how to build it, and the path its API begins with.

    `serve_own`: how a stand-in that speaks no HTTP is served (settings, host, port), instead of `build_app`; `scheme` is its addresses'.
    `paths`: where several APIs share one stand-in, the path of each by the name a client has for it; else only its own name.
    """

    name: str
    build_app: Callable[[NeighbourSettings], Flask] | None
    base_path: str
    paths: Mapping[str, str]
    scheme: str = "http"
    serve_own: Callable[[NeighbourSettings, str, int], Served] | None = None


@dataclass(frozen=True)
class RunningNeighbours:
    """The served stand-ins. `base_urls` are what a client is configured with, path included, by stand-in; `addresses` the same for each API,
    the web sites left out; stop() ends them all.
    """

    base_urls: Mapping[str, str]
    addresses: Mapping[str, str]
    servers: Mapping[str, Served]
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
    """Every folder here that has `build_app` or `serve_own`, by name."""
    found = {}
    for module in pkgutil.iter_modules(simulator.neighbours.__path__):
        if module.ispkg:
            package = importlib.import_module(f"simulator.neighbours.{module.name}")
            paths = getattr(package, "PATHS", {module.name: package.BASE_PATH})
            found[module.name] = Neighbour(
                module.name,
                getattr(package, "build_app", None),
                package.BASE_PATH,
                paths,
                getattr(package, "SCHEME", "http"),
                getattr(package, "serve_own", None),
            )
    return found


def build_neighbours(
    settings: NeighbourSettings | None = None, *, host: str = "127.0.0.1", ports: Mapping[str, int] | None = None
) -> RunningNeighbours:
    """All neighbours, running; each on the port named for it or on a free one."""
    shared = settings or NeighbourSettings()
    neighbours = find_neighbours()
    apps = {name: one.build_app(shared) for name, one in neighbours.items() if one.build_app}
    servers: dict[str, Served] = {name: serve(app, host, (ports or {}).get(name, 0)) for name, app in apps.items()}
    for name, one in neighbours.items():
        if one.serve_own:
            servers[name] = one.serve_own(shared, host, (ports or {}).get(name, 0))
    base_urls = {name: server.base_url + neighbours[name].base_path for name, server in servers.items()}
    return RunningNeighbours(
        base_urls, addresses_of(neighbours, {name: one.base_url for name, one in servers.items()}), servers, apps
    )


def addresses_of(neighbours: Mapping[str, Neighbour], origins: Mapping[str, str]) -> dict[str, str]:
    """The base address of each API, given the origin ("http://127.0.0.1:4711") of each stand-in; one that speaks no HTTP gets its own scheme.

    Web sites have no address of their own.
    """
    places = {name: origin.partition("://")[2] for name, origin in origins.items()}
    return {api: f"{one.scheme}://{places[name]}{path}" for name, one in neighbours.items() for api, path in one.paths.items()}
