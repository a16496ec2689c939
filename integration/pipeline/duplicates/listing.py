"""The suggested pairs of a portal with the names of their records, for the admin page and the command line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from integration.pipeline.duplicates.match_store import MatchStore
from integration.pipeline.duplicates.pair_store import OPEN, Pair, PairStore
from integration.pipeline.duplicates.profiles import COMPARED_TYPES, described, profile_type


@dataclass(frozen=True)
class NamedPair:
    """A pair and how a person knows its records; "" for one that is no longer remembered."""

    pair: Pair
    left_name: str
    right_name: str


def named_pairs(
    connection: Connection,
    *,
    portal_id: int,
    states: Sequence[str] = (OPEN,),
    object_type: str | None = None,
    limit: int = 50,
    skip: int = 0,
) -> tuple[NamedPair, ...]:
    """Pairs, the most certain first. Two queries and one more for the other type of record."""
    pairs = PairStore().page(connection, portal_id=portal_id, states=states, object_type=object_type, limit=limit, skip=skip)
    names = {kind: _names(connection, portal_id, kind, pairs) for kind in COMPARED_TYPES}
    return tuple(
        NamedPair(pair, names[pair.object_type].get(pair.left_id, ""), names[pair.object_type].get(pair.right_id, ""))
        for pair in pairs
    )


def _names(connection: Connection, portal_id: int, object_type: str, pairs: Sequence[Pair]) -> Mapping[str, str]:
    ids = sorted({object_id for pair in pairs if pair.object_type == object_type for object_id in pair.ids})
    if not ids:
        return {}
    stored = MatchStore().features(connection, portal_id=portal_id, object_type=object_type, object_ids=ids)
    kind = profile_type(object_type)
    return {object_id: described(kind.from_json(features)) for object_id, features in stored.items()}
