"""Whether we worked on a record, and whose it was then: what decides who may look at its card."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, bindparam, select

from integration.db.models.results import BriefRow

_OWNER: Final = select(BriefRow.owner_id).where(
    BriefRow.portal_id == bindparam("portal"), BriefRow.object_type == bindparam("type"), BriefRow.object_id == bindparam("record")
)
"""Built once: cards ask it all day."""


@dataclass(frozen=True)
class KnownRecord:
    """A record with a brief. `owner_id` None: nobody's."""

    owner_id: str | None


class KnownRecordStore:
    """One statement about one record."""

    def find(self, connection: Connection, *, portal_id: int, object_type: str, object_id: str) -> KnownRecord | None:
        """The record; None when we have not worked on it."""
        row = connection.execute(_OWNER, {"portal": portal_id, "type": object_type, "record": object_id}).one_or_none()
        return None if row is None else KnownRecord(row.owner_id)
