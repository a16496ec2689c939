"""Associations on the wire, both ways.

Source: https://developers.hubspot.com/docs/api-reference/latest/crm/associations/associate-records/guide (read 2026-09).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from simulator.crm.association_types import AssociationType
from simulator.crm.associations import Ref
from simulator.crm.linking import TypeSpec
from simulator.crm.object_types import object_type
from simulator.families.objects.inputs import read_types, refuse_large
from simulator.families.reading import Body

Json = dict[str, object]


@dataclass(frozen=True)
class Pair:
    """Two record ids with the types that are meant."""

    from_id: str
    to_id: str
    types: tuple[TypeSpec, ...] = ()


@dataclass(frozen=True)
class Asked:
    """One record whose associations are asked for, from a paging mark on."""

    from_id: str
    after: int


def read_pairs(body: Body, maximum: int) -> list[Pair]:
    """The inputs of a batch of links. Raises HubSpot's 400, also for too many."""
    pairs = [
        Pair(each.child("from").need_text("id"), each.child("to").need_text("id"), read_types(each, "types"))
        for each in body.objects("inputs")
    ]
    refuse_large(len(pairs), maximum)
    return pairs


def read_archived_pairs(body: Body, maximum: int) -> list[Pair]:
    """The inputs of a batch archive: one record with a list of others each."""
    pairs = [
        Pair(each.child("from").need_text("id"), to.need_text("id")) for each in body.objects("inputs") for to in each.objects("to")
    ]
    refuse_large(len(pairs), maximum)
    return pairs


def read_asked(body: Body, maximum: int) -> list[Asked]:
    """The inputs of a batch read. Raises HubSpot's 400, also for too many."""
    asked = [Asked(each.need_text("id"), each.integer("after") or 0) for each in body.objects("inputs")]
    refuse_large(len(asked), maximum)
    return asked


def type_body(each: AssociationType) -> Json:
    """A type as it stands in answers."""
    return {"category": each.category, "typeId": each.type_id, "label": each.label}


def target_body(to_id: str, types: Sequence[AssociationType]) -> Json:
    """One associated record."""
    return {"toObjectId": int(to_id), "associationTypes": [type_body(each) for each in types]}


def pair_body(from_ref: Ref, to_ref: Ref, types: Sequence[AssociationType]) -> Json:
    """A link with its labels, as answered to a create."""
    return {
        "fromObjectTypeId": object_type(from_ref[0]).type_id,
        "fromObjectId": int(from_ref[1]),
        "toObjectTypeId": object_type(to_ref[0]).type_id,
        "toObjectId": int(to_ref[1]),
        "labels": [each.label for each in types if each.label is not None and each.category == "USER_DEFINED"],
    }


def default_bodies(from_id: str, to_id: str, there: AssociationType, back: AssociationType) -> list[Json]:
    """A default link as answered: both directions."""
    return [
        {
            "from": {"id": start},
            "to": {"id": end},
            "associationSpec": {"associationCategory": each.category, "associationTypeId": each.type_id},
        }
        for start, end, each in ((from_id, to_id, there), (to_id, from_id, back))
    ]
