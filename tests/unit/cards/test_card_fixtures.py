"""The fixtures of the cards: every state has one, each has the shape the cards are written for, and its numbers add up."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from crm_cards.declared import STATES
from tests.card_types import read_card_types

FOLDER = Path(__file__).resolve().parents[2] / "fixtures" / "cards"
FIXTURES = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.json"))}


@pytest.mark.parametrize("name", FIXTURES)
def test_a_fixture_has_the_shape_the_cards_are_written_for(name: str) -> None:
    assert list(read_card_types().complaints(FIXTURES[name], "RecordView")) == []


def test_every_state_has_a_fixture_of_its_name() -> None:
    assert {name: FIXTURES[name]["state"]["kind"] for name in STATES} == {name: name for name in STATES}


def test_the_cards_know_every_state_that_is_declared() -> None:
    kinds = read_card_types().declared["StateKind"]
    assert {kind.strip(" '\n") for kind in kinds.split("|")} - {""} == set(STATES)


@pytest.mark.parametrize("name", FIXTURES)
def test_the_reasons_of_a_score_add_up_to_it(name: str) -> None:
    scores = [score for score in (FIXTURES[name]["priority"], *FIXTURES[name]["scores"]) if score and score["value"] is not None]
    assert [sum(reason["points"] for reason in score["reasons"]) for score in scores] == [score["value"] for score in scores]


@pytest.mark.parametrize(
    ("spoil", "complaint"),
    [
        ({"headline": 5}, ".headline: 5 is no string"),
        ({"extra": 1}, ".extra is not declared"),
        ({"object_type": "tickets"}, "'tickets' is none of"),
        ({"viewer": {"may_act": 1, "is_admin": True}}, ".viewer.may_act: 1 is no boolean"),
        ({"people": [{}]}, ".people[0].object_id is missing"),
        ({"state": None}, ".state: None is no object"),
    ],
)
def test_the_check_finds_what_is_not_as_declared(spoil: dict[str, Any], complaint: str) -> None:
    assert any(complaint in found for found in read_card_types().complaints(FIXTURES["ready"] | spoil, "RecordView"))


def test_the_guides_show_every_state_and_no_picture_that_is_not_there() -> None:
    docs = FOLDER.parents[2] / "docs"
    guide = (docs / "rep-guide.md").read_text(encoding="utf-8")
    for name in (stem.replace("_", "-") for stem in FIXTURES if stem != "script_in_every_text"):
        assert f"images/card-{name}.png" in guide, name
        assert f"images/card-{name}-sidebar.png" in guide, name
    for page in (docs / "rep-guide.md", docs / "admin-guide.md", docs.parent / "README.md"):
        shown = re.findall(r"images/([\w-]+\.png)", page.read_text(encoding="utf-8"))
        assert [name for name in shown if not (docs / "images" / name).exists()] == [], page.name
