"""Why a finding was chosen or lost, in words for the people who read them on a card. Pure.

The words name nothing that changes from one day to the next, so that a stored reason changes only when the ranking does: "seen in March
2025" and not "20 months ago".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from integration.providers.base import Finding, ListedItem
from integration.providers.checks import Check
from integration.providers.likeness import DESCRIBING, JOINED, item_key

NOT_SAID_NOW: Final = "not said again: its source gave no answer the last time"
_SAME: Final = "says the same"
_ADDS: Final = "adds to the list"
_PEACEFUL: Final = (_SAME, _ADDS, "in other words", NOT_SAID_NOW, "nothing to add")
_OLDER_BY: Final = timedelta(days=31)
_MOST_NAMED: Final = 4
_NUMBERS: Final = {2: "two", 3: "three", 4: "four", 5: "five", 6: "six"}


@dataclass(frozen=True, slots=True)
class Standing:
    """A finding as it stands among the others. `weight`: its own, 0 to 1; `trusted`: how far its source is believed, before age and checks."""

    finding: Finding
    weight: float
    trusted: float
    check: Check
    upstream: str
    is_owned: bool


def is_contradiction(reason: str) -> bool:
    """Whether a finding that lost for this reason says something else than the chosen one. "" is no reason."""
    return bool(reason) and not reason.startswith(_PEACEFUL)


def why_chosen(first: Standing, others: Sequence[Standing], voices: int) -> str:
    """Why this finding stands first. `voices`: how many independent sources say it."""
    told = (
        (first.is_owned, "a person's value in HubSpot"),
        (not others, "the only answer"),
        (first.check.works, "the address was checked and works"),
        (first.check.by_register, "it comes from a public register"),
        (voices > 1, f"{_counted(voices)} agree"),
        (first.check.by_domain, "its source names the right web domain"),
        (all(_is_older(other, first) for other in others), "it was seen last"),
    )
    return next((words for holds, words in told if holds), "its source is trusted most")


def why_lost(one: Standing, first: Standing, *, voices: tuple[int, int], contradicts: bool, items: Sequence[ListedItem]) -> str:
    """Why `first` stands before this finding. `voices`: how many independent sources say this and the chosen value."""
    field = one.finding.field
    if contradicts:
        return _why_beaten(one, first, voices)
    if field in JOINED and not first.is_owned:
        return _what_it_adds(one.finding, first.finding, items)
    if field in DESCRIBING:
        return f"in other words; {_why_beaten(one, first, (1, 1))}"
    if first.is_owned:
        return f"{_SAME} as HubSpot"
    if one.upstream == first.upstream:
        return f"{_SAME}, from the same origin"
    return f"{_SAME}; last seen in {_month(one.finding)}" if _is_older(one, first) else f"{_SAME}, with less certainty"


def _why_beaten(one: Standing, first: Standing, voices: tuple[int, int]) -> str:
    """The first thing that tells the two apart, what was checked before what is believed."""
    told = (
        (first.is_owned, "a person's value stands in HubSpot"),
        (one.check.fails and not first.check.fails, "a check found that this address does not work"),
        (first.check.works and not one.check.works, "another address was checked and works"),
        (first.check.by_register and not one.check.by_register, "contradicts the register"),
        (voices[1] > max(1, voices[0]), f"{_counted(voices[1])} say otherwise"),
        (one.trusted >= first.trusted and _is_older(one, first), f"older: seen in {_month(one.finding)}"),
        (first.check.by_domain and not one.check.by_domain, "only the other source names the right web domain"),
        (
            one.finding.confidence_ratio >= first.finding.confidence_ratio and one.trusted < first.trusted,
            "its source was right less often on your records",
        ),
        (one.trusted < first.trusted, "less trusted source"),
        (one.finding.seen_at < first.finding.seen_at, f"older: seen in {_month(one.finding)}"),
    )
    return next((words for holds, words in told if holds), "as likely as the other; one had to be chosen")


def _what_it_adds(one: Finding, first: Finding, items: Sequence[ListedItem]) -> str:
    listed = {item_key(item.text): item.text for item in items}
    lacking = _keys(one) - _keys(first)
    added = [text for key, text in listed.items() if key in lacking]
    if added:
        more = len(added) - _MOST_NAMED
        return f"{_ADDS}: {', '.join(added[:_MOST_NAMED])}{f' and {more} more' if more > 0 else ''}"
    return "nothing to add: too old or too uncertain" if lacking else f"{_SAME} as part of a longer list"


def _keys(finding: Finding) -> frozenset[str]:
    value = finding.value
    return frozenset(item_key(item) for item in (value if isinstance(value, tuple) else (str(value),)))


def _is_older(one: Standing, first: Standing) -> bool:
    return one.finding.seen_at + _OLDER_BY <= first.finding.seen_at


def _month(finding: Finding) -> str:
    return f"{finding.seen_at:%B %Y}"


def _counted(count: int) -> str:
    return f"{_NUMBERS.get(count, str(count))} sources"
