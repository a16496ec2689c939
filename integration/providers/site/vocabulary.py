"""The words contact entities are told by: names of places and people, words of streets and organisations. Read once per process.

The lists are our own, written from general knowledge; country names are CLDR's by Babel (https://babel.pocoo.org, read 2026-12).
Limit: first names of European, American and a few Asian and African languages; cities of more than a hundred thousand, more in the United States.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from importlib import resources
from typing import Final

import yaml
from babel import Locale

_FOLDER: Final = "integration.providers.site"
# Written like places or people, but more often something else.
AMBIGUOUS_CITIES: Final = frozenset(
    "Reading,Mobile,Nice,Bath,Hull,Vista,Concord,Corona,Victoria,Regina,Madison,Lincoln,Kent,Poole,Surrey,York,Jackson,Henderson,Gilbert,"
    "Chandler,Lancaster,Columbia,Preston,Derby,Chester,Norman,Tyler,Katy,Salem,Austin,Charlotte,Florence,Geneva,Quincy,Cork,Essen,Bergen,"
    "Porto,Cali,Salvador,Santiago,Lima,Sofia,Worcester,Providence,Independence,Phoenix,Buffalo,Orange,Camden,Everett,Eugene,Augusta,Savannah,"
    "Alexandria,Roma,Montgomery,Kent,Garland,Irving,Aurora,Macon,Canton,Troy,Bend,Normal,Enterprise,Split,Oxford,Cambridge,Windsor,Hamilton,"
    "Halifax,Waterloo,Wellington,Darwin,Newport,Stirling,Trenton,Princeton,Naples,Venice,Lafayette,Lexington,Burlington,Wilmington,Arlington,"
    "Richmond,Manhattan,Queens,Bristol,Luton,Exeter,Durham,Hereford,Champaign,Flint,Olympia,Duluth,Prescott,Ogden,Provo".split(",")
)
AMBIGUOUS_STATES: Final = frozenset(
    {"Washington", "Georgia", "Virginia", "New York", "Victoria", "Kent", "Norfolk", "Suffolk", "Essex", "Surrey", "Devon", "Fife", "Avon"}
)
_COUNTRIES_LEFT_OUT: Final = frozenset({"Georgia", "Jersey", "Jordan", "Chad", "Guinea", "Mali", "Niger", "Togo", "Cuba", "Oman", "Réunion"})
_SPOKEN_COUNTRIES: Final = (
    "USA", "U.S.A.", "U.S.A", "U.S.", "UK", "U.K.", "England", "Scotland", "Wales", "Northern Ireland", "Great Britain", "Britain", "Holland",
    "United States of America", "The Netherlands", "Deutschland", "Österreich", "Schweiz", "Brasil", "España", "Italia", "Czech Republic",
    "Turkey", "Hong Kong", "Macau", "UAE", "Korea", "Republic of Ireland", "México", "Polska", "Danmark", "Sverige", "Norge", "Suomi", "Nederland",
)  # fmt: skip
STREET_WORDS: Final = frozenset(
    "street st avenue ave av boulevard blvd road rd drive dr lane ln way court ct place pl square sq terrace ter parkway pkwy highway hwy "
    "circle cir trail trl plaza pike turnpike tpke loop crescent cres close row walk mews gardens grove hill rise expressway expy freeway "
    "fwy route alley quay wharf broadway run path crossing causeway esplanade parade promenade bypass ridge cove".split()
)
UNIT_WORDS: Final = frozenset("suite ste unit apt apartment floor fl room rm building bldg office level box dept".split())
SITE_WORDS: Final = frozenset(
    "house estate park court centre center works mill tower towers building business industrial trading chambers lodge manor yard farm".split()
)


def any_of(words: Iterable[str]) -> str:
    """A pattern that matches one of the words, the longest first."""
    return "|".join(re.escape(word) for word in sorted(set(words), key=lambda one: (-len(one), one)))


@cache
def first_names() -> frozenset[str]:
    return frozenset(_text("first_names.txt").split())


@cache
def cities() -> frozenset[str]:
    """Names of large cities as they are written."""
    return frozenset(name.strip() for name in _text("cities.txt").replace("\n", ",").split(",") if name.strip())


@cache
def region_names() -> frozenset[str]:
    """Full names of states, provinces and counties."""
    return frozenset(name for table in _regions().values() for names in table.values() for name in _listed(names))


@cache
def region_codes() -> frozenset[str]:
    """Codes of states and provinces that follow a city: of the United States, Canada and Australia."""
    return frozenset(code for country in ("US", "CA", "AU") for code in _regions()[country] if code)


@cache
def country_names() -> frozenset[str]:
    """Names of countries in English, and the ones people write."""
    territories = Locale("en").territories
    named = {name for code, name in territories.items() if len(code) == 2 and code.isalpha() and len(name) > 3}
    plain = {name for name in named if not re.search(r"[(&’]", name)} - _COUNTRIES_LEFT_OUT
    return frozenset(plain | set(_SPOKEN_COUNTRIES)) - {"Pseudo-Accents", "Pseudo-Bidi", "Eurozone"}


@cache
def _regions() -> dict[str, dict[str, str | list[str]]]:
    table: dict[str, dict[str, str | list[str]]] = yaml.safe_load(_text("regions.yaml"))
    return table


def _listed(names: str | list[str]) -> list[str]:
    return [names] if isinstance(names, str) else names


def _text(name: str) -> str:
    return resources.files(_FOLDER).joinpath("words", name).read_text(encoding="utf-8")
