"""Whether a rule can hold for a property as the portal has it. Pure; every objection names the property and says what to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from integration.core.countries import country_code
from integration.core.errors import BadInput
from integration.hubspot.objects import PropertyDefinition
from integration.pipeline.definitions.catalog_store import Catalog
from integration.pipeline.definitions.fitting import WRITABLE_TYPES, Sense
from integration.pipeline.definitions.industries import EVERYDAY_INDUSTRIES, standard_industries
from integration.pipeline.definitions.names import ROUTING_NAMES, own_names
from integration.pipeline.definitions.options import folded, match_option
from integration.pipeline.policy import FOREIGN_CONFIDENCE_RATIO, ROUTING_FIELDS, Rule, WritePolicy
from integration.pipeline.standard_properties import StandardProperty, find_standard, standard_names

_TYPES: Final[Mapping[Sense, frozenset[str]]] = {
    Sense.PLAIN: frozenset({"string", "enumeration"}),
    Sense.NUMBER: frozenset({"number", "string"}),
    Sense.AMOUNT_USD: frozenset({"number", "string"}),
    Sense.YEAR: frozenset({"number", "string"}),
    Sense.COUNTRY: frozenset({"string", "enumeration"}),
    Sense.INDUSTRY: frozenset({"string", "enumeration"}),
    Sense.PHONE: frozenset({"string", "phone_number"}),
}
"""The types of property into which a finding of this kind goes."""
_FOUND_ONLY: Final = frozenset({WritePolicy.IF_NEWER, WritePolicy.IF_MORE_CERTAIN})
MOST_MARGIN_RATIO: Final = 1.0 - FOREIGN_CONFIDENCE_RATIO


def check_rule(object_type: str, name: str, rule: Rule, catalog: Catalog, *, currency: str) -> None:
    """Raises BadInput when the rule cannot hold. `currency` is what the portal counts in. A rule that only closes a property always may."""
    _check_margin(name, rule)
    if name in ROUTING_FIELDS:
        _check_routing(object_type, name, rule)
    elif rule.is_open:
        raise BadInput(f'"{name}" is no routing field, so there is nothing to open. Leave that out.')
    elif name in own_names(object_type):
        if rule.policy in _FOUND_ONLY:
            raise BadInput(f'"{name}" is computed by Leadlight and has no age or certainty. Choose always, if_blank or never.')
    elif find_standard(object_type, name) is None:
        known = ", ".join([*standard_names(object_type), *ROUTING_NAMES.get(object_type, ())])
        raise BadInput(f'Leadlight has nothing to put into the property "{name}" of {object_type}. It can fill: {known}.')
    if rule.policy is WritePolicy.NEVER:
        return
    problem = problem_of(object_type, name, catalog, currency=currency)
    if problem is not None:
        raise BadInput(problem)


def problem_of(object_type: str, name: str, catalog: Catalog, *, currency: str) -> str | None:
    """Why nothing can be written into the property as the portal has it, in a sentence with what to do; None when it can."""
    definition = catalog.find(name)
    if definition is None or definition.archived:
        return f'The property "{name}" does not exist in this account, or was archived. Restore it in HubSpot (Settings, Properties) first.'
    if definition.is_calculated:
        return f'HubSpot works out "{name}" itself, so nothing can be written there. Set its policy to never.'
    if definition.is_read_only:
        return f'Apps cannot change "{name}" in this account. Set its policy to never.'
    if definition.type not in WRITABLE_TYPES:
        return f'"{name}" has the type {definition.type}, which Leadlight cannot write. Set its policy to never.'
    standard = find_standard(object_type, name)
    return None if standard is None else _standard_problem(standard, definition, currency)


def _standard_problem(standard: StandardProperty, definition: PropertyDefinition, currency: str) -> str | None:
    allowed = _TYPES[standard.sense]
    if definition.type not in allowed:
        wanted = " or ".join(sorted(allowed))
        return f'"{standard.name}" has the type {definition.type} in this account, but the finding needs {wanted}. Set its policy to never.'
    if standard.sense is Sense.AMOUNT_USD and currency != "USD":
        return (
            f'"{standard.name}" counts in {currency} in this account, and Leadlight finds US dollars, which it does not convert. '
            "Set its policy to never."
        )
    if definition.type == "enumeration" and not _has_matching_option(standard.sense, definition):
        return (
            f'"{standard.name}" has no option that a finding could match. '
            "Add options in HubSpot (Settings, Properties), or set its policy to never."
        )
    return None


def _has_matching_option(sense: Sense, definition: PropertyDefinition) -> bool:
    shown = [(value, label) for value, label in definition.options if value not in definition.hidden_options]
    if definition.has_external_options:
        return True
    if sense is Sense.COUNTRY:
        return any(country_code(value) or country_code(label) for value, label in shown)
    if sense is Sense.INDUSTRY:
        words = {*map(folded, standard_industries()), *EVERYDAY_INDUSTRIES}
        return any(
            match_option(definition, value).state == "matched" for value, label in shown if {folded(value), folded(label)} & words
        )
    return bool(shown)


def _check_margin(name: str, rule: Rule) -> None:
    if rule.margin_ratio is None:
        return
    if rule.policy is not WritePolicy.IF_MORE_CERTAIN:
        raise BadInput(f'A margin only means something under if_more_certain. Leave it out for "{name}", or choose that policy.')
    if not 0 <= rule.margin_ratio <= MOST_MARGIN_RATIO:
        raise BadInput(
            f'The margin for "{name}" must be between 0 and {MOST_MARGIN_RATIO:.1f}: another app\'s value counts as '
            f"{FOREIGN_CONFIDENCE_RATIO:.0%} certain, and nothing is more than certain."
        )


def _check_routing(object_type: str, name: str, rule: Rule) -> None:
    if name not in ROUTING_NAMES.get(object_type, ()):
        raise BadInput(f'Leadlight does not work on the routing field "{name}" of {object_type}; it stays closed.')
    if rule.policy is not WritePolicy.NEVER and not rule.is_open:
        raise BadInput(
            f'"{name}" routes records and is closed. Open it expressly if Leadlight may write it, or set its policy to never.'
        )
    if rule.policy in _FOUND_ONLY:
        raise BadInput(f'"{name}" is decided, not found, so it has no age or certainty. Choose always, if_blank or never.')
