"""The notes we own: an intent before HubSpot is asked, the note's id after it answered."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import BigInteger, Connection, Text, delete, literal, null, select, update
from sqlalchemy.dialects.postgresql import insert

from integration.db.models.created import CreatedObjectRow
from integration.db.models.ledger import NoteRow
from integration.hubspot.objects import NOTES
from integration.pipeline.rowset_store import Columns, rows_as_table

_KEY: Final[Columns] = {"object_id": Text(), "purpose": Text()}
_INTENT: Final[Columns] = {**_KEY, "marker": Text(), "fingerprint": Text()}
_ANSWER: Final[Columns] = {**_KEY, "note_id": Text()}


@dataclass(frozen=True)
class StoredNote:
    """One row: `note_id` None means the note was asked for and no answer came; `confirmed` that HubSpot took this fingerprint."""

    object_id: str
    purpose: str
    marker: str
    note_id: str | None
    fingerprint: str
    confirmed: bool


@dataclass(frozen=True)
class NoteIntent:
    """What we are about to ask HubSpot for."""

    object_id: str
    purpose: str
    marker: str
    fingerprint: str


@dataclass(frozen=True)
class NoteAnswered:
    """HubSpot's answer about one note."""

    object_id: str
    purpose: str
    note_id: str | None


class NoteStore:
    """Set-based access to the notes; each method is one statement."""

    def find(
        self, connection: Connection, *, portal_id: int, object_type: str, object_ids: Collection[str]
    ) -> dict[tuple[str, str], StoredNote]:
        """The notes we own on these records, by (object id, purpose)."""
        query = select(NoteRow.__table__).where(
            NoteRow.portal_id == portal_id, NoteRow.object_type == object_type, NoteRow.object_id.in_(object_ids)
        )
        return {
            (row.object_id, row.purpose): StoredNote(
                row.object_id, row.purpose, row.marker, row.note_id, row.fingerprint, row.written_at is not None
            )
            for row in connection.execute(query)
        }

    def intend(
        self, connection: Connection, *, portal_id: int, object_type: str, intents: Sequence[NoteIntent], now: datetime
    ) -> None:
        """Write down that these notes will be created or changed. An existing row keeps its marker and note id."""
        if not intents:
            return
        rows = [
            {"object_id": entry.object_id, "purpose": entry.purpose, "marker": entry.marker, "fingerprint": entry.fingerprint}
            for entry in intents
        ]
        given = rows_as_table("given", _INTENT, rows)
        source = select(literal(portal_id, BigInteger()), literal(object_type), *given.c, literal(now))
        statement = insert(NoteRow).from_select(["portal_id", "object_type", *_INTENT, "requested_at"], source)
        connection.execute(
            statement.on_conflict_do_update(
                index_elements=[NoteRow.portal_id, NoteRow.object_type, NoteRow.object_id, NoteRow.purpose],
                set_={
                    "fingerprint": statement.excluded.fingerprint,
                    "requested_at": statement.excluded.requested_at,
                    "written_at": null(),
                },
            )
        )

    def save_answers(
        self,
        connection: Connection,
        *,
        portal_id: int,
        object_type: str,
        answers: Sequence[NoteAnswered],
        confirmed_at: datetime | None,
    ) -> None:
        """Note ids as HubSpot gave them, None when it has no such note any more.

        `confirmed_at` is when HubSpot took what was intended last; None when that is still open.
        """
        if not answers:
            return
        rows = [{"object_id": entry.object_id, "purpose": entry.purpose, "note_id": entry.note_id} for entry in answers]
        given = rows_as_table("given", _ANSWER, rows)
        connection.execute(
            update(NoteRow)
            .where(
                NoteRow.portal_id == portal_id,
                NoteRow.object_type == object_type,
                NoteRow.object_id == given.c.object_id,
                NoteRow.purpose == given.c.purpose,
            )
            .values(note_id=given.c.note_id, written_at=confirmed_at)
        )

    def save_created(
        self,
        connection: Connection,
        *,
        portal_id: int,
        object_type: str,
        run_id: str,
        answers: Sequence[NoteAnswered],
        now: datetime,
    ) -> None:
        """Remember that these notes are of our making, and of which run, so that an undo finds them. One known already stays as it is."""
        if not answers:
            return
        rows = [{"object_id": entry.object_id, "purpose": entry.purpose, "note_id": entry.note_id} for entry in answers]
        given = rows_as_table("given", _ANSWER, rows)
        source = select(
            literal(portal_id, BigInteger()), literal(NOTES), literal(object_type), literal(run_id), literal(now),
            given.c.note_id, given.c.object_id, given.c.purpose,
        )  # fmt: skip
        names = ["portal_id", "kind", "object_type", "run_id", "created_at", "created_id", "object_id", "purpose"]
        connection.execute(insert(CreatedObjectRow).from_select(names, source).on_conflict_do_nothing())

    def forget(self, connection: Connection, *, portal_id: int, object_type: str, keys: Sequence[tuple[str, str]]) -> None:
        """Drop the rows of notes that HubSpot does not have and nobody wants any more; a key is (object id, purpose)."""
        if not keys:
            return
        given = rows_as_table("given", _KEY, [{"object_id": object_id, "purpose": purpose} for object_id, purpose in keys])
        connection.execute(
            delete(NoteRow).where(
                NoteRow.portal_id == portal_id,
                NoteRow.object_type == object_type,
                NoteRow.object_id == given.c.object_id,
                NoteRow.purpose == given.c.purpose,
            )
        )
