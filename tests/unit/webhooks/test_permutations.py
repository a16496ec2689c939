"""The order, repetition and cutting of deliveries never matter: the same events leave the same records and the same work behind."""

from __future__ import annotations

import random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from integration.db.session import Database
from tests.unit.webhooks.building import build, clear, deliver, event, install, rows

_Outcome = tuple[list[tuple[object, ...]], list[tuple[object, ...]]]
_IDS = st.integers(1, 4)
_AT = st.integers(0, 4)


@st.composite
def _events(draw: st.DrawFn) -> dict[str, object]:
    kind = draw(
        st.sampled_from(["creation", "propertyChange", "deletion", "restore", "merge", "privacyDeletion", "associationChange"])
    )
    object_id, at = draw(_IDS), draw(_AT)
    more: dict[str, object] = {"eventId": draw(st.integers(1, 3))}
    if kind == "propertyChange":
        more |= {"propertyName": draw(st.sampled_from(["jobtitle", "other"])), "propertyValue": draw(st.sampled_from(["a", ""]))}
    elif kind == "merge":
        gone = draw(st.lists(_IDS, min_size=1, max_size=2))
        more |= {"primaryObjectId": object_id, "mergedObjectIds": gone, "newObjectId": draw(st.none() | _IDS)}
    elif kind == "associationChange":
        more |= {"associationType": "CONTACT_TO_COMPANY", "fromObjectId": object_id, "toObjectId": draw(_IDS)}
    return event(f"contact.{kind}", object_id, at=at, **more)


def _outcome(database: Database, deliveries: list[list[dict[str, object]]], *, at_once: bool) -> _Outcome:
    clear(database, ["delivery", "seen_event", "record_state", "work_item", "dead_letter", "procrastinate_jobs"])
    unpacker = build(database)
    for delivery in deliveries:
        deliver(database, delivery)
        if not at_once:
            unpacker.run({})
    unpacker.run({})
    states = rows(
        database,
        "SELECT object_type, object_id, deleted_at_ms, restored_at_ms, merged_at_ms, survivor_id, erased_at_ms FROM record_state"
        " ORDER BY 1, 2",
    )
    return states, rows(database, "SELECT object_type, object_id, lane, causes FROM work_item ORDER BY 1, 2")


def _ids_only(outcome: _Outcome) -> _Outcome:
    """Why a survivor is looked at may differ (a change is passed on to it only when the merge is known); that it is may not."""
    states, work = outcome
    return states, [row[:3] for row in work]


def _shuffled(events: list[dict[str, object]], seed: int) -> list[list[dict[str, object]]]:
    """The events with some repeated, in another order, cut anywhere."""
    rng = random.Random(seed)
    shuffled = [*events, *rng.choices(events, k=rng.randrange(4))]
    rng.shuffle(shuffled)
    deliveries: list[list[dict[str, object]]] = [[]]
    for each in shuffled:
        if rng.random() < 0.4:
            deliveries.append([])
        deliveries[-1].append({**each, "attemptNumber": rng.randrange(3)})
    return deliveries


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(events=st.lists(_events(), min_size=1, max_size=8), seed=st.integers(0, 10_000), at_once=st.booleans())
def test_any_order_repetition_and_cut_of_the_same_events_ends_the_same(
    database: Database, events: list[dict[str, object]], seed: int, at_once: bool
) -> None:
    clear(database, ["portal"])
    install(database)
    as_sent = _outcome(database, [events], at_once=True)
    otherwise = _outcome(database, _shuffled(events, seed), at_once=at_once)
    assert _ids_only(otherwise) == _ids_only(as_sent)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(events=st.lists(_events(), min_size=1, max_size=8))
def test_only_live_records_are_ever_left_to_work_on(database: Database, events: list[dict[str, object]]) -> None:
    clear(database, ["portal"])
    install(database)
    _outcome(database, [[each] for each in events], at_once=False)
    dead_but_queued = rows(
        database,
        "SELECT object_id FROM work_item JOIN record_state USING (portal_id, object_type, object_id)"
        " WHERE erased_at_ms > 0 OR merged_at_ms > 0 OR deleted_at_ms > restored_at_ms",
    )
    assert dead_but_queued == []
