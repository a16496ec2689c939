"""tap-hubspot (Singer) reads the simulator: what was written comes out, by its own OAuth, paging and associations."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from simulator.running import RunningSimulator
from tests.contract.clients.tap_environment import tap_python
from tests.contract.simulator.conftest import APP, HubSpotSession

LAUNCHER = Path(__file__).with_name("tap_launcher.py")
PROPERTIES = ("email", "firstname", "lifecyclestage", "leadlight_note")


@pytest.fixture(scope="session")
def python() -> Path:
    return tap_python()


def stream(name: str, fields: tuple[str, ...]) -> dict[str, Any]:
    chosen = [{"breadcrumb": ["properties", each], "metadata": {"inclusion": "available", "selected": True}} for each in fields]
    table = {"breadcrumb": [], "metadata": {"selected": True, "table-key-properties": ["id"]}}
    schema = {"type": "object", "properties": {each: {"type": ["null", "string"]} for each in fields}}
    return {"stream": name, "tap_stream_id": name, "schema": schema, "metadata": [table, *chosen]}


def read(python: Path, simulator: RunningSimulator, hubspot: HubSpotSession, folder: Path, *streams: dict[str, Any]) -> Any:
    """{stream: records} of one run of the tap, and the last state it wrote."""
    config = {
        "start_date": "2020-01-01T00:00:00Z",
        "redirect_uri": APP.redirect_urls[0],
        "client_id": APP.client_id,
        "client_secret": APP.client_secret,
        "refresh_token": hubspot.refresh_token,
    }
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "catalog.json").write_text(json.dumps({"streams": list(streams)}))
    arguments = ["--config", str(folder / "config.json"), "--properties", str(folder / "catalog.json")]
    command = [str(python), "-W", "ignore", str(LAUNCHER), simulator.base_url, *arguments]
    run = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert run.returncode == 0, run.stderr[-3000:]
    messages = [json.loads(line) for line in run.stdout.splitlines()]
    records: dict[str, list[Any]] = {each["stream"]: [] for each in streams}
    for message in messages:
        if message["type"] == "RECORD":
            records[message["stream"]].append(message["record"])
    return records, [message["value"] for message in messages if message["type"] == "STATE"][-1]


def test_tap_reads_every_contact_with_its_values_and_associations(
    python: Path, simulator: RunningSimulator, hubspot: HubSpotSession, tmp_path: Path
):
    definition = {"name": "leadlight_note", "label": "Note", "type": "string", "fieldType": "text"}
    hubspot.post("/crm/v3/properties/contacts", {**definition, "groupName": "contactinformation"})
    deal_id = hubspot.post("/crm/v3/objects/deals", {"properties": {"dealname": "Example"}}).json()["id"]
    link = [{"to": {"id": deal_id}, "types": [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 4}]}]
    written = {}
    for first in range(0, 230, 100):
        numbers = range(first, min(first + 100, 230))
        inputs = [
            {"properties": {"email": f"sample.{n}@example.com", "leadlight_note": f"note {n}"}, "associations": link}
            for n in numbers
        ]
        for result in hubspot.post("/crm/v3/objects/contacts/batch/create", {"inputs": inputs}).json()["results"]:
            written[result["id"]] = result["properties"]

    fields = ("id", "createdAt", "updatedAt", "archived", "associations", *(f"property_{name}" for name in PROPERTIES))
    records, state = read(python, simulator, hubspot, tmp_path, stream("contacts", fields))

    found = {record["id"]: record for record in records["contacts"]}
    assert set(found) == set(written)
    for record_id, values in written.items():
        for name in PROPERTIES:
            assert found[record_id].get(f"property_{name}") == values.get(name)
    linked = {each["id"] for record in found.values() for each in record["associations"]["deals"]["results"]}
    assert linked == {deal_id}
    assert state["bookmarks"]["contacts"]["updatedAt"]


def test_tap_reads_tickets(python: Path, simulator: RunningSimulator, hubspot: HubSpotSession, tmp_path: Path):
    for number in range(3):
        ticket = {"subject": f"Sample {number}", "hs_pipeline_stage": "1"}
        assert hubspot.post("/crm/v3/objects/tickets", {"properties": ticket}).status_code == 201
    records, _ = read(
        python,
        simulator,
        hubspot,
        tmp_path,
        stream("tickets", ("id", "updatedAt", "property_subject", "property_hs_pipeline_stage")),
    )
    assert [each["property_subject"] for each in records["tickets"]] == ["Sample 0", "Sample 1", "Sample 2"]
