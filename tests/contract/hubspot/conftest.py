"""The stand every test of this folder uses."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from integration.db.session import Database
from tests.contract.hubspot.stand import Stand, build_stand, running_simulator


@pytest.fixture
def stand(database: Database) -> Iterator[Stand]:
    """A connected portal without a rate limit."""
    with running_simulator() as simulator:
        built = build_stand(simulator, database)
        built.connect()
        yield built
