"""The promise of reconciliation: no modified record is missed, whatever the times, pages, index lag and crashes."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from integration.hubspot.objects import COMPANIES, CONTACTS
from integration.syncs.base import Checkpoint, SyncPage, advance, begin
from integration.syncs.reconcile import Reconcile
from tests.unit.syncs.portals import START, LaggingPortal, Modification, MovingClock

OVERLAP_S = 120
LAST_CHANGE_S = 600

modifications = st.lists(
    st.builds(
        lambda object_id, at_s, lag_s: Modification(object_id, START + timedelta(seconds=at_s), timedelta(seconds=lag_s)),
        st.integers(1, 30),
        st.integers(0, LAST_CHANGE_S),
        st.integers(0, OVERLAP_S),
    ),
    max_size=60,
)
steps = st.lists(
    st.tuples(st.integers(0, 60), st.sampled_from(["go on", "go on", "crash before the page is kept"])), min_size=10, max_size=60
)


@settings(max_examples=300, deadline=None)
@given(changes=modifications, page_size=st.integers(1, 7), steps=steps)
def test_no_modified_record_is_missed(changes: list[Modification], page_size: int, steps: list[tuple[int, str]]) -> None:
    clock = MovingClock()
    portal = LaggingPortal(clock, changes, page_size)
    sync = Reconcile(overlap=timedelta(seconds=OVERLAP_S))
    stored = Checkpoint()
    seen: dict[int, list[object]] = {}

    def step(*, crash: bool = False) -> None:
        nonlocal stored
        stored = begin(sync, stored, now=clock(), installed_at=START)
        page = sync.fetch_page(portal, CONTACTS, stored)
        if crash:
            return
        for object_id in page.object_ids:
            seen.setdefault(int(object_id), []).append(clock())
        before, stored = stored, advance(stored, page)
        assert stored.watermark is None or before.started_at is None or stored.watermark <= before.started_at

    for wait_s, what in steps:
        clock.forward(wait_s)
        step(crash=what != "go on")
    clock.now = max(clock.now, START + timedelta(seconds=LAST_CHANGE_S + OVERLAP_S))
    target = stored.passes + 2
    while stored.passes < target:
        step()

    for change in changes:
        assert any(at >= change.at for at in seen.get(change.object_id, [])), change  # type: ignore[operator]


def test_an_unchanged_portal_costs_one_search_and_adds_nothing() -> None:
    clock = MovingClock()
    portal = LaggingPortal(clock, [Modification(5, START - timedelta(days=3))])
    checkpoint = begin(Reconcile(), Checkpoint(watermark=START), now=clock(), installed_at=START - timedelta(days=9))
    page = Reconcile().fetch_page(portal, COMPANIES, checkpoint)
    assert (page, portal.calls) == (SyncPage((), None), ["search"])


def test_a_pass_goes_beyond_the_reach_of_one_search() -> None:
    clock = MovingClock()
    portal = LaggingPortal(clock, [Modification(object_id, START) for object_id in range(1, 12_001)])
    checkpoint, seen = begin(Reconcile(), Checkpoint(), now=clock(), installed_at=START), list[str]()
    while checkpoint.state == "running":
        page = Reconcile().fetch_page(portal, CONTACTS, checkpoint)
        seen += page.object_ids
        checkpoint = advance(checkpoint, page)
    assert seen == [str(object_id) for object_id in range(1, 12_001)]
    assert len(portal.calls) == 60


def test_an_interrupted_pass_keeps_its_bound_and_start() -> None:
    first = begin(Reconcile(), Checkpoint(), now=START, installed_at=START)
    halfway = advance(first, SyncPage(("1", "2"), "2"))
    resumed = begin(Reconcile(), halfway, now=START + timedelta(hours=1), installed_at=START)
    assert (resumed.since, resumed.started_at, resumed.position) == (first.since, START, "2")
    assert advance(resumed, SyncPage((), None)).watermark == START
