"""Portals' own provider keys, sealed and bound to portal and provider."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects.postgresql import insert

from integration.core.crypto import SecretBox
from integration.core.settings import Secret
from integration.db.models import ProviderKeyRow


class KeysStore:
    """Rows of `provider_key`."""

    def __init__(self, box: SecretBox) -> None:
        self._box = box

    def keys_of(self, connection: Connection, *, portal_id: int) -> Mapping[str, Secret]:
        """The portal's keys by provider. Raises UnreadableSecret when a key was sealed for another place or with a lost master key."""
        rows = connection.execute(
            select(ProviderKeyRow.provider, ProviderKeyRow.sealed_key).where(ProviderKeyRow.portal_id == portal_id)
        )
        return {row.provider: Secret(self._box.open(row.sealed_key, bound_to=_place(portal_id, row.provider))) for row in rows}

    def names_of(self, connection: Connection, *, portal_id: int) -> frozenset[str]:
        """The providers the portal has a key for. Opens none."""
        rows = connection.execute(select(ProviderKeyRow.provider).where(ProviderKeyRow.portal_id == portal_id))
        return frozenset(rows.scalars())

    def save(self, connection: Connection, *, portal_id: int, provider: str, key: Secret) -> None:
        """Sets or replaces the portal's key of one provider."""
        sealed = self._box.seal(key, bound_to=_place(portal_id, provider))
        statement = insert(ProviderKeyRow).values(portal_id=portal_id, provider=provider, sealed_key=sealed)
        connection.execute(
            statement.on_conflict_do_update(
                index_elements=["portal_id", "provider"], set_={"sealed_key": statement.excluded.sealed_key}
            )
        )

    def remove(self, connection: Connection, *, portal_id: int, provider: str | None = None) -> None:
        """Removes one key, or with `provider` None all keys of the portal."""
        statement = delete(ProviderKeyRow).where(ProviderKeyRow.portal_id == portal_id)
        connection.execute(statement if provider is None else statement.where(ProviderKeyRow.provider == provider))

    def rotate(self, connection: Connection, *, portal_id: int) -> int:
        """How many of the portal's keys were sealed again under the first master key."""
        rows = connection.execute(
            select(ProviderKeyRow.provider, ProviderKeyRow.sealed_key).where(ProviderKeyRow.portal_id == portal_id)
        ).all()
        for row in rows:
            self.save(
                connection,
                portal_id=portal_id,
                provider=row.provider,
                key=Secret(self._box.open(row.sealed_key, bound_to=_place(portal_id, row.provider))),
            )
        return len(rows)


def _place(portal_id: int, provider: str) -> str:
    return f"provider_key:{portal_id}:{provider}"
