"""Which properties belong into the catalog of an object type: our own, those we can fill, and the routing fields an admin may open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from integration.hubspot.objects import COMPANIES, CONTACTS, DEALS
from integration.pipeline.decisions import declared_properties
from integration.pipeline.standard_properties import standard_names

ROUTING_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    CONTACTS: ("hubspot_owner_id", "lifecyclestage", "hs_lead_status"),
    COMPANIES: ("hubspot_owner_id", "lifecyclestage", "hs_lead_status"),
    DEALS: ("hubspot_owner_id", "dealstage"),
}
"""The routing fields of the object types we work on."""


def own_names(object_type: str) -> list[str]:
    """Every property of ours that the object type has."""
    return [entry.name for entry in declared_properties() if object_type in entry.object_types]


def catalog_names(object_type: str) -> Sequence[str]:
    """The names, each once. A type we do not work on has none."""
    return [*own_names(object_type), *standard_names(object_type), *ROUTING_NAMES.get(object_type, ())]
