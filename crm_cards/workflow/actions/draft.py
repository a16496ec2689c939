"""The workflow action that gives a contact's drafted outreach sequence. Nothing is sent: a person approves it in the record's card."""

from __future__ import annotations

from typing import Final

from crm_cards.workflow.base import (
    MAX_WAIT,
    MESSAGE,
    STATE,
    WAITED_RULES,
    ActionDefinition,
    ExecutionRule,
    Option,
    OutputField,
)

ACTION: Final = ActionDefinition(
    name="draft",
    title="Draft outreach with Leadlight",
    description="Drafts an outreach sequence from what is known, or says what is missing. Nothing is sent; a person approves it.",
    card_content="Draft outreach, wait at most {{max_wait}}",
    object_types=("CONTACT",),
    inputs=(MAX_WAIT,),
    outputs=(
        STATE,
        MESSAGE,
        OutputField(
            "draft_state",
            "Draft",
            "enumeration",
            "select",
            (
                Option("drafted", "Drafted"),
                Option("refused", "Refused: facts are missing"),
                Option("approved", "Approved"),
                Option("rejected", "Rejected"),
                Option("none", "No draft"),
            ),
        ),
        OutputField("refusal", "Why there is no draft", "string", "textarea"),
        OutputField("subject", "Subject of the first message", "string", "text"),
        OutputField("steps", "Number of messages", "number", "number"),
    ),
    rules=(
        ExecutionRule("refused", {"state": "done", "draft_state": "refused"}, "Leadlight drafts nothing: {{refusal}}"),
        ExecutionRule("done", {"state": "done"}, "Leadlight drafted {{steps}} messages. Nothing was sent."),
        *WAITED_RULES,
    ),
)
