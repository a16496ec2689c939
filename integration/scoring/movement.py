"""What moved a score: its reasons before and now, held against each other. Pure.

Reasons have no ids; two are taken for the same one when they begin alike ("Industry: ...", "ICP fit 72 ...") and rest on the same fields, or
where that finds no partner, when they only begin alike. What has no partner came or vanished.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from integration.scoring.base import SUM_TOLERANCE

_BEGINNING: Final = re.compile(r"[^:\d]*")


@dataclass(frozen=True)
class SaidReason:
    """A reason as it is kept: its words, its points, and the names of the fields behind it."""

    text: str
    points: float
    rests_on: tuple[str, ...] = ()


@dataclass(frozen=True)
class Difference:
    """What one reason did to the score: more points, or fewer."""

    text: str
    points: float


def parse_reasons(stored: Sequence[Mapping[str, Any]] | None) -> tuple[SaidReason, ...]:
    """Reasons as the database keeps them; None is none."""
    return tuple(SaidReason(str(one["text"]), float(one["points"]), tuple(one.get("rests_on") or ())) for one in stored or ())


def differences(previous: Sequence[SaidReason], current: Sequence[SaidReason]) -> tuple[Difference, ...]:
    """What changed, the largest first; the points sum to the change of the reasons' sum. A reason that says the same is not listed.

    For scores with a value on both sides that is the change of the value. One that abstained may have had reasons with points.
    """
    gone, come = list(previous), list(current)
    pairs = [*_pairs(gone, come, _exactly), *_pairs(gone, come, _beginning)]
    found = [Difference(_told(before, after), after.points - before.points) for before, after in pairs]
    found += [Difference(one.text, one.points) for one in come]
    found += [Difference(f"No longer: {one.text}", -one.points) for one in gone]
    return tuple(sorted((one for one in found if abs(one.points) > SUM_TOLERANCE), key=lambda one: (-abs(one.points), one.text)))


def _pairs(
    gone: list[SaidReason], come: list[SaidReason], key: Callable[[SaidReason], object]
) -> list[tuple[SaidReason, SaidReason]]:
    """Reasons with the same key, taken out of both lists, in their order."""
    pairs = []
    for after in list(come):
        before = next((one for one in gone if key(one) == key(after)), None)
        if before is not None:
            gone.remove(before)
            come.remove(after)
            pairs.append((before, after))
    return pairs


def _exactly(reason: SaidReason) -> tuple[str, tuple[str, ...]]:
    return _beginning(reason), tuple(sorted(reason.rests_on))


def _beginning(reason: SaidReason) -> str:
    found = _BEGINNING.match(reason.text)
    return "" if found is None else found.group().strip().casefold()


def _told(before: SaidReason, after: SaidReason) -> str:
    """What is said now and, where that is something else, what was said before, without what both begin with."""
    if before.text == after.text:
        return after.text
    head, colon, rest = before.text.partition(": ")
    shorter = rest if colon and after.text.startswith(f"{head}: ") else before.text
    return f"{after.text} (before: {shorter})"
