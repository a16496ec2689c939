"""The files HubSpot reads about our workflow actions: everything named exists, everything shown has words."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import pytest

from crm_cards.workflow.base import ActionDefinition
from crm_cards.workflow.registry import all_actions
from crm_cards.workflow.render import PUBLIC_URL, render_hsmeta

_PLACEHOLDER = re.compile(r"\{\{\s*(\w+)\s*\}\}")
each_action = pytest.mark.parametrize("action", all_actions(), ids=lambda action: action.uid)


def _labels(action: ActionDefinition) -> Mapping[str, Any]:
    labels: Mapping[str, Any] = render_hsmeta(action)["config"]["labels"]["en"]
    return labels


@each_action
def test_every_placeholder_of_the_card_names_an_input(action: ActionDefinition) -> None:
    named = set(_PLACEHOLDER.findall(_labels(action)["actionCardContent"]))
    assert named
    assert named <= {field.name for field in action.inputs}


@each_action
def test_every_placeholder_of_a_message_names_an_output(action: ActionDefinition) -> None:
    outputs = {field.name for field in action.outputs}
    for message in _labels(action).get("executionRules", {}).values():
        assert set(_PLACEHOLDER.findall(message)) <= outputs


@each_action
def test_every_input_and_output_is_labelled_and_every_choice_too(action: ActionDefinition) -> None:
    labels = _labels(action)
    inputs, outputs = {field.name for field in action.inputs}, {field.name for field in action.outputs}
    assert set(labels["inputFieldLabels"]) == set(labels["inputFieldDescriptions"]) == inputs
    assert set(labels["outputFieldLabels"]) == outputs
    assert all([*labels["inputFieldLabels"].values(), *labels["inputFieldDescriptions"].values()])
    for field in action.inputs:
        assert (field.name in labels.get("inputFieldOptionLabels", {})) == bool(field.options)
        if field.type == "enumeration":
            assert field.options or field.fetches_options


@each_action
def test_every_condition_of_a_rule_is_a_value_its_output_can_have(action: ActionDefinition) -> None:
    choices = {field.name: {option.value for option in field.options} for field in action.outputs}
    for rule in render_hsmeta(action)["config"].get("executionRules", []):
        assert all(value in choices[name] for name, value in rule["conditions"].items())
        assert rule["labelName"] in _labels(action)["executionRules"]


@each_action
def test_addresses_are_left_to_the_profile_of_the_project(action: ActionDefinition) -> None:
    rendered = render_hsmeta(action)
    assert rendered["config"]["actionUrl"] == f"{PUBLIC_URL}{action.path}"
    fetched = [field for field in rendered["config"]["inputFields"] if "optionsUrl" in field["typeDefinition"]]
    assert {field["typeDefinition"]["optionsUrl"] for field in fetched} <= {f"{PUBLIC_URL}{action.options_path}"}
    assert render_hsmeta(action, "https://example.com")["config"]["actionUrl"].startswith("https://example.com/")


@each_action
def test_a_file_has_the_fields_hubspot_knows_and_no_other(action: ActionDefinition) -> None:
    rendered = render_hsmeta(action)
    assert set(rendered) == {"uid", "type", "config"}
    assert re.fullmatch(r"[A-Za-z0-9_.-]{1,64}", rendered["uid"])
    assert set(rendered["config"]) <= {
        "actionUrl", "isPublished", "supportedClients", "objectTypes", "inputFields", "outputFields", "labels",
        "objectRequestOptions", "executionRules",
    }  # fmt: skip
    assert json.loads(json.dumps(rendered)) == rendered


def test_uids_are_unique() -> None:
    uids = [action.uid for action in all_actions()]
    assert len(uids) == len(set(uids)) == 7


def test_tools_of_agents_are_a_beta_and_stay_unpublished() -> None:
    tools = [action for action in all_actions() if action.tool is not None]
    assert {tool.name for tool in tools} == {"get_brief", "enrich_record", "propose_next_step"}
    assert not any(render_hsmeta(tool)["config"]["isPublished"] for tool in tools)
    for tool in tools:
        client = render_hsmeta(tool)["config"]["supportedClients"][0]
        assert client["client"] == "AGENTS"
        told = client["llmConfig"]["actionDescription"]
        assert "Use this" in told
        assert "Do not use" in told or "never" in told


def test_workflow_actions_are_published_for_workflows_only() -> None:
    actions = [render_hsmeta(action)["config"] for action in all_actions() if action.tool is None]
    assert len(actions) == 4
    assert all(action["isPublished"] and action["supportedClients"] == [{"client": "WORKFLOWS"}] for action in actions)
