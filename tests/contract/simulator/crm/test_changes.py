"""What listeners hear: one call for each save, after the state changed, with the source of the write."""

from collections.abc import Callable, Sequence
from threading import Thread

import pytest

from simulator.clock import Clock
from simulator.portal import Change, NewAssociation, Portal, PortalSettings, Source, TypeSpec, WriteInput

APP = Source.app(99, 1)
PERSON = Source.person(7)


@pytest.fixture
def portal() -> Portal:
    return Portal(1, Clock(), PortalSettings())


@pytest.fixture
def heard(portal: Portal) -> list[Sequence[Change]]:
    saves: list[Sequence[Change]] = []
    portal.listeners.append(lambda _, changes: saves.append(changes))
    return saves


def kinds(saves: list[Sequence[Change]]) -> list[list[str]]:
    return [[change.kind for change in save] for save in saves]


def test_creation_and_its_values_are_one_save(portal: Portal, heard: list[Sequence[Change]]):
    contact = portal.create("contact", {"email": "A@example.com", "city": "Berlin"}, source=APP)
    (save,) = heard
    assert [(each.kind, each.property_name, each.property_value) for each in save] == [
        ("creation", None, None),
        ("propertyChange", "email", "a@example.com"),
        ("propertyChange", "city", "Berlin"),
    ]
    assert {(each.object_type, each.object_id, each.source) for each in save} == {("contacts", contact.id, APP)}


def test_change_tells_only_what_changed_and_a_cleared_value_is_empty(portal: Portal, heard: list[Sequence[Change]]):
    contact = portal.create("contacts", {"city": "Berlin", "company": "Example"}, source=APP)
    heard.clear()
    portal.update("contacts", contact.id, {"city": "", "company": "Example", "jobtitle": "CEO"}, source=PERSON)
    assert [(each.property_name, each.property_value, each.source) for each in heard[0]] == [
        ("city", "", PERSON),
        ("jobtitle", "CEO", PERSON),
    ]
    heard.clear()
    portal.update("contacts", contact.id, {"jobtitle": "CEO"}, source=PERSON)
    assert heard == []


def test_refused_writes_tell_nothing(portal: Portal, heard: list[Sequence[Change]]):
    inputs = [WriteInput({"city": "Berlin"}), WriteInput({"nothing": "x"})]
    with pytest.raises(Exception, match="Property values were not valid"):
        portal.batch_create("contacts", inputs, source=APP)
    assert heard == []
    assert portal.counts()["contacts"] == 0


def test_primary_link_is_told_from_both_sides_and_for_both_types(portal: Portal, heard: list[Sequence[Change]]):
    company = portal.create("companies", {"name": "Example"}, source=APP)
    heard.clear()
    contact = portal.create("contacts", {}, [NewAssociation(company.id, (TypeSpec("HUBSPOT_DEFINED", 279),))], source=APP)
    _, links = heard
    assert [(each.from_type, each.from_id, each.type_id, each.is_primary, each.removed) for each in links] == [
        ("contacts", contact.id, 279, False, False),
        ("companies", company.id, 280, False, False),
        ("contacts", contact.id, 1, True, False),
        ("companies", company.id, 2, True, False),
    ]
    heard.clear()
    portal.associate(("contacts", contact.id), ("companies", company.id), source=APP)
    assert heard == []
    portal.dissociate(("contacts", contact.id), ("companies", company.id), source=PERSON)
    assert {(each.type_id, each.removed) for each in heard[0]} == {(279, True), (280, True), (1, True), (2, True)}


def test_merge_is_told_with_the_deletion_of_what_went(portal: Portal, heard: list[Sequence[Change]]):
    primary, other = (portal.create("contacts", {"city": each}, source=APP) for each in ("A", "B"))
    heard.clear()
    portal.merge("contacts", primary.id, other.id, source=PERSON)
    (save,) = heard
    assert [(each.kind, each.object_id) for each in save] == [("merge", primary.id), ("deletion", other.id)]
    assert (save[0].primary_id, save[0].merged_ids, save[0].new_id) == (primary.id, (other.id,), None)


def test_merge_into_a_new_id_tells_it(heard: list[Sequence[Change]], portal: Portal):
    portal.change_settings(merge_creates_new_id=True)
    primary, other = (portal.create("contacts", {"city": each}, source=APP) for each in ("A", "B"))
    heard.clear()
    survivor = portal.merge("contacts", primary.id, other.id, source=PERSON)
    (save,) = heard
    assert (save[0].primary_id, save[0].merged_ids, save[0].new_id) == (primary.id, (other.id,), survivor.id)
    assert {each.object_id for each in save[1:]} == {primary.id, other.id}


@pytest.mark.parametrize(
    ("act", "expected"),
    [
        (lambda portal, contact: portal.archive("contacts", contact, source=APP), [["deletion"]]),
        (lambda portal, contact: portal.gdpr_delete("contacts", contact, source=APP), [["deletion", "privacyDeletion"]]),
    ],
)
def test_ways_to_go(portal: Portal, heard: list[Sequence[Change]], act: Callable[[Portal, str], None], expected: list[list[str]]):
    contact = portal.create("contacts", {"city": "Berlin"}, source=APP)
    heard.clear()
    act(portal, contact.id)
    assert kinds(heard) == expected


def test_restore_is_told(portal: Portal, heard: list[Sequence[Change]]):
    contact = portal.create("contacts", {"email": "a@example.com"}, source=APP)
    portal.archive("contacts", contact.id, source=APP)
    heard.clear()
    portal.restore("contacts", contact.id, source=PERSON)
    assert kinds(heard) == [["restore"]]
    assert portal.read("contacts", "a@example.com", id_property="email").id == contact.id


def test_listener_may_call_back_from_another_thread_because_the_lock_is_free(portal: Portal):
    found: list[str] = []

    def listen(_: int, changes: Sequence[Change]) -> None:
        reader = Thread(target=lambda: found.append(portal.read("contacts", changes[0].object_id).id))
        reader.start()
        reader.join(5)

    portal.listeners.append(listen)
    contact = portal.create("contacts", {"city": "Berlin"}, source=APP)
    assert found == [contact.id]


def test_many_threads_lose_no_record_and_share_no_id(portal: Portal):
    def load(number: int) -> None:
        for batch in range(10):
            inputs = [WriteInput({"email": f"{number}.{batch}.{each}@example.com"}) for each in range(10)]
            portal.batch_create("contacts", inputs, source=APP)

    threads = [Thread(target=load, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({record.id for record in portal.records("contacts")}) == 800


def test_moments_never_go_back_when_the_clock_does():
    clock = Clock()
    portal = Portal(1, clock, PortalSettings())
    contact = portal.create("contacts", {"city": "A"}, source=APP)
    clock.advance(-3600)
    portal.update("contacts", contact.id, {"city": "B"}, source=APP)
    assert contact.record.updated_at_ms >= contact.record.created_at_ms


def test_sensitive_properties_are_named(portal: Portal):
    assert portal.sensitive_properties() == frozenset()
