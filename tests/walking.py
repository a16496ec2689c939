"""Looks for words in every column of every table there is, whoever owns the table; and plants rows that say them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Connection,
    Date,
    DateTime,
    Float,
    Integer,
    LargeBinary,
    Numeric,
    Table,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

MOMENT: Final = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
SAYING: Final[Mapping[str, frozenset[str]]] = {
    "ledger": frozenset({"value_before", "value_after", "source_url", "error", "fingerprint"}),
    "dead_letter": frozenset({"payload", "detail"}),
    "record_state": frozenset(),
    "person_digest": frozenset(),
}
"""Tables that may keep rows about an erased person: what they say about one; their other texts are words of ours."""
_READABLE: Final = ("text", "character varying", "json", "jsonb", "bytea", "ARRAY", "USER-DEFINED", "name", "uuid")


def places_saying(connection: Connection, *words: str) -> set[str]:
    """`table.column` of every text, JSON, binary or list column in the database in which one of the words stands, in any case."""
    columns = connection.execute(
        text(
            "SELECT table_schema, table_name, column_name, data_type FROM information_schema.columns"
            " JOIN information_schema.tables USING (table_schema, table_name)"
            " WHERE table_schema NOT IN ('pg_catalog', 'information_schema') AND table_type = 'BASE TABLE' AND data_type = ANY(:types)"
        ),
        {"types": list(_READABLE)},
    ).all()
    assert len(columns) > 100, "the walk sees the whole database"
    found = set()
    for schema, table, name, kind in columns:
        said = f"encode(\"{name}\", 'escape')" if kind == "bytea" else f'"{name}"::text'
        query = f'SELECT 1 FROM "{schema}"."{table}" WHERE {said} ILIKE ANY(:words) LIMIT 1'  # noqa: S608  names of the catalogue
        if connection.execute(text(query), {"words": [f"%{word}%" for word in words]}).first():
            found.add(f"{table}.{name}")
    return found


def tables_of_portal(connection: Connection, portal_id: int) -> dict[str, int]:
    """Every table with rows that carry the portal's id, and how many."""
    tables = connection.execute(
        text("SELECT table_name FROM information_schema.columns WHERE column_name = 'portal_id' AND table_schema = 'public'")
    ).scalars()
    counts = {
        name: connection.execute(text(f'SELECT count(*) FROM "{name}" WHERE portal_id = :id'), {"id": portal_id}).scalar_one()  # noqa: S608
        for name in tables
    }
    return {name: count for name, count in counts.items() if count}


def plant(connection: Connection, table: Table, words: str, *, number: int = 1, **fixed: Any) -> None:
    """One row whose texts, lists, JSON and bytes all say `words`; of tables in `SAYING` only the columns named there. `fixed` sets columns."""
    row = {column.name: _value(column.type, words, number) for column in table.columns if column.identity is None}
    saying = SAYING.get(table.name)
    if saying is not None:
        row |= {name: "word" for name, value in row.items() if words in str(value) and name not in saying}
    connection.execute(table.insert().values(row | fixed))


def _value(kind: object, words: str, number: int) -> object:
    simple: Mapping[type, object] = {
        BigInteger: number, Boolean: False, Integer: number, Date: date(2026, 11, 21), DateTime: MOMENT,
        LargeBinary: words.encode(), JSONB: [{"said": words}], Float: 0.5, Numeric: Decimal(1),
        Uuid: "00000000-0000-4000-8000-000000000001",
    }  # fmt: skip
    if isinstance(kind, ARRAY):
        return [0.5] if isinstance(kind.item_type, Float) else [words]
    return next((value for known, value in simple.items() if isinstance(kind, known)), words)
