"""The HubSpot project as rendered: what the app asks for covers what it shows, addresses are left to profiles, nothing stays behind."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest

from crm_cards.declared import PAGES, all_cards
from crm_cards.profiles import LOCAL_PROFILE, VARIABLES, parse_profile, render_profile
from crm_cards.workflow.registry import all_actions
from integration import project
from integration.cli import build_parser
from integration.core.errors import BadInput
from integration.hubspot.manifest import MANIFEST
from integration.hubspot.timeline_events import TIMELINE_EVENTS

GOOD: dict[str, Any] = {
    "name": "production",
    "account_id": 123,
    "public_url": "https://app.sample.example",
    "support_email": "help@sample.example",
    "documentation_url": "",
}


def rendered() -> dict[str, Any]:
    return {str(path): json.loads(text) for path, text in project.render_uploaded().items()}


def metas() -> dict[str, Any]:
    return {path: value for path, value in rendered().items() if path.endswith("-hsmeta.json")}


def test_what_is_checked_in_is_what_is_declared() -> None:
    assert project.drifted() == []


def test_every_declaration_has_its_file_and_every_uid_is_used_once() -> None:
    uids = [value["uid"] for value in metas().values()]
    shown = [*(card.uid for card in all_cards()), *(page.uid for page in PAGES)]
    declared = [*shown, *(action.uid for action in all_actions()), *(event.uid for event in TIMELINE_EVENTS)]
    assert sorted(uids) == sorted([*declared, "leadlight", "leadlight_webhooks"])
    assert len(uids) == len(set(uids))


def test_cards_stand_only_where_the_app_may_read() -> None:
    asked = {*MANIFEST.asked_scopes, *MANIFEST.optional_scopes}
    wanted = {f"crm.objects.{object_type}.read" for card in all_cards() for object_type in card.object_types}
    assert wanted <= asked


def test_events_need_the_scope_that_is_required() -> None:
    assert "timeline" in metas()["src/app/app-hsmeta.json"]["config"]["auth"]["requiredScopes"]


def test_no_address_but_that_of_the_profile_is_in_a_meta_file() -> None:
    for path, value in metas().items():
        assert "http" not in json.dumps(value), path
    assert metas()["src/app/app-hsmeta.json"]["config"]["permittedUrls"]["fetch"] == ["${PUBLIC_URL}"]


def test_every_variable_used_is_in_every_profile() -> None:
    text = json.dumps(metas())
    assert {name for name in VARIABLES if f"${{{name}}}" in text} == set(VARIABLES)
    assert set(rendered()["src/hsprofile.local.json"]["variables"]) == set(VARIABLES)
    assert set(render_profile(parse_profile(**GOOD))["variables"]) == set(VARIABLES)


def test_object_types_are_spelled_as_each_component_wants_them() -> None:
    files = metas()
    assert files["src/app/cards/record-tab-hsmeta.json"]["config"]["objectTypes"] == ["contacts", "companies", "deals"]
    assert files["src/app/app-events/contact-moved-hsmeta.json"]["config"]["objectType"] == "CONTACT"
    hooks = files["src/app/webhooks/webhooks-hsmeta.json"]["config"]["subscriptions"]
    assert {"subscriptionType": "contact.creation", "active": True} in hooks["legacyCrmObjects"]


def test_webhooks_are_those_the_handlers_declare_with_privacy_deletions_apart() -> None:
    hooks = metas()["src/app/webhooks/webhooks-hsmeta.json"]["config"]["subscriptions"]
    told = [(one["subscriptionType"], one.get("propertyName")) for one in [*hooks["legacyCrmObjects"], *hooks["hubEvents"]]]
    declared = [(one.subscription_type, one.property_name) for one in project.declared_app().subscriptions]
    assert sorted(told, key=str) == sorted(declared, key=str)
    assert [one["subscriptionType"] for one in hooks["hubEvents"]] == ["contact.privacyDeletion"]


def test_app_json_and_the_uploaded_app_say_the_same() -> None:
    app = json.loads(project.render_app())
    uploaded = json.dumps(metas()["src/app/app-hsmeta.json"])
    for name, value in render_profile(LOCAL_PROFILE)["variables"].items():
        uploaded = uploaded.replace(f"${{{name}}}", value)
    assert json.loads(uploaded)["config"] == app["config"]
    assert [card["uid"] for card in app["cards"]] == [card.uid for card in all_cards()]
    assert len(app["workflow_actions"]) + len(app["agent_tools"]) == len(all_actions())
    assert len(app["app_events"]) == len(TIMELINE_EVENTS)


def test_a_change_and_a_file_that_nothing_declares_are_drift_and_are_put_right(tmp_path: Path) -> None:
    project.write_project(tmp_path)
    assert project.drifted(tmp_path) == []
    folder = project.project_folder(tmp_path) / "src" / "app"
    (folder / "cards" / "old-hsmeta.json").write_text("{}")
    (folder / "app-hsmeta.json").write_text("{}")
    installed = folder / "cards" / "node_modules" / "sample-hsmeta.json"
    installed.parent.mkdir()
    installed.write_text("{}")
    stale = [folder / "app-hsmeta.json", folder / "cards" / "old-hsmeta.json"]
    assert sorted(project.drifted(tmp_path)) == stale
    assert sorted(project.write_project(tmp_path)) == stale
    assert project.drifted(tmp_path) == []
    assert not (folder / "cards" / "old-hsmeta.json").exists()
    assert installed.exists()


def test_a_profile_is_written_where_the_upload_looks_for_it(tmp_path: Path) -> None:
    path = project.write_profile(parse_profile(**GOOD | {"public_url": "https://App.Sample.example/"}), tmp_path)
    assert path == project.project_folder(tmp_path) / "src" / "hsprofile.production.json"
    assert json.loads(path.read_text()) == {
        "accountId": 123,
        "variables": {
            "PUBLIC_URL": "https://app.sample.example",
            "SUPPORT_EMAIL": "help@sample.example",
            "DOCUMENTATION_URL": "https://app.sample.example",
        },
    }


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "../production"},
        {"name": "a.b"},
        {"name": ""},
        {"name": "local"},
        {"account_id": 0},
        {"support_email": "nobody"},
        {"public_url": "http://app.sample.example"},
        {"public_url": "https://app.sample.example/path"},
        {"public_url": "https://app.sample.example?x=1"},
        {"public_url": "https://user@app.sample.example"},
        {"public_url": "https://localhost:8000"},
        {"public_url": "https://127.0.0.1"},
        {"public_url": "https://[::1]"},
        {"public_url": "https://app.sample.example:port"},
        {"public_url": "https://[broken"},
        {"public_url": ""},
        {"documentation_url": "http://docs.sample.example"},
    ],
)
def test_what_hubspot_would_refuse_is_no_profile(wrong: dict[str, Any]) -> None:
    with pytest.raises(BadInput):
        parse_profile(**GOOD | wrong)


def test_the_command_that_the_readme_gives_makes_a_profile() -> None:
    readme = (project.ROOT / "README.md").read_text(encoding="utf-8")
    [command] = re.findall(r"`leadlight (render-project --profile [^`]*)`", readme)
    asked = build_parser().parse_args(shlex.split(command))
    made = render_profile(
        parse_profile(
            name=asked.profile,
            public_url=asked.public_url,
            account_id=asked.account_id,
            support_email=asked.support_email,
            documentation_url=asked.documentation_url,
        )
    )
    assert made["variables"]["PUBLIC_URL"] == "https://leadlight.your-company.com"
