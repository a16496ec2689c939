"""Starts a world on a port and stops both."""

from dataclasses import dataclass
from typing import Self

from simulator.app import build_app
from simulator.server import RunningServer, serve
from simulator.world import World


@dataclass(frozen=True)
class RunningSimulator:
    """A simulator that answers at `base_url`; drive it over HTTP or through `world`."""

    world: World
    server: RunningServer

    @property
    def base_url(self) -> str:
        """Where API, consent pages, control API and local portal pages are, without a trailing slash."""
        return self.server.base_url

    def stop(self) -> None:
        """Ends deliveries, frees hung calls and closes the port."""
        self.world.close()
        self.server.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def start(world: World | None = None, *, host: str = "127.0.0.1", port: int = 0) -> RunningSimulator:
    """A running simulator, by default an empty world on a free port."""
    world = world or World()
    return RunningSimulator(world, serve(build_app(world), host, port))
