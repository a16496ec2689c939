"""Whole installations for scenarios and browser tests. Most share one and take an account of their own in it; those that kill start their own."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from crm_cards.host.building import ensure_built
from crm_cards.host.node import NoNode
from integration.db.embedded import EmbeddedPostgres
from integration.demo.observing import wait_until_reconciled
from integration.demo.stand import Stand, StandOptions
from tests.scenario.account import Account

PLENTY = 1_000
"""Calls in ten seconds: the quota shall not be what a scenario waits for."""
RECORDED = Path(__file__).resolve().parent / "fixtures" / "cards"
"""Answers of the cards' backend, one for each state."""
_WITNESS = 910_000
"""An account that is there from the start and tells by its checkpoints what the clock has done."""
_portal_ids = itertools.count(910_001)
_CALM = {
    "webhooks": {"duplicate_ratio": 0.0, "repeated_id_ratio": 0.0, "shuffle": False, "retry_scale": 0.001},
    "access_token_life_s": 1800,
    "limits": {"burst_per_window": PLENTY},
}

OpenAccount = Callable[..., Account]


@pytest.fixture(scope="session")
def shared_stand(postgres: EmbeddedPostgres, template_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    name = f"stand_{uuid.uuid4().hex[:12]}"
    postgres.ensure_database(name, template=template_database)
    with suppress(NoNode):
        ensure_built()
    options = StandOptions(
        worker_concurrency=16,
        requests_per_10_s=PLENTY,
        cards_host=True,
        fixtures=RECORDED,
        extra_env={"LEADLIGHT_PROVIDER_TIMEOUT_S": "2"},
    )
    with Stand(tmp_path_factory.mktemp("stand"), postgres.url(name), options) as running:
        running.add_portal(_WITNESS)
        running.install(_WITNESS)
        yield running
    postgres.drop_database(name)


@pytest.fixture
def stand(shared_stand: Stand) -> Iterator[Stand]:
    """The shared stand; what a scenario switches on in HubSpot is switched off again."""
    yield shared_stand
    shared_stand.control.delete("/faults")
    shared_stand.control.patch("/settings", _CALM)
    shared_stand.check()


@pytest.fixture
def open_account(stand: Stand) -> OpenAccount:
    """Opens an account in the shared stand: `open_account("label")`, by default with the app installed."""

    def open_one(label: str = "sample", *, installed: bool = True, **options: object) -> Account:
        account = new_account(stand, label)
        if installed:
            account.install(**options)
        return account

    return open_one


@pytest.fixture
def quiet_clock(stand: Stand) -> None:
    """The clock's first repair pass, half a minute after the start, is over: nothing is worked on but what the test asks for."""
    wait_until_reconciled(stand, _WITNESS)


@pytest.fixture
def own_stand(postgres: EmbeddedPostgres, template_database: str, tmp_path: Path) -> Iterator[Callable[[StandOptions], Stand]]:
    """Starts a stand for one scenario alone."""
    started: list[Stand] = []
    name = f"stand_{uuid.uuid4().hex[:12]}"
    postgres.ensure_database(name, template=template_database)

    def start(options: StandOptions) -> Stand:
        running = Stand(tmp_path, postgres.url(name), options).__enter__()
        started.append(running)
        return running

    yield start
    for running in started:
        running.stop()
    postgres.drop_database(name)


def new_account(stand: Stand, label: str) -> Account:
    """An empty account; contacts are associated with the company of their address."""
    portal_id = next(_portal_ids)
    stand.add_portal(portal_id, settings={"auto_associate_company": True})
    return Account(stand, portal_id, label)
