"""Which target each column of a file stands for, guessed with its reasons: by the heading, by the values, and by both together. Pure.

A heading counts for more than values, unless most values contradict it. Each target is given to one column, the most certain one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from integration.core.countries import country_code
from integration.hubspot.objects import CONTACTS
from integration.lead_files.columns.forms import looks_like_date, read_money, tell_date_order, tell_decimal
from integration.lead_files.columns.targets import BY_KEY, Kind, heading_key, target_of_heading, targets_for
from integration.providers.base import Field
from integration.providers.normalise import to_domain

SAMPLE_ROWS: Final = 100
"""How many values of a column the guess looks at."""
_EMAIL: Final = re.compile(r"(?:mailto:)?[^@\s<>,;]+@[^@\s<>,;]+\.[^@\s<>,;]{2,}")
_PHONE: Final = re.compile(r"[+(]?[\d(][\d\s()./-]{5,}\d(?:\s*(?:x|ext\.?)\s*\d+)?")
_PERSON_PROFILE: Final = re.compile(r"(?:https?://)?(?:\w+\.)?linkedin\.com/in/\S+", re.IGNORECASE)
_COMPANY_PROFILE: Final = re.compile(r"(?:https?://)?(?:\w+\.)?linkedin\.com/(?:company|school)/\S+", re.IGNORECASE)
_HOST: Final = re.compile(r"(?:https?://)?[\w-]+(?:\.[\w-]+)+(?:[/?#]\S*)?", re.IGNORECASE)
_SIZE: Final = re.compile(r"\d[\d,.' ]*(?:\s*[-–]\s*\d[\d,.' ]*|\s*\+)?")
_LEGAL: Final = re.compile(
    r"\b(?:GmbH|AG|Inc|LLC|Ltd|Limited|PLC|S\.?A\.?|S\.?L\.?|SARL|S\.?r\.?l|B\.?V|N\.?V|AB|ApS|Oy|Ltda|Corp|KG|SE)\b\.?"
)
_TITLE: Final = re.compile(
    r"\b(?:manager|director|head of|chief|officer|ceo|cto|cfo|cmo|vp|vice president|engineer|consultant|sales|leiter|geschäftsführer|"
    r"directeur|gerente|diretor|responsable|analyst|founder|owner|president|partner|specialist)\b",
    re.IGNORECASE,
)
_ENOUGH_RATIO: Final = 0.6
_CONTRADICTED_RATIO: Final = 0.3
_BY_HEADING: Final = 2.0


@dataclass(frozen=True)
class Guess:
    """`target` is a key of `TARGETS`, "" for a column that stands for nothing we use. `date_order` and `decimal` matter for dates and numbers."""

    target: str
    because: str
    date_order: str = ""
    decimal: str = ""


@dataclass(frozen=True)
class _Bid:
    strength: float
    column: int
    target: str
    because: str


_Look = Callable[[str], bool]
_LOOKS: Final[tuple[tuple[str, str, _Look], ...]] = (
    (Field.EMAIL, "e-mail addresses", lambda value: _EMAIL.fullmatch(value) is not None),
    (Field.PERSON_LINKEDIN_URL, "LinkedIn profiles of people", lambda value: _PERSON_PROFILE.fullmatch(value) is not None),
    (Field.COMPANY_LINKEDIN_URL, "LinkedIn pages of companies", lambda value: _COMPANY_PROFILE.fullmatch(value) is not None),
    (
        Field.DOMAIN,
        "web addresses",
        lambda value: _HOST.fullmatch(value) is not None and "linkedin.com" not in value and to_domain(value) is not None,
    ),
    (Field.PHONE, "telephone numbers", lambda value: _PHONE.fullmatch(value) is not None and not looks_like_date(value)),
    (Field.COUNTRY, "countries", lambda value: len(value) > 1 and country_code(value) is not None),
    (Field.JOB_TITLE, "job titles", lambda value: _TITLE.search(value) is not None),
    (Field.COMPANY_NAME, "names with a legal form", lambda value: _LEGAL.search(value) is not None),
)
_AGREES: Final[Mapping[Kind, tuple[str, _Look]]] = {
    Kind.EMAIL: ("addresses", lambda value: _EMAIL.fullmatch(value) is not None),
    Kind.PHONE: ("telephone numbers", lambda value: _PHONE.fullmatch(value) is not None),
    Kind.DOMAIN: ("web addresses", lambda value: to_domain(value) is not None),
    Kind.PROFILE: ("LinkedIn addresses", lambda value: "linkedin.com" in value.lower()),
    Kind.COUNTRY: ("countries", lambda value: country_code(value) is not None),
    Kind.COUNT: ("numbers", lambda value: _SIZE.match(value) is not None),
    Kind.MONEY: ("amounts", lambda value: read_money(value, "point") is not None or read_money(value, "comma") is not None),
    Kind.YEAR: ("years", lambda value: re.match(r"(?:1[5-9]|20)\d\d\b", value) is not None),
    Kind.DATE: ("dates", looks_like_date),
}


def guess_columns(names: Sequence[str], rows: Sequence[Sequence[str]], object_type: str) -> tuple[Guess, ...]:
    """A guess for each column. `rows` are the first rows of the file, under the heading."""
    columns = [[row[number].strip() for row in rows if number < len(row) and row[number].strip()] for number in range(len(names))]
    known = {target.key for target in targets_for(object_type)}
    bids = [
        bid
        for number, name in enumerate(names)
        for bid in _bids(number, name, columns[number][:SAMPLE_ROWS], object_type)
        if bid.target in known
    ]
    given: dict[int, _Bid] = {}
    taken: dict[str, _Bid] = {}
    for bid in sorted(bids, key=lambda one: (-one.strength, one.column)):
        if bid.column not in given and bid.target not in taken:
            given[bid.column] = taken[bid.target] = bid
    return tuple(_guess(number, given, bids, taken, columns[number], names) for number in range(len(names)))


def with_target(guess: Guess, target: str, values: Sequence[str]) -> Guess:
    """The guess with a target chosen by hand; how its numbers and dates are written is told anew for it."""
    return (
        _with_forms(Guess(target, "chosen by hand" if target else "left out by hand"), values) if target != guess.target else guess
    )


def _guess(
    number: int,
    given: Mapping[int, _Bid],
    bids: Sequence[_Bid],
    taken: Mapping[str, _Bid],
    values: Sequence[str],
    names: Sequence[str],
) -> Guess:
    bid = given.get(number)
    if bid is not None:
        return _with_forms(Guess(bid.target, bid.because), values)
    lost = next((one for one in bids if one.column == number), None)
    if lost is not None:
        other = names[taken[lost.target].column]
        return Guess("", f"{lost.because}; but {other!r} is taken for {BY_KEY[lost.target].title!r} already")
    return Guess("", "every cell is blank" if not values else "neither heading nor values say what it is")


def _with_forms(guess: Guess, values: Sequence[str]) -> Guess:
    target = BY_KEY.get(guess.target)
    if target is None:
        return guess
    if target.kind is Kind.DATE:
        told = tell_date_order(values)
        return Guess(guess.target, f"{guess.because}; {told.because}", date_order=told.value)
    if target.kind in (Kind.COUNT, Kind.MONEY):
        told = tell_decimal(values)
        because = f"{guess.because}; {told.because}" if target.kind is Kind.MONEY else guess.because
        return Guess(guess.target, because, decimal=told.value)
    return guess


def _bids(number: int, name: str, values: Sequence[str], object_type: str) -> list[_Bid]:
    """What the heading says, and what the values say, as far as each says anything."""
    found = []
    key = _for_type(target_of_heading().get(heading_key(name), ""), object_type)
    if key:
        said = f"the heading says {BY_KEY[key].title.lower()!r}"
        ratio, shown = _agreement(key, values)
        if ratio is None:
            found.append(_Bid(_BY_HEADING, number, key, said))
        elif ratio >= _CONTRADICTED_RATIO:
            found.append(_Bid(_BY_HEADING + ratio, number, key, f"{said}; {shown}"))
        else:
            found.append(_Bid(0.1, number, key, f"{said}, though only {shown}"))
    for target, what, looks in _LOOKS:
        count = sum(looks(value) for value in values)
        if values and count / len(values) >= _ENOUGH_RATIO:
            because = f"{count} of the first {len(values)} values are {what}"
            found.append(_Bid(count / len(values), number, str(target), because))
    return sorted(found, key=lambda bid: -bid.strength)


def _for_type(key: str, object_type: str) -> str:
    """In a file of companies a bare name, telephone or LinkedIn address is the company's."""
    if object_type == CONTACTS:
        return key
    of_company = {
        "full_name": Field.COMPANY_NAME,
        Field.PHONE: Field.COMPANY_PHONE,
        Field.PERSON_LINKEDIN_URL: Field.COMPANY_LINKEDIN_URL,
        Field.PERSON_CITY: Field.CITY,
        Field.PERSON_COUNTRY: Field.COUNTRY,
    }
    return str(of_company.get(key, key))


def _agreement(key: str, values: Sequence[str]) -> tuple[float | None, str]:
    """How many of the values are what the heading says; None for a kind that any text fits."""
    check = _AGREES.get(BY_KEY[key].kind)
    if check is None or not values:
        return None, ""
    what, looks = check
    count = sum(looks(value) for value in values)
    return count / len(values), f"{count} of the first {len(values)} values are {what}"
