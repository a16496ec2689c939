"""The workflow action that has a record enriched, scored and briefed, and waits until that is done."""

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
    name="enrich",
    title="Enrich with Leadlight",
    description="Looks the record up at your providers, writes what was found by your policies, scores it and writes its brief.",
    card_content="Enrich the record, wait at most {{max_wait}}",
    object_types=("CONTACT", "COMPANY"),
    inputs=(MAX_WAIT,),
    outputs=(
        STATE,
        MESSAGE,
        OutputField("values_written", "Values written", "number", "number"),
        HEAT,
        PRIORITY,
        ICP_FIT,
        HEADLINE,
    ),
    rules=(ExecutionRule("done", {"state": "done"}, "Leadlight wrote {{values_written}} values. {{headline}}"), *WAITED_RULES),
)
