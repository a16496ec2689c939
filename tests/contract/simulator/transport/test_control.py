"""Seeding, the clock, what people do in the account, the record of calls and the report made from it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.control.reading import Fields
from simulator.errors import HubSpotError
from simulator.recorder import Call, Recorder
from simulator.report import build_report
from simulator.running import RunningSimulator
from tests.contract.simulator.conftest import APP_ID, PORTAL_ID, HubSpotSession

CONTACTS = "/crm/objects/2026-09/contacts"
SEED = {
    "apps": [{"app_id": 5, "client_id": "seeded", "client_secret": "s", "required_scopes": ["oauth", "crm.objects.contacts.read"]}],
    "portals": [
        {
            "portal_id": 900,
            "settings": {"index_lag_s": 2, "time_zone": "America/New_York", "required_properties": {"contacts": ["email"]}},
            "owners": [{"id": "77", "user_id": 8, "email": "sample.owner@acme.example"}],
            "objects": {
                "companies": [{"ref": "acme", "properties": {"name": "Acme", "domain": "acme.example", "numberofemployees": 12}}],
                "contacts": [
                    {"properties": {"email": "sample.1@acme.example"}, "associations": [{"type": "companies", "ref": "acme"}]}
                ],
            },
        }
    ],
    "installs": [{"app_id": 5, "portal_id": 900}],
}


def test_a_seed_makes_apps_accounts_records_and_installs(hubspot: HubSpotSession, simulator: RunningSimulator) -> None:
    made = hubspot.control("POST", "/seed", SEED).json()
    portal = simulator.world.portals[900]
    contact_id, company_id = made["records"]["900"]["contacts"][0], made["records"]["900"]["companies"][0]
    assert list(portal.associated("contacts", contact_id, "companies")) == [company_id]
    assert portal.settings.index_lag_s == 2
    token = made["installs"][0]["access_token"]
    read = hubspot.get(f"{CONTACTS}/{contact_id}", headers={"Authorization": f"Bearer {token}"})
    assert read.json()["properties"]["email"] == "sample.1@acme.example"


@pytest.mark.parametrize(
    ("seed", "path"),
    [
        ({"portals": [{"portal_id": "x"}]}, "body.portals[0].portal_id"),
        ({"portals": [{"portal_id": 1, "colour": "red"}]}, "colour"),
        ({"apps": {}}, "body.apps"),
        ({"installs": [{"app_id": 404, "portal_id": 1}]}, "body.installs[0]"),
    ],
)
def test_a_wrong_seed_names_the_field(hubspot: HubSpotSession, seed: dict[str, Any], path: str) -> None:
    refused = hubspot.control("POST", "/seed", seed)
    assert refused.status_code == 400
    assert path in refused.json()["message"]


def test_reset_leaves_an_empty_hubspot(hubspot: HubSpotSession, simulator: RunningSimulator) -> None:
    assert hubspot.control("POST", "/reset").status_code == 204
    assert hubspot.control("GET", "/portals").json() == {"portals": []}
    assert hubspot.get("/account-info/v3/details").status_code == 401


def test_the_clock_can_be_set_moved_and_sped_up(hubspot: HubSpotSession) -> None:
    hubspot.control("POST", "/clock", {"set": "2026-09-08T09:00:00+00:00", "speed": 0, "advance_s": 3600})
    assert hubspot.control("GET", "/clock").json() == {"now": "2026-09-08T10:00:00+00:00", "speed": 0}
    assert hubspot.control("POST", "/clock", {"set": "2026-09-08T09:00:00"}).status_code == 400


def test_a_persons_edit_stands_in_the_history_with_the_person(hubspot: HubSpotSession) -> None:
    def act(**fields: Any) -> str:
        answer = hubspot.control("POST", f"/portals/{PORTAL_ID}/actor", fields)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["object_ids"][0])

    contact_id = act(action="create", object_type="contacts", properties={"email": "sample.1@acme.example"}, user_id=31)
    act(action="update", object_type="contacts", object_id=contact_id, properties={"jobtitle": "CTO"}, user_id=32)
    history = hubspot.get(f"{CONTACTS}/{contact_id}", params={"propertiesWithHistory": "jobtitle,email"}).json()
    entry = history["propertiesWithHistory"]["jobtitle"][0]
    assert (entry["value"], entry["sourceType"], entry["sourceId"]) == ("CTO", "CRM_UI", "userId:32")
    imported = act(action="create", object_type="contacts", properties={"email": "sample.2@acme.example"}, **{"import": True})
    merged = act(action="merge", object_type="contacts", primary_id=contact_id, other_id=imported)
    assert merged == contact_id
    act(action="archive", object_type="contacts", object_id=contact_id)
    assert hubspot.get(f"{CONTACTS}/{contact_id}").status_code == 404
    act(action="restore", object_type="contacts", object_id=contact_id)
    assert hubspot.get(f"{CONTACTS}/{contact_id}").status_code == 200
    act(action="privacy_delete", object_id=contact_id)
    assert hubspot.get(f"{CONTACTS}/{contact_id}").status_code == 404


def test_an_unknown_action_or_account_is_refused(hubspot: HubSpotSession) -> None:
    refused = hubspot.control("POST", f"/portals/{PORTAL_ID}/actor", {"action": "dance"})
    assert refused.status_code == 400
    assert "privacy_delete" in refused.json()["message"]
    assert hubspot.control("POST", "/portals/1/actor", {"action": "create"}).status_code == 404


def test_every_call_is_recorded_with_who_what_and_how(hubspot: HubSpotSession, simulator: RunningSimulator) -> None:
    hubspot.control("PATCH", "/settings", {"keep_bodies": True})
    hubspot.post(CONTACTS, {"properties": {"email": "sample.1@acme.example"}})
    simulator.world.clock.advance(2000)
    hubspot.get(CONTACTS)
    found = hubspot.control("GET", "/calls").json()
    created, expired = found["calls"]
    assert (created["status"], created["token"], created["portal_id"], created["app_id"]) == (201, "valid", PORTAL_ID, APP_ID)
    assert created["operation"] == "/crm/objects/{version}/{objectType}"
    assert created["scopes"] == ["crm.objects.contacts.write"]
    assert "sample.1@acme.example" in created["bodies"][0]
    assert created["request_bytes"] == len(created["bodies"][0])
    assert (expired["status"], expired["token"]) == (401, "expired")
    filtered = hubspot.control("GET", "/calls", params={"status": 401, "path": "objects/2026-09", "portal_id": PORTAL_ID})
    assert filtered.json()["total"] == 1


def test_the_report_counts_what_a_reviewer_asks_for(hubspot: HubSpotSession, simulator: RunningSimulator) -> None:
    for _ in range(4):
        hubspot.get("/crm/owners/2026-09")
    hubspot.post(f"{CONTACTS}/search", {})
    hubspot.get(f"{CONTACTS}/404404")
    simulator.world.clock.advance(2000)
    hubspot.get(CONTACTS)
    report = hubspot.control("GET", "/report").json()
    assert report["calls"] == 7
    assert report["calls_by_status"] == {"200": 5, "401": 1, "404": 1}
    assert report["success_ratio"] == pytest.approx(5 / 7, abs=1e-5)
    assert report["expired_token_calls"] == 1
    assert report["peak_calls_in_10_s"] == 6
    assert report["peak_searches_in_1_s"] == 1
    assert report["scopes_used"] == {"crm.objects.owners.read": 4, "crm.objects.contacts.read": 1}
    assert report["calls_by_object_type"] == {"contacts": 3}


def test_the_record_is_bounded_and_says_what_it_lost() -> None:
    recorder = Recorder(3)
    for second in range(5):
        recorder.add(_call(float(second)))
    assert [call.at_monotonic for call in recorder.calls()] == [2.0, 3.0, 4.0]
    assert recorder.dropped == 2


@given(times=st.lists(st.floats(0, 100), max_size=60))
def test_the_peak_is_the_fullest_window(times: list[float]) -> None:
    report = build_report([_call(at) for at in times])
    expected = max((sum(1 for other in times if at - 10.0 < other <= at) for at in times), default=0)
    assert report.peak_calls_in_10_s == expected


@given(
    value=st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
    )
)
def test_reading_control_json_gives_a_value_or_a_named_field(value: Any) -> None:
    try:
        fields = Fields({"field": value}, "body")
        fields.texts("field")
        fields.text_map("field")
        fields.integer("field", 3)
    except HubSpotError as error:
        assert error.status == 400
        assert error.message.startswith("body.field")


def _call(at: float) -> Call:
    return Call(0, at, 1, 1, "GET", "/x", "/x", "", "general", (), 200, "valid", "", "", 0, 0, 1.0, None)
