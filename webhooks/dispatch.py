"""From raw deliveries to a plan for each portal: parse, leave out echoes, ask the handlers, gather what they want. No I/O.

An event ends in one of three ways: handled (or ignored on purpose, counted by reason), unsupported, or broken; the last two become dead
letters that can be replayed. One bad event never harms its neighbours.

How our own writes are told apart: `changeSource` INTEGRATION with our app id as `sourceId` (the part before a colon). Only kinds of event that
our writes can cause are left out; a deletion, merge or erasure is followed whoever made it.
Source: observed in live traffic (captured samples in public repositories, read 2026-09); HubSpot does not document it.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Final, NamedTuple

import structlog

from integration.core.errors import BadPayload, Unsupported
from integration.core.taming import Tamed, tame
from integration.jobs.dead_letter_store import DeadLetterEntry, Kind
from integration.pipeline.record_state_store import RecordFact
from webhooks.events import Event, EventType, parse_event, parse_portal_id, parse_type
from webhooks.handler import Effect, Erase, Ignore, InputProperties, MoveHistory, Work
from webhooks.inbox_store import StoredDelivery
from webhooks.registry import HandlerRegistry

EVENTS_IN_A_DELIVERY: Final = 10_000
"""HubSpot sends at most 100. A body with more than this is kept as a dead letter and not taken apart."""
_OUR_WRITES: Final = frozenset({"creation", "propertyChange", "associationChange"})
_SHOWN: Final = 80

_log = structlog.get_logger(__name__)


class Sourced(NamedTuple):
    """An event and the delivery that brought it."""

    event: Event
    delivery_id: int


@dataclass
class Reading:
    """What deliveries held: the events of each portal under their keys (so a repeat falls together), and what could not be read."""

    events: dict[int, dict[int, Sourced]] = field(default_factory=dict)
    problems: list[DeadLetterEntry] = field(default_factory=list)
    repeats: Counter[int] = field(default_factory=Counter)
    """By portal."""
    portals_of: dict[int, set[int]] = field(default_factory=dict)
    """The portals each delivery names."""


@dataclass
class PortalPlan:
    """Everything to be done for one portal, gathered so that each kind costs one statement."""

    facts: list[RecordFact] = field(default_factory=list)
    causes: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    """Why each record (type, id) needs work."""
    erasures: set[Erase] = field(default_factory=set)
    moves: set[MoveHistory] = field(default_factory=set)
    problems: list[DeadLetterEntry] = field(default_factory=list)
    outcomes: Counter[str] = field(default_factory=Counter)


class Dispatcher:
    """Reads deliveries and asks the handlers. Holds no state between calls."""

    def __init__(self, registry: HandlerRegistry, *, inputs: InputProperties, app_id: str) -> None:
        self._registry = registry
        self._inputs = {object_type: frozenset(names) for object_type, names in inputs.items()}
        self._app_id = app_id

    def read(self, deliveries: Iterable[StoredDelivery]) -> Reading:
        """Every event of the deliveries, repeats folded into one."""
        reading = Reading()
        for delivery in deliveries:
            for item in _items(delivery, reading):
                self._read_event(item, delivery, reading)
        return reading

    def plan(self, events: Iterable[Sourced]) -> PortalPlan:
        """What the handlers want for the events of one portal."""
        plan = PortalPlan()
        for sourced in events:
            if self.is_echo(sourced.event):
                plan.outcomes["echo"] += 1
            else:
                self._dispatch(sourced, plan)
        return plan

    def is_echo(self, event: Event) -> bool:
        """Whether our own app caused the event."""
        if event.change_source != "INTEGRATION" or event.type.kind not in _OUR_WRITES:
            return False
        return bool(self._app_id) and event.source_id.partition(":")[0].strip() == self._app_id

    def reads_property(self, event: Event) -> bool:
        """Whether the event says that one of our input properties changed."""
        return event.type.kind == "propertyChange" and event.property_name in self._inputs.get(event.type.object_type, ())

    def _read_event(self, item: Tamed, delivery: StoredDelivery, reading: Reading) -> None:
        portal_id = None
        try:
            portal_id = parse_portal_id(item)
            reading.portals_of.setdefault(delivery.delivery_id, set()).add(portal_id)
            event_type = parse_type(item)
            self._require_handler(event_type)
            event = parse_event(item, event_type, portal_id)
        except (BadPayload, Unsupported) as error:
            letter = _letter("event", error.reason, str(error), delivery, portal_id=portal_id, events=[item.value])
            reading.problems.append(_about_record(letter, item))
            return
        known = reading.events.setdefault(portal_id, {})
        if known.setdefault(event.key(), Sourced(event, delivery.delivery_id)).event is not event:
            reading.repeats[portal_id] += 1

    def _require_handler(self, event_type: EventType) -> None:
        if self._registry.find(event_type) is None:
            raise Unsupported(f"No handler takes {_shown(event_type)}.", reason="unsupported_event")

    def _dispatch(self, sourced: Sourced, plan: PortalPlan) -> None:
        event = sourced.event
        handle = self._registry.find(event.type)
        try:
            effects = handle(event, self._inputs) if handle is not None else ()
        except Exception as error:  # noqa: BLE001  one of the four edges: a handler that fails on one event must not stop the others
            _log.error("handler_failed", kind=event.type.kind, error=type(error).__name__, exc_info=error)
            plan.problems.append(_broken_handler(sourced, error))
            return
        for effect in effects:
            _gather(effect, plan)
        plan.outcomes["handled" if not effects or not isinstance(effects[0], Ignore) else effects[0].reason] += 1


def _items(delivery: StoredDelivery, reading: Reading) -> list[Tamed]:
    """The array's elements; none, and a dead letter for the whole body, when it is no array of sensible length."""
    try:
        items = tame(json.loads(delivery.body)).items()
    except (ValueError, RecursionError):
        reading.problems.append(_letter("delivery", "unreadable_body", "The body is not JSON.", delivery))
    except BadPayload as error:
        reading.problems.append(_letter("delivery", error.reason, str(error), delivery))
    else:
        if len(items) <= EVENTS_IN_A_DELIVERY:
            return items
        reading.problems.append(_letter("delivery", "too_many_events", f"The body holds {len(items)} events.", delivery))
    return []


def _gather(effect: Effect, plan: PortalPlan) -> None:
    match effect:
        case Work(object_type=object_type, object_id=object_id, cause=cause):
            plan.causes.setdefault((object_type, object_id), set()).add(cause)
        case RecordFact():
            plan.facts.append(effect)
        case Erase():
            plan.erasures.add(effect)
        case MoveHistory():
            plan.moves.add(effect)
        case Ignore():
            pass


def _broken_handler(sourced: Sourced, error: Exception) -> DeadLetterEntry:
    """Points at the delivery that holds the event: the event as parsed is not what HubSpot sent."""
    event = sourced.event
    return DeadLetterEntry(
        portal_id=event.portal_id,
        kind="delivery",
        reason="handler_failed",
        detail=f"The handler of {_shown(event.type)} failed: {type(error).__name__}",
        delivery_id=sourced.delivery_id,
        object_type=event.type.object_type,
        object_id=event.object_id,
    )


def _letter(
    kind: Kind,
    reason: str,
    detail: str,
    delivery: StoredDelivery,
    *,
    portal_id: int | None = None,
    events: list[object] | None = None,
) -> DeadLetterEntry:
    """`events` are kept as JSON text, which survives in the database whatever characters they hold."""
    payload = {"body": json.dumps(events)} if events is not None else {}
    return DeadLetterEntry(portal_id, kind, reason, detail, delivery_id=delivery.delivery_id, payload=payload)


def _about_record(letter: DeadLetterEntry, item: Tamed) -> DeadLetterEntry:
    """The letter under the record it seems to be about, so that erasing the record finds it."""
    try:
        object_type, object_id = parse_type(item).object_type, item.at("objectId").loose_text()
    except BadPayload:
        return letter
    return replace(letter, object_type=object_type, object_id=object_id or None)


def _shown(event_type: EventType) -> str:
    """A name that came from outside, in printable ASCII and short."""
    return ascii(f"{event_type.object_type}.{event_type.kind}"[:_SHOWN])
