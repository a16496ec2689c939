"""Events in batches: whatever is repeated or refused, every event has exactly its own outcome."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from integration.hubspot.timeline_calls import EventToSend, send_events
from integration.hubspot.transport import Reply
from tests.factories import NOW


def _events(count: int) -> list[EventToSend]:
    return [EventToSend("sample_type", f"e-{number}", str(number), NOW, {"heat": "Hot"}) for number in range(count)]


class _HubSpot:
    """Takes a batch whole or refuses it whole, naming nobody."""

    def __init__(self, standing: set[str], bad: set[str]) -> None:
        self.standing = standing
        self.bad = bad
        self.calls = 0

    def send(self, body: object) -> Reply:
        self.calls += 1
        assert isinstance(body, Mapping)
        inputs: list[Mapping[str, Any]] = list(body["inputs"])
        assert inputs
        ids = {entry["id"] for entry in inputs}
        if ids & self.bad:
            return _reply(400, {"category": "VALIDATION_ERROR", "message": "not declared"})
        if ids & self.standing:
            return _reply(409, {"category": "CONFLICT", "message": "already there"})
        self.standing |= ids
        return _reply(200, {"status": "COMPLETE"})


def _reply(status: int, body: object) -> Reply:
    return Reply(status, {}, json.dumps(body).encode())


indices = st.sets(st.integers(0, 30), max_size=8)


@given(st.integers(0, 31), indices, indices)
def test_every_event_is_sent_once_or_refused_with_the_reason(count: int, repeated: set[int], refused: set[int]) -> None:
    events = _events(count)
    ids = {event.event_id for event in events}
    bad = {f"e-{number}" for number in refused} & ids
    hubspot = _HubSpot({f"e-{number}" for number in repeated - refused}, bad)
    outcome = send_events(events, hubspot.send)
    assert outcome.sent == ids - bad
    assert set(outcome.failed) == bad
    assert all(failure.category == "VALIDATION_ERROR" for failure in outcome.failed.values())
    assert ids - bad <= hubspot.standing


def test_a_batch_that_is_taken_costs_one_call_and_names_type_record_and_time() -> None:
    hubspot = _HubSpot(set(), set())
    send_events(_events(100), hubspot.send)
    assert hubspot.calls == 1
    sent: list[object] = []

    def take(body: object) -> Reply:
        sent.append(body)
        return _reply(200, {})

    send_events(_events(1), take)
    assert sent == [
        {
            "inputs": [
                {
                    "eventTypeName": "sample_type",
                    "id": "e-0",
                    "objectId": "0",
                    "timestamp": NOW.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
                    "properties": {"heat": "Hot"},
                }
            ]
        }
    ]
