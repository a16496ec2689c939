"""The settings page over HTTP: who sees and changes what, that each command does what it says and nothing else, and a HubSpot that is silent."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest

from integration.db.session import Database
from integration.scoring.profile import default_text, parse_profile
from simulator.neighbours.running import build_neighbours
from simulator.neighbours.settings import NeighbourSettings
from tests.contract.cards.settings_caller import ADMIN, NOBODY, OPERATOR, OURS, THEIRS, VIEWER, Caller, open_caller, seconds_of
from tests.contract.hubspot import stand as hubspot

COMMANDS: dict[str, dict[str, Any]] = {
    "settings/dry-run": {"on": False},
    "settings/provider-key": {"provider": "apollo", "key": "sample-key-000"},
    "settings/budget": {"provider": "apollo", "period": "month", "credits": "100"},
    "settings/policy": {"object_type": "companies", "property": "industry", "policy": "always"},
    "settings/policy-preset": {"object_type": "companies", "preset": "keep_fresh"},
    "settings/access": {"rule": "owner"},
    "settings/icp-profile": {"text": default_text()},
}


@pytest.fixture
def caller(database: Database) -> Iterator[Caller]:
    with open_caller(database) as opened:
        yield opened


def test_somebody_without_a_role_learns_whom_to_ask_and_nothing_else(caller: Caller) -> None:
    data = caller.data("settings", NOBODY)
    assert data["viewer"] == {"role": None, "may_change": False}
    assert ADMIN in data["checks"][0]["what_to_do"]
    assert len(data["checks"]) == 1
    empty = ("features", "providers", "budgets", "policies")
    assert {name: data[name] for name in empty} == {name: [] for name in empty}
    assert (data["icp_profile"]["text"], data["console_url"]) == ("", "")


@pytest.mark.parametrize(("who", "role"), [(VIEWER, "viewer"), (OPERATOR, "operator"), (ADMIN, "admin")])
def test_everybody_with_a_role_reads(caller: Caller, who: str, role: str) -> None:
    data = caller.data("settings", who)
    assert data["viewer"] == {"role": role, "may_change": who == ADMIN}
    assert all(feature["on"] for feature in data["features"])
    assert data["features"]
    assert {one["name"]: one["has_key"] for one in data["providers"]}["apollo"] is False
    assert {(one["provider"], one["period"]) for one in data["budgets"]} >= {("", "day"), ("apollo", "month")}
    assert {one["object_type"] for one in data["policies"]} == {"companies", "contacts"}
    assert all(one["lines"] for one in data["policies"])
    assert data["icp_profile"] == {"text": default_text(), "is_default": True}
    assert (data["dry_run"]["on"], data["access"]["rule"]) == (True, "team")


def test_only_admins_change(caller: Caller) -> None:
    before = caller.everything(OURS)
    for who in (NOBODY, VIEWER, OPERATOR):
        for path, body in COMMANDS.items():
            assert caller.refused(path, who, **body)[0] == "not_allowed", (who, path)
    assert caller.everything(OURS) == before


def test_a_feature_without_its_permission_says_why_and_what_to_do(caller: Caller) -> None:
    with caller.parts.database.begin() as connection:
        portal = caller.parts.portals.find(connection, portal_id=OURS)
        assert portal is not None
        scopes = sorted(portal.scopes - {"crm.objects.owners.read"})
        caller.parts.portals.connect(connection, portal_id=OURS, scopes=scopes, now=caller.parts.clock())
    [off] = [one for one in caller.data("settings")["features"] if not one["on"]]
    assert "crm.objects.owners.read" in off["why_off"]
    assert f"{caller.server.base_url}/install" in off["what_to_do"]


def test_dry_run_goes_off_and_on_and_is_audited(caller: Caller) -> None:
    told = caller.done("settings/dry-run", on=False)
    assert "live" in told["message"]
    assert told["settings"]["dry_run"]["on"] is False
    assert caller.preferences() == {"dry_run": False}
    assert caller.done("settings/dry-run", on=True)["settings"]["dry_run"]["on"] is True
    assert "already" in caller.done("settings/dry-run", on=True)["message"]
    assert [entry[:2] for entry in caller.audit()] == [(ADMIN, "went_live"), (ADMIN, "went_dry")]


def test_a_key_is_stored_and_shown_nowhere(caller: Caller, capfd: pytest.CaptureFixture[str]) -> None:
    key = "sample-key-that-nobody-may-see"
    told = caller.done("settings/provider-key", provider="apollo", key=f" {key} ")
    assert {one["name"]: one["has_key"] for one in told["settings"]["providers"]}["apollo"] is True
    assert caller.keys() == {"apollo": key}
    said = [
        str(told),
        str(caller.ask("settings")),
        str(caller.ask("home")),
        str(caller.audit()),
        caller.remembered(),
        *capfd.readouterr(),
    ]
    assert not [text for text in said if key in text]
    gone = caller.done("settings/provider-key", provider="apollo", key="")
    assert "removed" in gone["message"]
    assert caller.keys() == {}
    assert [entry[1:3] for entry in caller.audit()] == [("provider_key_set", "apollo"), ("provider_key_remove", "apollo")]
    assert caller.refused("settings/provider-key", provider="apollo", key="")[0] == "bad_input"


def test_a_key_its_provider_refuses_is_not_stored(database: Database) -> None:
    with (
        build_neighbours(NeighbourSettings()) as neighbours,
        open_caller(database, LEADLIGHT_PROVIDER_URL_APOLLO=neighbours.base_urls["apollo"]) as caller,
    ):
        reason, message = caller.refused("settings/provider-key", provider="apollo", key="key-bad")
        assert (reason, "refused this key" in message) == ("bad_input", True)
        assert "key-bad" not in message
        assert (caller.keys(), caller.audit()) == ({}, [])
        told = caller.done("settings/provider-key", provider="apollo", key="key-demo-settings")
        assert "took it" in told["message"]


def test_a_budget_is_set_and_removed(caller: Caller) -> None:
    told = caller.done("settings/budget", provider="apollo", period="month", credits="12.5")
    caps = {(one["provider"], one["period"]): one["cap_credits"] for one in told["settings"]["budgets"]}
    assert caps.pop(("apollo", "month")) == "12.5"
    assert set(caps.values()) == {None}
    told = caller.done("settings/budget", provider="apollo", period="month", credits="")
    assert {one["cap_credits"] for one in told["settings"]["budgets"]} == {None}
    assert [entry[1:] for entry in caller.audit()] == [
        ("budget_set", "apollo/month", {"credits": "12.500"}),
        ("budget_set", "apollo/month", {"credits": None}),
    ]


def test_the_access_rule_is_changed_and_says_what_it_was(caller: Caller) -> None:
    assert caller.done("settings/access", rule="everyone")["settings"]["access"]["rule"] == "everyone"
    assert caller.preferences() == {"card_access": "everyone"}
    assert caller.audit() == [(ADMIN, "card_access_set", "everyone", {"before": "team"})]


def test_a_profile_is_kept_when_it_parses_and_given_up_for_the_default(caller: Caller) -> None:
    text = default_text().replace("strong_from: 70", "strong_from: 75")
    profile = caller.done("settings/icp-profile", text=text)["settings"]["icp_profile"]
    assert profile["is_default"] is False
    assert parse_profile(profile["text"]) == parse_profile(text)
    assert caller.done("settings/icp-profile", text=profile["text"])["settings"]["icp_profile"] == profile
    assert caller.done("settings/icp-profile", text="")["settings"]["icp_profile"] == {"text": default_text(), "is_default": True}
    assert [entry[1:3] for entry in caller.audit()] == [("icp_profile_set", word) for word in ("own", "own", "default")]


BROKEN: list[tuple[str, str]] = [
    ("icp: [", "line 1"),
    ("- a", "mapping"),
    (default_text().replace("weight: 30", "weight: 31"), "add up to 100"),
    (default_text().replace("best: [50, 2000]", "best: [50, .inf]"), "icp.headcount.best"),
    (default_text().replace("qualified_from: 60", "qualified_from: many"), "bant.qualified_from"),
    ("[" * 5_000, "YAML"),
    ("day: 2026-13-45", "YAML"),
    ("x" * 60_000, "50,000"),
]


def test_a_broken_profile_is_refused_with_its_place_and_nothing_changes(caller: Caller) -> None:
    for text, place in BROKEN:
        reason, message = caller.refused("settings/icp-profile", text=text)
        assert reason == "bad_profile"
        assert place in message
    assert (caller.preferences(), caller.audit()) == ({}, [])


WRONG: list[tuple[str, dict[str, Any]]] = [
    ("settings/provider-key", {"provider": "no-such", "key": "k"}),
    ("settings/provider-key", {"provider": "website", "key": "k"}),
    ("settings/provider-key", {"provider": "apollo", "key": "two\nlines"}),
    ("settings/budget", {"provider": "no-such", "period": "day", "credits": "1"}),
    ("settings/budget", {"provider": "", "period": "year", "credits": "1"}),
    ("settings/budget", {"provider": "", "period": "day", "credits": "much"}),
    ("settings/budget", {"provider": "", "period": "day", "credits": "-1"}),
    ("settings/policy", {"object_type": "deals", "property": "amount", "policy": "always"}),
    ("settings/policy", {"object_type": "companies", "property": "no_such", "policy": "always"}),
    ("settings/policy", {"object_type": "companies", "property": "industry", "policy": "sometimes"}),
    ("settings/policy-preset", {"object_type": "companies", "preset": "careful"}),
    ("settings/access", {"rule": "friends"}),
    ("settings/dry-run", {"on": "yes"}),
    ("settings/dry-run", {}),
]


def test_what_there_is_not_is_refused_in_words_and_nothing_changes(caller: Caller) -> None:
    before = caller.everything(OURS)
    for path, body in WRONG:
        assert len(caller.refused(path, **body)[1]) > 20, (path, body)
    assert caller.everything(OURS) == before


def test_a_repeated_request_is_carried_out_once_and_no_other_portal_is_touched(caller: Caller) -> None:
    before = caller.everything(THEIRS)
    first = caller.tell("settings/access", request_id="request-repeated", rule="owner")
    assert caller.tell("settings/access", request_id="request-repeated", rule="owner") == first
    assert len(caller.audit()) == 1
    other = caller.tell("settings/access", request_id="request-repeated", rule="everyone")
    assert other["error"]["reason"] == "reused_id"
    assert caller.preferences() == {"card_access": "owner"}
    assert caller.everything(THEIRS) == before


def test_policies_follow_what_hubspot_says_of_the_properties(database: Database) -> None:
    with hubspot.running_simulator() as simulator, open_caller(database, HUBSPOT_API_URL=simulator.base_url) as caller:
        stand = hubspot.build_stand(simulator, database)
        simulator.world.new_portal(OURS)
        stand.connect(OURS)
        told = caller.done("settings/policy", object_type="companies", property="industry", policy="always")
        lines = {line["property"]: line for line in _sheet(told, "companies")["lines"]}
        assert (lines["industry"]["policy"], lines["industry"]["label"]) == ("always", "Industry")
        assert _sheet(told, "companies")["preset"] is None
        told = caller.done("settings/policy-preset", object_type="companies", preset="fill_blanks")
        assert (_sheet(told, "companies")["preset"], _sheet(told, "contacts")["preset"]) == ("fill_blanks", "cautious")
        [policy, preset] = caller.audit()
        assert policy == (ADMIN, "policy_set", "companies.industry", {"policy": "always", "before": "never"})
        assert preset == (ADMIN, "policy_preset", "companies", {"preset": "fill_blanks"})


def test_while_hubspot_is_out_of_reach_no_policy_changes(caller: Caller) -> None:
    before = caller.everything(OURS)
    caller.refused("settings/policy", object_type="companies", property="industry", policy="always")
    assert caller.everything(OURS) == before


def test_a_silent_hubspot_keeps_nobody_waiting(database: Database) -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=64) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with open_caller(database, HUBSPOT_API_URL=address) as caller:
            answers: list[Any] = []
            assert seconds_of(lambda: answers.append(caller.data("settings"))) < 3
            [check] = answers[0]["checks"]
            assert (check["level"], "did not answer in time" in check["message"]) == ("warning", True)
            assert len(answers[0]["policies"]) == 2
            assert answers[0]["budgets"]
            assert seconds_of(lambda: caller.done("settings/access", rule="owner")) < 3
            assert seconds_of(lambda: caller.data("home")) < 3
            silent.close()  # what still waits for an answer ends now
            time.sleep(1)


def _sheet(told: Any, object_type: str) -> Any:
    return next(one for one in told["settings"]["policies"] if one["object_type"] == object_type)
