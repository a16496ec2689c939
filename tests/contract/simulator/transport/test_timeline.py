"""App events: taken for the record they name, refused where they do not fit the declared type, and never twice."""

from dataclasses import replace

import pytest

from simulator.apps import EventType
from simulator.crm.changes import Source
from simulator.running import RunningSimulator
from tests.contract.simulator.conftest import APP, APP_ID, PORTAL_ID, HubSpotSession

BATCH = "/integrators/timeline/2026-03/events/batch"
ONE = "/integrators/timeline/2026-03/events"
MOVED = EventType(
    "sample_moved",
    "CONTACT",
    "Sample moved",
    "Now {{heat}}{{#if points}}, {{points}} points{{/if}}",
    "Because of {{why}}",
    {"heat": "string", "points": "number", "why": "string"},
)


@pytest.fixture
def contact_id(simulator: RunningSimulator) -> str:
    """A contact in an account whose installed app has one event type."""
    scopes = (*APP.required_scopes, "timeline")
    simulator.world.register_app(replace(APP, required_scopes=scopes, event_types=(MOVED,)))
    return simulator.world.portals[PORTAL_ID].create("contacts", {"firstname": "Sample"}, source=Source.person(1)).id


@pytest.fixture
def session(contact_id: str, hubspot: HubSpotSession) -> HubSpotSession:
    assert contact_id
    return hubspot


def _event(contact_id: str, event_id: str = "e-1", **changes: object) -> dict[str, object]:
    properties = {"heat": "hot", "points": "71.5", "why": "a sample reason"}
    return {"eventTypeName": "sample_moved", "objectId": contact_id, "id": event_id, "properties": properties} | changes


def _known(session: HubSpotSession, **query: str) -> list[str]:
    found = session.control("GET", f"/portals/{PORTAL_ID}/timeline", params=query).json()["events"]
    return [event["id"] for event in found]


def test_an_event_stands_on_the_record_it_names(session: HubSpotSession, contact_id: str) -> None:
    assert session.post(ONE, _event(contact_id)).status_code == 201
    answer = session.post(BATCH, {"inputs": [_event(contact_id, "e-2", timestamp="2026-12-01T09:00:00.000Z")]})
    assert (answer.status_code, answer.json()["status"]) == (200, "COMPLETE")
    assert sorted(_known(session, object_type="contacts", object_id=contact_id)) == ["e-1", "e-2"]
    assert _known(session, object_type="contacts", object_id="1") == []
    page = session.http.get(f"{session.base_url}/portal/{PORTAL_ID}/record/contacts/{contact_id}", timeout=10).text
    assert "Now hot, 71.5 points" in page
    assert "Because of a sample reason" in page


def test_a_repeated_id_is_refused_and_takes_its_whole_batch_along(session: HubSpotSession, contact_id: str) -> None:
    session.post(BATCH, {"inputs": [_event(contact_id)]})
    again = session.post(BATCH, {"inputs": [_event(contact_id, "e-2"), _event(contact_id)]})
    assert again.status_code == 409
    assert session.post(ONE, _event(contact_id)).status_code == 409
    assert _known(session) == ["e-1"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"eventTypeName": "another"}, "no event type of this app"),
        ({"objectId": "999999"}, "there is no record"),
        ({"properties": {"mood": "good"}}, "does not declare: mood"),
        ({"properties": {"points": "many"}}, "must be a number"),
        ({"timestamp": "yesterday"}, "ISO moment"),
        ({"id": None}, "id is required"),
    ],
)
def test_what_does_not_fit_the_declared_type_is_refused(
    session: HubSpotSession, contact_id: str, changes: dict[str, object], words: str
) -> None:
    answer = session.post(BATCH, {"inputs": [_event(contact_id, "e-2"), {**_event(contact_id), **changes}]})
    assert answer.status_code == 400
    assert words in answer.json()["message"]
    assert _known(session) == []


def test_an_empty_or_oversized_batch_is_refused(session: HubSpotSession, contact_id: str) -> None:
    many = [_event(contact_id, f"e-{number}") for number in range(501)]
    assert [session.post(BATCH, {"inputs": inputs}).status_code for inputs in ([], many)] == [400, 400]


def test_events_need_the_timeline_scope(simulator: RunningSimulator, hubspot: HubSpotSession) -> None:
    simulator.world.register_app(replace(APP, event_types=(MOVED,)))
    assert hubspot.post(BATCH, {"inputs": [_event("1")]}).status_code == 403


def test_an_app_registers_its_event_types_by_the_control_api(simulator: RunningSimulator, hubspot: HubSpotSession) -> None:
    declared = {
        "uid": "sample_moved",
        "objectType": "COMPANY",
        "name": "Sample moved",
        "headerTemplate": "{{heat}}",
        "detailTemplate": "",
        "properties": [{"name": "heat", "label": "Heat", "type": "string"}],
    }
    app = {"app_id": APP_ID, "client_id": "c", "client_secret": "s", "event_types": [declared]}
    assert hubspot.control("POST", "/apps", app).status_code == 200
    [known] = simulator.world.apps[APP_ID].event_types
    assert (known.object_type, known.properties) == ("COMPANY", {"heat": "string"})
    assert hubspot.control("POST", "/apps", app | {"event_types": [declared | {"colour": "red"}]}).status_code == 400
