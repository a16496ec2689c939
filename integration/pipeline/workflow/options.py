"""One page of choices for an input of an action, as HubSpot's editor shows them. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

PAGE: Final = 50


class Choice(NamedTuple):
    label: str
    value: str


@dataclass(frozen=True)
class OptionsPage:
    """`after` is where the next page goes on, None on the last one."""

    choices: tuple[Choice, ...]
    after: str | None


def page_of(choices: Sequence[Choice], *, query: str, after: str) -> OptionsPage:
    """The choices whose label holds every word of the query, in their order, from `after` on; a mark that is none starts anew."""
    words = query.casefold().split()
    found = [one for one in choices if all(word in one.label.casefold() for word in words)]
    start = int(after) if after.isascii() and after.isdecimal() and len(after) <= len(str(len(found))) else 0
    end = start + PAGE
    return OptionsPage(tuple(found[start:end]), str(end) if end < len(found) else None)
