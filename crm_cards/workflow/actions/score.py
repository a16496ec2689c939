"""The workflow action that gives a record's scores: at once when they are fresh, else after the record was looked at."""

from __future__ import annotations

from typing import Final

from crm_cards.workflow.base import (
    HEADLINE,
    HEAT,
    ICP_FIT,
    MAX_WAIT,
    MESSAGE,
    PRIORITY,
    STATE,
    WAITED_RULES,
    ActionDefinition,
    ExecutionRule,
    OutputField,
)

ACTION: Final = ActionDefinition(
    name="score",
    title="Score with Leadlight",
    description="Gives the record's heat, priority and ICP fit. A record not looked at for a day is looked at first.",
    card_content="Score the record, wait at most {{max_wait}}",
    object_types=("CONTACT", "COMPANY"),
    inputs=(MAX_WAIT,),
    outputs=(STATE, MESSAGE, HEAT, PRIORITY, ICP_FIT, HEADLINE, OutputField("reasons", "Reasons", "string", "textarea")),
    rules=(ExecutionRule("done", {"state": "done"}, "Leadlight: {{heat}}, priority {{priority}}. {{headline}}"), *WAITED_RULES),
)
