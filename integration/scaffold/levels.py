"""How well each provider is built: bronze, silver or gold, told from its files, with what is missing for the next level.

bronze: declared, with a fixture of recorded answers and a stand-in in the simulator. silver: every question shows found and not found, every
error class is shown or said to be impossible, and what is used up is known (the account can be asked, or the headers say). gold: the
live service itself was asked within the last year, by the live smoke tests.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

from integration.providers.adapter import Adapter
from integration.providers.base import ErrorClass

FIXTURES: Final = Path("tests/fixtures/providers")
_LIVE_LASTS: Final = timedelta(days=365)
# Every adapter over HTTP meets these in the generated failures of the contract tests.
_SHOWN_FOR_ALL: Final = frozenset({ErrorClass.SERVER, ErrorClass.MALFORMED, ErrorClass.BLOCKED})


@dataclass(frozen=True)
class Level:
    """`name` is "bronze", "silver", "gold" or "" for less than bronze; `missing` is what stands before the next one."""

    name: str
    missing: tuple[str, ...] = ()


def level_of(adapter: Adapter, fixture: Mapping[str, Any] | None, stand_ins: Collection[str], *, today: date) -> Level:
    """The level of one provider. `stand_ins` are the names of addresses and places the simulator answers for.

    A source that is asked in our own database has no answers to record and no stand-in; its fixture names its tests as `in_house`.
    """
    steps = (
        ("bronze", _bronze(adapter, fixture, stand_ins)),
        ("silver", _silver(adapter, fixture or {})),
        ("gold", _gold(fixture or {}, today)),
    )
    reached = ""
    for name, missing in steps:
        if missing:
            return Level(reached, tuple(missing))
        reached = name
    return Level(reached)


def levels_of(adapters: Sequence[Adapter], root: Path, stand_ins: Collection[str], *, today: date) -> dict[str, Level]:
    """The level of each provider by its name; `root` is the project's."""
    return {one.info.name: level_of(one, load_fixture(root, one.info.name), stand_ins, today=today) for one in adapters}


def load_fixture(root: Path, name: str) -> Mapping[str, Any] | None:
    """The recorded answers of a provider, None when there are none."""
    path = root / FIXTURES / f"{name}.json"
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.exists() else None


def _bronze(adapter: Adapter, fixture: Mapping[str, Any] | None, stand_ins: Collection[str]) -> list[str]:
    info = adapter.info
    missing = [] if info.documentation_url else ["the vendor's documentation is not named"]
    if fixture and fixture.get("in_house"):
        return missing
    missing += [] if fixture and fixture["cases"] else ["no recorded answers"]
    named = (fixture or {}).get("stand_in", info.name)  # some are answered for by a stand-in of another name
    answered = {*info.addresses, named} & set(stand_ins)
    return missing + ([] if answered else ["the simulator has no stand-in"])


def _silver(adapter: Adapter, fixture: Mapping[str, Any]) -> list[str]:
    if fixture.get("in_house"):
        return []
    cases = fixture.get("cases", ())
    impossible = set(fixture.get("not_applicable", {}))
    missing = []
    for endpoint in adapter.endpoints:
        name = endpoint.offer.name
        shown = {reply["outcome"] for case in cases if case["endpoint"] == name for reply in case["expect"]}
        missing += [f"{name} does not show {outcome}" for outcome in ("found", "not_found") if outcome not in shown]
    shown_errors = {reply.get("error") or reply["outcome"] for case in cases for reply in case["expect"]}
    unseen = sorted({one.value for one in ErrorClass} - shown_errors - _SHOWN_FOR_ALL - impossible)
    missing += [f"not shown: {', '.join(unseen)}"] if unseen else []
    paid = any(endpoint.offer.credits for endpoint in adapter.endpoints)
    if paid and adapter.usage is None and "usage" not in impossible:
        missing.append("its account cannot be asked what was used")
    return missing


def _gold(fixture: Mapping[str, Any], today: date) -> list[str]:
    checked = fixture.get("live_checked_on")
    if not checked:
        return ["not compared with the live service yet"]
    return [] if today - date.fromisoformat(checked) <= _LIVE_LASTS else [f"last compared with the live service on {checked}"]
