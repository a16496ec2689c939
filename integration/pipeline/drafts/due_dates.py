"""When the tasks of an approved draft are due, in the portal's time zone. Pure.

A step is due at 09:00 on the day of approval plus its offset; on a weekend, on the Monday after. The first step is never due in the past: approved
after 09:00, a step of the same day is due at the next quarter of an hour, and past 17:00 on the next working day at 09:00. A later step is never due
before an earlier one. Public holidays are not known.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_BEGIN: Final = time(9)
_END: Final = time(17)
_SATURDAY: Final = 5
_QUARTER: Final = timedelta(minutes=15)
_DAY: Final = timedelta(days=1)


def due_dates(approved_at: datetime, day_offsets: Sequence[int], zone: tzinfo) -> tuple[datetime, ...]:
    """The due moment of each step in UTC, in the order given."""
    return tuple(_due(approved_at, offset, zone) for offset in day_offsets)


def not_past(due_at: datetime, now: datetime, zone: tzinfo) -> datetime:
    """The moment itself, or where it went by while the task waited, the next working moment from now."""
    return due_at if due_at >= now else next_working_moment(now, zone)


def next_working_moment(now: datetime, zone: tzinfo) -> datetime:
    """The next quarter of an hour inside working hours, or 09:00 of the next working day; never before `now`."""
    local = now.astimezone(zone)
    begin = _at_nine(local.date(), zone)
    if local.weekday() >= _SATURDAY:
        return _at_nine(_working_day(local.date()), zone)
    if now <= begin:
        return begin
    # The quarter is one of the wall clock, the way to it one of real time: the clock may be put forward or back in between.
    past = timedelta(minutes=local.minute % 15, seconds=local.second, microseconds=local.microsecond)
    rounded = now if not past else now + _QUARTER - past
    end = rounded.astimezone(zone)
    if end.date() == local.date() and end.time() <= _END:
        return rounded.astimezone(UTC)
    return _at_nine(_working_day(local.date() + _DAY), zone)


def zone_of(name: str) -> tzinfo:
    """The time zone with HubSpot's name for it, as in "US/Eastern"; UTC for one that is not known here."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC


def _due(approved_at: datetime, offset: int, zone: tzinfo) -> datetime:
    if offset <= 0:
        return next_working_moment(approved_at, zone)
    day = approved_at.astimezone(zone).date() + offset * _DAY
    return _at_nine(_working_day(day), zone)


def _working_day(day: date) -> date:
    """The day itself, or the Monday after a Saturday or Sunday."""
    return day + max(0, 7 - day.weekday()) * _DAY if day.weekday() >= _SATURDAY else day


def _at_nine(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, _BEGIN, zone).astimezone(UTC)
