"""Clients for pages that somebody waits for: they give up soon, and never renew anything."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from integration.core.errors import RateLimited, ReauthRequired, Unavailable
from integration.hubspot.client import HubSpotClient, HubSpotClients
from integration.hubspot.limits import PortalLimits
from integration.hubspot.tokens import StoredTokens
from integration.hubspot.transport import QuickTransport
from tests.contract.hubspot.stand import PORTAL_ID, Stand


def quick(stand: Stand, *, requests_per_10_s: int = 110) -> HubSpotClient:
    settings = replace(stand.settings.hubspot, requests_per_10_s=requests_per_10_s)
    clock = stand.world.clock.now
    return HubSpotClients(
        settings,
        StoredTokens(stand.database, stand.token_store, stand.portals, stand.oauth, clock, stand.metrics),
        PortalLimits(stand.database, settings, longest_wait_s=0.3),
        stand.metrics,
        transport=QuickTransport(stand.simulator.base_url, timeout_s=0.3, rests_s=0.5),
    ).for_portal(PORTAL_ID)


def test_a_stored_token_serves_to_its_last_moment_and_is_never_renewed(stand: Stand) -> None:
    client = quick(stand)
    assert client.account_details().portal_id == PORTAL_ID
    stand.world.clock.advance(27 * 60)
    assert client.account_details().portal_id == PORTAL_ID, "the others would have renewed it by now"
    stand.world.clock.advance(10 * 60)
    with pytest.raises(Unavailable) as refusal:
        client.account_details()
    assert refusal.value.reason == "token_due"
    assert stand.calls("/oauth/") == []
    assert stand.state()[0] == "connected"


def test_a_portal_that_left_is_told_from_one_that_does_not_answer(stand: Stand) -> None:
    stand.tokens.disconnect(PORTAL_ID, "revoked")
    with pytest.raises(ReauthRequired):
        quick(stand).account_details()


def test_a_silent_hubspot_costs_one_wait_and_then_none_for_a_moment(stand: Stand) -> None:
    client = quick(stand)
    client.account_details()
    stand.world.settings = replace(stand.world.settings, latency_ms=1_000)
    took = []
    for _ in range(3):
        started = time.monotonic()
        with pytest.raises(Unavailable):
            client.account_details()
        took.append(time.monotonic() - started)
    assert took[0] < 1.0
    assert max(took[1:]) < 0.2
    stand.world.settings = replace(stand.world.settings, latency_ms=0)
    time.sleep(0.6)
    assert client.account_details().portal_id == PORTAL_ID


def test_a_used_up_quota_is_not_waited_for_and_its_place_is_given_back(stand: Stand) -> None:
    client = quick(stand, requests_per_10_s=1)
    client.account_details()
    for _ in range(3):
        started = time.monotonic()
        with pytest.raises(RateLimited) as refusal:
            client.account_details()
        assert time.monotonic() - started < 1.0
        assert (refusal.value.retry_after_s or 0) < 11, "those who gave up before stand in nobody's way"
