"""The rules of one portal and object type with their defaults: what an admin set, else what holds for that kind of property. Pure.

Two ways lead to filling one of HubSpot's own properties: the list `standard_properties` (each gets its default, if_blank) and a rule of its own.
The rule wins; `never` switches a listed property off.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from integration.pipeline.policy import OWN_PREFIX, ROUTING_FIELDS, Rule, WritePolicy

OWN_RULE: Final = Rule(WritePolicy.ALWAYS)
STANDARD_RULE: Final = Rule(WritePolicy.IF_BLANK)
CLOSED_RULE: Final = Rule(WritePolicy.NEVER)


@dataclass(frozen=True)
class RuleBook:
    """`chosen` are the bare names of the standard properties listed for this object type; `stored` what an admin set for each property."""

    chosen: frozenset[str] = frozenset()
    stored: Mapping[str, Rule] = field(default_factory=dict)

    def rule_for(self, property_name: str) -> Rule:
        return self.stored.get(property_name) or self.default_for(property_name)

    def default_for(self, property_name: str) -> Rule:
        """The rule without any of the admin's."""
        if property_name.startswith(OWN_PREFIX):
            return OWN_RULE
        return STANDARD_RULE if property_name in self.chosen - ROUTING_FIELDS else CLOSED_RULE

    def fills(self, property_name: str) -> bool:
        """Whether the property may ever be written."""
        rule = self.rule_for(property_name)
        return rule.policy is not WritePolicy.NEVER and (rule.is_open or property_name not in ROUTING_FIELDS)


def build_rules(object_type: str, listed: Iterable[str] | None, stored: Mapping[str, Rule]) -> RuleBook:
    """The rules of an object type. `listed` holds names as "companies.industry", or "industry" for every type; None: never chosen."""
    names = [name.rpartition(".") for name in listed or ()]
    return RuleBook(frozenset(name for kind, _, name in names if kind in ("", object_type)), stored)
