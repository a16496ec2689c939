"""What every sync must do, run over each one the registry finds; its fixture says which records one pass finds."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from integration.syncs.base import Checkpoint, Sync, advance, begin
from integration.syncs.registry import all_syncs
from tests.unit.syncs.portals import START, LaggingPortal, Modification, MovingClock

_FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "syncs"
each_sync = pytest.mark.parametrize("sync", all_syncs().values(), ids=lambda sync: sync.name)


def after(seconds: float) -> timedelta:
    return timedelta(seconds=seconds)


@each_sync
def test_a_pass_finds_what_its_fixture_says_for_every_object_type(sync: Sync) -> None:
    fixture = json.loads((_FIXTURES / f"{sync.name}.json").read_text())
    changes = [Modification(change["object_id"], START + after(change["after_s"])) for change in fixture["changes"]]
    watermark = None if fixture["watermark_after_s"] is None else START + after(fixture["watermark_after_s"])
    installed_at, now = START + after(fixture["installed_after_s"]), START + after(fixture["now_after_s"])
    for object_type in sync.object_types:
        portal = LaggingPortal(MovingClock(now), changes, page_size=2)
        checkpoint, found = begin(sync, Checkpoint(watermark), now=now, installed_at=installed_at), list[str]()
        while checkpoint.state == "running":
            page = sync.fetch_page(portal, object_type, checkpoint)
            found += page.object_ids
            checkpoint = advance(checkpoint, page)
        assert found == fixture["found"]
        assert portal.calls == fixture["calls"]
        assert checkpoint.watermark == now


@each_sync
def test_an_empty_portal_ends_the_pass_at_once(sync: Sync) -> None:
    clock = MovingClock()
    checkpoint = begin(sync, Checkpoint(), now=clock(), installed_at=START)
    done = advance(checkpoint, sync.fetch_page(LaggingPortal(clock), sync.object_types[0], checkpoint))
    assert (done.state, done.records, done.pages, done.passes) == ("idle", 0, 1, 1)


@each_sync
def test_a_sync_declares_what_the_engine_needs(sync: Sync) -> None:
    assert sync.name.isidentifier()
    assert sync.cause
    assert sync.object_types
    assert sync.every_s is None or sync.every_s >= 60
