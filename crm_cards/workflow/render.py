"""A definition as the `*-hsmeta.json` file that HubSpot reads when the project is uploaded. Pure.

Source: https://developers.hubspot.com/docs/apps/developer-platform/add-features/custom-workflow-actions (read 2026-12).
"""

from __future__ import annotations

from typing import Any, Final

from crm_cards.workflow.base import ActionDefinition, InputField, OutputField
from integration.hubspot.manifest import APP_NAME

PUBLIC_URL: Final = "${PUBLIC_URL}"
"""The profile of the uploaded project fills it in."""


def render_hsmeta(definition: ActionDefinition, public_url: str = PUBLIC_URL) -> dict[str, Any]:
    """The file's JSON. `public_url` is where HubSpot reaches us, without a slash at the end."""
    config: dict[str, Any] = {
        "actionUrl": f"{public_url}{definition.path}",
        "isPublished": definition.is_published,
        "supportedClients": [_client(definition)],
        "objectTypes": list(definition.object_types),
        "inputFields": [_input(definition, field, public_url) for field in definition.inputs],
        "outputFields": [{"typeDefinition": _type(field)} for field in definition.outputs],
        "labels": {"en": _labels(definition)},
    }
    if definition.requested_properties:
        config["objectRequestOptions"] = {"properties": list(definition.requested_properties)}
    if definition.rules:
        config["executionRules"] = [{"labelName": rule.name, "conditions": dict(rule.conditions)} for rule in definition.rules]
    return {"uid": definition.uid, "type": "workflow-action", "config": config}


def _client(definition: ActionDefinition) -> dict[str, Any]:
    tool = definition.tool
    if tool is None:
        return {"client": "WORKFLOWS"}
    return {"client": "AGENTS", "toolType": tool.type, "llmConfig": {"actionDescription": tool.description}}


def _input(definition: ActionDefinition, field: InputField, public_url: str) -> dict[str, Any]:
    type_definition = _type(field)
    if field.fetches_options:
        type_definition["optionsUrl"] = f"{public_url}{definition.options_path}"
    return {
        "typeDefinition": type_definition,
        "supportedValueTypes": list(field.value_types),
        "isRequired": field.is_required,
    }


def _type(field: InputField | OutputField) -> dict[str, Any]:
    shown: dict[str, Any] = {"name": field.name, "type": field.type}
    if field.widget is not None:
        shown["fieldType"] = field.widget
    if field.options:
        shown["options"] = [{"value": option.value, "label": option.label} for option in field.options]
    if field.references_owner:
        shown["referencedObjectType"] = "OWNER"
    return shown


def _labels(definition: ActionDefinition) -> dict[str, Any]:
    labels: dict[str, Any] = {
        "actionName": definition.title,
        "actionDescription": definition.description,
        "actionCardContent": definition.card_content,
        "appDisplayName": APP_NAME,
        "inputFieldLabels": {field.name: field.label for field in definition.inputs},
        "inputFieldDescriptions": {field.name: field.description for field in definition.inputs},
        "outputFieldLabels": {field.name: field.label for field in definition.outputs},
    }
    options = {field.name: {option.value: option.label for option in field.options} for field in definition.inputs if field.options}
    if options:
        labels["inputFieldOptionLabels"] = options
    if definition.rules:
        labels["executionRules"] = {rule.name: rule.message for rule in definition.rules}
    return labels
