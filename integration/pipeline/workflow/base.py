"""What HubSpot asked of a workflow action or an agent tool, and what we answer. Values only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final, Literal

WORKFLOWS: Final = "WORKFLOWS"
AGENTS: Final = "AGENTS"
Source = Literal["WORKFLOWS", "AGENTS"]

SUCCESS: Final = "SUCCESS"
FAIL_CONTINUE: Final = "FAIL_CONTINUE"
BLOCK: Final = "BLOCK"
Verdict = Literal["SUCCESS", "FAIL_CONTINUE", "BLOCK"]

LONGEST_WAIT: Final[Mapping[str, timedelta]] = {
    "PT15M": timedelta(minutes=15),
    "PT1H": timedelta(hours=1),
    "P1D": timedelta(days=1),
}
"""The choices of the input `max_wait`, as HubSpot writes durations (ISO 8601)."""
DEFAULT_WAIT: Final = "PT1H"

_VERDICT_FIELD: Final = "hs_execution_state"
_EXPIRATION_FIELD: Final = "hs_expiration_duration"

Outputs = Mapping[str, str | int | float]


@dataclass(frozen=True)
class Asked:
    """One execution. `object_id` "" where no record is needed; `current_owner_id` None where HubSpot sent none.

    `inputs` are as the action declares them, read and of the right type; one that was not filled in is missing.
    """

    portal_id: int
    callback_id: str
    action: str
    source: Source
    object_type: str
    object_id: str
    inputs: Mapping[str, Any] = field(default_factory=dict)
    current_owner_id: str | None = None

    @property
    def max_wait(self) -> str:
        return str(self.inputs.get("max_wait") or DEFAULT_WAIT)


@dataclass(frozen=True)
class Answer:
    """What HubSpot is told: done, failed but go on, or wait for us (`wait` is for how long, in HubSpot's spelling)."""

    verdict: Verdict
    outputs: Outputs = field(default_factory=dict)
    wait: str = ""

    def output_fields(self) -> dict[str, str | int | float]:
        """The `outputFields` of HubSpot's contract."""
        fields: dict[str, str | int | float] = {**self.outputs, _VERDICT_FIELD: self.verdict}
        if self.verdict == BLOCK:
            fields[_EXPIRATION_FIELD] = self.wait
        return fields

    @classmethod
    def from_output_fields(cls, fields: Mapping[str, Any]) -> Answer:
        """The answer again from what was stored of it."""
        outputs = {name: value for name, value in fields.items() if name not in (_VERDICT_FIELD, _EXPIRATION_FIELD)}
        return cls(fields[_VERDICT_FIELD], outputs, str(fields.get(_EXPIRATION_FIELD, "")))


def refusal(message: str, state: str = "failed") -> Answer:
    """It could not be done, in words; the workflow goes on."""
    return Answer(FAIL_CONTINUE, {"state": state, "message": message})
