"""The delivery queue by itself: no event is lost or invented, batches keep their size, retries end."""

import random

from hypothesis import given
from hypothesis import strategies as st

from simulator.apps import App
from simulator.webhooks.events import Event
from simulator.webhooks.queue import RETRY_GAPS_S, Batch, PortalQueue, WebhookSettings

APP = App(1, "client", "secret")


@given(
    sizes=st.lists(st.integers(1, 30), max_size=20),
    batch_size=st.integers(1, 12),
    shuffle=st.booleans(),
    seed=st.integers(0, 5),
)
def test_every_event_leaves_once_in_batches_that_fit(sizes: list[int], batch_size: int, shuffle: bool, seed: int) -> None:
    settings, rng = WebhookSettings(batch_size=batch_size, shuffle=shuffle, gather_s=0.0), random.Random(seed)
    queue = PortalQueue(APP, 1)
    saves: list[list[Event]] = [[{"save": save, "event": event} for event in range(size)] for save, size in enumerate(sizes)]
    for save in saves:
        queue.add(save, 0.0, settings, rng)
    sent: list[Event] = []
    while (batch := queue.next_batch(1.0, settings, rng)) is not None:
        assert 0 < len(batch.events) <= batch_size
        sent.extend(batch.events)
    assert queue.is_idle
    assert sorted(sent, key=str) == sorted((event for save in saves for event in save), key=str)


@given(sizes=st.lists(st.integers(1, 10), min_size=1, max_size=20), seed=st.integers(0, 5))
def test_a_save_that_fits_is_never_torn(sizes: list[int], seed: int) -> None:
    settings, rng = WebhookSettings(batch_size=10, gather_s=0.0), random.Random(seed)
    queue = PortalQueue(APP, 1)
    for number, size in enumerate(sizes):
        queue.add([{"save": number} for _ in range(size)], 0.0, settings, rng)
    while (batch := queue.next_batch(1.0, settings, rng)) is not None:
        for save in {int(str(event["save"])) for event in batch.events}:
            assert sum(event["save"] == save for event in batch.events) == sizes[save]


@given(seed=st.integers(0, 50))
def test_retries_are_ten_and_spread_over_about_a_day(seed: int) -> None:
    settings, rng = WebhookSettings(retry_scale=1.0), random.Random(seed)
    queue, batch, now = PortalQueue(APP, 1), Batch(APP, 1, ({"attemptNumber": 0},)), 0.0
    while queue.retry_later(batch, now, settings, rng):
        due = queue.next_due()
        assert due is not None
        assert due > now
        assert queue.next_batch(now, settings, rng) is None
        now = due
        again = queue.next_batch(now, settings, rng)
        assert again is not None
        assert again.events[0]["attemptNumber"] == again.attempt == batch.attempt + 1
        batch = again
    assert batch.attempt == 10
    assert 0.5 * sum(RETRY_GAPS_S) <= now <= 1.5 * sum(RETRY_GAPS_S)
    assert 20 * 3600 <= sum(RETRY_GAPS_S) <= 26 * 3600


def test_an_account_with_ten_posts_out_waits() -> None:
    settings, rng = WebhookSettings(batch_size=1, gather_s=0.0), random.Random(1)
    queue = PortalQueue(APP, 1)
    for number in range(11):
        queue.add([{"n": number}], 0.0, settings, rng)
    for _ in range(10):
        assert queue.next_batch(1.0, settings, rng) is not None
        queue.in_flight += 1
    assert queue.next_batch(1.0, settings, rng) is None
    assert queue.next_due() is None
    queue.in_flight -= 1
    assert queue.next_batch(1.0, settings, rng) is not None


def test_a_first_event_waits_for_company_unless_the_batch_is_full() -> None:
    settings, rng = WebhookSettings(batch_size=3, gather_s=1.0), random.Random(1)
    queue = PortalQueue(APP, 1)
    queue.add([{"n": 0}], 10.0, settings, rng)
    assert queue.next_batch(10.5, settings, rng) is None
    assert queue.next_due() == 11.0
    queue.add([{"n": 1}, {"n": 2}], 10.6, settings, rng)
    full = queue.next_batch(10.6, settings, rng)
    assert full is not None
    assert len(full.events) == 3
