"""Rows of one portal in every table that belongs to portals, marked so that they are recognised wherever they should not be."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Date,
    DateTime,
    Float,
    Integer,
    LargeBinary,
    Numeric,
    Table,
    insert,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, UUID

from integration.db.models import Base

MARK = "belongs-to-somebody-else"
OBJECT_ID = "777000777"
_MOMENT = datetime(2026, 11, 1, tzinfo=UTC)
_NAMED = {"object_type": "contacts", "object_id": OBJECT_ID, "left_id": OBJECT_ID, "right_id": "777000778", "role": "admin"}
_STATES = {"review": "open", "duplicate_pair": "open", "portal": "connected", "ledger": "proposed"}
_BY_TYPE: tuple[tuple[type, object], ...] = (
    (JSONB, {"mark": MARK}),
    (ARRAY, [MARK]),
    (UUID, None),
    (Boolean, False),
    (LargeBinary, MARK.encode()),
    (DateTime, _MOMENT),
    (Date, date(2026, 11, 1)),
    (Integer, 1),
    (Numeric, 1),
    (Float, 1),
)


def tables_of_portals() -> list[Table]:
    return [table for table in Base.metadata.sorted_tables if "portal_id" in table.c]


def fill(connection: Connection, portal_id: int) -> None:
    """One row in every table but those that the sign-in itself made."""
    for table in tables_of_portals():
        if table.name not in ("portal", "console_session"):
            values = {column.name: _value(table, column, portal_id) for column in table.c if not column.identity}
            connection.execute(insert(table).values(**values))


def snapshot(connection: Connection, portal_id: int) -> dict[str, list[str]]:
    """Every row of the portal, but for when its sessions were last seen."""
    found: dict[str, list[str]] = {}
    for table in tables_of_portals():
        columns = [column for column in table.c if column.name != "seen_at" or table.name != "console_session"]
        rows = connection.execute(select(*columns).where(table.c.portal_id == portal_id))
        found[table.name] = sorted(repr(tuple(row)) for row in rows)
    return found


def _value(table: Table, column: Column[Any], portal_id: int) -> object:
    if column.name == "portal_id":
        return portal_id
    if column.name in _NAMED:
        return _NAMED[column.name]
    if column.name in ("state", "outcome") and table.name in _STATES:
        return _STATES[table.name]
    if column.nullable and column.name.endswith(("_at", "_until", "_run_id")):
        return None
    if column.name == "free_at":
        return []
    return next((value for kind, value in _BY_TYPE if isinstance(column.type, kind)), MARK)
