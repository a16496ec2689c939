"""Provisioning: all that is missing is made, what is there is left alone, and what cannot be made is said in words."""

from __future__ import annotations

import threading

import pytest

from integration.core.errors import Rejected
from integration.hubspot.doctor import Check, Doctor
from integration.hubspot.manifest import MANIFEST
from integration.hubspot.objects import COMPANIES, CONTACTS, PropertyDeclaration
from integration.hubspot.provision import Provisioner
from simulator.crm.definitions import Option
from tests.contract.hubspot.stand import PORTAL_ID, Stand

BOTH = (CONTACTS, COMPANIES)
DECLARATIONS = (
    PropertyDeclaration("leadlight_fit_score", "ICP fit", "number", "number", "0 to 100.", BOTH),
    PropertyDeclaration("leadlight_brief", "Brief", "string", "textarea", "The headline.", BOTH),
    PropertyDeclaration(
        "leadlight_draft_state", "Draft", "enumeration", "select", "Where the draft stands.", (CONTACTS,), (("drafted", "Drafted"),)
    ),
)


def provisioner(stand: Stand, declarations: tuple[PropertyDeclaration, ...] = DECLARATIONS) -> Provisioner:
    return Provisioner(stand.database, stand.clients, stand.portals, declarations, stand.world.clock.now)


def portal_of(stand: Stand):
    with stand.database.begin() as connection:
        portal = stand.portals.find(connection, portal_id=PORTAL_ID)
    assert portal is not None
    return portal


def test_a_fresh_portal_gets_the_group_and_every_property(stand: Stand) -> None:
    report = provisioner(stand).run(PORTAL_ID)

    assert report.problems == {}
    assert len(report.created) == 5
    definitions = stand.client.property_definitions(CONTACTS, ["leadlight_draft_state"])
    assert definitions["leadlight_draft_state"].group_name == "leadlight"
    assert definitions["leadlight_draft_state"].options == (("drafted", "Drafted"),)
    stored = portal_of(stand)
    assert stored.provisioned_at is not None
    assert stored.provision_error is None
    assert stored.account is not None
    assert stored.account.currency == "EUR"


def test_running_again_reads_and_changes_nothing(stand: Stand) -> None:
    provisioner(stand).run(PORTAL_ID)
    before = len(stand.calls())

    report = provisioner(stand).run(PORTAL_ID)

    assert report.created == ()
    assert len(report.present) == 5
    assert all("create" not in call and "PATCH" not in call for call in stand.calls()[before:])
    assert len(stand.calls()) - before == 3


def test_two_runs_at_once_end_well(stand: Stand) -> None:
    reports = []
    threads = [threading.Thread(target=lambda: reports.append(provisioner(stand).run(PORTAL_ID))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [report.problems for report in reports] == [{}] * 4
    assert len(stand.client.property_definitions(COMPANIES, ["leadlight_fit_score", "leadlight_brief"])) == 2


def test_an_archived_property_comes_back(stand: Stand) -> None:
    provisioner(stand).run(PORTAL_ID)
    stand.client.archive_properties(CONTACTS, ["leadlight_brief"])

    report = provisioner(stand).run(PORTAL_ID)

    assert report.created == ("contacts.leadlight_brief",)
    assert "leadlight_brief" in stand.client.property_definitions(CONTACTS, ["leadlight_brief"])


def test_what_the_admin_renamed_stays_and_new_options_are_added(stand: Stand) -> None:
    provisioner(stand).run(PORTAL_ID)
    schema = stand.world.portals[PORTAL_ID].schema(CONTACTS)
    first = schema.live["leadlight_draft_state"]
    assert first.label == "Draft"
    stand.client.add_options(
        CONTACTS, stand.client.property_definitions(CONTACTS, [first.name])[first.name], [("mine", "Our own word")]
    )
    wider = PropertyDeclaration(
        "leadlight_draft_state",
        "Renamed",
        "enumeration",
        "select",
        "x",
        (CONTACTS,),
        (("drafted", "Other"), ("refused", "Refused")),
    )

    report = provisioner(stand, (wider,)).run(PORTAL_ID)

    there = stand.client.property_definitions(CONTACTS, [first.name])[first.name]
    assert report.problems == {}
    assert there.label == "Draft"
    assert there.options == (("drafted", "Drafted"), ("mine", "Our own word"), ("refused", "Refused"))


def test_a_property_of_another_type_is_reported_and_the_others_made(stand: Stand) -> None:
    squatter = PropertyDeclaration("leadlight_fit_score", "Mine", "string", "text", "Not ours.", (CONTACTS,))
    stand.client.create_property_group(CONTACTS, "leadlight", "Leadlight")
    stand.client.create_properties(CONTACTS, "leadlight", [squatter])

    report = provisioner(stand).run(PORTAL_ID)

    assert set(report.problems) == {"contacts.leadlight_fit_score"}
    assert "type string" in report.problems["contacts.leadlight_fit_score"]
    assert "companies.leadlight_fit_score" in report.created
    assert "leadlight_fit_score" in (portal_of(stand).provision_error or "")


def test_one_property_that_cannot_be_made_does_not_stop_the_others(stand: Stand) -> None:
    bad = PropertyDeclaration("Leadlight Bad Name", "Bad", "string", "text", "x", (CONTACTS,))

    report = provisioner(stand, (*DECLARATIONS, bad)).run(PORTAL_ID)

    assert set(report.problems) == {"contacts.Leadlight Bad Name"}
    assert len(report.created) == 5


def test_a_refusal_of_the_whole_is_stored_for_the_admin(stand: Stand) -> None:
    stand.connect(scopes=("oauth", "crm.objects.contacts.read"))

    with pytest.raises(Rejected):
        provisioner(stand).run(PORTAL_ID)

    assert portal_of(stand).provision_error
    assert portal_of(stand).provisioned_at is None


def test_cleaning_up_takes_only_ours(stand: Stand) -> None:
    provisioner(stand).run(PORTAL_ID)
    before = set(stand.client.property_definitions(CONTACTS))

    provisioner(stand).remove(PORTAL_ID)

    gone = before - set(stand.client.property_definitions(CONTACTS))
    assert gone == {"leadlight_fit_score", "leadlight_brief", "leadlight_draft_state"}
    assert "leadlight" not in stand.client.property_group_names(CONTACTS)


def diagnose(stand: Stand) -> dict[str, list[Check]]:
    doctor = Doctor(
        database=stand.database,
        clients=stand.clients,
        portals=stand.portals,
        manifest=MANIFEST,
        declarations=DECLARATIONS,
        clock=stand.world.clock.now,
        last_webhook_at=lambda _portal_id: None,
        provider_keys=lambda _portal_id: {"apollo": True, "hunter": False},
    )
    found: dict[str, list[Check]] = {}
    for check in doctor.diagnose(PORTAL_ID):
        found.setdefault(check.name, []).append(check)
    return found


def test_the_doctor_says_which_features_are_off_and_why(stand: Stand) -> None:
    stand.connect(scopes=MANIFEST.required_scopes)
    provisioner(stand).run(PORTAL_ID)

    found = diagnose(stand)

    assert found["connection"][0].ok
    assert found["token"][0].ok
    assert found["properties"][0].ok
    assert any("crm.objects.owners.read" in check.why for check in found["scopes"])
    assert found["provider apollo"][0].ok
    assert found["provider hunter"][0].ok is None
    assert found["limits"][0].ok


def test_the_doctor_names_missing_properties_and_a_lost_connection(stand: Stand) -> None:
    assert "contacts.leadlight_brief" in diagnose(stand)["properties"][0].why
    stand.tokens.disconnect(PORTAL_ID, "invalid_grant")

    connection = diagnose(stand)["connection"][0]

    assert connection.ok is False
    assert "invalid_grant" in connection.why
    assert "install" in connection.what_to_do


def test_a_definition_tells_what_apps_may_not_write_and_which_options_are_hidden(stand: Stand) -> None:
    known = stand.client.property_definitions(COMPANIES, ["createdate", "num_associated_contacts", "industry", "hubspot_owner_id"])
    assert known["createdate"].is_read_only
    assert known["num_associated_contacts"].is_calculated
    assert known["hubspot_owner_id"].has_external_options
    plain = known["industry"]
    assert not (plain.is_read_only or plain.is_calculated or plain.has_external_options or plain.hidden_options)


def test_adding_an_option_leaves_hidden_ones_hidden(stand: Stand) -> None:
    schema = stand.world.portals[PORTAL_ID].schema(COMPANIES)
    options = (Option("Partner", "PARTNER", 0, hidden=True), Option("Vendor", "VENDOR", 1))
    schema.update("type", {"options": options}, at_ms=1, user_id=1)
    definition = stand.client.property_definitions(COMPANIES, ["type"])["type"]
    assert definition.hidden_options == {"PARTNER"}
    stand.client.add_options(COMPANIES, definition, [("OTHER", "Other")])
    after = stand.client.property_definitions(COMPANIES, ["type"])["type"]
    assert after.hidden_options == {"PARTNER"}
    assert [value for value, _ in after.options] == ["PARTNER", "VENDOR", "OTHER"]
