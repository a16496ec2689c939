"""Keeps the owners of each portal as HubSpot last told them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, delete, func, or_, select
from sqlalchemy.dialects.postgresql import insert

from integration.db.models.cards import OwnerRow
from integration.pipeline.owners.directory import OwnerDirectory, OwnerEntry, build_directory


class OwnerStore:
    """Rows of `owner`."""

    def all_of(self, connection: Connection, *, portal_id: int) -> OwnerDirectory:
        """Every owner of the portal."""
        rows = connection.execute(select(OwnerRow.__table__).where(OwnerRow.portal_id == portal_id)).all()
        return build_directory(map(_entry, rows), max((row.fetched_at for row in rows), default=None))

    def among(
        self, connection: Connection, *, portal_id: int, owner_ids: Sequence[str], user_id: str, email: str
    ) -> OwnerDirectory:
        """These owners, and whoever this user may be. Two statements when nobody is found, else one."""
        given = {"portal": portal_id, "owners": list(owner_ids), "user": user_id, "address": email.lower()}
        rows = connection.execute(_AMONG, given).all()
        if not rows:
            return build_directory((), self.fetched_at(connection, portal_id=portal_id))
        return build_directory(map(_entry, rows), max(found.fetched_at for found in rows))

    def fetched_at(self, connection: Connection, *, portal_id: int) -> datetime | None:
        """When HubSpot was last asked; None when never."""
        return connection.execute(select(func.max(OwnerRow.fetched_at)).where(OwnerRow.portal_id == portal_id)).scalar_one()

    def fetched_by_portal(self, connection: Connection) -> Mapping[int, datetime]:
        """All portals: when the owners of each were last asked for, so that the sweep sees whose turn it is."""
        rows = connection.execute(select(OwnerRow.portal_id, func.max(OwnerRow.fetched_at)).group_by(OwnerRow.portal_id))
        return {row[0]: row[1] for row in rows}

    def save(
        self, connection: Connection, *, portal_id: int, entries: Sequence[OwnerEntry], archived_too: bool, now: datetime
    ) -> None:
        """These are the owners now. Who is not among them goes; with `archived_too` False only active ones were asked for, and others stay."""
        row = OwnerRow
        gone = [row.portal_id == portal_id, row.owner_id.not_in([entry.owner_id for entry in entries])]
        if not archived_too:
            gone.append(row.archived.is_(False))
        connection.execute(delete(row).where(*gone))
        if not entries:
            return
        given = insert(row).values([_values(portal_id, entry, now) for entry in sorted(entries, key=lambda one: one.owner_id)])
        changed = {name: given.excluded[name] for name in ("user_id", "email", "name", "team_ids", "archived", "fetched_at")}
        connection.execute(given.on_conflict_do_update(index_elements=[row.portal_id, row.owner_id], set_=changed))


_AMONG: Final = select(OwnerRow.__table__).where(
    OwnerRow.portal_id == bindparam("portal"),
    or_(
        OwnerRow.owner_id.in_(bindparam("owners", expanding=True)),
        OwnerRow.user_id == bindparam("user"),
        OwnerRow.email == bindparam("address"),
    ),
)
"""Built once: cards ask it all day."""


def _values(portal_id: int, entry: OwnerEntry, now: datetime) -> dict[str, Any]:
    return {
        "portal_id": portal_id,
        "owner_id": entry.owner_id,
        "user_id": entry.user_id,
        "email": entry.email,
        "name": entry.name,
        "team_ids": sorted(entry.team_ids),
        "archived": entry.archived,
        "fetched_at": now,
    }


def _entry(row: Row[Any]) -> OwnerEntry:
    return OwnerEntry(row.owner_id, row.user_id, row.email, row.name, frozenset(row.team_ids), row.archived)
