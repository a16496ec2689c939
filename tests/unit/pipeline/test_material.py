"""Which moves are worth an event, and what the event says."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.briefs.base import Brief, Section, Sentence
from integration.hubspot.objects import CONTACTS
from integration.hubspot.timeline_events import TIMELINE_EVENTS
from integration.pipeline.timeline.material import Move, build_event, is_material, material_events
from integration.scoring.movement import SaidReason
from integration.scoring.priority import HEATS
from tests.factories import NOW

BRIEF = Brief(
    "Sample Contact, Sample Works: strong fit, 80 of 100",
    (Section("next_step", "Next step", (Sentence("Answer their form today.", ()),)),),
    "f-1",
)
values = st.one_of(st.none(), st.floats(0, 100))
heats = st.sampled_from([heat for heat, _ in HEATS])


def _move(previous: float | None, value: float | None, previous_heat: str = "warm", heat: str = "warm") -> Move:
    before = (SaidReason("ICP fit 50 of 100", previous or 0.0),)
    now = (SaidReason("ICP fit 80 of 100", value or 0.0),)
    return Move("101", NOW, heat, value, now, previous_heat, previous, before)


@pytest.mark.parametrize(
    ("move", "material"),
    [
        (_move(50.0, 64.9), False),
        (_move(50.0, 65.0), True),
        (_move(64.9, 49.0), True),
        (_move(69.0, 71.0, heat="hot"), True),
        (_move(50.0, None, heat="not_enough_evidence"), True),
        (_move(None, 90.0, previous_heat="not_enough_evidence", heat="hot"), False),
    ],
)
def test_a_change_of_heat_or_of_fifteen_points_is_material_and_a_first_judgement_is_not(move: Move, material: bool) -> None:
    assert is_material(move) is material


@given(values, values, heats, heats)
def test_every_event_keeps_to_its_declared_type_and_leaves_out_what_is_not_known(
    previous: float | None, value: float | None, previous_heat: str, heat: str
) -> None:
    event = build_event(1, CONTACTS, _move(previous, value, previous_heat, heat), BRIEF)
    [declared] = [one for one in TIMELINE_EVENTS if one.object_type == CONTACTS]
    assert set(event.properties) <= {one.name for one in declared.properties}
    assert all(event.properties.values())
    assert ("priority" in event.properties) is (value is not None)


def test_an_event_tells_heat_why_and_what_to_do() -> None:
    event = build_event(1, CONTACTS, _move(50.0, 80.0, heat="hot"), BRIEF)
    assert event.properties == {
        "heat": "Hot",
        "priority": "80",
        "previous_heat": "Warm",
        "why": "ICP fit 80 of 100 (before: ICP fit 50 of 100): +30",
        "headline": BRIEF.headline,
        "next_step": "Answer their form today.",
    }


def test_the_same_move_has_the_same_id_and_a_later_one_another() -> None:
    move = _move(50.0, 80.0, heat="hot")
    later = Move(**{**vars(move), "at": NOW + timedelta(days=1)})
    ids = [build_event(portal, CONTACTS, one, BRIEF).event_id for portal, one in ((1, move), (1, move), (1, later), (2, move))]
    assert ids[0] == ids[1]
    assert len(set(ids)) == 3


def test_a_record_without_a_brief_at_hand_has_no_event() -> None:
    assert material_events(1, CONTACTS, [_move(50.0, 80.0, heat="hot")], {}) == []
