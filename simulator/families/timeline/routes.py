"""App events over HTTP: one occurrence or a batch of them, checked against the event types the app declares.

Source: https://developers.hubspot.com/docs/apps/developer-platform/add-features/app-events/send-event-occurrences and the 2026-03
specification of crm.timeline (read 2026-12).
Limit: only `objectId` names a record (not `email`, `utk` or `domain`); `extraData` and `timelineIFrame` are ignored; a batch is taken whole
or refused whole, which the documentation leaves open.
"""

from datetime import datetime
from typing import TYPE_CHECKING

from flask import Blueprint

from simulator.apps import EventType
from simulator.crm.object_types import object_type as kind_of
from simulator.errors import HubSpotError, validation_error
from simulator.families.mounting import Answer, Request, Route, mount
from simulator.families.reading import Body
from simulator.families.timeline.errors import bad_batch, not_a_number, repeated_id, unknown_property, unknown_record, unknown_type
from simulator.families.timeline.state import TimelineEvent
from simulator.operation import Operation

if TYPE_CHECKING:
    from simulator.world import World

_SCOPES = ("timeline",)
_MOST_EVENTS = 500
_ONE = Operation("POST", "/integrators/timeline/{version}/events", scopes=_SCOPES)
_BATCH = Operation("POST", "/integrators/timeline/{version}/events/batch", scopes=_SCOPES)
OPERATIONS = [_ONE, _BATCH]


def build_blueprint(world: "World") -> Blueprint:
    """The event routes of a world."""
    views = _Views(world)
    return mount("timeline", world, [Route(_ONE, views.create), Route(_BATCH, views.create_batch)])


class _Views:
    """The views, on one world."""

    def __init__(self, world: "World") -> None:
        self._world = world

    def create(self, call: Request) -> Answer:
        """One event."""
        self._add(call, [self._read(call, call.body)])
        return Answer(None, 201)

    def create_batch(self, call: Request) -> Answer:
        """All events of the batch, or none."""
        events = [self._read(call, each) for each in call.body.objects("inputs")]
        if not 1 <= len(events) <= _MOST_EVENTS:
            raise bad_batch(_MOST_EVENTS)
        self._add(call, events)
        now = self._world.clock.now().isoformat(timespec="milliseconds").replace("+00:00", "Z")
        results = [_body(each) for each in events]
        return Answer({"status": "COMPLETE", "results": results, "startedAt": now, "completedAt": now})

    def _add(self, call: Request, events: list[TimelineEvent]) -> None:
        repeated = self._world.timelines[call.portal.portal_id].add(events)
        if repeated is not None:
            raise repeated_id(repeated)

    def _read(self, call: Request, body: Body) -> TimelineEvent:
        type_ = self._type(call.caller.app_id, body.need_text("eventTypeName"))
        object_type = kind_of(type_.object_type).name
        object_id = body.need_text("objectId")
        try:
            call.portal.read(object_type, object_id)
        except HubSpotError as error:
            raise unknown_record(object_type, object_id) from error
        properties = body.values("properties")
        _check(type_, properties)
        return TimelineEvent(
            app_id=call.caller.app_id,
            type=type_,
            id=body.need_text("id"),
            object_type=object_type,
            object_id=object_id,
            properties=properties,
            at_ms=self._moment(body.text("timestamp")),
        )

    def _type(self, app_id: int, name: str) -> EventType:
        found = next((each for each in self._world.apps[app_id].event_types if each.uid == name), None)
        if found is None:
            raise unknown_type(name)
        return found

    def _moment(self, text: str | None) -> int:
        if text is None:
            return int(self._world.clock.now().timestamp() * 1000)
        try:
            return int(datetime.fromisoformat(text).timestamp() * 1000)
        except ValueError:
            raise validation_error(f"timestamp must be an ISO moment, not {text!r}") from None


def _check(type_: EventType, properties: dict[str, str]) -> None:
    unknown = sorted(set(properties) - set(type_.properties))
    if unknown:
        raise unknown_property(type_.uid, unknown)
    for name, value in properties.items():
        if type_.properties[name] == "number" and value:
            try:
                float(value)
            except ValueError:
                raise not_a_number(name, value) from None


def _body(event: TimelineEvent) -> dict[str, object]:
    return {
        "id": event.id,
        "eventTypeName": event.type.uid,
        "objectId": event.object_id,
        "properties": dict(event.properties),
    }
