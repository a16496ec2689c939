"""Every handler against its fixture file: the events it may get, as HubSpot sends them, and the effects that must follow."""

from __future__ import annotations

import importlib
import json
from pathlib import Path

import pytest

from integration.core.taming import tame
from integration.hubspot.objects import COMPANIES, CONTACTS, DEALS
from integration.pipeline.record_state_store import RecordFact
from webhooks import handlers
from webhooks.events import parse_event, parse_portal_id, parse_type
from webhooks.handler import Effect, Erase, Handler, Ignore, MoveHistory, Work
from webhooks.registry import load_registry, subscriptions

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "webhooks"
HANDLERS = sorted(path.stem for path in Path(handlers.__path__[0]).glob("[!_]*.py"))
INPUTS = {CONTACTS: ("jobtitle", "email"), COMPANIES: ("domain",), DEALS: ("dealstage",)}

CASES = [
    pytest.param(name, case["event"], case["effects"], id=f"{name}-{number}")
    for name in HANDLERS
    for number, case in enumerate(json.loads((FIXTURES / f"{name}.json").read_text()))
]


@pytest.mark.parametrize(("name", "event", "effects"), CASES)
def test_the_handler_wants_what_its_fixture_says(name: str, event: dict[str, object], effects: list[object]) -> None:
    item = tame(event)
    event_type = parse_type(item)
    handler: Handler = importlib.import_module(f"webhooks.handlers.{name}").HANDLER
    handle = load_registry().find(event_type)
    assert handle is handler.handle
    parsed = parse_event(item, event_type, parse_portal_id(item))
    assert [_shown(effect) for effect in handle(parsed, INPUTS)] == effects


def _shown(effect: Effect) -> dict[str, object]:
    match effect:
        case Ignore(reason=reason):
            return {"ignore": reason}
        case Work():
            return {"work": list(effect)}
        case Erase():
            return {"erase": list(effect)}
        case MoveHistory():
            return {"move": list(effect)}
        case RecordFact():
            return {"fact": list(effect)}


def test_the_key_of_an_event_ignores_the_attempt_and_nothing_else() -> None:
    event = json.loads((FIXTURES / "property_change.json").read_text())[0]["event"]

    def key(**changes: object) -> int:
        item = tame({**event, **changes})
        return parse_event(item, parse_type(item), parse_portal_id(item)).key()

    assert key() == key(attemptNumber=4)
    others = {
        key(eventId=9),
        key(subscriptionId=9),
        key(objectId=9),
        key(occurredAt=9),
        key(portalId=9),
        key(propertyName="email"),
        key(propertyValue="other"),
    }
    assert key() not in others
    assert len(others) == 7


def test_the_app_subscribes_to_every_handled_event_and_every_input_property() -> None:
    declared = [(each.subscription_type, each.property_name) for each in subscriptions(INPUTS)]
    assert declared == sorted(declared, key=lambda each: (each[0], each[1] or ""))
    assert ("contact.propertyChange", "email") in declared
    assert ("company.propertyChange", "domain") in declared
    assert {name for name, _ in declared if name.startswith("deal.")} == {
        "deal.creation",
        "deal.deletion",
        "deal.merge",
        "deal.restore",
        "deal.associationChange",
        "deal.propertyChange",
    }
    assert [name for name, _ in declared if name.endswith("privacyDeletion")] == ["contact.privacyDeletion"]
    assert len(set(declared)) == len(declared)
    assert {each.object_type for each in subscriptions(INPUTS)} == {CONTACTS, COMPANIES, DEALS}
