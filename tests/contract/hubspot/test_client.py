"""The client against the simulator: what is read, written, isolated and matched."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from integration.core.errors import Rejected
from integration.hubspot.objects import COMPANIES, CONTACTS, NewNote, PropertyWrite, SearchFilter, SearchSort
from simulator.crm.changes import Source
from tests.contract.hubspot.stand import PORTAL_ID, Stand

UI = Source("CRM_UI", "userId:123", None, 123)
NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def add_contacts(stand: Stand, count: int) -> list[str]:
    portal = stand.world.portals[PORTAL_ID]
    return [
        portal.create(
            CONTACTS, {"firstname": "Sample", "lastname": f"Contact {n}", "email": f"sample.contact.{n}@example.com"}, source=UI
        ).id
        for n in range(count)
    ]


def note(object_id: str, marker: str) -> NewNote:
    return NewNote(CONTACTS, object_id, f"<p>Brief</p><p>{marker}</p>", NOW, marker)


def test_a_batch_read_gives_the_records_that_exist(stand: Stand) -> None:
    ids = add_contacts(stand, 3)

    records = stand.client.batch_read(CONTACTS, [*ids, "99999999"], ["lastname", "phone", "no_such_property"])

    assert {record.object_id for record in records} == set(ids)
    first = next(record for record in records if record.object_id == ids[0])
    assert first.properties["lastname"] == "Contact 0"
    assert first.properties["phone"] is None
    assert "no_such_property" not in first.properties
    assert first.updated_at is not None


def test_more_than_a_hundred_records_are_read_in_hundreds(stand: Stand) -> None:
    ids = add_contacts(stand, 230)

    records = stand.client.batch_read(CONTACTS, [*ids, *ids], ["email"])

    assert len(records) == 230
    assert len(stand.calls("/batch/read")) == 3


def test_history_says_who_set_a_value(stand: Stand) -> None:
    (contact,) = add_contacts(stand, 1)
    stand.client.batch_update(CONTACTS, [PropertyWrite(contact, {"city": "Ghent"}, "t1")])

    history = stand.client.batch_read_history(CONTACTS, [contact], ["city", "lastname"])

    assert history[contact]["city"][0].value == "Ghent"
    assert history[contact]["city"][0].source_type == "INTEGRATION"
    assert history[contact]["lastname"][0].source_type == "CRM_UI"


def test_associations_name_the_primary_company_and_the_lonely(stand: Stand) -> None:
    contact, lonely = add_contacts(stand, 2)
    portal = stand.world.portals[PORTAL_ID]
    company = portal.create(COMPANIES, {"name": "Sample Works", "domain": "sample-works.example"}, source=UI).id
    portal.associate((CONTACTS, contact), (COMPANIES, company), source=UI)

    found = stand.client.associated_ids(CONTACTS, COMPANIES, [contact, lonely])

    assert [tie.object_id for tie in found[contact]] == [company]
    assert 279 in found[contact][0].type_ids
    assert found[contact][0].is_primary
    assert found[lonely] == ()


def test_a_batch_update_writes_the_good_and_names_the_bad(stand: Stand) -> None:
    ids = add_contacts(stand, 4)
    writes = [PropertyWrite(contact, {"city": "Ghent"}, f"trace-{contact}") for contact in ids]
    writes[2] = PropertyWrite(ids[2], {"no_such_property": "1"}, "trace-bad")

    outcome = stand.client.batch_update(CONTACTS, writes)

    assert outcome.written == {ids[0], ids[1], ids[3]}
    assert set(outcome.failed) == {"trace-bad"}
    assert outcome.failed["trace-bad"].message
    read = stand.client.batch_read(CONTACTS, ids, ["city"])
    assert {record.object_id: record.text("city") for record in read} == dict.fromkeys((ids[0], ids[1], ids[3]), "Ghent") | {
        ids[2]: None
    }


def test_a_record_that_is_gone_does_not_fail_its_neighbours(stand: Stand) -> None:
    ids = add_contacts(stand, 2)

    outcome = stand.client.batch_update(
        CONTACTS, [PropertyWrite(object_id, {"city": "Ghent"}, f"t{object_id}") for object_id in [*ids, "99999999"]]
    )

    assert outcome.written == set(ids)
    assert set(outcome.failed) == {"t99999999"}


def test_a_note_is_matched_by_its_marker_and_found_again(stand: Stand) -> None:
    ids = add_contacts(stand, 3)

    outcome = stand.client.create_notes([note(object_id, f"marker-{object_id}") for object_id in ids])

    assert set(outcome.written) == {f"marker-{object_id}" for object_id in ids}
    assert outcome.failed == {}
    found = stand.client.notes_of(CONTACTS, ids)
    assert {object_id: [text.note_id for text in texts] for object_id, texts in found.items()} == {
        object_id: [outcome.written[f"marker-{object_id}"]] for object_id in ids
    }
    assert all(f"marker-{object_id}" in found[object_id][0].body_html for object_id in ids)


def test_one_refused_note_leaves_the_others_written(stand: Stand) -> None:
    ids = add_contacts(stand, 2)

    outcome = stand.client.create_notes([note(ids[0], "m0"), note("99999999", "gone"), note(ids[1], "m1")])

    assert set(outcome.written) == {"m0", "m1"}
    assert set(outcome.failed) == {"gone"}


def test_a_note_is_rewritten_in_place(stand: Stand) -> None:
    (contact,) = add_contacts(stand, 1)
    note_id = stand.client.create_notes([note(contact, "m")]).written["m"]

    outcome = stand.client.update_notes([(note_id, "<p>Newer m</p>", "m")])

    assert outcome.written == {"m": note_id}
    assert [text.body_html for text in stand.client.notes_of(CONTACTS, [contact])[contact]] == ["<p>Newer m</p>"]


def test_search_and_list_walk_all_pages(stand: Stand) -> None:
    ids = add_contacts(stand, 25)

    def search(after: str | None):
        return stand.client.search_page(
            CONTACTS,
            filters=[SearchFilter("hs_object_id", "GT", "0")],
            sorts=[SearchSort("hs_object_id")],
            properties=["email"],
            after=after,
            limit=10,
        )

    first = search(None)
    assert first.total == 25
    pages = [first, second := search(first.next_after), search(second.next_after)]
    assert [record.object_id for page in pages for record in page.records] == ids
    assert pages[-1].next_after is None
    listed = stand.client.list_page(CONTACTS, properties=["email"], limit=20)
    rest = stand.client.list_page(CONTACTS, properties=["email"], limit=20, after=listed.next_after)
    assert {record.object_id for page in (listed, rest) for record in page.records} == set(ids)


def test_the_account_and_its_owners_are_read(stand: Stand) -> None:
    account = stand.client.account_details()
    owners = stand.client.owners()

    assert account.portal_id == PORTAL_ID
    assert account.time_zone == "Europe/Berlin"
    assert [owner.owner_id for owner in owners] == ["501"]


def test_a_missing_scope_is_asked_for_once(stand: Stand) -> None:
    stand.connect(scopes=tuple(scope for scope in stand.world.apps[39522895].required_scopes))

    for _ in range(3):
        with pytest.raises(Rejected) as refused:
            stand.client.owners()
        assert refused.value.reason == "missing_scopes"

    assert len(stand.calls("/crm/owners")) == 1
    stand.connect()
    assert stand.client.owners()


def test_every_path_is_dated(stand: Stand) -> None:
    ids = add_contacts(stand, 1)
    stand.client.batch_read(CONTACTS, ids, ["email"])
    stand.client.associated_ids(CONTACTS, COMPANIES, ids)
    stand.client.property_definitions(CONTACTS)

    assert stand.calls()
    assert all("/2026-09" in call for call in stand.calls())
