"""The workflow action that chooses an owner in fair turns. It writes nothing: the workflow's next step sets the owner from the output."""

from __future__ import annotations

from typing import Final

from crm_cards.workflow.base import FAILED_RULE, MESSAGE, ActionDefinition, ExecutionRule, InputField, Option, OutputField

OWNERS: Final = "owners"
TEAM: Final = "team"
KEEP_CURRENT: Final = "keep_current"

ACTION: Final = ActionDefinition(
    name="route",
    title="Choose an owner with Leadlight",
    description="Chooses the owner who got the fewest records in the last 30 days. Set the owner in the next step, from this one's output.",
    card_content="Choose an owner among {{owners}} {{team}}",
    object_types=("CONTACT", "COMPANY", "DEAL"),
    inputs=(
        InputField(
            OWNERS,
            "Owners to choose from",
            "Leave empty to choose among everybody of the team, or among all active owners.",
            "enumeration",
            "checkbox",
            fetches_options=True,
        ),
        InputField(
            TEAM,
            "Team",
            "Only owners in this team are chosen. Leave empty for all teams.",
            "enumeration",
            "select",
            fetches_options=True,
        ),
        InputField(
            KEEP_CURRENT,
            "Keep the present owner",
            "A record that has an active owner keeps that one, whoever's turn it is.",
            "bool",
            "booleancheckbox",
        ),
    ),
    outputs=(
        OutputField(
            "state",
            "Outcome",
            "enumeration",
            "select",
            (Option("chosen", "Chosen"), Option("kept", "Present owner kept"), Option("failed", "Nobody to choose")),
        ),
        MESSAGE,
        OutputField("owner_id", "Owner", "enumeration", references_owner=True),
        OutputField("owner_name", "Name of the owner", "string", "text"),
        OutputField("reason", "Why this owner", "string", "textarea"),
    ),
    rules=(
        ExecutionRule("chosen", {"state": "chosen"}, "Leadlight chose {{owner_name}}: {{reason}}"),
        ExecutionRule("kept", {"state": "kept"}, "Leadlight kept {{owner_name}}: {{reason}}"),
        FAILED_RULE,
    ),
    requested_properties=("hubspot_owner_id",),
)
