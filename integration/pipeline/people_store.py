"""Who the people behind contacts are, as keyed digests only: to find what was cached about them, and to know an erased person again.

Address and profile tell a person apart wherever they turn up; name and employer do not, so those only lead to cached answers and never block.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, Text, delete, func, literal, select, update
from sqlalchemy.dialects.postgresql import insert

from integration.db.models.people import PersonDigestRow
from integration.hubspot.objects import CONTACTS
from integration.pipeline.rowset_store import Columns, rows_as_table
from integration.providers.digest_key_store import DigestKeyStore
from integration.providers.questions import identity_id

Identities = Mapping[str, frozenset[str]]
"""Contact id: the identities of the person, as `providers.questions.identities` spells them ("email|...")."""

_TELLING: Final = ("email", "linkedin")
_COLUMNS: Final[Columns] = {"object_id": Text(), "digest": Text(), "kind": Text()}


class PeopleStore:
    """Rows of `person_digest`."""

    def __init__(self, digest_keys: DigestKeyStore) -> None:
        self._digest_keys = digest_keys

    def meet(self, connection: Connection, *, portal_id: int, people: Identities) -> frozenset[str]:
        """The contacts whose person was erased before, under whatever id; the others are remembered. Two statements for any number."""
        known = {object_id: identities for object_id, identities in people.items() if identities}
        if not known:
            return frozenset()
        digester = self._digest_keys.obtain(connection, portal_id=portal_id)
        rows = [
            {"object_id": object_id, "digest": digester.of(identity_id(identity)), "kind": identity.partition("|")[0]}
            for object_id, identities in sorted(known.items())
            for identity in sorted(identities)
        ]
        met = rows_as_table("met", _COLUMNS, rows)
        tomb = PersonDigestRow
        barred = frozenset(
            connection.scalars(
                select(met.c.object_id)
                .join(tomb, (tomb.digest == met.c.digest) & (tomb.portal_id == portal_id) & tomb.erased_at.is_not(None))
                .distinct()
            )
        )
        welcome = select(literal(portal_id), literal(CONTACTS), met.c.object_id, met.c.digest, met.c.kind).where(
            met.c.object_id.not_in(barred)
        )
        names = ["portal_id", "object_type", "object_id", "digest", "kind"]
        connection.execute(insert(tomb).from_select(names, welcome).on_conflict_do_nothing())
        return barred

    @staticmethod
    def entomb(connection: Connection, *, portal_id: int, object_type: str, object_ids: Sequence[str], now: datetime) -> list[str]:
        """Turn what is remembered of these people into tombstones. Gives all their digests, by which cached answers are found.

        A tombstone that was there before keeps its moment; digests of a name and an employer, which others may share, go.
        """
        ours = (
            PersonDigestRow.portal_id == portal_id,
            PersonDigestRow.object_type == object_type,
            PersonDigestRow.object_id.in_(object_ids),
        )
        digests = list(connection.scalars(select(PersonDigestRow.digest).where(*ours)))
        connection.execute(delete(PersonDigestRow).where(*ours, PersonDigestRow.kind.not_in(_TELLING)))
        connection.execute(update(PersonDigestRow).where(*ours, PersonDigestRow.erased_at.is_(None)).values(erased_at=now))
        return digests

    @staticmethod
    def forget(connection: Connection, *, portal_id: int, object_ids: Sequence[str]) -> list[str]:
        """Drop what is remembered of these contacts, but no tombstone. Gives their digests."""
        return list(
            connection.scalars(
                delete(PersonDigestRow)
                .where(
                    PersonDigestRow.portal_id == portal_id,
                    PersonDigestRow.object_type == CONTACTS,
                    PersonDigestRow.object_id.in_(object_ids),
                    PersonDigestRow.erased_at.is_(None),
                )
                .returning(PersonDigestRow.digest)
            )
        )

    def lift(self, connection: Connection, *, portal_id: int, identity: str) -> int:
        """Take away the tombstones of the person with this identity, and of their other identities. Gives how many erased contacts they had.

        The ids of the erased contacts stay erased; a contact that carries the address again is worked on like any other.
        """
        digester = self._digest_keys.find(connection, portal_id=portal_id)
        if digester is None:
            return 0
        of_portal = (PersonDigestRow.portal_id == portal_id, PersonDigestRow.erased_at.is_not(None))
        whose = select(PersonDigestRow.object_id).where(*of_portal, PersonDigestRow.digest == digester.of(identity_id(identity)))
        object_ids = set(connection.scalars(whose))
        if object_ids:
            connection.execute(delete(PersonDigestRow).where(*of_portal, PersonDigestRow.object_id.in_(object_ids)))
        return len(object_ids)

    @staticmethod
    def recognised_count(connection: Connection, *, portal_id: int) -> int:
        """How many erased contacts would be known again by their address or profile."""
        count = select(func.count(PersonDigestRow.object_id.distinct())).where(
            PersonDigestRow.portal_id == portal_id, PersonDigestRow.erased_at.is_not(None)
        )
        return connection.scalar(count) or 0
