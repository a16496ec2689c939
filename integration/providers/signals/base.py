"""A buying signal and its one line of text, as it stands in `Field.BUYING_SIGNALS`. Pure.

A signal holds what a newspaper's headline says and nothing we made of it but its kind. The line is date, kind, source, address and headline,
in this order, so that whatever a stranger writes into a headline stays in the headline.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from urllib.parse import urlsplit, urlunsplit

from rapidfuzz import fuzz

from integration.core.folding import folded

KIND_TITLES: Final[Mapping[str, str]] = {
    "funding": "funding",
    "hiring": "hiring",
    "leadership_change": "change of leadership",
    "expansion": "expansion",
    "product": "new product",
    "layoffs": "layoffs",
    "legal": "legal matter",
    "other": "news",
}
LONGEST_TITLE: Final = 200
_SEPARATOR: Final = " | "
_PARTS: Final = 5
_SAME_STORY_PCT: Final = 88.0
_SAME_STORY_WITHIN: Final = timedelta(days=5)
_BLANKS: Final = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_TRACKER: Final = re.compile(
    r"(?:utm_|mc_|ga_)|(?:gclid|fbclid|msclkid|yclid|igshid|ref|cmpid|ocid|cid|smid|src|source)(?:=|$)", re.IGNORECASE
)
_PLAIN_HOST: Final = re.compile(r"[a-z0-9.-]{1,253}")


@dataclass(frozen=True)
class Signal:
    """One item of news: the day it was published, its kind (a key of KIND_TITLES), the headline, the publisher's host, and where it stands."""

    on: date
    kind: str
    title: str
    source: str
    address: str = ""


def write_signal(signal: Signal) -> str:
    """The line. Headlines are cut to 200 characters and freed of line breaks and control characters."""
    return _SEPARATOR.join((signal.on.isoformat(), signal.kind, signal.source, signal.address or "-", clean_title(signal.title)))


def read_signals(lines: Iterable[str]) -> tuple[Signal, ...]:
    """The signals of these lines, each story once, the newest first. Lines that are none are passed over."""
    return unrepeated(found for line in lines if (found := _read(line)) is not None)


def unrepeated(signals: Iterable[Signal]) -> tuple[Signal, ...]:
    """Each story once: of those at one address, or with nearly the same headline within five days, the first that was published."""
    kept: list[Signal] = []
    for one in sorted(signals, key=lambda one: (one.on, one.source, one.title)):
        if not any(_is_same_story(one, other) for other in kept):
            kept.append(one)
    return tuple(sorted(kept, key=lambda one: (one.on, one.title), reverse=True))


def clean_title(title: str) -> str:
    return _BLANKS.sub(" ", title).strip()[:LONGEST_TITLE].strip()


def plain_address(raw: str) -> str:
    """The address without trackers and fragment; "" for what is no web address, or one with blanks in it."""
    try:
        parts = urlsplit(raw.strip())
        host = parts.hostname or ""
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not host or parts.username or _BLANKS.search(raw.strip()):
        return ""
    kept = "&".join(one for one in parts.query.split("&") if one and not _TRACKER.match(one))
    return urlunsplit((parts.scheme, parts.netloc, parts.path, kept, ""))


def _is_same_story(one: Signal, other: Signal) -> bool:
    if one.address and one.address == other.address:
        return True
    near = abs(one.on - other.on) <= _SAME_STORY_WITHIN
    return near and fuzz.token_sort_ratio(folded(one.title), folded(other.title)) >= _SAME_STORY_PCT


def _read(line: str) -> Signal | None:
    parts: Sequence[str] = line.split(_SEPARATOR, _PARTS - 1)
    if len(parts) < _PARTS:
        return None
    day, kind, source, address, title = parts
    try:
        on = date.fromisoformat(day)
    except ValueError:
        return None
    if kind not in KIND_TITLES or not _PLAIN_HOST.fullmatch(source) or not title.strip():
        return None
    return Signal(on, kind, clean_title(title), source, plain_address(address))
