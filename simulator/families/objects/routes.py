"""Records over HTTP: `/crm/objects/{version}/{type}` and `/crm/v3/objects/{type}`.

Source: https://developers.hubspot.com/docs/api-reference/latest/crm/objects/contacts/guide (read 2026-09).
Limit: ids that were merged away count as missing in batch reads; what HubSpot does there is not documented.
Limit: batch answers name no `requestedAt` and no `links`.
"""

from typing import TYPE_CHECKING

from flask import Blueprint

from simulator.crm.object_types import object_type as kind_of
from simulator.errors import not_found
from simulator.families.mounting import NO_CONTENT, Answer, Request, Route, mount
from simulator.families.objects.bodies import RecordBodies, batch_answer, outcome_answer
from simulator.families.objects.inputs import (
    MAX_BATCH,
    MAX_BATCH_WITH_HISTORY,
    read_associations,
    read_batch,
    read_ids,
)
from simulator.families.scopes import read_objects, write_objects
from simulator.operation import Operation

if TYPE_CHECKING:
    from simulator.world import World

MAX_PAGE = 100
MAX_PAGE_WITH_HISTORY = 50


def list_records(call: Request, object_type: str) -> Answer:
    """A page of records in the order of their ids."""
    bodies = _bodies(call, object_type)
    with_history = call.query.names("propertiesWithHistory")
    limit = call.query.number("limit", default=10, maximum=MAX_PAGE_WITH_HISTORY if with_history else MAX_PAGE)
    after, archived = call.query.cursor("after"), call.query.flag("archived")
    found = call.portal.records(object_type, after=after, limit=limit + 1, archived=archived)
    body: dict[str, object] = {"results": [bodies.body(record) for record in found[:limit]]}
    if len(found) > limit:
        body["paging"] = call.paging(found[limit - 1].id)
    return Answer(body)


def get_record(call: Request, object_type: str, object_id: str) -> Answer:
    """One record by id or by a unique property."""
    record = call.portal.read(
        object_type, object_id, id_property=call.query.text("idProperty"), archived=call.query.flag("archived")
    )
    return Answer(_bodies(call, object_type).body(record))


def create_record(call: Request, object_type: str) -> Answer:
    """The new record."""
    written = call.portal.create(
        object_type, call.body.values("properties"), read_associations(call.body), source=call.source, rules=call.rules
    )
    return Answer(RecordBodies(call.portal, kind_of(object_type)).written(written), 201)


def update_record(call: Request, object_type: str, object_id: str) -> Answer:
    """The changed record."""
    written = call.portal.update(
        object_type,
        object_id,
        call.body.values("properties"),
        source=call.source,
        rules=call.rules,
        id_property=call.query.text("idProperty"),
    )
    return Answer(RecordBodies(call.portal, kind_of(object_type)).written(written))


def archive_record(call: Request, object_type: str, object_id: str) -> Answer:
    """Puts a record into the bin; an id that is not there is answered the same."""
    call.portal.archive(object_type, object_id, source=call.source)
    return NO_CONTENT


def batch_read(call: Request, object_type: str) -> Answer:
    """The records of up to 100 ids (50 with history); missing ones are one entry of `errors`."""
    started = call.portal.crm.now_ms()
    history = call.body.texts("propertiesWithHistory") or []
    ids = read_ids(call.body, MAX_BATCH_WITH_HISTORY if history else MAX_BATCH)
    found = call.portal.find_all(object_type, ids, id_property=call.body.text("idProperty"), archived=call.query.flag("archived"))
    bodies = RecordBodies(call.portal, kind_of(object_type), names=call.body.texts("properties"), history=history)
    missing = [value for value, record in found.items() if record is None]
    errors = [_missing(object_type, missing)] if missing else []
    results = [bodies.body(record) for record in found.values() if record is not None]
    return batch_answer(results, errors, started_at_ms=started, completed_at_ms=call.portal.crm.now_ms())


def batch_create(call: Request, object_type: str) -> Answer:
    """The new records of up to 100 inputs."""
    started = call.portal.crm.now_ms()
    outcome = call.portal.batch_create(object_type, read_batch(call.body), source=call.source, rules=call.rules)
    bodies = RecordBodies(call.portal, kind_of(object_type))
    return outcome_answer(bodies, outcome, started_at_ms=started, now_ms=call.portal.crm.now_ms(), status=201)


def batch_update(call: Request, object_type: str) -> Answer:
    """The changed records of up to 100 inputs."""
    started = call.portal.crm.now_ms()
    outcome = call.portal.batch_update(object_type, read_batch(call.body), source=call.source, rules=call.rules)
    bodies = RecordBodies(call.portal, kind_of(object_type))
    return outcome_answer(bodies, outcome, started_at_ms=started, now_ms=call.portal.crm.now_ms())


def batch_upsert(call: Request, object_type: str) -> Answer:
    """The changed or new records of up to 100 inputs."""
    started = call.portal.crm.now_ms()
    outcome = call.portal.batch_upsert(object_type, read_batch(call.body), source=call.source, rules=call.rules)
    bodies = RecordBodies(call.portal, kind_of(object_type))
    return outcome_answer(bodies, outcome, started_at_ms=started, now_ms=call.portal.crm.now_ms(), tells_new=True)


def batch_archive(call: Request, object_type: str) -> Answer:
    """Puts up to 100 records into the bin."""
    call.portal.archive(object_type, *read_ids(call.body, MAX_BATCH), source=call.source)
    return NO_CONTENT


_COLLECTION = "/crm/objects/{version}/{objectType}"
_SINGLE = _COLLECTION + "/{objectId}"

ROUTES = [
    Route(Operation("GET", _COLLECTION, scopes=read_objects), list_records),
    Route(Operation("POST", _COLLECTION, scopes=write_objects), create_record),
    Route(Operation("GET", _SINGLE, scopes=read_objects), get_record),
    Route(Operation("PATCH", _SINGLE, scopes=write_objects), update_record),
    Route(Operation("DELETE", _SINGLE, scopes=write_objects), archive_record),
    Route(Operation("POST", _COLLECTION + "/batch/read", scopes=read_objects), batch_read),
    Route(Operation("POST", _COLLECTION + "/batch/create", scopes=write_objects), batch_create),
    Route(Operation("POST", _COLLECTION + "/batch/update", scopes=write_objects), batch_update),
    Route(Operation("POST", _COLLECTION + "/batch/upsert", scopes=write_objects), batch_upsert),
    Route(Operation("POST", _COLLECTION + "/batch/archive", scopes=write_objects), batch_archive),
]
OPERATIONS = [route.operation for route in ROUTES]


def build_blueprint(world: "World") -> Blueprint:
    """The record routes of a world."""
    return mount("objects", world, ROUTES)


def _bodies(call: Request, object_type: str) -> RecordBodies:
    return RecordBodies(
        call.portal,
        kind_of(object_type),
        names=call.query.names("properties"),
        history=call.query.names("propertiesWithHistory") or (),
        associations=call.query.names("associations") or (),
    )


def _missing(object_type: str, ids: list[str]) -> dict[str, object]:
    word = kind_of(object_type).word
    message = f"Could not get some {word} objects, they may be deleted or not exist. Check that ids are valid."
    return not_found(message, context={"ids": ids}).entry(None)
