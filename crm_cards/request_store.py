"""Remembers what was answered to a command, so that a repeated request gets the same answer and does nothing again."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, and_, delete, null, select, update
from sqlalchemy.dialects.postgresql import insert

from integration.db.models.cards import CardRequestRow

_BY_KEY: Final = ("portal_id", "request_key")


class Remembered(NamedTuple):
    """An earlier request with the same key. `answer` None: it is still at work."""

    digest: str
    answer: Any


class RequestStore:
    """One row for each command of a portal."""

    def claim(
        self,
        connection: Connection,
        *,
        portal_id: int,
        key: str,
        digest: str,
        record: tuple[str, str],
        now: datetime,
        dead_before: datetime,
    ) -> Remembered | None:
        """None: this request is the first, and its row is made. Else what is known of the first; waits while that one's transaction is open.

        A claim without an answer from before `dead_before` belongs to a process that died, and is taken over.
        """
        row = CardRequestRow
        fresh = {"digest": digest, "answer": null(), "object_type": record[0], "object_id": record[1], "made_at": now}
        won = connection.execute(
            insert(row)
            .values(portal_id=portal_id, request_key=key, **fresh)
            .on_conflict_do_update(
                index_elements=_BY_KEY,
                set_={"made_at": now},
                where=and_(row.answer.is_(null()), row.digest == digest, row.made_at < dead_before),
            )
            .returning(row.request_key)
        ).one_or_none()
        if won is not None:
            return None
        found = connection.execute(select(row.digest, row.answer).where(row.portal_id == portal_id, row.request_key == key)).one()
        return Remembered(found.digest, found.answer)

    def save_answer(self, connection: Connection, *, portal_id: int, key: str, answer: object) -> None:
        connection.execute(
            update(CardRequestRow)
            .where(CardRequestRow.portal_id == portal_id, CardRequestRow.request_key == key)
            .values(answer=answer)
        )

    def forget(self, connection: Connection, *, portal_id: int, key: str) -> None:
        """The command failed and nothing was changed: the same request may be tried again."""
        connection.execute(
            delete(CardRequestRow).where(
                CardRequestRow.portal_id == portal_id,
                CardRequestRow.request_key == key,
                CardRequestRow.answer.is_(null()),
            )
        )

    def forget_before(self, connection: Connection, *, moment: datetime) -> int:
        """All portals: answers older than anybody repeats a request are housekeeping. How many went."""
        return connection.execute(delete(CardRequestRow).where(CardRequestRow.made_at < moment)).rowcount
