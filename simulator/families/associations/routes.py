"""Associations over HTTP: `/crm/objects/.../associations/...` for one record, `/crm/associations/...` for batches.

Source: https://developers.hubspot.com/docs/api-reference/latest/crm/associations/associate-records/guide (read 2026-09).
Limit: a bad input ends a batch of writes with its error, and the links of the inputs before it stay; HubSpot may answer 207.
Limit: of version 3, whose batches name types instead of numbering them, only the batch read is simulated.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from flask import Blueprint

from simulator.crm.association_types import AssociationType
from simulator.crm.object_types import object_type as kind_of
from simulator.errors import HubSpotError, validation_error
from simulator.families.associations.bodies import (
    Asked,
    Json,
    Pair,
    default_bodies,
    pair_body,
    read_archived_pairs,
    read_asked,
    read_pairs,
    target_body,
)
from simulator.families.mounting import NO_CONTENT, Answer, Request, Route, mount
from simulator.families.objects.bodies import batch_answer, legacy_name
from simulator.families.objects.inputs import read_types
from simulator.families.scopes import read_objects, write_objects
from simulator.operation import Operation

if TYPE_CHECKING:
    from simulator.world import World

MAX_PAGE = 500
MAX_READ = 1_000
MAX_WRITE = 2_000


def list_associations(call: Request, object_type: str, object_id: str, to_object_type: str) -> Answer:
    """A page of what a record is linked to."""
    limit, after = call.query.number("limit", default=MAX_PAGE, maximum=MAX_PAGE), call.query.cursor("after")
    found = _above(call, object_type, object_id, to_object_type, after)
    page = found[:limit]
    body: Json = {"results": [_target(call, to_id, types) for to_id, types in page]}
    if len(found) > limit:
        body["paging"] = call.paging(page[-1][0])
    return Answer(body)


def link_default(call: Request, from_object_type: str, from_object_id: str, to_object_type: str, to_object_id: str) -> Answer:
    """Links two records without a label."""
    started = call.portal.crm.now_ms()
    results = _link_default(call, from_object_type, to_object_type, Pair(from_object_id, to_object_id))
    return batch_answer(results, [], started_at_ms=started, completed_at_ms=call.portal.crm.now_ms())


def link(call: Request, object_type: str, object_id: str, to_object_type: str, to_object_id: str) -> Answer:
    """Links two records with the types of the body."""
    pair = Pair(object_id, to_object_id, read_types(call.body, "inputs"))
    return Answer(_link(call, object_type, to_object_type, pair), 201)


def unlink(call: Request, object_type: str, object_id: str, to_object_type: str, to_object_id: str) -> Answer:
    """Removes every link between two records."""
    call.portal.dissociate((object_type, object_id), (to_object_type, to_object_id), source=call.source)
    return NO_CONTENT


def batch_read(call: Request, from_object_type: str, to_object_type: str) -> Answer:
    """What up to 1,000 records are linked to; records without links are entries of `errors`."""
    started = call.portal.crm.now_ms()
    results: list[Json] = []
    errors: list[Json] = []
    for asked in read_asked(call.body, MAX_READ):
        try:
            found = _above(call, from_object_type, asked.from_id, to_object_type, asked.after)
        except HubSpotError:
            found = []  # a record that is not there is answered like one without links
        if found:
            results.append(_asked_body(call, asked, found))
        else:
            errors.append(_nothing(from_object_type, asked.from_id, to_object_type))
    return batch_answer(results, errors, started_at_ms=started, completed_at_ms=call.portal.crm.now_ms())


def batch_create(call: Request, from_object_type: str, to_object_type: str) -> Answer:
    """Links up to 2,000 pairs with the types of each."""
    started = call.portal.crm.now_ms()
    results = [_link(call, from_object_type, to_object_type, pair) for pair in read_pairs(call.body, MAX_WRITE)]
    return batch_answer(results, [], started_at_ms=started, completed_at_ms=call.portal.crm.now_ms(), status=201)


def batch_default(call: Request, from_object_type: str, to_object_type: str) -> Answer:
    """Links up to 2,000 pairs without a label."""
    started = call.portal.crm.now_ms()
    pairs = read_pairs(call.body, MAX_WRITE)
    results = [body for pair in pairs for body in _link_default(call, from_object_type, to_object_type, pair)]
    return batch_answer(results, [], started_at_ms=started, completed_at_ms=call.portal.crm.now_ms())


def batch_archive(call: Request, from_object_type: str, to_object_type: str) -> Answer:
    """Removes every link of up to 2,000 pairs."""
    for pair in read_archived_pairs(call.body, MAX_WRITE):
        call.portal.dissociate((from_object_type, pair.from_id), (to_object_type, pair.to_id), source=call.source)
    return NO_CONTENT


def batch_archive_labels(call: Request, from_object_type: str, to_object_type: str) -> Answer:
    """Removes the links of the given types of up to 2,000 pairs."""
    for pair in read_pairs(call.body, MAX_WRITE):
        call.portal.dissociate((from_object_type, pair.from_id), (to_object_type, pair.to_id), pair.types, source=call.source)
    return NO_CONTENT


_OF_RECORD = "/crm/objects/{version}/{objectType}/{objectId}/associations/{toObjectType}"
_TO_RECORD = _OF_RECORD + "/{toObjectId}"
_DEFAULT = "/crm/objects/{version}/{fromObjectType}/{fromObjectId}/associations/default/{toObjectType}/{toObjectId}"
_BATCH = "/crm/associations/{version}/{fromObjectType}/{toObjectType}/batch"

ROUTES = [
    Route(Operation("GET", _OF_RECORD, scopes=read_objects, bucket="associations"), list_associations),
    Route(Operation("PUT", _DEFAULT, scopes=write_objects, bucket="associations"), link_default),
    Route(Operation("PUT", _TO_RECORD, scopes=write_objects, bucket="associations"), link),
    Route(Operation("DELETE", _TO_RECORD, scopes=write_objects, bucket="associations"), unlink),
    Route(Operation("POST", _BATCH + "/read", scopes=read_objects, bucket="associations"), batch_read),
    Route(Operation("POST", _BATCH + "/create", scopes=write_objects, bucket="associations"), batch_create),
    Route(Operation("POST", _BATCH + "/associate/default", scopes=write_objects, bucket="associations"), batch_default),
    Route(Operation("POST", _BATCH + "/archive", scopes=write_objects, bucket="associations"), batch_archive),
    Route(Operation("POST", _BATCH + "/labels/archive", scopes=write_objects, bucket="associations"), batch_archive_labels),
]
OPERATIONS = [route.operation for route in ROUTES]


def build_blueprint(world: "World") -> Blueprint:
    """The association routes of a world."""
    return mount("associations", world, ROUTES)


def _above(call: Request, object_type: str, object_id: str, to_type: str, after: int) -> list[tuple[str, list[AssociationType]]]:
    found = call.portal.associated(object_type, object_id, to_type)
    return sorted(((each, found[each]) for each in found if int(each) > after), key=lambda item: int(item[0]))


def _asked_body(call: Request, asked: Asked, found: Sequence[tuple[str, list[AssociationType]]]) -> Json:
    page = found[:MAX_PAGE]
    targets = [target for to_id, types in page for target in _targets(call, to_id, types)]
    body: Json = {"from": {"id": asked.from_id}, "to": targets}
    if len(found) > MAX_PAGE:
        body["paging"] = {"next": {"after": page[-1][0]}}
    return body


def _targets(call: Request, to_id: str, types: list[AssociationType]) -> list[Json]:
    if call.path.startswith("/crm/v3/"):  # version 3 names the type and lists each link for itself
        return [{"id": to_id, "type": legacy_name(each)} for each in types]
    return [target_body(to_id, types)]


def _target(call: Request, to_id: str, types: list[AssociationType]) -> Json:
    return _targets(call, to_id, types)[0]


def _link(call: Request, from_type: str, to_type: str, pair: Pair) -> Json:
    if not pair.types:
        raise validation_error("At least one association type is needed")
    start, end = (kind_of(from_type).name, pair.from_id), (kind_of(to_type).name, pair.to_id)
    return pair_body(start, end, call.portal.associate(start, end, pair.types, source=call.source))


def _link_default(call: Request, from_type: str, to_type: str, pair: Pair) -> list[Json]:
    start, end = kind_of(from_type).name, kind_of(to_type).name
    call.portal.associate((start, pair.from_id), (end, pair.to_id), source=call.source)
    types = call.portal.association_types
    return default_bodies(pair.from_id, pair.to_id, types.default(start, end), types.default(end, start))


def _nothing(from_type: str, from_id: str, to_type: str) -> Json:
    start, end = kind_of(from_type), kind_of(to_type)
    return {
        "status": "error",
        "category": "OBJECT_NOT_FOUND",
        "subCategory": "crm.associations.NO_ASSOCIATIONS_FOUND",
        "message": f"No {end.singular} is associated with {start.singular} {from_id}.",
        "context": {
            "fromObjectId": [from_id],
            "fromObjectType": [start.singular],
            "toObjectType": [end.singular],
        },
    }
