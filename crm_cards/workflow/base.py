"""What a workflow action declares about itself: where it is called, what goes in and comes out, and every word HubSpot shows about it.

Declares only: `render.py` writes the file HubSpot reads, `endpoint.py` reads inputs by these definitions, and what is done lies in the pipeline.
Source: https://developers.hubspot.com/docs/apps/developer-platform/add-features/custom-workflow-actions and
https://developers.hubspot.com/docs/apps/developer-platform/add-features/agent-tools/reference (read 2026-12).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

ACTIONS_PATH: Final = "/workflow-actions"
TOOLS_PATH: Final = "/agent-tools"

FieldType = Literal["string", "number", "bool", "enumeration"]
Widget = Literal["text", "textarea", "number", "select", "checkbox", "booleancheckbox"]
ValueType = Literal["STATIC_VALUE", "OBJECT_PROPERTY"]
ToolType = Literal["GET_DATA", "GENERATE", "TAKE_ACTION"]


@dataclass(frozen=True)
class Option:
    """One value of a choice, as stored and as shown."""

    value: str
    label: str


@dataclass(frozen=True)
class InputField:
    """What a person fills in. With `fetches_options` HubSpot asks us for the choices; with `references_owner` it offers the account's owners."""

    name: str
    label: str
    description: str
    type: FieldType
    widget: Widget
    options: tuple[Option, ...] = ()
    fetches_options: bool = False
    references_owner: bool = False
    is_required: bool = False
    value_types: tuple[ValueType, ...] = ("STATIC_VALUE",)


@dataclass(frozen=True)
class OutputField:
    """What later steps of the workflow may use. With `references_owner` the value is the id of an owner."""

    name: str
    label: str
    type: FieldType
    widget: Widget | None = None
    options: tuple[Option, ...] = ()
    references_owner: bool = False


@dataclass(frozen=True)
class ExecutionRule:
    """The sentence that HubSpot's history shows when every output in `conditions` has the value given. `message` may name {{outputs}}."""

    name: str
    conditions: Mapping[str, str]
    message: str


@dataclass(frozen=True)
class AgentTool:
    """What a model is told about the tool: when to use it, when not, what comes back, and its limits."""

    type: ToolType
    description: str


@dataclass(frozen=True)
class ActionDefinition:
    """One action. `card_content` stands on its card in the workflow and may name {{inputs}}; `tool` makes it a tool of agents instead."""

    name: str
    title: str
    description: str
    card_content: str
    object_types: tuple[str, ...]
    """In HubSpot's upper case. Empty: no record is enrolled, as with agents."""
    inputs: tuple[InputField, ...]
    outputs: tuple[OutputField, ...]
    rules: tuple[ExecutionRule, ...] = ()
    requested_properties: tuple[str, ...] = ()
    """Properties of the enrolled record that HubSpot sends along."""
    tool: AgentTool | None = None
    is_published: bool = True

    @property
    def uid(self) -> str:
        """Names the component for good: a new uid is a new action to HubSpot, and workflows lose the old one."""
        return f"leadlight_{'tool' if self.tool else 'action'}_{self.name}"

    @property
    def path(self) -> str:
        return f"{TOOLS_PATH if self.tool else ACTIONS_PATH}/{self.name}"

    @property
    def options_path(self) -> str:
        return f"{self.path}/options"


STATE_OPTIONS: Final = (
    Option("done", "Done"),
    Option("stored", "From what was known already"),
    Option("over_budget", "A budget is used up"),
    Option("dry_run", "Dry run: nothing was written"),
    Option("failed", "Failed"),
    Option("expired", "Not done in time"),
)
STATE: Final = OutputField("state", "Outcome", "enumeration", "select", STATE_OPTIONS)
MESSAGE: Final = OutputField("message", "Outcome in words", "string", "textarea")
HEAT: Final = OutputField(
    "heat",
    "Heat",
    "enumeration",
    "select",
    (
        Option("hot", "Hot"),
        Option("warm", "Warm"),
        Option("cold", "Cold"),
        Option("not_enough_evidence", "Not enough evidence"),
    ),
)
PRIORITY: Final = OutputField("priority", "Priority (0 to 100)", "number", "number")
ICP_FIT: Final = OutputField("icp_fit", "ICP fit (0 to 100)", "number", "number")
HEADLINE: Final = OutputField("headline", "Brief in one line", "string", "text")

MAX_WAIT: Final = InputField(
    "max_wait",
    "Wait at most",
    "How long the workflow waits for the result. After that it goes on without it; the record is looked at all the same.",
    "enumeration",
    "select",
    (Option("PT15M", "15 minutes"), Option("PT1H", "1 hour"), Option("P1D", "1 day")),
)

FAILED_RULE: Final = ExecutionRule("failed", {"state": "failed"}, "Leadlight could not do it: {{message}}")
WAITED_RULES: Final = (
    ExecutionRule("stored", {"state": "stored"}, "Leadlight answered with what it knew already. {{message}}"),
    ExecutionRule("over_budget", {"state": "over_budget"}, "Leadlight answered with what was known: a budget is used up."),
    ExecutionRule("dry_run", {"state": "dry_run"}, "Leadlight is in dry run: it looked at the record and wrote nothing."),
    ExecutionRule("expired", {"state": "expired"}, "Leadlight was not done in time; the workflow went on without the result."),
    FAILED_RULE,
)

RECORD_INPUTS: Final = (
    InputField(
        "object_type",
        "Kind of record",
        "contacts or companies.",
        "enumeration",
        "select",
        (Option("contacts", "Contact"), Option("companies", "Company")),
        is_required=True,
    ),
    InputField("record_id", "Record id", "HubSpot's id of the record: digits only.", "string", "text", is_required=True),
)
"""How an agent names a record: it has none enrolled."""
