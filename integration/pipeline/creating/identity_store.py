"""Our own map from identities ("domain:example.com") to records, ahead of HubSpot's search index, and what we created.

A row without an id is a claim: somebody is creating the record right now, or died while doing so. A claim older than `stale_before` may be
taken over; by then HubSpot's index shows what the earlier attempt made.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import BigInteger, Connection, Text, delete, literal, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.sql import ColumnElement

from integration.db.models.created import CreatedObjectRow, RecordIdentityRow
from integration.pipeline.rowset_store import Columns, rows_as_table

_IDENTITY: Final[Columns] = {"identity": Text()}
_SETTLED: Final[Columns] = {**_IDENTITY, "object_id": Text()}
_CREATED: Final[Columns] = {"created_id": Text(), "object_id": Text()}


@dataclass(frozen=True)
class Claims:
    """`mine`: ours to create now. `known`: the record's id. The others are being created by somebody else."""

    mine: frozenset[str]
    known: Mapping[str, str]


@dataclass(frozen=True)
class Created:
    """A record we made, and the record it was made for."""

    created_id: str
    for_id: str


class IdentityStore:
    """Rows of `record_identity` and `created_object`. Each method costs one statement, `claim` two."""

    def claim(
        self,
        connection: Connection,
        *,
        portal_id: int,
        object_type: str,
        identities: Collection[str],
        now: datetime,
        stale_before: datetime,
    ) -> Claims:
        """Claims what nobody knows and nobody is creating. Must be committed before HubSpot is asked."""
        given = rows_as_table("given", _IDENTITY, [{"identity": one} for one in sorted(set(identities))])
        source = select(literal(portal_id, BigInteger()), literal(object_type), given.c.identity, literal(now))
        statement = insert(RecordIdentityRow).from_select(["portal_id", "object_type", "identity", "claimed_at"], source)
        mine = connection.execute(
            statement.on_conflict_do_update(
                index_elements=["portal_id", "object_type", "identity"],
                set_={"claimed_at": statement.excluded.claimed_at},
                where=RecordIdentityRow.object_id.is_(None) & (RecordIdentityRow.claimed_at < stale_before),
            ).returning(RecordIdentityRow.identity)
        )
        taken = frozenset(row.identity for row in mine)
        rows = connection.execute(
            select(RecordIdentityRow.identity, RecordIdentityRow.object_id).where(
                RecordIdentityRow.portal_id == portal_id,
                RecordIdentityRow.object_type == object_type,
                RecordIdentityRow.identity.in_(list(identities)),
                RecordIdentityRow.object_id.is_not(None),
            )
        )
        return Claims(taken, {row.identity: row.object_id for row in rows if row.object_id is not None})

    def settle(self, connection: Connection, *, portal_id: int, object_type: str, ids: Mapping[str, str], now: datetime) -> None:
        """Remembers which record stands for each identity."""
        if not ids:
            return
        rows = [{"identity": identity, "object_id": object_id} for identity, object_id in sorted(ids.items())]
        given = rows_as_table("given", _SETTLED, rows)
        source = select(literal(portal_id, BigInteger()), literal(object_type), given.c.identity, given.c.object_id, literal(now))
        statement = insert(RecordIdentityRow).from_select(
            ["portal_id", "object_type", "identity", "object_id", "claimed_at"], source
        )
        connection.execute(
            statement.on_conflict_do_update(
                index_elements=["portal_id", "object_type", "identity"], set_={"object_id": statement.excluded.object_id}
            )
        )

    def release(self, connection: Connection, *, portal_id: int, object_type: str, identities: Collection[str]) -> None:
        """Gives claims back of which it is certain that nothing was created."""
        if not identities:
            return
        connection.execute(
            delete(RecordIdentityRow).where(
                RecordIdentityRow.portal_id == portal_id,
                RecordIdentityRow.object_type == object_type,
                RecordIdentityRow.identity.in_(list(identities)),
                RecordIdentityRow.object_id.is_(None),
            )
        )

    def register(
        self,
        connection: Connection,
        *,
        portal_id: int,
        kind: str,
        for_type: str,
        purpose: str,
        run_id: str,
        created: Sequence[Created],
        now: datetime,
    ) -> None:
        """Writes down what we made, for the record's page."""
        if not created:
            return
        given = rows_as_table("given", _CREATED, [{"created_id": one.created_id, "object_id": one.for_id} for one in created])
        columns: dict[str, ColumnElement[Any]] = {
            "portal_id": literal(portal_id, BigInteger()),
            "kind": literal(kind),
            "created_id": given.c.created_id,
            "object_type": literal(for_type),
            "object_id": given.c.object_id,
            "purpose": literal(purpose),
            "run_id": literal(run_id),
            "created_at": literal(now),
        }
        source = select(*list(columns.values()))
        connection.execute(insert(CreatedObjectRow).from_select(list(columns), source).on_conflict_do_nothing())
