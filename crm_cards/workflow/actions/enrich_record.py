"""The agents' tool that asks for a record to be looked at anew. It does not wait."""

from __future__ import annotations

from typing import Final

from crm_cards.workflow.base import MESSAGE, RECORD_INPUTS, ActionDefinition, AgentTool, Option, OutputField

ACTION: Final = ActionDefinition(
    name="enrich_record",
    title="Enrich a record with Leadlight",
    description="Puts one contact or company in the queue to be enriched, scored and briefed. It does not wait for the result.",
    card_content="Enrich {{object_type}} {{record_id}}",
    object_types=(),
    inputs=RECORD_INPUTS,
    outputs=(
        OutputField("state", "Outcome", "enumeration", "select", (Option("queued", "In the queue"), Option("failed", "Failed"))),
        MESSAGE,
        OutputField("ask_again_after_s", "Ask again after (seconds)", "number", "number"),
    ),
    tool=AgentTool(
        "TAKE_ACTION",
        "Use this when a contact or company has no Leadlight brief yet, or its brief is old and somebody needs fresh facts. It needs the kind "
        "of record (contacts or companies) and HubSpot's record id. It puts the record in a queue and answers at once that it was queued and "
        "after how many seconds to ask for the brief; it does not give the result. Enriching may cost the account credits with its data "
        "providers, so use it for single records a user cares about, never to work through lists, and not again for the same record before "
        "that time has passed. It changes the record in HubSpot by the account's own policies, unless the account is in dry run. It sends "
        "nothing to anyone. When state is failed, message says why.",
    ),
    is_published=False,
)
