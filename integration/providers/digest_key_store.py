"""Each portal's own key for digests of people: random, sealed under LEADLIGHT_KEYS, gone with the portal's purge.

A key of its own outlives a change of LEADLIGHT_KEYS (it is only sealed anew), so that whoever was erased is still recognised afterwards.
"""

from __future__ import annotations

from sqlalchemy import Connection, select, update
from sqlalchemy.dialects.postgresql import insert

from integration.core.crypto import SecretBox
from integration.core.digests import Digester, new_digest_key
from integration.db.models import DigestKeyRow


class DigestKeyStore:
    """Rows of `digest_key`. Not cached: a purged portal that comes back has another key, and all processes must use the same."""

    def __init__(self, box: SecretBox) -> None:
        self._box = box

    def find(self, connection: Connection, *, portal_id: int) -> Digester | None:
        """None while the portal has no key, and so no digest either."""
        sealed = connection.scalar(select(DigestKeyRow.sealed_key).where(DigestKeyRow.portal_id == portal_id))
        return None if sealed is None else Digester(self._box.open(sealed, bound_to=_place(portal_id)))

    def obtain(self, connection: Connection, *, portal_id: int) -> Digester:
        """The portal's digester; its key is made on first use. Of two who make it at once one waits and takes the other's."""
        found = self.find(connection, portal_id=portal_id)
        if found is not None:
            return found
        sealed = self._box.seal(new_digest_key(), bound_to=_place(portal_id))
        connection.execute(insert(DigestKeyRow).values(portal_id=portal_id, sealed_key=sealed).on_conflict_do_nothing())
        made = self.find(connection, portal_id=portal_id)
        if made is None:
            raise LookupError("a key that was just stored is there")
        return made

    def rotate(self, connection: Connection, *, portal_id: int) -> int:
        """Seal the key anew under the first of LEADLIGHT_KEYS; the digests stay what they are. Gives how many keys: 0 or 1."""
        sealed = connection.scalar(select(DigestKeyRow.sealed_key).where(DigestKeyRow.portal_id == portal_id).with_for_update())
        if sealed is None:
            return 0
        connection.execute(
            update(DigestKeyRow).where(DigestKeyRow.portal_id == portal_id).values(sealed_key=self._box.rotate(sealed))
        )
        return 1


def _place(portal_id: int) -> str:
    return f"digest_key.sealed_key:{portal_id}"
