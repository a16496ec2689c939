"""The neighbours, served over loopback, with waits short enough for tests."""

from collections.abc import Iterator

import pytest

from simulator.neighbours.running import RunningNeighbours, build_neighbours
from simulator.neighbours.settings import NeighbourSettings
from tests.contract.neighbours.asking import Asker

QUICK = NeighbourSettings(slow_s=0.3, hang_s=0.4, throttle_after=2, endless_limit_mb=8, bomb_mb=16, rates_enforced=False)


@pytest.fixture(scope="session")
def neighbours() -> Iterator[RunningNeighbours]:
    with build_neighbours(QUICK) as running:
        yield running


@pytest.fixture
def apollo(neighbours: RunningNeighbours) -> Iterator[Asker]:
    asker = Asker(neighbours.base_urls["apollo"], neighbours.servers["apollo"].base_url)
    asker.control("POST", "reset")
    yield asker
    asker.close()


@pytest.fixture
def hunter(neighbours: RunningNeighbours) -> Iterator[Asker]:
    asker = Asker(neighbours.base_urls["hunter"], neighbours.servers["hunter"].base_url)
    asker.control("POST", "reset")
    yield asker
    asker.close()


def _asker(neighbours: RunningNeighbours, name: str) -> Iterator[Asker]:
    asker = Asker(neighbours.base_urls[name], neighbours.servers[name].base_url)
    asker.control("POST", "reset")
    yield asker
    asker.close()


@pytest.fixture
def builtwith(neighbours: RunningNeighbours) -> Iterator[Asker]:
    yield from _asker(neighbours, "builtwith")


@pytest.fixture
def crunchbase(neighbours: RunningNeighbours) -> Iterator[Asker]:
    yield from _asker(neighbours, "crunchbase")


@pytest.fixture
def pdl(neighbours: RunningNeighbours) -> Iterator[Asker]:
    yield from _asker(neighbours, "people_data_labs")


@pytest.fixture
def sites(neighbours: RunningNeighbours) -> Iterator[Asker]:
    asker = Asker(neighbours.base_urls["sites"], neighbours.servers["sites"].base_url)
    asker.control("POST", "reset")
    yield asker
    asker.close()


@pytest.fixture
def sec_edgar(neighbours: RunningNeighbours) -> Iterator[Asker]:
    asker = Asker(neighbours.base_urls["sec_edgar"], neighbours.servers["sec_edgar"].base_url)
    asker.control("POST", "reset")
    yield asker
    asker.close()


@pytest.fixture
def wikidata(neighbours: RunningNeighbours) -> Iterator[Asker]:
    asker = Asker(neighbours.base_urls["wikidata"], neighbours.servers["wikidata"].base_url)
    asker.control("POST", "reset")
    yield asker
    asker.close()


@pytest.fixture
def rdap(neighbours: RunningNeighbours) -> Iterator[Asker]:
    asker = Asker(neighbours.base_urls["rdap"], neighbours.servers["rdap"].base_url)
    asker.control("POST", "reset")
    yield asker
    asker.close()
