"""Which records are linked, in both directions, with the rules for primary links.

The first company of a contact, deal or ticket becomes its primary one; a new primary replaces the old. A primary link always
stands beside the plain one. Whoever removes the primary link leaves the record without one.
Source: https://developers.hubspot.com/docs/api-reference/latest/crm/associations/associate-records/guide (read 2026-09).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from simulator.crm.association_types import AssociationType, AssociationTypes, owns_primary

Ref = tuple[str, str]  # (plural type name, record id)


@dataclass(frozen=True)
class Link:
    """One link in one direction, as it was made or removed."""

    from_ref: Ref
    to_ref: Ref
    type: AssociationType
    removed: bool = False


class AssociationTable:
    """The links of one portal. Not locked: the portal's lock guards it.

    Held as {(type, id): {to type: {to id: (type ids)}}}; every link stands there from both sides.
    """

    def __init__(self, types: AssociationTypes) -> None:
        self.types = types
        self._links: dict[Ref, dict[str, dict[str, tuple[int, ...]]]] = {}

    def targets(self, ref: Ref, to_type: str) -> Mapping[str, tuple[int, ...]]:
        """{record id: type ids} of everything of `to_type` that the record is linked to, in the order of linking."""
        return self._links.get(ref, {}).get(to_type, {})

    def linked_types(self, ref: Ref) -> Iterator[str]:
        """The kinds of record that `ref` is linked to."""
        return iter([to_type for to_type, ids in self._links.get(ref, {}).items() if ids])

    def primary_of(self, ref: Ref, to_type: str) -> str | None:
        """The id of the record's primary record of a type, or None."""
        primary = self.types.primary(ref[0], to_type)
        if primary is None:
            return None
        return next((to_id for to_id, ids in self.targets(ref, to_type).items() if primary.type_id in ids), None)

    def add(self, from_ref: Ref, to_ref: Ref, wanted: Iterable[AssociationType]) -> list[Link]:
        """The links that are new, from both sides; links that were there already give nothing."""
        made: list[Link] = []
        for each in [self.types.default(from_ref[0], to_ref[0]), *wanted]:
            if each.is_primary:
                made += self._clear_primary(from_ref, to_ref)
            made += self._put(from_ref, to_ref, each)
        return made + self._promote_first(from_ref, to_ref) + self._promote_first(to_ref, from_ref)

    def remove(self, from_ref: Ref, to_ref: Ref) -> list[Link]:
        """Every link between the two records, as removed from both sides."""
        gone: list[Link] = []
        for type_id in list(self.targets(from_ref, to_ref[0]).get(to_ref[1], ())):
            gone += self._drop(from_ref, to_ref, type_id)
        # A primary without a published way back stands on one side only.
        for type_id in list(self.targets(to_ref, from_ref[0]).get(from_ref[1], ())):
            gone += self._drop(to_ref, from_ref, type_id)
        return gone

    def remove_types(self, from_ref: Ref, to_ref: Ref, type_ids: Iterable[int]) -> list[Link]:
        """The links of these types, as removed. Without the plain link the others stay as they are."""
        present = self.targets(from_ref, to_ref[0]).get(to_ref[1], ())
        return [link for type_id in type_ids if type_id in present for link in self._drop(from_ref, to_ref, type_id)]

    def remove_all(self, ref: Ref) -> list[Link]:
        """Every link of a record, as removed from both sides."""
        gone: list[Link] = []
        for to_type in list(self._links.get(ref, {})):
            for to_id in list(self.targets(ref, to_type)):
                gone += self.remove(ref, (to_type, to_id))
        self._links.pop(ref, None)
        return gone

    def _clear_primary(self, from_ref: Ref, to_ref: Ref) -> list[Link]:
        owner, other = (from_ref, to_ref) if owns_primary(from_ref[0], to_ref[0]) else (to_ref, from_ref)
        primary = self.types.primary(owner[0], other[0])
        before = self.primary_of(owner, other[0])
        if primary is None or before is None or before == other[1]:
            return []
        return self._drop(owner, (other[0], before), primary.type_id)

    def _promote_first(self, owner: Ref, other: Ref) -> list[Link]:
        if not owns_primary(owner[0], other[0]) or len(self.targets(owner, other[0])) != 1:
            return []
        primary = self.types.primary(owner[0], other[0])
        return self._put(owner, other, primary) if primary is not None else []

    def _put(self, from_ref: Ref, to_ref: Ref, each: AssociationType) -> list[Link]:
        made = []
        for start, end, kind in self._both_ways(from_ref, to_ref, each):
            ids = self._links.setdefault(start, {}).setdefault(end[0], {})
            if kind.type_id not in ids.get(end[1], ()):
                ids[end[1]] = (*ids.get(end[1], ()), kind.type_id)
                made.append(Link(start, end, kind))
        return made

    def _drop(self, from_ref: Ref, to_ref: Ref, type_id: int) -> list[Link]:
        each = self.types.find(from_ref[0], to_ref[0], type_id)
        if each is None:
            each = AssociationType(type_id, "USER_DEFINED", from_ref[0], to_ref[0], 0)  # a label that was deleted
        gone = []
        for start, end, kind in self._both_ways(from_ref, to_ref, each):
            ids = self._links.get(start, {}).get(end[0], {})
            left = tuple(other for other in ids.get(end[1], ()) if other != kind.type_id)
            if len(left) < len(ids.get(end[1], ())):
                gone.append(Link(start, end, kind, removed=True))
                if left:
                    ids[end[1]] = left
                else:
                    del ids[end[1]]
        return gone

    def _both_ways(self, from_ref: Ref, to_ref: Ref, each: AssociationType) -> Iterator[tuple[Ref, Ref, AssociationType]]:
        yield from_ref, to_ref, each
        inverse = self.types.find(to_ref[0], from_ref[0], each.inverse_id)
        if inverse is not None:
            yield to_ref, from_ref, inverse
