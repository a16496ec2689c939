"""The arithmetic of one quota: which call may start when. Pure; times are seconds on one clock.

HubSpot allows `size` calls in any rolling window as it sees them arrive. We cannot see arrivals, but a call has certainly arrived when
its answer is here. So a call holds its place from its start until one window after its answer: however much calls jitter on the way,
HubSpot never counts more than `size`. It costs the answer time of a call in ten seconds, about half a percent of the quota.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

_ASSUMED_CALL_S: Final = 0.25
"""Holds a place until its answer is reported; nearly always longer than a call takes."""
_BACKFILL_HORIZON_S: Final = 1.0
"""Backfill books places only this far ahead, so live work never stands behind more than this."""
_BACKFILL_SPREAD: Final = 0.75
"""Backfill leaves this share of the even gap between its calls: it spreads over the window, and can still catch up."""
_HEADER_SLACK: Final = 2


@dataclass(frozen=True)
class Quota:
    """`size` calls in any `window_s` seconds."""

    size: int
    window_s: float


@dataclass(frozen=True)
class Window:
    """When each place is free again, and how far backfill and everybody must hold back."""

    free_at: tuple[float, ...]
    paced_until: float = 0.0
    closed_until: float = 0.0


@dataclass(frozen=True)
class Place:
    """A booked call: it may start at `starts_at`. `index` and `held_until` find the place again to report the answer."""

    index: int
    starts_at: float
    held_until: float


@dataclass(frozen=True)
class Wait:
    """Nothing to book now; ask again in `seconds`. `asked_by_vendor` when HubSpot wants silence and waiting here makes no sense."""

    seconds: float
    asked_by_vendor: bool = False


@dataclass(frozen=True)
class Answered:
    """What is known after an answer: when it came, how many calls HubSpot said are left, and how long it wants silence."""

    place: Place
    at: float
    remaining: int | None = None
    silence_s: float = 0.0


def fitted(window: Window, quota: Quota) -> Window:
    """The same window with exactly `quota.size` places; when the quota shrank, the busiest places stay."""
    places = window.free_at
    if len(places) > quota.size:
        places = tuple(sorted(places, reverse=True)[: quota.size])
    return replace(window, free_at=places + (0.0,) * (quota.size - len(places)))


def book(window: Window, quota: Quota, *, now: float, live: bool) -> tuple[Window, Place | Wait]:
    """The earliest place, as a booking, and the window with it taken. Live work books as far ahead as needed, backfill one second."""
    if window.closed_until > now:
        return window, Wait(window.closed_until - now, asked_by_vendor=True)
    index = min(range(len(window.free_at)), key=window.free_at.__getitem__)
    starts_at = max(now, window.free_at[index], 0.0 if live else window.paced_until)
    if not live and starts_at - now > _BACKFILL_HORIZON_S:
        return window, Wait(starts_at - now - _BACKFILL_HORIZON_S / 2)
    held_until = starts_at + _ASSUMED_CALL_S + quota.window_s
    gap_s = _BACKFILL_SPREAD * quota.window_s / quota.size
    return (
        replace(
            window,
            free_at=_with(window.free_at, index, held_until),
            paced_until=window.paced_until if live else starts_at + gap_s,
        ),
        Place(index, starts_at, held_until),
    )


def settle(window: Window, quota: Quota, answer: Answered) -> Window:
    """The window after an answer: its place is free one window later, and places that others of our installs use are closed."""
    free_at = window.free_at
    place = answer.place
    if place.index < len(free_at) and free_at[place.index] == place.held_until:
        free_at = _with(free_at, place.index, answer.at + quota.window_s)
    if answer.remaining is not None:
        free_at = _heeded(free_at, answer.remaining, quota, answer.at)
    closed_until = max(window.closed_until, answer.at + answer.silence_s) if answer.silence_s else window.closed_until
    return replace(window, free_at=free_at, closed_until=closed_until)


def _heeded(free_at: tuple[float, ...], remaining: int, quota: Quota, at: float) -> tuple[float, ...]:
    """HubSpot counted more calls than we did: somebody else spends from this quota, so as many places close for one window.

    A place is held at least as long as HubSpot counts it, so alone we always know of fewer free places than the header tells.
    """
    free = [index for index, moment in enumerate(free_at) if moment <= at]
    surplus = len(free) - remaining
    if surplus <= (_HEADER_SLACK if remaining else 0):
        return free_at
    closed = set(free[:surplus])
    return tuple(at + quota.window_s if index in closed else moment for index, moment in enumerate(free_at))


def _with(values: tuple[float, ...], index: int, value: float) -> tuple[float, ...]:
    return (*values[:index], value, *values[index + 1 :])
