"""Webhook delivery: what is sent for which change, signed how, batched, retried, repeated and recorded."""

import hashlib
import time
from dataclasses import replace
from typing import Any

import pytest

from simulator.apps import Subscription
from simulator.running import RunningSimulator
from simulator.webhooks.signer import sign_v1, sign_v3
from tests.contract.simulator.conftest import APP, APP_ID, PORTAL_ID, HubSpotSession, subscribe
from tests.contract.simulator.receiver import Receiver

CONTACTS = "/crm/objects/2026-09/contacts"
ALL_OF_CONTACTS = (
    ("contact.creation", None),
    ("contact.propertyChange", "email"),
    ("contact.propertyChange", "jobtitle"),
    ("contact.deletion", None),
    ("contact.merge", None),
    ("contact.restore", None),
    ("contact.privacyDeletion", None),
    ("contact.associationChange", None),
    ("company.associationChange", None),
)
HEAD = {
    "eventId",
    "subscriptionId",
    "portalId",
    "appId",
    "occurredAt",
    "subscriptionType",
    "attemptNumber",
    "objectId",
    "changeSource",
    "sourceId",
}


@pytest.fixture
def target(simulator: RunningSimulator, receiver: Receiver, hubspot: HubSpotSession) -> Receiver:
    subscribe(simulator, receiver.url, *ALL_OF_CONTACTS)
    return receiver


def _drain(hubspot: HubSpotSession) -> None:
    assert hubspot.control("POST", "/drain", {"timeout_s": 10}).json() == {"idle": True}


def _act(hubspot: HubSpotSession, **fields: Any) -> str:
    answer = hubspot.control("POST", f"/portals/{PORTAL_ID}/actor", fields)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["object_ids"][0])


def _new_contact(hubspot: HubSpotSession, number: int = 1, **properties: str) -> str:
    wanted = {"email": f"sample.{number}@acme.example", **properties}
    return _act(hubspot, action="create", object_type="contacts", properties=wanted)


def test_a_persons_save_sends_creation_and_its_properties_in_one_batch(hubspot: HubSpotSession, target: Receiver) -> None:
    contact_id = _new_contact(hubspot, jobtitle="CTO", city="Lisbon")
    _drain(hubspot)
    (delivery,) = target.received
    assert sorted(target.kinds()) == ["contact.creation", "contact.propertyChange", "contact.propertyChange"]
    assert {event["objectId"] for event in delivery.events} == {int(contact_id)}
    assert len({event["occurredAt"] for event in delivery.events}) == 1
    by_name = {event.get("propertyName"): event for event in delivery.events}
    assert set(by_name[None]) == HEAD | {"changeFlag"}
    assert by_name["jobtitle"]["propertyValue"] == "CTO"
    assert (by_name["jobtitle"]["changeSource"], by_name["jobtitle"]["sourceId"]) == ("CRM_UI", "userId:9001")
    assert (by_name["jobtitle"]["portalId"], by_name["jobtitle"]["appId"]) == (PORTAL_ID, APP_ID)


def test_an_apps_own_write_comes_back_to_it(hubspot: HubSpotSession, target: Receiver) -> None:
    contact_id = _new_contact(hubspot)
    _drain(hubspot)
    target.received.clear()
    hubspot.patch(f"{CONTACTS}/{contact_id}", {"properties": {"jobtitle": "CEO", "city": "Porto"}})
    _drain(hubspot)
    (event,) = target.events
    assert (event["changeSource"], event["sourceId"]) == ("INTEGRATION", str(APP_ID))
    assert (event["propertyName"], event["propertyValue"], event["subscriptionId"]) == ("jobtitle", "CEO", 7003)


def test_a_merge_sends_merge_and_deletion(hubspot: HubSpotSession, target: Receiver) -> None:
    first, second = _new_contact(hubspot, 1), _new_contact(hubspot, 2)
    _drain(hubspot)
    target.received.clear()
    _act(hubspot, action="merge", object_type="contacts", primary_id=first, other_id=second)
    _drain(hubspot)
    events = {event["subscriptionType"]: event for event in target.events}
    assert set(events) == {"contact.merge", "contact.deletion"}
    assert events["contact.merge"]["primaryObjectId"] == int(first)
    assert events["contact.merge"]["mergedObjectIds"] == [int(second)]
    assert "newObjectId" in events["contact.merge"]
    assert events["contact.deletion"]["objectId"] == int(second)


def test_a_privacy_deletion_sends_two_events(hubspot: HubSpotSession, target: Receiver) -> None:
    contact_id = _new_contact(hubspot)
    _drain(hubspot)
    target.received.clear()
    _act(hubspot, action="privacy_delete", object_id=contact_id)
    _drain(hubspot)
    assert sorted(target.kinds()) == ["contact.deletion", "contact.privacyDeletion"]


def test_archive_and_restore_are_told(hubspot: HubSpotSession, target: Receiver) -> None:
    contact_id = _new_contact(hubspot)
    _act(hubspot, action="archive", object_type="contacts", object_id=contact_id)
    _act(hubspot, action="restore", object_type="contacts", object_id=contact_id)
    _drain(hubspot)
    assert {"contact.deletion", "contact.restore"} <= set(target.kinds())


def test_an_association_is_told_from_both_sides(hubspot: HubSpotSession, target: Receiver) -> None:
    contact_id = _new_contact(hubspot)
    company_id = _act(hubspot, action="create", object_type="companies", properties={"name": "Acme"})
    _drain(hubspot)
    target.received.clear()
    ends = {"from_type": "contacts", "from_id": contact_id, "to_type": "companies", "to_id": company_id}
    _act(hubspot, action="associate", **ends)
    _drain(hubspot)
    plain = {event["associationType"]: event for event in target.events}
    assert set(plain) == {"CONTACT_TO_COMPANY", "COMPANY_TO_CONTACT"}
    assert plain["CONTACT_TO_COMPANY"]["fromObjectId"] == int(contact_id)
    assert plain["COMPANY_TO_CONTACT"]["toObjectId"] == int(contact_id)
    assert {event["isPrimaryAssociation"] for event in target.events} == {True, False}
    assert not any(event["associationRemoved"] for event in target.events)


def test_deliveries_are_signed_over_the_whole_address(
    hubspot: HubSpotSession, simulator: RunningSimulator, receiver: Receiver
) -> None:
    url = f"{receiver.url}?src=hs%3Aapp&x=%28a%29&keep=%25"
    subscribe(simulator, url, ("contact.creation", None))
    _new_contact(hubspot)
    _drain(hubspot)
    (received,) = receiver.received
    headers, secret = received.headers, APP.client_secret
    timestamp = int(headers["HTTP_X_HUBSPOT_REQUEST_TIMESTAMP"])
    assert abs(timestamp / 1000 - time.time()) < 30
    assert received.url == url
    decoded = f"{receiver.url}?src=hs:app&x=(a)&keep=%25"
    assert headers["HTTP_X_HUBSPOT_SIGNATURE_V3"] == sign_v3(secret, "POST", decoded, received.body, timestamp)
    assert headers["HTTP_X_HUBSPOT_SIGNATURE"] == hashlib.sha256(secret.encode() + received.body).hexdigest()
    assert headers["HTTP_X_HUBSPOT_SIGNATURE_VERSION"] == "v1"


def test_signatures_equal_the_published_vectors() -> None:
    secret = "yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy"
    body = (
        b'[{"eventId":1,"subscriptionId":12345,"portalId":62515,"occurredAt":1564113600000,'
        b'"subscriptionType":"contact.creation","attemptNumber":0,"objectId":123,"changeSource":"CRM",'
        b'"changeFlag":"NEW","appId":54321}]'
    )
    assert sign_v1(secret, body) == "232db2615f3d666fe21a8ec971ac7b5402d33b9a925784df3ca654d05f4817de"
    signed = sign_v3(secret, "POST", "https://www.example.com/webhook_uri", b"{'example_field':'example_value'}", 1693657560000)
    assert signed == "K36dawei4A+QBNolUOqo7s91KQDWQ5MXZ/QufNYuk/Y="
    url = "https://example.com/api/hubspot/webhooks?src=hs%3Aapp%2Fv3&x=%28a%29"
    signed = sign_v3("autopilot-test-client-secret-0001", "POST", url, b"[]", 1790000004000)
    assert signed == "G8ddQlikFQ0ScZOZn+MHQ0E3WCV7vOJTzKlvrkvbvuk="


def test_a_refused_delivery_comes_again_with_a_higher_attempt_and_a_new_signature(
    hubspot: HubSpotSession, target: Receiver
) -> None:
    target.statuses = [500, 404, 302]
    _new_contact(hubspot)
    _drain(hubspot)
    assert [received.events[0]["attemptNumber"] for received in target.received] == [0, 1, 2, 3]
    assert len({received.events[0]["eventId"] for received in target.received}) == 1
    record = hubspot.control("GET", "/deliveries").json()["deliveries"]
    assert [(each["status"], each["accepted"], each["final"]) for each in record] == [
        (500, False, False),
        (404, False, False),
        (302, False, False),
        (204, True, True),
    ]


def test_after_ten_retries_a_delivery_is_given_up(hubspot: HubSpotSession, target: Receiver) -> None:
    target.statuses = [500] * 50
    _new_contact(hubspot)
    _drain(hubspot)
    assert len(target.received) == 11
    assert hubspot.control("GET", "/deliveries").json()["deliveries"][-1]["final"] is True


def test_a_target_that_is_down_or_too_slow_is_retried(
    hubspot: HubSpotSession, simulator: RunningSimulator, target: Receiver
) -> None:
    hubspot.control("PATCH", "/settings", {"webhooks": {"timeout_s": 0.1, "max_retries": 1}})
    target.delay_s = 0.25
    _new_contact(hubspot)
    _drain(hubspot)
    subscribe(simulator, "http://127.0.0.1:9/closed", ("contact.creation", None))
    _new_contact(hubspot, 2)
    _drain(hubspot)
    record = hubspot.control("GET", "/deliveries").json()["deliveries"]
    assert [each["status"] for each in record] == [None] * 4
    assert "TimeoutError" in record[0]["error"]
    assert "Refused" in record[-1]["error"]


def test_an_import_is_sent_in_batches_of_a_hundred_with_at_most_ten_out(hubspot: HubSpotSession, target: Receiver) -> None:
    target.delay_s = 0.02
    # A slow machine shall not cut batches short: what is gathered waits until the import is over.
    hubspot.control("PATCH", "/settings", {"webhooks": {"gather_s": 2.0}})
    records = [{"properties": {"email": f"sample.{number}@acme.example"}} for number in range(700)]
    _act(hubspot, action="create_many", object_type="contacts", records=records, **{"import": True})
    _drain(hubspot)
    assert len(target.events) == 1400
    assert max(len(received.events) for received in target.received) == 100
    assert 14 <= len(target.received) <= 15
    assert 2 <= target.peak_in_flight <= 10
    assert {event["changeSource"] for event in target.events} == {"IMPORT"}


def test_repeats_and_disorder_lose_nothing(hubspot: HubSpotSession, target: Receiver) -> None:
    chaos = {"duplicate_ratio": 0.5, "repeated_id_ratio": 0.3, "shuffle": True, "batch_size": 7}
    hubspot.control("PATCH", "/settings", {"webhooks": chaos})
    ids = [int(_new_contact(hubspot, number)) for number in range(40)]
    _drain(hubspot)
    created = [event["objectId"] for event in target.events if event["subscriptionType"] == "contact.creation"]
    assert set(created) == set(ids)
    assert len(created) > len(ids)
    firsts = list(dict.fromkeys(created))
    assert firsts != sorted(firsts)
    distinct = {(event["objectId"], event["subscriptionId"]) for event in target.events}
    assert len({event["eventId"] for event in target.events}) < len(distinct)


def test_hidden_values_are_not_sent(hubspot: HubSpotSession, simulator: RunningSimulator, receiver: Receiver) -> None:
    definition = {
        "name": "health_note",
        "label": "Health note",
        "type": "string",
        "fieldType": "text",
        "groupName": "contactinformation",
        "dataSensitivity": "sensitive",
    }
    assert hubspot.post("/crm/properties/2026-09/contacts", definition).status_code == 201
    subscribe(simulator, receiver.url, ("contact.propertyChange", "health_note"))
    _new_contact(hubspot, health_note="private")
    _drain(hubspot)
    assert [event["propertyValue"] for event in receiver.events] == ["REDACTED"]


def test_generic_subscriptions_name_the_type_by_id(
    hubspot: HubSpotSession, simulator: RunningSimulator, receiver: Receiver
) -> None:
    wanted = (
        Subscription(1, "object.propertyChange", "name", "company"),
        Subscription(2, "object.creation", None, "0-2", active=False),
    )
    simulator.world.register_app(replace(APP, webhook_target_url=receiver.url, subscriptions=wanted))
    _act(hubspot, action="create", object_type="companies", properties={"name": "Acme"})
    _drain(hubspot)
    (event,) = receiver.events
    assert (event["objectTypeId"], event["isSensitive"], event["propertyValue"]) == ("0-2", False, "Acme")


def test_an_app_hears_only_of_objects_it_may_read_and_of_accounts_it_is_installed_in(
    hubspot: HubSpotSession, simulator: RunningSimulator, target: Receiver
) -> None:
    simulator.world.new_portal(62516)
    hubspot.control("POST", "/portals/62516/actor", {"action": "create", "object_type": "contacts", "properties": {"city": "Rome"}})
    simulator.world.install(APP_ID, PORTAL_ID, scopes=["oauth", "crm.objects.companies.read"])
    _new_contact(hubspot)
    _drain(hubspot)
    assert target.received == []


def test_an_uninstalled_app_hears_nothing_more(hubspot: HubSpotSession, target: Receiver) -> None:
    hubspot.control("PATCH", "/settings", {"webhooks": {"gather_s": 5.0}})
    _new_contact(hubspot)
    assert hubspot.control("GET", "/deliveries").json()["pending_events"] == 2
    assert hubspot.delete("/appinstalls/2026-09/external-install").status_code == 204
    _drain(hubspot)
    _new_contact(hubspot, 2)
    _drain(hubspot)
    assert target.received == []


def test_a_hand_made_array_is_sent_signed_as_it_is(hubspot: HubSpotSession, target: Receiver) -> None:
    events = [{"subscriptionType": "contact.unheard", "objectId": "not a number"}]
    answer = hubspot.control("POST", "/emit", {"app_id": APP_ID, "portal_id": PORTAL_ID, "events": events})
    assert answer.json() == {"queued": 1}
    _drain(hubspot)
    assert target.events == events
    for bad in ({"app_id": 1, "portal_id": 1, "events": []}, {"app_id": APP_ID, "portal_id": 1, "events": ["x"]}):
        assert hubspot.control("POST", "/emit", bad).status_code == 400
