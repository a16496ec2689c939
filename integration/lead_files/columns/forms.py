"""How the numbers and dates of a column are written, told from the column as a whole, and their reading in that form. Pure.

03/04/2026 alone says nothing; beside 25/04/2026 it is the third of April. Where no value settles it, what is chosen is said and can be changed by hand.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from integration.core.folding import folded
from integration.providers.normalise import to_count

_ISO: Final = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)")
_PARTED: Final = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4}|\d{2})(?!\d)")
_WORDED: Final = re.compile(
    r"(?:(\d{1,2})\.?\s+(?:de\s+)?([^\W\d]{3,})\.?|([^\W\d]{3,})\.?\s+(\d{1,2})),?\s+(?:de\s+)?(\d{4})(?!\d)"
)
_COMPACT: Final = re.compile(r"(\d{4})(\d{2})(\d{2})")
_NUMBER: Final = re.compile(r"[+-]?\d[\d.,'’\s\u00a0\u202f]*")
_BLANKS: Final = re.compile(r"[\s\u00a0\u202f'’]")
_SCALE: Final = {
    "k": 1e3, "thousand": 1e3, "tsd": 1e3, "mil": 1e3, "m": 1e6, "mm": 1e6, "mn": 1e6, "mio": 1e6, "million": 1e6, "millions": 1e6,
    "millionen": 1e6, "millones": 1e6, "milhoes": 1e6, "milioni": 1e6, "b": 1e9, "bn": 1e9, "billion": 1e9, "billions": 1e9, "mrd": 1e9,
    "milliarden": 1e9,
}  # fmt: skip
"""Limit: "mil" is a thousand (Spanish, Portuguese), and "b" is the English billion."""
_CURRENCIES: Final = {
    "$": "USD", "us$": "USD", "usd": "USD", "€": "EUR", "eur": "EUR", "£": "GBP", "gbp": "GBP", "¥": "JPY", "jpy": "JPY", "r$": "BRL",
    "brl": "BRL", "chf": "CHF", "kr": "SEK", "sek": "SEK", "nok": "NOK", "dkk": "DKK", "zł": "PLN", "pln": "PLN", "₹": "INR", "inr": "INR",
    "cad": "CAD", "c$": "CAD", "aud": "AUD", "a$": "AUD", "cny": "CNY", "rmb": "CNY", "mxn": "MXN",
}  # fmt: skip
_MONTHS: Final = {
    name: number
    for number, names in enumerate(
        (
            "january jan janvier enero ene janeiro januar gennaio gen januari",
            "february feb februar fevrier fev febrero fevereiro febbraio februari",
            "march mar marz maerz mars marzo marco mrz maart mrt",
            "april apr avril avr abril abr aprile",
            "may mai mayo maio mag maggio mei maj",
            "june jun juni juin junio junho giugno giu",
            "july jul juli juillet juil julio julho luglio lug",
            "august aug aout agosto ago augustus",
            "september sep sept septembre septiembre setembro set settembre",
            "october oct oktober okt octobre octubre outubro out ottobre ott",
            "november nov novembre noviembre novembro",
            "december dec dezember dez decembre diciembre dic dezembro dicembre desember",
        ),
        start=1,
    )
    for name in names.split()
}


class DateOrder(StrEnum):
    DAY_FIRST = "day_first"
    MONTH_FIRST = "month_first"


class Decimal(StrEnum):
    """Which mark parts the whole from the fraction."""

    POINT = "point"
    COMMA = "comma"


@dataclass(frozen=True)
class Told:
    """What was told of a column, and why in words."""

    value: str
    because: str


def tell_date_order(values: Iterable[str]) -> Told:
    """Day first or month first, from every value of the column that parts day, month and year by marks."""
    first_high = second_high = 0
    points = slashes = 0
    for value in values:
        found = _PARTED.match(value.strip())
        if found is None:
            continue
        first_high += int(found[1]) > 12
        second_high += int(found[2]) > 12
        points += "." in found[0]
        slashes += "." not in found[0]
    if first_high or second_high:
        order = DateOrder.DAY_FIRST if first_high >= second_high else DateOrder.MONTH_FIRST
        count, what = max(first_high, second_high), "day" if first_high >= second_high else "month"
        because = f"{count:,} of its dates can only be read with the {what} first"
        if first_high and second_high:
            because += f", {min(first_high, second_high):,} only the other way: those are left out"
        return Told(order, because)
    if not points + slashes:
        return Told(DateOrder.DAY_FIRST, "its dates begin with the year or name the month, so nothing has to be told")
    because = "no date tells day from month; day first is assumed, change it if that is wrong"
    return Told(DateOrder.DAY_FIRST, because)


def tell_decimal(values: Iterable[str]) -> Told:
    """Point or comma, from every number of the column. Groups of exactly three digits tell nothing by themselves."""
    points = commas = 0
    for value in values:
        found = _NUMBER.search(value)
        if found is None:
            continue
        mark = _fraction_mark(_BLANKS.sub("", found[0]))
        points += mark == "."
        commas += mark == ","
    if points or commas:
        chosen = Decimal.COMMA if commas > points else Decimal.POINT
        return Told(chosen, f"{max(points, commas):,} of its numbers have a decimal {chosen}")
    return Told(Decimal.POINT, "no number has a fraction; a decimal point is assumed")


def date_sides(text: str) -> tuple[bool, bool]:
    """Whether the date can be read with the day first only, and with the month first only."""
    found = _PARTED.match(text.strip())
    if found is None:
        return False, False
    first, second = int(found[1]), int(found[2])
    return first > 12 >= second, second > 12 >= first


def number_sides(text: str) -> tuple[bool, bool]:
    """Whether the number can be read with a decimal point only, and with a decimal comma only."""
    found = _NUMBER.search(text)
    mark = "" if found is None else _fraction_mark(_BLANKS.sub("", found[0]).rstrip(".,"))
    return mark == ".", mark == ","


def _fraction_mark(number: str) -> str:
    """The mark that can only be the decimal one, "" when the number does not tell."""
    last_point, last_comma = number.rfind("."), number.rfind(",")
    if last_point >= 0 and last_comma >= 0:
        return "." if last_point > last_comma else ","
    mark = "." if last_point >= 0 else "," if last_comma >= 0 else ""
    if not mark:
        return ""
    if number.count(mark) > 1:  # it groups thousands, so the other one is the decimal mark
        return "," if mark == "." else "."
    return mark if len(number) - number.rfind(mark) - 1 != 3 else ""


def read_number(text: str, decimal: str) -> float | None:
    """The number that the text is, nothing else beside it. A number that can be read in one way only is read so, whatever its column does."""
    if _NUMBER.fullmatch(text.strip()) is None:
        return None
    bare = _BLANKS.sub("", text.strip())
    own = _fraction_mark(bare)
    decimal = (Decimal.POINT if own == "." else Decimal.COMMA) if own else decimal
    group, mark = (".", ",") if decimal == Decimal.COMMA else (",", ".")
    whole, _, fraction = bare.partition(mark)
    parts = whole.split(group)
    if len(parts) > 1 and not all(len(part) == 3 for part in parts[1:]):
        return None
    try:
        return float("".join(parts) + (f".{fraction}" if fraction else ""))
    except ValueError:
        return None


def read_count(text: str, decimal: str) -> int | None:
    """A whole number of things of at least 0; "51-200" is its middle, "1.200" a thousand and more in a column that writes so."""
    bare = re.sub(r"(?i)\s*(employees|staff|people|mitarbeiter|empleados|salariés|funcionários)\.?$", "", text.strip()).strip()
    grouped = re.fullmatch(r"\d{1,3}([.,' ]\d{3})+", bare)  # nobody counts people in thousandths
    number = float(re.sub(r"\D", "", bare)) if grouped else read_number(bare, decimal)
    if number is not None:
        return round(number) if 0 <= number < 1e9 and abs(number - round(number)) < 1e-6 else None
    return to_count(re.sub(r"(?<=\d)[.'](?=\d{3}\b)", ",", bare))


@dataclass(frozen=True)
class Money:
    """`currency` is the ISO code, "" when none was written."""

    amount: float
    currency: str


def read_money(text: str, decimal: str) -> Money | None:
    """An amount over zero with its currency, "€ 1.2 Mio" among them."""
    found = _NUMBER.search(text)
    if found is None or "-" in text[: found.start()]:
        return None
    number = read_number(found[0].strip().rstrip(".,"), decimal)
    beside = f"{text[: found.start()]} {text[found.end() :]}".lower()
    scale, currency = 1.0, ""
    for word in re.findall(r"[a-zà-ÿł]*\$|[€£¥₹]|[^\W\d_]+", beside):
        plain = folded(word) or word
        if word in _CURRENCIES and not currency:
            currency = _CURRENCIES[word]
        elif plain in _SCALE:
            scale *= _SCALE[plain]
        else:
            return None
    amount = None if number is None else number * scale
    return None if amount is None or not 0 < amount < 1e15 else Money(amount, currency)


def read_date(text: str, order: str) -> str | None:
    """The date as ISO; a time behind it is dropped. Years of two digits are of this century up to 69."""
    value = text.strip()
    if found := _ISO.match(value) or _COMPACT.fullmatch(value):
        return _iso(int(found[1]), int(found[2]), int(found[3]))
    if found := _PARTED.match(value):
        one, two, year = int(found[1]), int(found[2]), int(found[3])
        year += 0 if len(found[3]) == 4 else 2000 if year < 70 else 1900
        day, month = (one, two) if order == DateOrder.DAY_FIRST else (two, one)
        return _iso(year, month, day)
    if found := _WORDED.match(value):
        month = _MONTHS.get(folded(found[2] or found[3]), 0)
        return _iso(int(found[5]), month, int(found[1] or found[4])) if month else None
    return None


def looks_like_date(text: str) -> bool:
    return read_date(text, DateOrder.DAY_FIRST) is not None or read_date(text, DateOrder.MONTH_FIRST) is not None


def _iso(year: int, month: int, day: int) -> str | None:
    try:
        return date(year, month, day).isoformat() if 1900 <= year <= 2200 else None
    except ValueError:
        return None
