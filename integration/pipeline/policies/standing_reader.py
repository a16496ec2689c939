"""Reads how things stand just before a write: our last writes from the ledger, and from HubSpot the history of what is at stake."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from integration.db.session import Database
from integration.hubspot.objects import PropertyVersion
from integration.pipeline.ledger_store import LedgerStore
from integration.pipeline.policies.standing import Standings, could_change, names_at_stake
from integration.pipeline.write_plan import RecordWishes


class HistoryReader(Protocol):
    """What we need of a portal's client."""

    def batch_read_history(
        self, object_type: str, ids: Sequence[str], properties: Sequence[str]
    ) -> Mapping[str, Mapping[str, tuple[PropertyVersion, ...]]]: ...


class StandingReader:
    """Owns its transaction, since HubSpot is asked after it."""

    def __init__(self, database: Database, ledger: LedgerStore, *, app_id: str) -> None:
        self._database = database
        self._ledger = ledger
        self._app_id = app_id

    def read(self, client: HistoryReader, *, portal_id: int, object_type: str, wanted: Sequence[RecordWishes]) -> Standings:
        """How the properties stand on which something may be written.

        No call where only our own properties are filled for the first time or hold what we wrote; else one call for each 50 records at stake.
        Raises the client's AppError.
        """
        changing = {wishes.object_id: names for wishes in wanted if (names := could_change(wishes))}
        if not changing:
            return Standings(self._app_id)
        with self._database.begin() as connection:
            last = self._ledger.last_writes(
                connection,
                portal_id=portal_id,
                object_type=object_type,
                object_ids=list(changing),
                property_names=names_at_stake(changing.values()),
            )
        known = Standings(self._app_id, last)
        at_stake = {
            wishes.object_id: names for wishes in wanted if wishes.object_id in changing and (names := known.at_stake(wishes))
        }
        if not at_stake:
            return known
        histories = client.batch_read_history(object_type, list(at_stake), names_at_stake(at_stake.values()))
        return replace(
            known, versions={object_id: _complete(histories.get(object_id), names) for object_id, names in at_stake.items()}
        )


def _complete(
    history: Mapping[str, tuple[PropertyVersion, ...]] | None, names: Sequence[str]
) -> Mapping[str, tuple[PropertyVersion, ...]]:
    """The history of each name that was asked for; a property that never held anything may be missing in the answer."""
    return {name: (history or {}).get(name, ()) for name in names}
