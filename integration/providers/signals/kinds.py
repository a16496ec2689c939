"""What a headline is news of: told by words in six languages, see `kinds.yaml`. Pure.

The kinds stand in the order in which they are looked for, the grave ones first: a headline about layoffs after a takeover is about layoffs.
What no word tells is "other".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

import yaml

from integration.core.folding import folded

_FILE: Final = Path(__file__).with_name("kinds.yaml")
OTHER: Final = "other"


def kind_of(title: str) -> str:
    """The kind of a headline, a key of KIND_TITLES."""
    text = folded(title)
    for kind, (words, but_not) in _kinds().items():
        if words.search(text) and not (but_not and but_not.search(text)):
            return kind
    return OTHER


@cache
def _kinds() -> Mapping[str, tuple[re.Pattern[str], re.Pattern[str] | None]]:
    listed = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return {
        kind: (_pattern(entry["words"]), _pattern(entry["but_not"]) if entry.get("but_not") else None)
        for kind, entry in listed.items()
    }


def _pattern(phrases: list[str]) -> re.Pattern[str]:
    """Phrases as whole words; a star at the end stands for any ending, one between words for up to three words."""
    alternatives = "|".join(_phrase(one) for one in phrases)
    return re.compile(rf"(?<!\w)(?:{alternatives})(?!\w)")


def _phrase(written: str) -> str:
    parts = []
    for word in written.split():
        if word == "*":
            parts.append(r"(?:\S+\s+){0,3}?")
            continue
        is_stem = word.endswith("*")
        text = re.escape(folded(word.rstrip("*")))
        parts.append(text + (r"\w*" if is_stem else "") + r"\s+")
    joined = "".join(parts)
    return joined.removesuffix(r"\s+")
