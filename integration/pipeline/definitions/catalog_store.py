"""Rows of `property_catalog`: what a portal's properties looked like when we asked last."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects.postgresql import insert

from integration.db.models.trust import PropertyCatalogRow
from integration.hubspot.objects import PropertyDefinition


@dataclass(frozen=True)
class Catalog:
    """The definitions of one object type, by name. One that is not here does not exist, or no longer."""

    object_type: str
    definitions: Mapping[str, PropertyDefinition]
    fetched_at: datetime

    def find(self, property_name: str) -> PropertyDefinition | None:
        return self.definitions.get(property_name)


class CatalogStore:
    """One row for each portal and object type."""

    def find(self, connection: Connection, *, portal_id: int, object_type: str) -> Catalog | None:
        row = connection.execute(
            select(PropertyCatalogRow.definitions, PropertyCatalogRow.fetched_at).where(
                PropertyCatalogRow.portal_id == portal_id, PropertyCatalogRow.object_type == object_type
            )
        ).one_or_none()
        if row is None:
            return None
        return Catalog(object_type, {entry["name"]: _definition(entry) for entry in row.definitions}, row.fetched_at)

    def save(self, connection: Connection, *, portal_id: int, catalog: Catalog) -> None:
        """Take the place of what was known. Whoever asked HubSpot later wins."""
        statement = insert(PropertyCatalogRow).values(
            portal_id=portal_id,
            object_type=catalog.object_type,
            definitions=[_plain(entry) for entry in _sorted(catalog.definitions.values())],
            fetched_at=catalog.fetched_at,
        )
        connection.execute(
            statement.on_conflict_do_update(
                index_elements=[PropertyCatalogRow.portal_id, PropertyCatalogRow.object_type],
                set_={"definitions": statement.excluded.definitions, "fetched_at": statement.excluded.fetched_at},
                where=PropertyCatalogRow.fetched_at <= statement.excluded.fetched_at,
            )
        )

    def forget(self, connection: Connection, *, portal_id: int) -> None:
        """The next who needs the definitions asks HubSpot: we changed them ourselves."""
        connection.execute(delete(PropertyCatalogRow).where(PropertyCatalogRow.portal_id == portal_id))


def _sorted(definitions: Iterable[PropertyDefinition]) -> list[PropertyDefinition]:
    return sorted(definitions, key=lambda entry: entry.name)


def _plain(definition: PropertyDefinition) -> dict[str, Any]:
    return {**asdict(definition), "hidden_options": sorted(definition.hidden_options)}


def _definition(entry: Mapping[str, Any]) -> PropertyDefinition:
    options = tuple((value, label) for value, label in entry["options"])
    return PropertyDefinition(**{**entry, "options": options, "hidden_options": frozenset(entry["hidden_options"])})
