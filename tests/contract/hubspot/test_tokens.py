"""Tokens: refreshed by the clock, once for all who ask, and the end of a portal's connection told from our own mistakes."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from sqlalchemy import text

from integration.core.crypto import SecretBox, UnreadableSecret, new_key
from integration.core.errors import ReauthRequired, Unavailable
from integration.hubspot.oauth import AppCredentialsRefused
from integration.hubspot.token_store import TokenStore
from simulator.faults import FaultSpec
from tests.contract.hubspot.stand import APP_ID, KEY, PORTAL_ID, Stand, build_stand


def test_a_token_is_used_until_five_minutes_before_its_end(stand: Stand) -> None:
    stand.client.account_details()
    stand.world.clock.advance(24 * 60)
    stand.client.account_details()
    assert stand.calls("/oauth/") == []

    stand.world.clock.advance(2 * 60)
    stand.client.account_details()

    assert stand.calls("/oauth/") == ["POST /oauth/2026-09/token"]
    assert all(call.token != "expired" for call in stand.world.recorder.calls())


def test_many_threads_of_two_processes_refresh_once(stand: Stand) -> None:
    other = stand.new_process()
    stand.world.clock.advance(3600)
    tokens: list[str] = []
    threads = [
        threading.Thread(target=lambda process=process: tokens.append(process.tokens.access_token(PORTAL_ID)))
        for process in [stand, other] * 8
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(tokens) == 16
    assert len(set(tokens)) == 1
    assert len(stand.calls("/oauth/")) == 1


def test_a_wrong_clock_costs_one_refresh_and_not_the_portal(stand: Stand) -> None:
    with stand.database.begin() as connection:  # our row believes the token good for a year
        connection.execute(text("UPDATE oauth_token SET expires_at = expires_at + interval '1 year'"))
    stand.world.clock.advance(3600)

    assert stand.client.account_details().portal_id == PORTAL_ID

    assert stand.calls() == [
        "GET /account-info/2026-09/details",
        "POST /oauth/2026-09/token",
        "GET /account-info/2026-09/details",
    ]
    assert stand.state() == ("connected", "")


def test_a_portal_that_uninstalled_is_disconnected_and_left_alone(stand: Stand) -> None:
    stand.world.uninstall(APP_ID, PORTAL_ID)
    stand.world.clock.advance(3600)

    for _ in range(5):
        with pytest.raises(ReauthRequired):
            stand.client.account_details()

    assert stand.state() == ("disconnected", "invalid_grant")
    assert len(stand.calls()) == 1
    with stand.database.begin() as connection:
        assert stand.token_store.find(connection, portal_id=PORTAL_ID) is None


def test_an_unknown_portal_is_disconnected_too(stand: Stand) -> None:
    stand.world.oauth.disconnect(APP_ID, PORTAL_ID)
    stand.world.clock.advance(3600)

    with pytest.raises(ReauthRequired):
        stand.client.account_details()

    assert stand.state() == ("disconnected", "access_denied")


def test_a_token_that_is_refused_for_good_ends_the_calls(stand: Stand) -> None:
    stand.world.uninstall(APP_ID, PORTAL_ID)  # the access token looks fresh to us

    for _ in range(5):
        with pytest.raises(ReauthRequired):
            stand.client.account_details()

    assert stand.calls() == ["GET /account-info/2026-09/details", "POST /oauth/2026-09/token"]
    assert stand.state() == ("disconnected", "invalid_grant")


def test_a_portal_that_refuses_fresh_tokens_too_is_left_alone(stand: Stand) -> None:
    stand.world.faults.add(FaultSpec("status", "/account-info", status=401))

    for _ in range(5):
        with pytest.raises(ReauthRequired):
            stand.client.account_details()

    assert len(stand.calls("/account-info")) == 2
    assert stand.state() == ("disconnected", "unauthorised")


def test_one_stray_401_does_not_cost_the_portal(stand: Stand) -> None:
    stand.world.faults.add(FaultSpec("status", "/account-info", status=401, count=1))

    assert stand.client.account_details().portal_id == PORTAL_ID
    assert stand.state() == ("connected", "")


def test_a_late_refusal_of_an_old_token_does_not_end_a_new_install(stand: Stand) -> None:
    old = stand.tokens.access_token(PORTAL_ID)
    stand.connect()

    assert stand.tokens.disconnect(PORTAL_ID, "unauthorised", refused_token=old) is False
    assert stand.state() == ("connected", "")


def test_our_own_wrong_secret_alarms_and_disconnects_nobody(stand: Stand) -> None:
    wrong = build_stand(stand.simulator, stand.database, HUBSPOT_CLIENT_SECRET="not-the-secret")
    stand.world.clock.advance(3600)

    with pytest.raises(AppCredentialsRefused) as refused:
        wrong.client.account_details()

    assert refused.value.reason == "invalid_client"
    assert "not-the-secret" not in str(refused.value)
    assert stand.state() == ("connected", "")
    assert b'leadlight_errors_total{reason="invalid_client"} 1.0' in wrong.metrics.render()
    assert stand.client.account_details().portal_id == PORTAL_ID


@pytest.mark.parametrize("status", [423, 429, 477, 500, 503])
def test_a_passing_fault_of_the_token_endpoint_is_only_that(stand: Stand, status: int) -> None:
    stand.world.clock.advance(3600)
    stand.world.faults.add(FaultSpec("status", "/oauth/", count=1, status=status))

    with pytest.raises(Exception) as failure:
        stand.client.account_details()

    assert getattr(failure.value, "retryable", False)
    assert stand.state() == ("connected", "")
    assert stand.client.account_details().portal_id == PORTAL_ID


def test_a_token_endpoint_that_hangs_up_is_unavailable(stand: Stand) -> None:
    stand.world.clock.advance(3600)
    stand.world.faults.add(FaultSpec("cut", "/oauth/", count=1))

    with pytest.raises(Unavailable):
        stand.client.account_details()

    assert stand.client.account_details().portal_id == PORTAL_ID


def test_no_token_stands_readable_in_the_database(stand: Stand) -> None:
    token = stand.tokens.access_token(PORTAL_ID)

    with stand.database.begin() as connection:
        row = connection.execute(text("SELECT access_token, refresh_token FROM oauth_token")).one()

    assert token.encode() not in bytes(row.access_token)
    assert all(b"na1-" not in bytes(value) and b"CPD" not in bytes(value) for value in row)


def test_a_token_copied_to_another_portal_does_not_open(stand: Stand) -> None:
    with stand.database.begin() as connection:
        connection.execute(text("UPDATE oauth_token SET portal_id = 999"))

    with stand.database.begin() as connection, pytest.raises(UnreadableSecret):
        stand.token_store.find(connection, portal_id=999)


def test_rotated_keys_open_what_the_old_key_sealed(stand: Stand) -> None:
    token, newest = stand.tokens.access_token(PORTAL_ID), new_key()

    with stand.database.begin() as connection:
        assert TokenStore(SecretBox([newest, KEY])).rotate_keys(connection) == 2

    with stand.database.begin() as connection:
        found = TokenStore(SecretBox([newest])).find(connection, portal_id=PORTAL_ID)
    assert found is not None
    assert found.access_token == token


def test_whose_token_ends_soon_is_known_without_opening_it(stand: Stand) -> None:
    with stand.database.begin() as connection:
        now = stand.world.clock.now()
        assert stand.token_store.portals_ending_before(connection, moment=now) == []
        assert stand.token_store.portals_ending_before(connection, moment=now + timedelta(hours=1)) == [PORTAL_ID]
