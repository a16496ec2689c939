"""After a merge: what we know of the record that vanished moves to the survivor, where the survivor has nothing of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sqlalchemy import Connection, delete, exists, update

from integration.db.models.base import Base
from integration.db.models.enrichment import FindingRow
from integration.db.models.ledger import LedgerRow, NoteRow
from integration.db.models.results import BriefRow, DraftRow, ScoreRow

_KEYED: Final[Mapping[str, tuple[str, ...]]] = {
    FindingRow.__tablename__: ("field", "provider"),
    ScoreRow.__tablename__: ("name",),
    BriefRow.__tablename__: (),
    DraftRow.__tablename__: (),
    NoteRow.__tablename__: ("purpose",),
}
"""Tables with one row for each record and these further keys."""


class HistoryStore:
    """Moves rows from one record to another of the same portal and type."""

    def move(self, connection: Connection, *, portal_id: int, object_type: str, from_id: str, to_id: str) -> None:
        """The survivor's own rows win; the rest moves, and nothing stays under the old id. Doing it again changes nothing.

        HubSpot moves the notes themselves; the survivor may show two briefs then, of which we go on keeping one.
        """
        if from_id == to_id:
            return
        for name_of_table, further_keys in _KEYED.items():
            table = Base.metadata.tables[name_of_table]
            survivor = table.alias("survivor")
            taken = exists().where(
                survivor.c.portal_id == portal_id,
                survivor.c.object_type == object_type,
                survivor.c.object_id == to_id,
                *(survivor.c[name] == table.c[name] for name in further_keys),
            )
            old = (table.c.portal_id == portal_id, table.c.object_type == object_type, table.c.object_id == from_id)
            connection.execute(update(table).where(*old, ~taken).values(object_id=to_id))
            connection.execute(delete(table).where(*old))
        connection.execute(
            update(LedgerRow)
            .where(LedgerRow.portal_id == portal_id, LedgerRow.object_type == object_type, LedgerRow.object_id == from_id)
            .values(object_id=to_id)
        )
