"""Country names and codes both ways, from the CLDR data in Babel (https://babel.pocoo.org, read 2026-11)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Final

from babel import Locale

from integration.core.once import built_once

_LANGUAGES: Final = ("en", "pt", "es", "de", "fr", "it", "nl", "sv", "da", "nb", "fi", "pl", "tr")
_SPOKEN: Final[Mapping[str, str]] = {
    "usa": "US", "us": "US", "uk": "GB", "united states of america": "US", "america": "US", "great britain": "GB", "britain": "GB", "england": "GB",
    "scotland": "GB", "wales": "GB", "northern ireland": "GB", "korea": "KR", "republic of korea": "KR", "south korea": "KR",
    "russian federation": "RU", "holland": "NL", "uae": "AE", "hong kong": "HK", "macau": "MO", "macao": "MO", "viet nam": "VN",
    "prc": "CN", "peoples republic of china": "CN", "mainland china": "CN", "taiwan province of china": "TW", "ivory coast": "CI",
    "dr congo": "CD", "democratic republic of congo": "CD", "republic of congo": "CG", "burma": "MM", "macedonia": "MK",
    "east timor": "TL", "palestine": "PS", "nippon": "JP", "czech republic": "CZ", "turkey": "TR", "turkiye": "TR", "swaziland": "SZ",
}  # fmt: skip
"""What people write and CLDR does not list, in the folded form of `_folded`."""


def country_name(code: str) -> str:
    """The English name of an ISO 3166-1 alpha-2 code; an unknown code comes back as it is."""
    return _names("en").get(code.upper(), code)


def country_code(text: str) -> str | None:
    """The ISO 3166-1 alpha-2 code of a country written as code or name, in one of thirteen languages; None when it is neither."""
    cleaned = text.strip()
    if not cleaned:
        return None  # most records say nothing, and the names of thirteen languages take a while to load
    if len(cleaned) == 2 and cleaned.upper() in _names("en"):
        return cleaned.upper()
    return _codes().get(_folded(cleaned))


def _folded(name: str) -> str:
    """Lower case, without accents, points, apostrophes and articles; "and" and "&" alike."""
    bare = "".join(mark for mark in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(mark))
    spaced = re.sub(r"[,()&-]", " ", re.sub(r"[.'’]", "", bare.replace("ı", "i")))
    return " ".join("st" if word == "saint" else word for word in spaced.split() if word not in ("and", "the"))


@built_once
def _names(language: str) -> Mapping[str, str]:
    territories = Locale(language).territories
    return {code: name for code, name in territories.items() if len(code) == 2 and code.isalpha()}


@built_once
def _codes() -> Mapping[str, str]:
    codes = {_folded(name): code for language in reversed(_LANGUAGES) for code, name in _names(language).items()}
    return {**codes, **{_folded(name): code for name, code in _SPOKEN.items()}}
