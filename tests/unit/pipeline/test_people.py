"""Erased people are recognised whatever record they come back under, and by nobody else than the portal that erased them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.core.clock import system_clock
from integration.core.crypto import SecretBox, new_key
from integration.core.digests import Digester, new_digest_key
from integration.db.session import Database
from integration.hubspot.objects import CONTACTS
from integration.pipeline.jobs import PipelineJobs
from integration.pipeline.people import identity_of_email
from integration.pipeline.people_store import PeopleStore
from integration.pipeline.record_state_store import FactKind, RecordFact, RecordStateStore
from integration.providers.base import Field
from integration.providers.digest_key_store import DigestKeyStore
from tests.unit.pipeline.conftest import DIGEST_KEYS, PORTAL, Stand
from tests.walking import MOMENT, places_saying

PEOPLE = PeopleStore(DIGEST_KEYS)
EMAIL = "sample.101@sample-works.com"


def erase(stand: Stand, object_id: str) -> None:
    with stand.database.begin() as connection:
        RecordStateStore().apply(connection, PORTAL, [RecordFact(CONTACTS, object_id, FactKind.ERASED, 1_000)])
    jobs = PipelineJobs(stand.database, stand.runner(), system_clock)
    jobs.erase({"portal_id": PORTAL, "object_type": CONTACTS, "object_id": object_id})


def lift(stand: Stand, email: str) -> int:
    identity = identity_of_email(email)
    assert identity is not None
    with stand.database.begin() as connection:
        return PEOPLE.lift(connection, portal_id=PORTAL, identity=identity)


def test_an_erased_person_who_comes_back_under_another_id_is_let_go_until_an_admin_lifts_it(stand: Stand) -> None:
    stand.queue("101")
    stand.run()
    erase(stand, "101")
    stand.hubspot.add("contacts", "555", firstname="Sample", lastname="Contact 101", email=EMAIL.upper(), jobtitle="VP Sales")
    stand.providers.asked.clear()
    calls = len(stand.hubspot.calls)

    stand.queue("555")
    assert stand.run().counts == {"erased_before": 1}
    assert stand.waiting() == []
    assert stand.providers.asked == []
    assert "batch_update" not in stand.hubspot.calls[calls:]
    with stand.database.begin() as connection:
        assert places_saying(connection, EMAIL) == set()
        assert PEOPLE.recognised_count(connection, portal_id=PORTAL) == 1

    assert lift(stand, "someone.else@sample-works.com") == 0
    assert lift(stand, f" {EMAIL.title()}") == 1
    stand.queue("555")
    assert stand.run().counts == {"written": 1}
    assert lift(stand, EMAIL) == 0


def test_the_profile_tells_an_erased_person_too_and_a_namesake_is_not_one(stand: Stand) -> None:
    profile = "https://www.linkedin.com/in/sample-101"
    stand.hubspot.records["contacts", "101"]["hs_linkedin_url"] = profile
    stand.queue("101")
    stand.run()
    erase(stand, "101")
    stand.hubspot.add("contacts", "556", email="other@sample-works.com", hs_linkedin_url="linkedin.com/in/Sample-101/?trk=x")
    stand.hubspot.add("contacts", "557", firstname="Sample", lastname="Contact 101", company="Sample Works")
    stand.queue("556", "557")
    assert stand.run().counts == {"erased_before": 1, "written": 1}


def test_an_address_that_only_a_provider_knows_is_recognised_before_anything_is_kept(stand: Stand) -> None:
    stand.queue("101")
    stand.run()
    erase(stand, "101")
    stand.hubspot.add("contacts", "558", firstname="Sample", lastname="Unknown", email="alias@sample-works.com")
    stand.providers.answers["alias@sample-works.com"] = {Field.EMAIL: EMAIL}
    stand.queue("558")
    assert stand.run().counts == {"erased_before": 1}
    with stand.database.begin() as connection:
        assert places_saying(connection, EMAIL, "alias@sample") == set()
    assert "leadlight_status" not in stand.hubspot.records["contacts", "558"]


def test_of_a_contact_nobody_ever_read_only_the_id_is_known(stand: Stand) -> None:
    erase(stand, "101")
    with stand.database.begin() as connection:
        assert PEOPLE.recognised_count(connection, portal_id=PORTAL) == 0
        assert RecordStateStore().erased_count(connection, PORTAL) == 1
    stand.queue("101")
    assert stand.run().counts == {"skipped": 1}


def test_digests_mean_nothing_in_another_portal_and_nothing_without_the_key(database: Database) -> None:
    with database.begin() as connection:
        for portal_id in (1, 2):
            PEOPLE.meet(connection, portal_id=portal_id, people={"7": frozenset({f"email|{EMAIL}"})})
        digests = set(connection.exec_driver_sql("SELECT digest FROM person_digest").scalars())
        assert len(digests) == 2
        PEOPLE.entomb(connection, portal_id=1, object_type=CONTACTS, object_ids=["7"], now=MOMENT)
        assert PEOPLE.meet(connection, portal_id=1, people={"8": frozenset({f"email|{EMAIL}"})}) == {"8"}
        assert PEOPLE.meet(connection, portal_id=2, people={"8": frozenset({f"email|{EMAIL}"})}) == frozenset()


def test_tombstones_outlive_a_change_of_keys(database: Database) -> None:
    old, new = new_key(), new_key()
    people = {"7": frozenset({f"email|{EMAIL}"})}
    with database.begin() as connection:
        PeopleStore(DigestKeyStore(SecretBox([old]))).meet(connection, portal_id=1, people=people)
        PeopleStore.entomb(connection, portal_id=1, object_type=CONTACTS, object_ids=["7"], now=MOMENT)
        assert DigestKeyStore(SecretBox([new, old])).rotate(connection, portal_id=1) == 1
        assert DigestKeyStore(SecretBox([new, old])).rotate(connection, portal_id=2) == 0
        again = PeopleStore(DigestKeyStore(SecretBox([new])))
        assert again.meet(connection, portal_id=1, people={"8": people["7"]}) == {"8"}


@pytest.mark.parametrize("text", ["", "nobody", "a b@example.com", "@example.com"])
def test_what_is_no_address_names_nobody(text: str) -> None:
    assert identity_of_email(text) is None


@given(st.text(), st.text())
def test_a_digest_is_stable_fixed_in_length_and_different_for_others(one: str, other: str) -> None:
    digester = Digester(new_digest_key())
    assert digester.of(one) == digester.of(one)
    assert len(digester.of(one)) == 40
    assert (digester.of(one) == digester.of(other)) is (one == other)
    assert Digester(new_digest_key()).of(one) != digester.of(one)
