"""Rows of the register on their way in: a new generation beside the one that is asked, put in its place in one transaction.

The tables of a new generation are named `<table>_next`; they outlive a run that broke off, so the next run goes on with the files left.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from sqlalchemy import Connection, insert, select, text, update

from integration.db.models import Base, CnpjLoadRow
from integration.db.session import driver_connection

TABLES: Final = ("cnpj_company", "cnpj_establishment", "cnpj_tax", "cnpj_lookup")
_KEYS: Final = {"cnpj_company": "base", "cnpj_establishment": "cnpj", "cnpj_tax": "base", "cnpj_lookup": "kind, code"}
_INDEXES: Final = {"cnpj_company": ("name_key",), "cnpj_establishment": ("base",), "cnpj_tax": (), "cnpj_lookup": ()}
_LOCK: Final = 7_310_036


class LoadStore:
    """Rows of the `cnpj_*` tables."""

    def lock(self, connection: Connection) -> bool:
        """All portals: the register is public. False when another load is under way; held until the connection's transaction ends."""
        return bool(connection.execute(text("SELECT pg_try_advisory_xact_lock(:key)"), {"key": _LOCK}).scalar_one())

    def begin(self, connection: Connection, *, month: str) -> frozenset[str]:
        """All portals: the register is public. The files of this month that are loaded already; what another month left half done goes."""
        waiting = connection.execute(select(CnpjLoadRow.month, CnpjLoadRow.file).where(CnpjLoadRow.is_current.is_(False))).all()
        is_ours = bool(waiting) and all(row.month == month for row in waiting)
        if not is_ours:
            for table in TABLES:
                connection.execute(text(f"DROP TABLE IF EXISTS {table}_next"))
            connection.execute(text("DELETE FROM cnpj_load WHERE NOT is_current"))
        for table in TABLES:
            connection.execute(text(f"CREATE TABLE IF NOT EXISTS {table}_next (LIKE {table} INCLUDING DEFAULTS)"))
        return frozenset(row.file for row in waiting) if is_ours else frozenset()

    def current_files(self, connection: Connection, *, month: str) -> frozenset[str]:
        """All portals: the register is public. The files whose rows are asked now, if they are this month's."""
        rows = connection.execute(select(CnpjLoadRow.file).where(CnpjLoadRow.month == month, CnpjLoadRow.is_current))
        return frozenset(rows.scalars())

    def copy(self, connection: Connection, *, table: str, rows: Iterable[tuple[object, ...]]) -> None:
        """All portals: the register is public. Streams the rows into the new generation."""
        columns = ", ".join(column.name for column in Base.metadata.tables[table].columns)
        with driver_connection(connection).cursor() as cursor, cursor.copy(f"COPY {table}_next ({columns}) FROM STDIN") as copying:
            for row in rows:
                copying.write_row(row)

    def note(self, connection: Connection, *, month: str, file: str, rows: int, bad_rows: int) -> None:
        """All portals: the register is public. The file is in, whole."""
        connection.execute(insert(CnpjLoadRow).values(month=month, file=file, rows=rows, bad_rows=bad_rows, is_current=False))

    def drop_repeats(self, connection: Connection, *, table: str) -> int:
        """All portals: the register is public. How many rows went because a later one has the same key."""
        ranked = f"SELECT ctid, row_number() OVER (PARTITION BY {_KEYS[table]} ORDER BY ctid DESC) AS place FROM {table}_next"  # noqa: S608 - names of ours
        repeats = f"SELECT ctid FROM ({ranked}) AS ranked WHERE place > 1"  # noqa: S608 - names of ours
        return connection.execute(text(f"DELETE FROM {table}_next WHERE ctid IN ({repeats})")).rowcount  # noqa: S608 - names of ours

    def swap(self, connection: Connection, *, month: str) -> None:
        """All portals: the register is public. Indexes the new generation and puts it in the place of the old one, all at once."""
        for table in TABLES:
            connection.execute(text(f"ALTER TABLE {table}_next ADD CONSTRAINT pk_{table}_next PRIMARY KEY ({_KEYS[table]})"))
            for column in _INDEXES[table]:
                connection.execute(text(f"CREATE INDEX ix_{table}_{column}_next ON {table}_next ({column})"))
            connection.execute(text(f"ANALYZE {table}_next"))
        for table in TABLES:
            connection.execute(text(f"DROP TABLE {table}"))
            connection.execute(text(f"ALTER TABLE {table}_next RENAME TO {table}"))
            connection.execute(text(f"ALTER TABLE {table} RENAME CONSTRAINT pk_{table}_next TO pk_{table}"))
            for column in _INDEXES[table]:
                connection.execute(text(f"ALTER INDEX ix_{table}_{column}_next RENAME TO ix_{table}_{column}"))
        connection.execute(text("DELETE FROM cnpj_load WHERE is_current"))
        connection.execute(update(CnpjLoadRow).where(CnpjLoadRow.month == month).values(is_current=True))
