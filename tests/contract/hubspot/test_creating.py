"""Creating records against the simulator: one record for each identity, whatever lags, fails, or runs at the same time."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from integration.core.errors import RateLimited, ReauthRequired, Rejected, Unavailable, UpstreamError
from integration.db.models.created import CreatedObjectRow, RecordIdentityRow
from integration.hubspot.client import HubSpotClient
from integration.hubspot.creating import existing_id
from integration.hubspot.objects import COMPANIES, CONTACTS, CreateOutcome, NewRecord, Page, SearchFilter, WriteFailure
from integration.pipeline.creating.record_creator import CLAIM_LASTS, Ensured, RecordCreator, RecordMaker, Wanted
from simulator.crm.changes import Source
from tests.contract.hubspot.stand import PORTAL_ID, Stand

UI = Source("CRM_UI", "userId:123", None, 123)


def company(domain: str, for_id: str = "77") -> Wanted:
    return Wanted(domain, {"domain": domain, "name": domain.title()}, for_id)


def ensure(stand: Stand, *wanted: Wanted, object_type: str = COMPANIES, client: RecordMaker | None = None) -> Ensured:
    creator = RecordCreator(stand.database, stand.world.clock.now)
    return creator.ensure(
        client or stand.client,
        portal_id=PORTAL_ID,
        object_type=object_type,
        wanted=wanted,
        for_type=CONTACTS,
        purpose="company_of_contact",
        run_id="run-1",
    )


def count(stand: Stand, object_type: str = COMPANIES) -> int:
    return len(stand.world.portals[PORTAL_ID].records(object_type, limit=100))


def lag(stand: Stand, seconds: float) -> None:
    stand.world.portals[PORTAL_ID].change_settings(index_lag_s=seconds)


def rows(stand: Stand, table: type[CreatedObjectRow] | type[RecordIdentityRow]) -> list[dict[str, object]]:
    with stand.database.begin() as connection:
        return [dict(row._mapping) for row in connection.execute(table.__table__.select())]


def test_contacts_with_a_taken_address_are_answered_with_the_one_that_has_it(stand: Stand) -> None:
    portal = stand.world.portals[PORTAL_ID]
    taken = portal.create(CONTACTS, {"email": "sample.one@example.com"}, source=UI).id
    outcome = stand.client.create_records(
        CONTACTS,
        [
            NewRecord("new", {"email": "sample.two@example.com"}),
            NewRecord("taken", {"email": "Sample.One@example.com"}),
            NewRecord("bad", {"email": "sample.three@example.com", "no_such_property": "x"}),
        ],
    )
    assert outcome.existing == {"taken": taken}
    assert set(outcome.created) == {"new"}
    assert set(outcome.failed) == {"bad"}
    assert portal.read(CONTACTS, outcome.created["new"]).properties["email"] == "sample.two@example.com"


def test_only_a_conflict_that_names_a_record_gives_an_id() -> None:
    sentence = "Contact already exists. Existing ID: 6001"
    assert existing_id(WriteFailure("CONFLICT", sentence)) == "6001"
    assert existing_id(WriteFailure("VALIDATION_ERROR", sentence)) is None
    assert existing_id(WriteFailure("CONFLICT", "Contact already exists.")) is None


def test_a_linked_pair_stays_linked_once(stand: Stand) -> None:
    portal = stand.world.portals[PORTAL_ID]
    contact = portal.create(CONTACTS, {"email": "sample.one@example.com"}, source=UI).id
    made = portal.create(COMPANIES, {"domain": "sample-works.com"}, source=UI).id
    for _ in range(2):
        stand.client.associate(CONTACTS, COMPANIES, [(contact, made)])
    assert [one.object_id for one in stand.client.associated_ids(CONTACTS, COMPANIES, [contact])[contact]] == [made]


def test_a_company_is_created_once_and_known_before_the_search_index_knows_it(stand: Stand) -> None:
    lag(stand, 3600)
    first = ensure(stand, company("sample-works.com"), company("other-works.com", "78"), company("sample-works.com", "79"))
    again = ensure(stand, company("sample-works.com"))
    assert len(first.created) == 2
    assert again.ids == {"sample-works.com": first.ids["sample-works.com"]}
    assert not again.created
    assert count(stand) == 2
    made = {row["created_id"]: (row["kind"], row["object_type"], row["object_id"]) for row in rows(stand, CreatedObjectRow)}
    assert made[first.ids["sample-works.com"]] == (COMPANIES, CONTACTS, "77")


def test_a_company_somebody_made_is_found_and_several_are_left_to_a_person(stand: Stand) -> None:
    portal = stand.world.portals[PORTAL_ID]
    there = portal.create(COMPANIES, {"domain": "sample-works.com"}, source=UI).id
    for _ in range(2):
        portal.create(COMPANIES, {"domain": "twice-works.com"}, source=UI)
    ensured = ensure(stand, company("sample-works.com"), company("twice-works.com"))
    assert (ensured.ids, ensured.several, ensured.created) == ({"sample-works.com": there}, {"twice-works.com"}, set())
    assert rows(stand, CreatedObjectRow) == []
    assert [row["identity"] for row in rows(stand, RecordIdentityRow)] == ["domain:sample-works.com"]


def test_many_workers_at_once_make_one_company(stand: Stand) -> None:
    lag(stand, 3600)
    outcomes: list[Ensured] = []
    threads = [threading.Thread(target=lambda: outcomes.append(ensure(stand, company("sample-works.com")))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert count(stand) == 1
    assert len(outcomes) == 8
    assert sum(len(one.created) for one in outcomes) == 1
    assert {key for one in outcomes for key in one.busy} <= {"sample-works.com"}
    assert len({one.ids["sample-works.com"] for one in outcomes if one.ids}) == 1


def test_a_contact_in_the_way_is_adopted_although_the_search_does_not_show_it(stand: Stand) -> None:
    lag(stand, 3600)
    taken = stand.world.portals[PORTAL_ID].create(CONTACTS, {"email": "sample.one@example.com"}, source=UI).id
    wanted = Wanted("sample.one@example.com", {"email": "sample.one@example.com"}, "1")
    assert ensure(stand, wanted, object_type=CONTACTS).ids == {"sample.one@example.com": taken}
    assert ensure(stand, wanted, object_type=CONTACTS).ids == {"sample.one@example.com": taken}
    assert count(stand, CONTACTS) == 1


@dataclass
class Troubled:
    """A client whose create call ends with `error`, after HubSpot did the work or before."""

    client: HubSpotClient
    error: UpstreamError
    works: bool = False
    at_search: bool = False

    def search_page(
        self, object_type: str, *, filters: Sequence[SearchFilter], properties: Sequence[str] = (), limit: int = 100
    ) -> Page:
        if self.at_search:
            raise self.error
        return self.client.search_page(object_type, filters=filters, properties=properties, limit=limit)

    def create_records(self, object_type: str, records: Sequence[NewRecord]) -> CreateOutcome:
        if self.works:
            self.client.create_records(object_type, records)
        raise self.error


def test_a_lost_answer_is_left_alone_for_a_while_and_then_what_was_made_is_found(stand: Stand) -> None:
    lost = Troubled(stand.client, Unavailable("cut", system="hubspot"), works=True)
    assert ensure(stand, company("sample-works.com"), client=lost).busy == {"sample-works.com"}
    assert ensure(stand, company("sample-works.com")).busy == {"sample-works.com"}
    stand.world.clock.advance(CLAIM_LASTS.total_seconds() + 1)
    found = ensure(stand, company("sample-works.com"))
    assert (set(found.ids), found.created, count(stand)) == ({"sample-works.com"}, set(), 1)


@pytest.mark.parametrize("at_search", [True, False])
@pytest.mark.parametrize(
    "error", [RateLimited("slow", system="hubspot", retry_after_s=1.0), ReauthRequired("gone", system="hubspot")]
)
def test_a_refusal_of_the_call_itself_gives_the_claim_back(stand: Stand, error: UpstreamError, *, at_search: bool) -> None:
    with pytest.raises(type(error)):
        ensure(stand, company("sample-works.com"), client=Troubled(stand.client, error, at_search=at_search))
    assert rows(stand, RecordIdentityRow) == []
    assert ensure(stand, company("sample-works.com")).created == {"sample-works.com"}


def test_a_refused_company_is_told_and_can_be_tried_again(stand: Stand) -> None:
    refused = ensure(stand, company("sample-works.com"), client=Troubled(stand.client, Rejected("no", system="hubspot")))
    assert refused.refused["sample-works.com"].message == "no"
    assert rows(stand, RecordIdentityRow) == []
