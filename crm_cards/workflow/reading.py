"""What HubSpot sends to a workflow action or an agent tool, read by the action's own definition. Pure.

Strict: a field that is not what it should be is refused with its path. Inputs nobody declared are passed over, since HubSpot keeps sending those of
older versions of an action.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from crm_cards.workflow.base import ActionDefinition, InputField
from integration.core.taming import Tamed
from integration.hubspot.objects import COMPANIES, CONTACTS
from integration.pipeline.workflow.base import AGENTS, WORKFLOWS, Asked

DEALS: Final = "deals"
OBJECT_TYPES: Final = {"CONTACT": CONTACTS, "COMPANY": COMPANIES, "DEAL": DEALS, "0-1": CONTACTS, "0-2": COMPANIES, "0-3": DEALS}
"""HubSpot's words for enrolled records, and ours."""
_LONGEST_CALLBACK_ID: Final = 200
_LONGEST_INPUT: Final = 4_000
_OWNER_PROPERTY: Final = "hubspot_owner_id"


@dataclass(frozen=True)
class OptionsAsked:
    """Which input's choices are wanted, the words to search for, and where the page starts."""

    portal_id: int
    field: str
    query: str
    after: str


def portal_id_of(body: Tamed) -> int:
    return body.at("origin").at("portalId").positive()


def read_execution(definition: ActionDefinition, body: Tamed) -> Asked:
    """One execution of a workflow action. Raises BadPayload with the path of what is wrong."""
    record = body.at("object")
    object_type = _object_type(definition, record.at("objectType"))
    return Asked(
        portal_id=portal_id_of(body),
        callback_id=_callback_id(body.at("callbackId")),
        action=definition.name,
        source=WORKFLOWS,
        object_type=object_type,
        object_id=str(record.at("objectId").positive()),
        inputs=read_inputs(definition, _inputs_of(body)),
        current_owner_id=_current_owner(record),
    )


def read_tool_call(definition: ActionDefinition, body: Tamed) -> Asked:
    """One call of an agent tool: the record is named by inputs. A callback id is taken where there is one."""
    inputs = read_inputs(definition, _inputs_of(body))
    callback = body.at("callbackId")
    return Asked(
        portal_id=portal_id_of(body),
        callback_id=_callback_id(callback) if callback.present else "",
        action=definition.name,
        source=AGENTS,
        object_type=str(inputs["object_type"]),
        object_id=str(_inputs_of(body).at("record_id").positive()),
        inputs=inputs,
    )


def read_options_request(definition: ActionDefinition, body: Tamed) -> OptionsAsked:
    """Raises BadPayload for an input whose choices we do not name."""
    name = body.at("inputFieldName")
    field = name.text()
    if field not in {one.name for one in definition.inputs if one.fetches_options}:
        raise name.refusal("should be an input with choices of ours")
    fetch = body.at("fetchOptions")
    query, after = (fetch.at("q").loose_text(), fetch.at("after").loose_text()) if fetch.present else ("", "")
    return OptionsAsked(portal_id_of(body), field, query[:_LONGEST_INPUT], after)


def read_inputs(definition: ActionDefinition, given: Tamed) -> dict[str, Any]:
    """The values filled in, by input; what was left empty is missing. Raises BadPayload."""
    values: dict[str, Any] = {}
    for field in definition.inputs:
        value = given.at(field.name)
        if not value.present or value.value == "":
            if field.is_required:
                raise value.refusal("is needed")
            continue
        values[field.name] = _value(field, value)
    return values


def _value(field: InputField, value: Tamed) -> Any:
    if field.type == "bool":
        return _flag(value)
    if field.type == "number":
        return value.whole()
    if field.widget == "checkbox":
        return _several(value)
    text = str(value.whole()) if type(value.value) is int else value.text()
    if len(text) > _LONGEST_INPUT:
        raise value.refusal("is too long")
    if field.options and text not in {option.value for option in field.options}:
        raise value.refusal(f"should be one of {', '.join(option.value for option in field.options)}")
    return text


def _several(value: Tamed) -> list[str]:
    """Several choices: HubSpot joins them with semicolons, and a list is taken too."""
    parts = [one.text() for one in value.items()] if isinstance(value.value, list) else value.loose_text().split(";")
    if sum(map(len, parts)) > _LONGEST_INPUT * 10:
        raise value.refusal("is too long")
    return list(dict.fromkeys(part.strip() for part in parts if part.strip()))


def _flag(value: Tamed) -> bool:
    if value.value in ("true", "false"):
        return value.value == "true"
    return value.flag()


def _inputs_of(body: Tamed) -> Tamed:
    inputs = body.at("inputFields")
    return inputs if inputs.present else body.at("fields")


def _object_type(definition: ActionDefinition, value: Tamed) -> str:
    found = OBJECT_TYPES.get(value.text().upper())
    if found is None or found not in {OBJECT_TYPES[name] for name in definition.object_types}:
        raise value.refusal(f"should be one of {', '.join(definition.object_types)}")
    return found


def _callback_id(value: Tamed) -> str:
    text = value.text()
    if not 1 <= len(text) <= _LONGEST_CALLBACK_ID:
        raise value.refusal(f"should have 1 to {_LONGEST_CALLBACK_ID} characters")
    return text


def _current_owner(record: Tamed) -> str | None:
    properties = record.at("properties")
    if not properties.present:
        return None
    value = properties.at(_OWNER_PROPERTY)
    if isinstance(value.value, dict):  # some payloads wrap each value
        value = value.at("value")
    return value.loose_text().strip() or None
