"""Shares of a worker and slots of a portal."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from integration.jobs.lanes import (
    BACKFILL_QUEUE,
    HOUSEKEEPING_QUEUE,
    LIVE_QUEUE,
    queue_for,
    queue_shares,
    slots_after,
    slots_for,
)
from integration.jobs.request import BACKFILL_PRIORITY, HOUSEKEEPING_PRIORITY, LIFECYCLE_PRIORITY, LIVE_PRIORITY

caps = st.integers(1, 20)


def test_each_kind_of_work_has_its_queue() -> None:
    assert [queue_for(each) for each in (LIVE_PRIORITY, LIFECYCLE_PRIORITY, BACKFILL_PRIORITY, HOUSEKEEPING_PRIORITY)] == [
        LIVE_QUEUE,
        LIVE_QUEUE,
        BACKFILL_QUEUE,
        HOUSEKEEPING_QUEUE,
    ]


@given(st.integers(1, 100))
def test_backfill_always_leaves_headroom_for_live_work(concurrency: int) -> None:
    shares = {share.queue: share.concurrency for share in queue_shares(concurrency)}
    assert shares[LIVE_QUEUE] == concurrency
    assert shares[BACKFILL_QUEUE] == max(1, concurrency - 2)
    assert shares[HOUSEKEEPING_QUEUE] >= 1


@given(st.integers(0, 100_000), caps)
def test_slots_are_asked_for_as_far_as_there_are_batches_to_fill_them(due_count: int, cap: int) -> None:
    slots = slots_for(due_count, batch_limit=100, cap=cap)
    assert len(slots) <= cap
    assert len(slots) == cap or len(slots) * 100 >= due_count
    assert not slots or (len(slots) - 1) * 100 < due_count


@given(st.integers(0, 30), st.booleans(), caps)
def test_after_a_batch_no_slot_beyond_the_cap_is_asked_for(slot: int, more: bool, cap: int) -> None:
    wanted = slots_after(slot, more=more, cap=cap)
    assert all(0 <= each < cap for each in wanted)
    assert bool(wanted) == (more and slot < cap)
    assert slot in wanted or not wanted


@given(caps)
def test_a_lane_with_endless_work_widens_to_its_cap(cap: int) -> None:
    running = {0}
    for _ in range(cap):
        running |= {again for slot in running for again in slots_after(slot, more=True, cap=cap)}
    assert running == set(range(cap))
