"""When tasks are due: in the account's own time, in working hours, never in the past, never out of order."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.pipeline.drafts.due_dates import due_dates, not_past, zone_of

BERLIN = ZoneInfo("Europe/Berlin")
NEW_YORK = ZoneInfo("America/New_York")
ZONES = st.sampled_from(
    ["Europe/Berlin", "US/Eastern", "Asia/Kolkata", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Apia", "UTC"]
)
MOMENTS = st.integers(0, 3 * 365 * 86_400).map(lambda seconds: datetime(2025, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds))
OFFSETS = st.lists(st.integers(0, 90), min_size=1, max_size=8).map(sorted)


def due(approved: str, *offsets: int, zone: ZoneInfo = BERLIN) -> list[str]:
    """Local due moments for a local moment of approval."""
    moment = datetime.fromisoformat(approved).replace(tzinfo=zone)
    return [f"{one.astimezone(zone):%a %Y-%m-%d %H:%M}" for one in due_dates(moment.astimezone(UTC), offsets, zone)]


@pytest.mark.parametrize(
    ("approved", "first"),
    [
        ("2026-12-01T07:30", "Tue 2026-12-01 09:00"),
        ("2026-12-01T09:00", "Tue 2026-12-01 09:00"),
        ("2026-12-01T09:00:01", "Tue 2026-12-01 09:15"),
        ("2026-12-01T10:15", "Tue 2026-12-01 10:15"),
        ("2026-12-01T10:15:00.000001", "Tue 2026-12-01 10:30"),
        ("2026-12-01T16:46", "Tue 2026-12-01 17:00"),
        ("2026-12-01T17:01", "Wed 2026-12-02 09:00"),
        ("2026-12-04T18:00", "Mon 2026-12-07 09:00"),
        ("2026-12-05T08:00", "Mon 2026-12-07 09:00"),
        ("2026-12-06T23:59", "Mon 2026-12-07 09:00"),
        ("2026-12-01T23:50", "Wed 2026-12-02 09:00"),
    ],
)
def test_the_first_step_is_due_at_the_next_working_moment(approved: str, first: str) -> None:
    assert due(approved, 0) == [first]


def test_later_steps_are_due_in_the_morning_and_weekends_move_to_monday() -> None:
    assert due("2026-12-01T10:02", 0, 3, 4, 5, 6) == [
        "Tue 2026-12-01 10:15",
        "Fri 2026-12-04 09:00",
        "Mon 2026-12-07 09:00",
        "Mon 2026-12-07 09:00",
        "Mon 2026-12-07 09:00",
    ]


@pytest.mark.parametrize(
    ("approved", "zone", "expected"),
    [
        # The clocks go forward on Sunday 2026-03-29 in Berlin and back on Sunday 2026-11-01 in New York.
        ("2026-03-27T09:00", BERLIN, ["2026-03-27T08:00+00:00", "2026-03-30T07:00+00:00"]),
        ("2026-10-30T09:00", NEW_YORK, ["2026-10-30T13:00+00:00", "2026-11-02T14:00+00:00"]),
    ],
)
def test_nine_o_clock_stays_nine_o_clock_when_the_clocks_change(approved: str, zone: ZoneInfo, expected: list[str]) -> None:
    moment = datetime.fromisoformat(approved).replace(tzinfo=zone)
    assert [one.isoformat(timespec="minutes") for one in due_dates(moment, [0, 3], zone)] == expected


@given(MOMENTS, OFFSETS, ZONES)
def test_every_due_moment_is_a_working_one_and_none_is_past_or_out_of_order(
    approved: datetime, offsets: list[int], name: str
) -> None:
    zone = zone_of(name)
    found = due_dates(approved, offsets, zone)
    assert list(found) == sorted(found)
    for moment, offset in zip(found, offsets, strict=True):
        local = moment.astimezone(zone)
        assert moment >= approved or offset > 0
        assert local.weekday() < 5
        assert (9, 0) <= (local.hour, local.minute) <= (17, 0)
        assert local.minute % 15 == 0
        assert local.date() - approved.astimezone(zone).date() - timedelta(days=offset) <= timedelta(days=3)
        assert moment.tzinfo is UTC


@given(MOMENTS, st.timedeltas(timedelta(days=-30), timedelta(days=30)), ZONES)
def test_what_waited_past_its_due_moment_is_due_anew(now: datetime, away: timedelta, name: str) -> None:
    found = not_past(now + away, now, zone_of(name))
    assert found >= now
    assert found == now + away or away < timedelta(0)


@pytest.mark.parametrize("name", ["", "Nowhere/Special", "../etc/passwd", "Europe\0"])
def test_a_zone_nobody_knows_is_utc(name: str) -> None:
    assert zone_of(name) is UTC
