"""Every score under its fixture: facts of a record, and what the score says of them. A score without a fixture fails here.

A fixture is a list of cases: `says`, `object_type`, `facts` (and those of its `company`) by field name, `history` as it is stored, and what is
expected. Ages are days before the sheet's moment: {"days_ago": 30}; {"day_in": 5} is a day ahead.
"""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from integration.hubspot.objects import COMPANIES
from integration.providers.base import FactSheet, Field, FieldValue
from integration.scoring.base import SUM_TOLERANCE
from integration.scoring.history import NO_HISTORY, history_data, read_history
from integration.scoring.profile import default_profile
from integration.scoring.registry import all_scores
from tests.factories import NOW, finding

FOLDER = Path(__file__).resolve().parents[2] / "fixtures" / "scores"
SCORES = {score.name: score for score in all_scores(default_profile())}
CASES = [
    pytest.param(name, case, id=f"{name}: {case['says']}")
    for name in sorted(SCORES)
    if (FOLDER / f"{name}.json").exists()
    for case in json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
]


@pytest.mark.parametrize("name", sorted(SCORES))
def test_every_score_has_a_fixture_with_a_verdict_and_an_abstention(name: str) -> None:
    values = [case["expected"]["value"] for case in json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))]
    assert None in values
    assert any(value is not None for value in values)


@pytest.mark.parametrize(("name", "case"), CASES)
def test_the_score_says_what_its_fixture_says(name: str, case: dict[str, Any]) -> None:
    company = case.get("company")
    sheet = _sheet(case["object_type"], "101", case["facts"], None if company is None else _sheet(COMPANIES, "9001", company, None))
    history = read_history(history_data(NO_HISTORY) | case.get("history", {}))
    assert sheet.object_type in SCORES[name].object_types
    result = SCORES[name].computing(history)(sheet)
    expected = case["expected"]
    assert (result.value if result.value is None else round(result.value, 2), result.label) == (
        expected["value"],
        expected["label"],
    )
    assert [[reason.text, round(reason.points, 2)] for reason in result.reasons] == expected["reasons"]
    assert result.value is None or abs(sum(reason.points for reason in result.reasons) - result.value) <= SUM_TOLERANCE
    assert set(SCORES[name].property_values(result)) == {declared.name for declared in SCORES[name].properties}


def _sheet(object_type: str, object_id: str, facts: dict[str, Any], company: FactSheet | None) -> FactSheet:
    known = {Field(name): finding(Field(name), _value(value), provider="hubspot") for name, value in facts.items()}
    return FactSheet(object_type, object_id, NOW, known, company=company)


def _value(value: Any) -> FieldValue:
    if isinstance(value, dict):
        day = NOW - timedelta(days=value["days_ago"]) if "days_ago" in value else NOW + timedelta(days=value["day_in"])
        return day.isoformat() if "days_ago" in value else day.date().isoformat()
    return tuple(value) if isinstance(value, list) else value
