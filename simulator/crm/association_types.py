"""Association types: HubSpot's own directional ids, and the labels an account adds.

Source of the ids: https://developers.hubspot.com/docs/api-reference/latest/crm/associations/associate-records/guide (read 2026-09).
Limit: ids of emails to leads are not published, and the pair is not simulated.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from simulator.crm.object_types import object_type
from simulator.errors import not_found, validation_error

Category = Literal["HUBSPOT_DEFINED", "USER_DEFINED", "INTEGRATOR_DEFINED"]
MAX_LABELS = 10
FIRST_LABEL_ID = 1001


@dataclass(frozen=True)
class AssociationType:
    """One kind of link, in one direction; `inverse_id` is the same link seen from the other side."""

    type_id: int
    category: Category
    from_type: str
    to_type: str
    inverse_id: int
    label: str | None = None
    name: str = ""
    is_primary: bool = False


# from, to, id, id of the way back
_PLAIN = (
    ("contact", "contact", 449, 449),
    ("contact", "company", 279, 280),
    ("contact", "deal", 4, 3),
    ("contact", "ticket", 15, 16),
    ("contact", "lead", 609, 608),
    ("contact", "call", 193, 194),
    ("contact", "email", 197, 198),
    ("contact", "meeting", 199, 200),
    ("contact", "note", 201, 202),
    ("contact", "task", 203, 204),
    ("contact", "communication", 82, 81),
    ("company", "company", 450, 450),
    ("company", "deal", 342, 341),
    ("company", "ticket", 340, 339),
    ("company", "lead", 611, 610),
    ("company", "call", 181, 182),
    ("company", "email", 185, 186),
    ("company", "meeting", 187, 188),
    ("company", "note", 189, 190),
    ("company", "task", 191, 192),
    ("company", "communication", 88, 87),
    ("deal", "deal", 451, 451),
    ("deal", "ticket", 27, 28),
    ("deal", "lead", 1038, 1037),
    ("deal", "call", 205, 206),
    ("deal", "email", 209, 210),
    ("deal", "meeting", 211, 212),
    ("deal", "note", 213, 214),
    ("deal", "task", 215, 216),
    ("deal", "communication", 86, 85),
    ("ticket", "ticket", 452, 452),
    ("ticket", "call", 219, 220),
    ("ticket", "email", 223, 224),
    ("ticket", "meeting", 225, 226),
    ("ticket", "note", 227, 228),
    ("ticket", "task", 229, 230),
    ("ticket", "communication", 84, 83),
    ("lead", "call", 596, 597),
    ("lead", "meeting", 600, 601),
    ("lead", "note", 854, 855),
    ("lead", "task", 646, 647),
    ("lead", "communication", 602, 603),
)
# owner of the one primary, to, id, id of the way back
_PRIMARY = (
    ("contact", "company", 1, 2),
    ("deal", "company", 5, 6),
    ("ticket", "company", 26, 25),
    ("lead", "contact", 578, None),
    ("lead", "company", 580, None),
    ("lead", "deal", 582, 583),
)
_OTHER = (
    ("company", "company", 13, 14, "Parent Company", "Child Company"),
    ("contact", "company", 931, 930, "Contact (billing)", "Billing contact"),
)


def _hubspot_types() -> Iterator[AssociationType]:
    for start, end, there, back in _PLAIN:
        one, other = object_type(start).name, object_type(end).name
        yield AssociationType(there, "HUBSPOT_DEFINED", one, other, back)
        if back != there:
            yield AssociationType(back, "HUBSPOT_DEFINED", other, one, there)
    for start, end, there, way_back in _PRIMARY:
        one, other = object_type(start).name, object_type(end).name
        # A lead's primary contact and company have no published id of the way back; 0 means: the plain link only.
        yield AssociationType(there, "HUBSPOT_DEFINED", one, other, way_back or 0, "Primary", is_primary=True)
        if way_back:
            yield AssociationType(way_back, "HUBSPOT_DEFINED", other, one, there, "Primary", is_primary=True)
    for start, end, there, back, label, back_label in _OTHER:
        one, other = object_type(start).name, object_type(end).name
        yield AssociationType(there, "HUBSPOT_DEFINED", one, other, back, label)
        yield AssociationType(back, "HUBSPOT_DEFINED", other, one, there, back_label)


_PRIMARY_OWNERS = {(object_type(start).name, object_type(end).name) for start, end, _, _ in _PRIMARY}


def owns_primary(from_type: str, to_type: str) -> bool:
    """Whether a record of `from_type` has at most one primary record of `to_type`."""
    return (from_type, to_type) in _PRIMARY_OWNERS


class AssociationTypes:
    """The types one portal knows. Not locked: the portal's lock guards it."""

    def __init__(self) -> None:
        self._by_id: dict[tuple[str, str, int], AssociationType] = {}
        self._by_pair: dict[tuple[str, str], list[AssociationType]] = {}
        for each in _hubspot_types():
            self._put(each)
        self._next_id = FIRST_LABEL_ID

    def between(self, from_type: str, to_type: str) -> list[AssociationType]:
        """Every type from one kind of record to another, HubSpot's own first."""
        return self._by_pair.get((from_type, to_type), [])

    def find(self, from_type: str, to_type: str, type_id: int) -> AssociationType | None:
        """The type of an id in this direction, or None."""
        return self._by_id.get((from_type, to_type, type_id))

    def leading_from(self, from_type: str, type_id: int) -> AssociationType:
        """The type of an id when only the record it starts from is known; HubSpot's 400 when there is none."""
        for (start, _, each_id), each in self._by_id.items():
            if each_id == type_id and start == from_type:
                return each
        raise validation_error(f"Invalid association type {type_id} for {object_type(from_type).type_id}")

    def get(self, from_type: str, to_type: str, type_id: int) -> AssociationType:
        """The type of an id in this direction; HubSpot's 400 when the id does not fit the pair."""
        found = self.find(from_type, to_type, type_id)
        if found is None:
            one, other = object_type(from_type).type_id, object_type(to_type).type_id
            raise validation_error(f"Invalid association type {type_id}: it does not exist between {one} and {other}")
        return found

    def default(self, from_type: str, to_type: str) -> AssociationType:
        """The unlabelled type of the pair; HubSpot's 400 when the two kinds cannot be associated."""
        for each in self.between(from_type, to_type):
            if each.label is None and each.category == "HUBSPOT_DEFINED":
                return each
        raise validation_error(f"No default association exists between {from_type} and {to_type}")

    def primary(self, from_type: str, to_type: str) -> AssociationType | None:
        """The type that marks the primary record of the pair, or None when the pair has no primary."""
        return next((each for each in self.between(from_type, to_type) if each.is_primary), None)

    def add_label(self, from_type: str, to_type: str, *, name: str, label: str, inverse_label: str | None) -> list[AssociationType]:
        """The new label, and its way back when that has a label of its own or the kinds differ."""
        existing = [each for each in self.between(from_type, to_type) if each.category == "USER_DEFINED"]
        if len(existing) >= MAX_LABELS:
            raise validation_error(f"There are already {MAX_LABELS} association labels between {from_type} and {to_type}")
        if any(each.name == name or each.label == label for each in existing):
            raise validation_error(f"An association label named {label} already exists")
        same_both_ways = from_type == to_type and inverse_label is None
        there = self._next_id
        back = there if same_both_ways else there + 1
        self._next_id = back + 1
        added = [AssociationType(there, "USER_DEFINED", from_type, to_type, back, label, name)]
        if not same_both_ways:
            added.append(AssociationType(back, "USER_DEFINED", to_type, from_type, there, inverse_label or label, name))
        for each in added:
            self._put(each)
        return added

    def rename_label(self, from_type: str, to_type: str, type_id: int, *, label: str, inverse_label: str | None) -> None:
        """Give a label, and its way back, other words."""
        found = self._own_label(from_type, to_type, type_id)
        self._put(replace(found, label=label))
        inverse = self.find(to_type, from_type, found.inverse_id)
        if inverse is not None and inverse_label is not None:
            self._put(replace(inverse, label=inverse_label))

    def remove_label(self, from_type: str, to_type: str, type_id: int) -> None:
        """Forget a label in both directions."""
        found = self._own_label(from_type, to_type, type_id)
        del self._by_id[from_type, to_type, type_id]
        self._by_id.pop((to_type, from_type, found.inverse_id), None)
        self._index(from_type, to_type)
        self._index(to_type, from_type)

    def _own_label(self, from_type: str, to_type: str, type_id: int) -> AssociationType:
        found = self.find(from_type, to_type, type_id)
        if found is None or found.category != "USER_DEFINED":
            raise not_found(f"There is no association label {type_id} between {from_type} and {to_type}")
        return found

    def _put(self, each: AssociationType) -> None:
        self._by_id[each.from_type, each.to_type, each.type_id] = each
        self._index(each.from_type, each.to_type)

    def _index(self, from_type: str, to_type: str) -> None:
        pair = (from_type, to_type)
        self._by_pair[pair] = [each for each in self._by_id.values() if (each.from_type, each.to_type) == pair]
