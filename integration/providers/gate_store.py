"""The gates of all providers, one row each, changed under a row lock by whichever worker asks. Times are the database's clock."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Connection, Float, Row, extract, func, select
from sqlalchemy.dialects.postgresql import insert

from integration.db.models import ProviderGateRow
from integration.providers.gate_window import Gate

_NOW = extract("epoch", func.clock_timestamp()).cast(Float(53))


class GateStore:
    """Reads gates, locked or not, and writes them back. Rows are locked in the order of their names."""

    def find(self, connection: Connection, gates: Collection[str]) -> tuple[dict[str, Gate], float]:
        """The gates that were ever used, and the database's present in seconds since 1970.

        All portals: a vendor counts by key, whoever's it is.
        """
        rows = connection.execute(select(ProviderGateRow.__table__, _NOW.label("now")).where(ProviderGateRow.gate.in_(gates))).all()
        return {row.gate: _gate(row) for row in rows}, rows[0].now if rows else 0.0

    def lock(self, connection: Connection, gates: Collection[str]) -> tuple[dict[str, Gate], float]:
        """All these gates, locked to the end of the transaction, and the database's present. Two statements, three for a new gate.

        All portals: a vendor counts by key, whoever's it is.
        """
        found = self._locked(connection, gates)
        missing = sorted(set(gates) - found.keys())
        if missing:
            rows = [{"gate": name} for name in missing]
            connection.execute(insert(ProviderGateRow).values(rows).on_conflict_do_nothing())
            found = self._locked(connection, gates)
        return found, connection.execute(select(_NOW)).scalar_one()

    def save(self, connection: Connection, gates: Mapping[str, Gate]) -> None:
        """Writes gates that the transaction has locked.

        All portals: a vendor counts by key, whoever's it is.
        """
        if not gates:
            return
        rows = [
            {
                "gate": name,
                "full_at": list(one.full_at),
                "promised_at": one.promised_at,
                "closed_until": one.closed_until,
                "closed_by": one.closed_by,
                "failures": one.failures,
            }
            for name, one in sorted(gates.items())
        ]
        statement = insert(ProviderGateRow).values(rows)
        changed = {name: statement.excluded[name] for name in rows[0] if name != "gate"}
        connection.execute(statement.on_conflict_do_update(index_elements=["gate"], set_=changed))

    @staticmethod
    def _locked(connection: Connection, gates: Collection[str]) -> dict[str, Gate]:
        wanted = select(ProviderGateRow.__table__).where(ProviderGateRow.gate.in_(gates)).order_by(ProviderGateRow.gate)
        return {row.gate: _gate(row) for row in connection.execute(wanted.with_for_update())}


def _gate(row: Row[Any]) -> Gate:
    return Gate(tuple(row.full_at), row.promised_at, row.closed_until, row.closed_by, row.failures)
