"""Country names and codes both ways, from the CLDR data in Babel (https://babel.pocoo.org, read 2026-11)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from babel import Locale

_LANGUAGES = ("en", "pt", "es", "de", "fr", "it", "nl")
_SPOKEN = {"usa": "US", "u.s.": "US", "u.s.a.": "US", "united states of america": "US", "uk": "GB", "great britain": "GB", "england": "GB",
           "scotland": "GB", "wales": "GB", "korea": "KR", "south korea": "KR", "russia": "RU", "czech republic": "CZ", "holland": "NL",
           "uae": "AE", "hong kong": "HK", "macau": "MO", "taiwan": "TW", "viet nam": "VN"}  # fmt: skip
"""What people type and CLDR does not list."""


def country_name(code: str) -> str:
    """The English name of an ISO 3166-1 alpha-2 code; an unknown code comes back as it is."""
    return _names("en").get(code.upper(), code)


def country_code(text: str) -> str | None:
    """The ISO 3166-1 alpha-2 code of a country written as code or name in one of seven languages; None when it is neither."""
    cleaned = text.strip()
    if len(cleaned) == 2 and cleaned.upper() in _names("en"):
        return "GB" if cleaned.upper() == "UK" else cleaned.upper()
    return _codes().get(cleaned.casefold())


@cache
def _names(language: str) -> Mapping[str, str]:
    territories = Locale(language).territories
    return {code: name for code, name in territories.items() if len(code) == 2 and code.isalpha()}


@cache
def _codes() -> Mapping[str, str]:
    codes = {name.casefold(): code for language in reversed(_LANGUAGES) for code, name in _names(language).items()}
    return {**codes, **_SPOKEN}
