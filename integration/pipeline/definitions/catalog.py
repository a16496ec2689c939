"""The catalog of a portal's live definitions: kept for an hour, read anew at once when HubSpot refuses what it led us to write.

Only the properties we may ever write are in it, so that one call of at most 100 names fetches an object type.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Final, Protocol

from integration.core.clock import Clock
from integration.core.errors import AppError, RateLimited, Unavailable
from integration.db.session import Database
from integration.hubspot.objects import BATCH_LIMIT, PropertyDefinition
from integration.pipeline.alert_store import AlertStore
from integration.pipeline.definitions.catalog_store import Catalog, CatalogStore

MAX_AGE: Final = timedelta(hours=1)
_RESOLVED_BY: Final = "Leadlight: the property was changed in HubSpot"


class DefinitionReader(Protocol):
    """What the catalog needs of a portal's client."""

    def property_definitions(self, object_type: str, names: Sequence[str] = ()) -> Mapping[str, PropertyDefinition]: ...


class Catalogs:
    """Gives catalogs. Owns its transactions, since HubSpot is asked between them."""

    def __init__(self, database: Database, clock: Clock, names_of: Callable[[str], Sequence[str]]) -> None:
        """`names_of` gives the names of the properties of an object type that belong into its catalog."""
        self._database = database
        self._clock = clock
        self._names_of = names_of
        self._store = CatalogStore()
        self._alerts = AlertStore()

    def current(self, client: DefinitionReader, *, portal_id: int, object_type: str) -> Catalog:
        """The catalog, at most an hour old; older while HubSpot cannot be asked. Costs one call an hour.

        Raises the client's AppError when there is none yet and HubSpot could not be asked.
        """
        known = self.known(portal_id=portal_id, object_type=object_type)
        if known is not None and self._clock() - known.fetched_at < MAX_AGE:
            return known
        try:
            return self.refresh(client, portal_id=portal_id, object_type=object_type)
        except (RateLimited, Unavailable):
            if known is None:
                raise
            return known

    def known(self, *, portal_id: int, object_type: str) -> Catalog | None:
        """The catalog as it was stored last, of whatever age; None: never asked."""
        with self._database.begin() as connection:
            return self._store.find(connection, portal_id=portal_id, object_type=object_type)

    def refresh(self, client: DefinitionReader, *, portal_id: int, object_type: str) -> Catalog:
        """The catalog as HubSpot has it now; alerts about what changed meanwhile are closed. One call. Raises the client's AppError."""
        asked_at = self._clock()
        names = self._names_of(object_type)
        if len(names) > BATCH_LIMIT:
            raise AppError(f"The catalog of {object_type} has {len(names)} properties; one call takes {BATCH_LIMIT}.")
        found = client.property_definitions(object_type, names) if names else {}
        catalog = Catalog(object_type, found, asked_at)
        with self._database.begin() as connection:
            known = self._store.find(connection, portal_id=portal_id, object_type=object_type)
            self._store.save(connection, portal_id=portal_id, catalog=catalog)
            self._alerts.resolve_about(
                connection,
                portal_id=portal_id,
                object_type=object_type,
                property_names=[] if known is None else [one for one in names if known.find(one) != catalog.find(one)],
                by=_RESOLVED_BY,
                now=asked_at,
            )
        return catalog
