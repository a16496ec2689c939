"""Quality levels are told from files: what is missing is named, and nothing is gold before the live service was asked."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from integration.app import all_adapters
from integration.core.settings import Settings
from integration.providers.adapter import Adapter
from integration.scaffold.levels import level_of, levels_of, load_fixture
from simulator.neighbours.running import find_neighbours
from tests.contract.providers.test_adapters import as_subject

ROOT = Path(__file__).resolve().parents[2]
TODAY = date(2026, 11, 30)


@pytest.fixture(scope="module")
def adapters() -> tuple[Adapter, ...]:
    with ExitStack() as held:
        return all_adapters(Settings.from_env({}), held)


@pytest.fixture
def hunter(adapters: tuple[Adapter, ...]) -> Adapter:
    return next(one for one in adapters if one.info.name == "hunter")


def fixture_of(name: str) -> dict[str, Any]:
    return dict(load_fixture(ROOT, name) or {})


def test_every_provider_is_at_least_bronze(adapters: tuple[Adapter, ...]) -> None:
    neighbours = find_neighbours()
    stand_ins = {*neighbours, *(address for one in neighbours.values() for address in one.paths)}
    poor = {name: level.missing for name, level in levels_of(adapters, ROOT, stand_ins, today=TODAY).items() if not level.name}
    assert poor == {}


def test_what_is_missing_is_named_and_keeps_the_level_down(hunter: Adapter) -> None:
    whole = fixture_of("hunter")
    assert level_of(hunter, None, ["hunter"], today=TODAY).missing == ("no recorded answers",)
    assert level_of(hunter, whole, [], today=TODAY).missing == ("the simulator has no stand-in",)
    without = {**whole, "cases": [case for case in whole["cases"] if case["endpoint"] != "finder"]}
    level = level_of(hunter, without, ["hunter"], today=TODAY)
    assert level.name == "bronze"
    assert "finder does not show found" in level.missing


@pytest.mark.parametrize(("days", "name"), [(None, "silver"), (10, "gold"), (400, "silver")])
def test_gold_needs_a_look_at_the_live_service_within_a_year(hunter: Adapter, days: int | None, name: str) -> None:
    fixture = fixture_of("hunter")
    if days is not None:
        fixture["live_checked_on"] = (TODAY - timedelta(days=days)).isoformat()
    every = {"scope", "plan", "gone", "ambiguous", "invalid", "blocked"}
    fixture["not_applicable"] = {**fixture.get("not_applicable", {}), **dict.fromkeys(every, "for this test")}
    assert level_of(hunter, fixture, ["hunter"], today=TODAY).name == name


def test_every_live_smoke_test_asks_a_question_its_provider_takes(adapters: tuple[Adapter, ...]) -> None:
    for adapter in adapters:
        fixture = fixture_of(adapter.info.name)
        if fixture["cases"]:
            live = fixture["live"]
            offer = next(one.offer for one in adapter.endpoints if one.offer.name == live["endpoint"])
            assert offer.accepts(as_subject(live["subject"])), adapter.info.name
            assert {field.value for field in offer.fields} >= set(live["fields"])
