"""Whether two values of a field say the same thing, by what kind of value the field holds. Pure.

Agreement is meant as people mean it: a phone number is the same in any spelling, a company with or without its legal form, a count when
both fall into one band. It need not carry over: 100 agrees with 120, and 120 with 145.
Limits: a city is not known by its names in other languages, nor a state by its abbreviation; two firms that differ in nothing but the legal
form count as one; texts that describe are compared as words, and two of them may mean the same in other words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from functools import lru_cache
from typing import Final

from rapidfuzz import fuzz

from integration.core.folding import digits, folded, words
from integration.core.legal_forms import without_legal_form
from integration.providers.base import Field, FieldValue
from integration.providers.normalise import to_domain, to_linkedin_url, to_phone

Same = Callable[[FieldValue, FieldValue], bool]

JOINED: Final = frozenset(
    {
        Field.TECHNOLOGIES,
        Field.KEYWORDS,
        Field.COMPANY_EMAILS,
        Field.SOCIAL_URLS,
        Field.INVESTORS,
        Field.REGISTER_NUMBER,
        Field.INDUSTRY_CODES,
        Field.BUYING_SIGNALS,
    }
)
"""Lists on which no source is complete, so that one adds to another."""
DESCRIBING: Final = frozenset({Field.DESCRIPTION, Field.PAGE_TITLE, Field.EMAIL_SECURITY})
"""Texts in which other words are no contradiction."""
_COUNTS_AGREE_RATIO: Final = 1.25
_RANKS_AGREE_RATIO: Final = 1.5
_BANDS: Final = (
    (1, 10),
    (11, 20),
    (11, 50),
    (21, 50),
    (51, 100),
    (51, 200),
    (101, 200),
    (201, 500),
    (501, 1000),
    (1001, 5000),
    (5001, 10000),
)
_BAND_BY_MIDDLE: Final = {(low + high) // 2: (low, high) for low, high in _BANDS}
"""Providers give headcounts in such bands; their middle is kept. A count that is exactly a middle stands for its band."""
_NAMES_ALIKE: Final = 92
_INDUSTRIES_ALIKE: Final = 85
_TITLES_ALIKE: Final = 85
_LISTS_OVERLAP: Final = 0.5
_ROUND_WITHIN_DAYS: Final = 45
_SHORT_TITLES: Final = {
    "vp": "vice president", "svp": "senior vice president", "evp": "executive vice president", "avp": "assistant vice president",
    "ceo": "chief executive officer", "cfo": "chief financial officer", "cto": "chief technology officer", "coo": "chief operating officer",
    "cmo": "chief marketing officer", "cio": "chief information officer", "cro": "chief revenue officer", "cpo": "chief product officer",
    "ciso": "chief information security officer", "md": "managing director", "gm": "general manager", "sr": "senior", "jr": "junior",
    "mgr": "manager", "dir": "director", "eng": "engineer", "exec": "executive", "asst": "assistant",
}  # fmt: skip
_EMPTY_WORDS: Final = frozenset({"and", "of", "the", "for", "industry", "industries", "services", "service", "other", "general"})
_STREETS: Final = {
    "st": "street",
    "str": "strasse",
    "rd": "road",
    "ave": "avenue",
    "blvd": "boulevard",
    "ln": "lane",
    "dr": "drive",
    "r": "rua",
}
_NOT_ALPHANUMERIC: Final = re.compile(r"[\W_]+")
_KEPT_FORMS: Final = 20_000


def agree(field: Field, one: FieldValue, other: FieldValue) -> bool:
    """Whether two values of the field say the same; the same in both directions, and true of a value with itself."""
    return one == other or _SAME.get(field, _plain)(one, other)


def item_key(text: str) -> str:
    """What an item of a list is known by, however it is written."""
    return folded(text) or text.casefold()


def _plain(one: FieldValue, other: FieldValue) -> bool:
    if _is_number(one) and _is_number(other):
        return _within(one, other, _COUNTS_AGREE_RATIO)
    if isinstance(one, tuple) or isinstance(other, tuple):
        return _overlap(one, other)
    return isinstance(one, str) and isinstance(other, str) and item_key(one) == item_key(other)


def _by(normal: Callable[[str], str]) -> Same:
    """Agreement of texts whose normal forms are equal and not empty; else as plain texts."""

    def same(one: FieldValue, other: FieldValue) -> bool:
        if not (isinstance(one, str) and isinstance(other, str)):
            return _plain(one, other)
        return (bool(form := normal(one)) and form == normal(other)) or _plain(one, other)

    return same


def _alike(normal: Callable[[str], str], scorer: Callable[[str, str], float], least: float) -> Same:
    """Agreement of texts whose normal forms are nearly equal."""

    def same(one: FieldValue, other: FieldValue) -> bool:
        if not (isinstance(one, str) and isinstance(other, str)):
            return _plain(one, other)
        first, second = normal(one), normal(other)
        return (bool(first and second) and scorer(first, second) >= least) or _plain(one, other)

    return same


def _counts(one: FieldValue, other: FieldValue) -> bool:
    if not (_is_number(one) and _is_number(other)):
        return _plain(one, other)
    return _within(one, other, _COUNTS_AGREE_RATIO) or _in_band_of(one, other) or _in_band_of(other, one)


def _in_band_of(middle: FieldValue, count: FieldValue) -> bool:
    band = _BAND_BY_MIDDLE.get(middle) if isinstance(middle, int) else None
    return band is not None and isinstance(count, int | float) and band[0] <= count <= band[1]


def _near(ratio: float) -> Same:
    return lambda one, other: _within(one, other, ratio) if _is_number(one) and _is_number(other) else _plain(one, other)


def _apart_by_at_most(distance: float) -> Same:
    def same(one: FieldValue, other: FieldValue) -> bool:
        if not (_is_number(one) and _is_number(other)):
            return _plain(one, other)
        return abs(float(one) - float(other)) <= distance  # type: ignore[arg-type]

    return same


def _days_apart(most: int) -> Same:
    def same(one: FieldValue, other: FieldValue) -> bool:
        first, second = _day(one), _day(other)
        return _plain(one, other) if first is None or second is None else abs((first - second).days) <= most

    return same


def _codes(one: FieldValue, other: FieldValue) -> bool:
    """Postal codes: one may be the longer form of the other ("94107" and "94107-1234")."""
    if not (isinstance(one, str) and isinstance(other, str)):
        return _plain(one, other)
    short, long = sorted((_compact(one), _compact(other)), key=len)
    return bool(short) and (short == long or (len(short) >= 5 and long.startswith(short)))


def _overlap(one: FieldValue, other: FieldValue) -> bool:
    first, second = _keys(one), _keys(other)
    return bool(first and second) and len(first & second) >= _LISTS_OVERLAP * min(len(first), len(second))


def _keys(value: FieldValue) -> frozenset[str]:
    return frozenset(item_key(item) for item in (value if isinstance(value, tuple) else (str(value),)))


def _within(one: FieldValue, other: FieldValue, ratio: float) -> bool:
    first, second = float(one), float(other)  # type: ignore[arg-type]
    return first == second or (first * second > 0 and max(abs(first), abs(second)) <= ratio * min(abs(first), abs(second)))


def _is_number(value: FieldValue) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _day(value: FieldValue) -> date | None:
    try:
        return date.fromisoformat(value[:10]) if isinstance(value, str) else None
    except ValueError:
        return None


@lru_cache(maxsize=_KEPT_FORMS)
def _core_name(text: str) -> str:
    return " ".join(without_legal_form(words(text))[0])


def _names(one: FieldValue, other: FieldValue) -> bool:
    """Spelled alike, or one is the other with more words behind it ("Sample" and "Sample Holdings"): both are about one company already."""
    first, second = _core_name(str(one)), _core_name(str(other))
    if first == second or not (first and second):
        return first == second
    shorter, longer = sorted((first.split(), second.split()), key=len)
    if longer[: len(shorter)] == shorter or "".join(shorter) == "".join(longer):
        return True
    return fuzz.token_sort_ratio(first, second) >= _NAMES_ALIKE


@lru_cache(maxsize=_KEPT_FORMS)
def _phone(text: str) -> str:
    """E.164 where the number says its country, else its digits."""
    return to_phone(text) or digits(text)


@lru_cache(maxsize=_KEPT_FORMS)
def _title(text: str) -> str:
    return " ".join(_SHORT_TITLES.get(word, word) for word in words(text) if word not in _EMPTY_WORDS)


@lru_cache(maxsize=_KEPT_FORMS)
def _industry(text: str) -> str:
    said = words(text.replace("_", " "))
    return " ".join(word for word in said if word not in _EMPTY_WORDS) or " ".join(said)


@lru_cache(maxsize=_KEPT_FORMS)
def _street(text: str) -> str:
    return " ".join(_STREETS.get(word, word) for word in words(text))


def _compact(text: str) -> str:
    return _NOT_ALPHANUMERIC.sub("", text).casefold()


_SAME: Final[Mapping[Field, Same]] = {
    **dict.fromkeys((Field.PHONE, Field.MOBILE_PHONE, Field.COMPANY_PHONE), _by(_phone)),
    Field.DOMAIN: _by(lambda text: to_domain(text) or ""),
    **dict.fromkeys((Field.COMPANY_LINKEDIN_URL, Field.PERSON_LINKEDIN_URL), _by(lambda text: to_linkedin_url(text) or "")),
    **dict.fromkeys(
        (Field.COMPANY_NAME, Field.LEGAL_NAME, Field.PARENT_COMPANY, Field.DOMAIN_REGISTRAR),
        _names,
    ),
    Field.INDUSTRY: _alike(_industry, fuzz.token_set_ratio, _INDUSTRIES_ALIKE),
    Field.JOB_TITLE: _alike(_title, fuzz.token_sort_ratio, _TITLES_ALIKE),
    Field.STREET: _alike(_street, fuzz.token_sort_ratio, _NAMES_ALIKE),
    Field.EMAIL: _by(str.casefold),
    Field.EMPLOYEE_COUNT: _counts,
    Field.TRAFFIC_RANK: _near(_RANKS_AGREE_RATIO),
    Field.FOUNDED_YEAR: _apart_by_at_most(1),
    Field.HEADCOUNT_GROWTH_RATIO: _apart_by_at_most(0.05),
    Field.LATEST_FUNDING_ON: _days_apart(_ROUND_WITHIN_DAYS),
    Field.DOMAIN_REGISTERED_ON: _days_apart(1),
    Field.POSTAL_CODE: _codes,
    **dict.fromkeys((Field.LEGAL_FORM, Field.TICKER), _by(_compact)),
}
