"""Ready sets of rules for HubSpot's own properties of one object type. Pure.

cautious: none is touched, Leadlight fills its own properties only. fill_blanks: every one we know something for is filled where it is blank.
keep_fresh: what ages (job title, size, industry, city, telephone) is brought up to date when seen later than the standing value was set; what
does not (founding year, country, LinkedIn page) is filled where blank. None lifts the protection of what people and imports set, opens a routing
field, or touches the rules of our own properties.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from typing import Final

from integration.pipeline.policy import Rule, WritePolicy
from integration.pipeline.standard_properties import StandardProperty


class Preset(StrEnum):
    """The ready sets, by name."""

    CAUTIOUS = "cautious"
    FILL_BLANKS = "fill_blanks"
    KEEP_FRESH = "keep_fresh"


def _fresh(entry: StandardProperty) -> WritePolicy:
    return WritePolicy.IF_NEWER if entry.ages else WritePolicy.IF_BLANK


_POLICY: Final[Mapping[Preset, Callable[[StandardProperty], WritePolicy]]] = {
    Preset.CAUTIOUS: lambda _entry: WritePolicy.NEVER,
    Preset.FILL_BLANKS: lambda _entry: WritePolicy.IF_BLANK,
    Preset.KEEP_FRESH: _fresh,
}


def preset_rules(preset: Preset, properties: Iterable[StandardProperty]) -> dict[str, Rule]:
    """The rule of each of these properties under the preset, by name."""
    return {entry.name: Rule(_POLICY[preset](entry)) for entry in properties}
