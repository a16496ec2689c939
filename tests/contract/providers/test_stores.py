"""The providers' rows in real PostgreSQL: sealed keys, kept answers, counted charges; each portal for itself."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import Connection, insert, select

from integration.core.crypto import SecretBox, UnreadableSecret, new_key
from integration.core.settings import Secret
from integration.db.models import CreditCharge, ProviderKeyRow
from integration.db.session import Database
from integration.providers.base import Field, Finding
from integration.providers.budget import Tally
from integration.providers.cache_store import CacheStore, NewAnswer
from integration.providers.charge_store import ChargeStore
from integration.providers.digest_key_store import DigestKeyStore
from integration.providers.keys_store import KeysStore

NOW = datetime(2026, 11, 1, tzinfo=UTC)
DAY = timedelta(days=1)
FINDING = Finding(Field.TECHNOLOGIES, ("HubSpot", "nginx"), "website", NOW, 0.9, "https://acme-sample.com/", Decimal("0.5"))


@pytest.fixture
def connection(database: Database) -> Iterator[Connection]:
    with database.begin() as opened:
        yield opened


def cache() -> CacheStore:
    return CacheStore(DigestKeyStore(SecretBox([new_key()])))


def answer(question: str, *, found: bool = True, lifetime: timedelta = DAY) -> NewAnswer:
    return NewAnswer("website", question, "found" if found else "not_found", (FINDING,) if found else (), NOW + lifetime)


def test_key_is_sealed_at_rest_and_opens_for_its_portal_only(connection: Connection) -> None:
    store = KeysStore(SecretBox([new_key()]))
    store.save(connection, portal_id=1, provider="apollo", key=Secret("first"))
    store.save(connection, portal_id=1, provider="apollo", key=Secret("sekret"))
    assert store.keys_of(connection, portal_id=1) == {"apollo": "sekret"}
    assert store.keys_of(connection, portal_id=2) == {}
    sealed = connection.execute(select(ProviderKeyRow.sealed_key)).scalar_one()
    assert b"sekret" not in sealed
    connection.execute(insert(ProviderKeyRow).values(portal_id=2, provider="apollo", sealed_key=sealed))
    with pytest.raises(UnreadableSecret):
        store.keys_of(connection, portal_id=2)


def test_rotated_keys_need_only_the_new_master_key(connection: Connection) -> None:
    old, new = new_key(), new_key()
    KeysStore(SecretBox([old])).save(connection, portal_id=1, provider="hunter", key=Secret("sekret"))
    assert KeysStore(SecretBox([new, old])).rotate(connection, portal_id=1) == 1
    assert KeysStore(SecretBox([new])).keys_of(connection, portal_id=1) == {"hunter": "sekret"}


def test_removed_keys_are_gone(connection: Connection) -> None:
    store = KeysStore(SecretBox([new_key()]))
    for provider in ("apollo", "hunter"):
        store.save(connection, portal_id=1, provider=provider, key=Secret("x"))
    store.remove(connection, portal_id=1, provider="hunter")
    assert set(store.keys_of(connection, portal_id=1)) == {"apollo"}
    store.remove(connection, portal_id=1)
    assert store.keys_of(connection, portal_id=1) == {}


def test_answer_comes_back_as_it_was_but_free(connection: Connection) -> None:
    store = cache()
    store.save(connection, portal_id=1, answers=[answer("a"), answer("b", found=False)], now=NOW)
    found = store.find(connection, portal_id=1, questions=["a", "b", "c"], now=NOW)
    assert {name: one.outcome for name, one in found.items()} == {"a": "found", "b": "not_found"}
    (finding,) = found["a"].findings
    assert (finding.value, finding.seen_at, finding.source_url, finding.cost_usd) == (
        FINDING.value,
        NOW,
        FINDING.source_url,
        Decimal(0),
    )
    assert store.find(connection, portal_id=2, questions=["a", "b"], now=NOW) == {}


def test_newer_answer_replaces_and_old_answers_end(connection: Connection) -> None:
    store = cache()
    store.save(connection, portal_id=1, answers=[answer("a"), answer("a", found=False)], now=NOW)
    assert store.find(connection, portal_id=1, questions=["a"], now=NOW)["a"].outcome == "not_found"
    store.save(connection, portal_id=1, answers=[answer("a"), answer("b", lifetime=10 * DAY)], now=NOW)
    assert set(store.find(connection, portal_id=1, questions=["a", "b"], now=NOW + 2 * DAY)) == {"b"}
    assert store.purge_expired(connection, portal_id=1, now=NOW + 2 * DAY) == 1


def test_suppression_outlives_forgetting_and_later_answers(connection: Connection) -> None:
    store = cache()
    store.save(connection, portal_id=1, answers=[answer("a")], now=NOW)
    store.suppress(connection, portal_id=1, marks=["mark"], erase=["a"], now=NOW)
    assert store.forget(connection, portal_id=1, questions=["a", "mark"]) == 0
    later = store.find(connection, portal_id=1, questions=["a", "mark"], now=NOW + 3650 * DAY)
    assert {name: one.outcome for name, one in later.items()} == {"mark": "suppressed"}


def test_charges_of_a_day_add_up(connection: Connection) -> None:
    store = ChargeStore()
    for _ in range(3):
        tallies = {("apollo", NOW.date()): Tally(1, 1, 2, 0, Decimal(2), Decimal("0.04"))}
        store.count(connection, portal_id=1, tallies=tallies)
    row = connection.execute(select(CreditCharge.calls, CreditCharge.not_found, CreditCharge.credits, CreditCharge.cost_usd)).one()
    assert tuple(row) == (3, 6, Decimal(6), Decimal("0.12"))
