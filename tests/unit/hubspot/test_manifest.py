"""The manifest: little is required, everything has a reason, and each refused right switches a named feature off."""

from __future__ import annotations

import re

from integration.hubspot import endpoints
from integration.hubspot.endpoints import Endpoint
from integration.hubspot.manifest import (
    DEAL_FEATURE,
    DEAL_SCORES_FEATURE,
    MANIFEST,
    OWNER_FEATURE,
    TIMELINE_EVENT_UIDS,
    WORKFLOW_FEATURE,
    Listing,
    render_app_json,
)
from integration.hubspot.objects import CONTACTS, PropertyDeclaration
from integration.hubspot.timeline_events import TIMELINE_EVENTS

REQUIRED = {
    "oauth",
    "timeline",
    *(
        f"crm.{area}.{kind}.{right}"
        for area in ("objects", "schemas")
        for kind in ("contacts", "companies")
        for right in ("read", "write")
    ),
}


def test_only_what_nothing_works_without_is_required() -> None:
    assert set(MANIFEST.required_scopes) == REQUIRED


def test_every_scope_has_a_reason_and_every_optional_one_a_feature() -> None:
    assert all(scope.reason.endswith(".") for scope in MANIFEST.scopes)
    assert {scope.feature for scope in MANIFEST.scopes if scope.kind == "optional"} == {
        DEAL_FEATURE,
        DEAL_SCORES_FEATURE,
        OWNER_FEATURE,
        WORKFLOW_FEATURE,
    }
    assert len({scope.name for scope in MANIFEST.scopes}) == len(MANIFEST.scopes)


def test_a_refused_optional_scope_switches_its_feature_off() -> None:
    granted = [*MANIFEST.required_scopes, "crm.objects.owners.read"]

    assert MANIFEST.lacking(granted) == ()
    assert not MANIFEST.has_feature(DEAL_FEATURE, granted)
    assert MANIFEST.has_feature(OWNER_FEATURE, granted)


def test_a_missing_required_scope_is_named() -> None:
    assert [scope.name for scope in MANIFEST.lacking(REQUIRED - {"oauth"})] == ["oauth"]


def test_the_rendered_app_says_what_the_code_uses() -> None:
    declaration = PropertyDeclaration(
        "leadlight_fit", "Fit", "enumeration", "select", "How well it fits.", (CONTACTS,), (("a", "A"),)
    )

    app = render_app_json(
        MANIFEST,
        Listing("Sample.", "https://app.example.com", "help@example.com", "https://app.example.com/docs"),
        subscriptions=[{"subscriptionType": "contact.creation", "active": True}],
        properties=[declaration],
        extensions={"cards": [{"uid": "sample_tab"}]},
    )

    assert app["config"]["auth"]["redirectUrls"] == ["https://app.example.com/oauth/callback"]
    assert app["config"]["auth"]["requiredScopes"] == list(MANIFEST.required_scopes)
    assert app["webhooks"]["targetUrl"] == "https://app.example.com/webhooks/hubspot"
    assert app["properties"][0]["options"] == [{"value": "a", "label": "A"}]
    assert app["cards"] == [{"uid": "sample_tab"}]


def test_the_event_types_of_the_project_are_those_the_sender_names() -> None:
    assert {event.object_type: event.uid for event in TIMELINE_EVENTS} == TIMELINE_EVENT_UIDS
    for event in TIMELINE_EVENTS:
        config = event.config
        assert config["objectType"] in ("CONTACT", "COMPANY")
        assert len(config["name"]) <= 50
        placed = set(re.findall(r"{{(?:#if )?(\w+)}}", config["headerTemplate"] + config["detailTemplate"]))
        assert placed == {one["name"] for one in config["properties"]}


def test_every_endpoint_is_dated_and_quotes_its_parts() -> None:
    listed = [value for value in vars(endpoints).values() if isinstance(value, Endpoint)]

    assert len({endpoint.name for endpoint in listed}) == len(listed)
    assert all("/{version}" in endpoint.path for endpoint in listed)
    assert endpoints.BATCH_READ.path_for(object_type="../../x?y") == "/crm/objects/2026-09/..%2F..%2Fx%3Fy/batch/read"
    assert endpoints.TIMELINE_EVENTS.path_for() == "/integrators/timeline/2026-03/events/batch"
