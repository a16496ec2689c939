"""Which option of an enumeration a text means: by value, then by label, first exactly, then without regard to case, blanks and punctuation. Pure.

Options are the portal's live ones. A hidden option is not chosen: an admin hid it so that nobody uses it any more.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

from integration.hubspot.objects import PropertyDefinition

_SPOKEN_SIGNS: Final = {"+": " plus ", "<": " under ", ">": " over ", "%": " percent ", "#": " sharp "}
_BETWEEN_DIGITS: Final = re.compile(r"(?<=\d) (?=\d)")


@dataclass(frozen=True)
class OptionMatch:
    """`value` is the option's, "" unless matched."""

    state: Literal["matched", "unknown", "ambiguous", "hidden"]
    value: str = ""


_UNKNOWN: Final = OptionMatch("unknown")


def match_option(definition: PropertyDefinition, text: str, synonyms: Mapping[str, str] | None = None) -> OptionMatch:
    """The option meant by `text`. `synonyms` gives another word for a folded one, tried when the text itself says nothing.

    A value that is an option's already is that option, so matching twice changes nothing.
    """
    for words in (text.strip(), (synonyms or {}).get(folded(text), "")):
        found = _match(definition, words) if words else _UNKNOWN
        if found != _UNKNOWN:
            return found
    return _UNKNOWN


def match_option_by(definition: PropertyDefinition, means: Callable[[str], bool]) -> OptionMatch:
    """The one option whose value or label `means` says yes to."""
    return _chosen(definition, [value for value, label in definition.options if means(value) or means(label)])


@lru_cache(maxsize=4096)
def folded(text: str) -> str:
    """Lower case letters and digits of `text`, without accents, "and" and "&"; digits stay apart ("1-10" is not "110")."""
    bare = "".join(mark for mark in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(mark))
    for sign, word in _SPOKEN_SIGNS.items():
        bare = bare.replace(sign, word)
    words = [word for word in re.split(r"[\W_]+", bare) if word and word != "and"]
    return _BETWEEN_DIGITS.sub("_", " ".join(words)).replace(" ", "")


def _match(definition: PropertyDefinition, text: str) -> OptionMatch:
    fallback = _UNKNOWN
    for values in _tries(definition, text):
        found = _chosen(definition, values)
        if found.state in ("matched", "ambiguous"):
            return found
        if found.state == "hidden":
            fallback = found
    return fallback


def _tries(definition: PropertyDefinition, text: str) -> Iterator[list[str]]:
    """The values of the options that could be meant, the surest way to tell first; a later way is taken only when no earlier one answers."""
    yield [value for value, _ in definition.options if value == text]
    yield [value for value, label in definition.options if label.strip() == text]
    if key := folded(text):
        yield [value for value, _ in definition.options if folded(value) == key]
        yield [value for value, label in definition.options if folded(label) == key]


def _chosen(definition: PropertyDefinition, values: list[str]) -> OptionMatch:
    shown = list(dict.fromkeys(value for value in values if value not in definition.hidden_options))
    if len(shown) == 1:
        return OptionMatch("matched", shown[0])
    if shown:
        return OptionMatch("ambiguous")
    return OptionMatch("hidden") if values else _UNKNOWN
