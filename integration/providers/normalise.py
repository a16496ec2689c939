"""Vendor values to our normal forms. Every function takes anything and returns None when there is nothing usable in it.

Pure but for the tables of the libraries underneath: public suffixes, phone plans, country names.
"""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from publicsuffixlist import PublicSuffixList

from integration.core.countries import country_code
from integration.core.once import built_once

_SPACE: Final = re.compile(r"\s+")
_LINKEDIN_PATH: Final = re.compile(r"^/(company|in|school|showcase)/([^/]+)")
_ISO_DATE: Final = re.compile(r"^\d{4}-\d{2}-\d{2}")
_COUNT_RANGE: Final = re.compile(r"^(\d[\d,]*)\s*[-–]\s*(\d[\d,]*)$")
_COUNT: Final = re.compile(r"^(\d[\d,]*)\s*\+?$")
_LEI: Final = re.compile(r"[0-9A-Z]{18}[0-9]{2}")
_BRITISH_NUMBER: Final = re.compile(r"[0-9]{8}|[A-Z]{2}[0-9]{6}|[A-Z]{2}[0-9]{5}[A-Z]|R[0-9]{7}|[A-Z]{2}[0-9]{5}")
_VAT: Final = re.compile(r"[A-Z]{2}(?=[0-9A-Z]*[0-9])[0-9A-Z]{5,13}")
_PLACE_MARK: Final = re.compile(r"[,;]")
_LONGEST_TEXT: Final = 2000
_UNGUESSED_REGION: Final = "ZZ"
_KEPT_DOMAINS: Final = 10_000


def to_text(raw: object) -> str | None:
    """Trimmed, blanks folded, at most 2,000 characters; control characters gone."""
    if not isinstance(raw, str):
        return None
    text = _SPACE.sub(" ", "".join(char if char.isprintable() else " " for char in raw)).strip()
    return text[:_LONGEST_TEXT] or None


def to_texts(raw: object) -> tuple[str, ...] | None:
    """The texts of a list, each once, in order."""
    if not isinstance(raw, list | tuple):
        return None
    return tuple(dict.fromkeys(text for item in raw if (text := to_text(item)))) or None


def to_count(raw: object) -> int | None:
    """A whole number of things; a range such as "51-200" becomes its middle, "10001+" its start. Zero and less are unknown."""
    if isinstance(raw, bool):
        return None
    if isinstance(raw, int | float):
        return int(raw) if 0 < raw < 1e9 else None
    text = to_text(raw) or ""
    if found := _COUNT_RANGE.match(text):
        low, high = (int(part.replace(",", "")) for part in found.groups())
        return (low + high) // 2 or None
    return int(found[1].replace(",", "")) or None if (found := _COUNT.match(text)) else None


def to_headline(raw: object) -> str | None:
    """The text with each word's first letter a capital, for sources that write everything small."""
    text = to_text(raw)
    return " ".join(word[:1].upper() + word[1:] for word in text.split()) if text else None


def to_amount(raw: object) -> float | None:
    """An amount of money over zero."""
    return float(raw) if isinstance(raw, int | float) and not isinstance(raw, bool) and 0 < raw < 1e15 else None


def to_year(raw: object) -> int | None:
    text = str(raw)[:4] if isinstance(raw, int | str) and not isinstance(raw, bool) else ""
    return int(text) if text.isascii() and text.isdigit() and 1500 <= int(text) <= 2100 else None


def to_iso_date(raw: object) -> str | None:
    """The date at the front of an ISO moment."""
    found = _ISO_DATE.match(raw) if isinstance(raw, str) else None
    return found[0] if found else None


def days_between(start: object, end: object) -> int | None:
    """Days from one ISO date to another; None where one of them is no date."""
    try:
        return (date.fromisoformat(str(end)) - date.fromisoformat(str(start))).days
    except ValueError:
        return None


def to_country(raw: object) -> str | None:
    """ISO 3166-1 alpha-2 from a code, a name, or a place that ends with one ("Bengaluru, KA, India; Remote").

    At the end of a place two letters may be a state's, and so may Georgia: those tell nothing.
    """
    text = to_text(raw)
    if text is None:
        return None
    known = country_code(text)
    if known is not None or not _PLACE_MARK.search(text):
        return known
    ends = (part.rpartition(",")[2].strip() for part in text.split(";"))
    return next((code for end in ends if len(end) > 2 and end.casefold() != "georgia" and (code := country_code(end))), None)


def to_domain(raw: object) -> str | None:
    """The registrable domain of a host, address or URL, lower case, in ASCII form; None for an IP address or a bare suffix."""
    text = to_text(raw)
    host = None if text is None else host_of(text)
    return None if host is None else _registrable(host)


@lru_cache(maxsize=_KEPT_DOMAINS)
def _registrable(host: str) -> str | None:
    """Kept by host, never by the address a person has there."""
    if host.replace(".", "").isdigit():
        return None
    found = _suffixes().privatesuffix(host)
    return str(found) if found else None


def host_of(text: str) -> str | None:
    """The host of a URL or of a bare `host/path`, lower case, IDNA-encoded."""
    try:
        host = urlsplit(text if "//" in text else f"//{text}").hostname or ""
        host = host.rpartition("@")[2].rstrip(".")
        return host.encode("idna").decode("ascii").lower() or None if host else None
    except (ValueError, UnicodeError):
        return None


def to_linkedin_url(raw: object) -> str | None:
    """`https://www.linkedin.com/company/<slug>` (or /in/), without country host, query or trailing slash."""
    text = to_text(raw)
    if text is None:
        return None
    if text.startswith(("company/", "in/")):
        text = f"https://www.linkedin.com/{text}"
    host = host_of(text)
    if host is None or to_domain(host) != "linkedin.com":
        return None
    found = _LINKEDIN_PATH.match(urlsplit(text if "//" in text else f"//{text}").path)
    return f"https://www.linkedin.com/{found[1]}/{found[2].lower()}" if found else None


def to_register_numbers(lei: object, vat: object) -> tuple[str, ...] | None:
    """Such as "LEI-..." and "VAT-..." (with its country), as far as they have the form of one. Their check digits are not verified."""
    found = (
        f"LEI-{code}" if (code := to_lei(lei)) else None,
        f"VAT-{code}" if (code := _joined(vat)) and _VAT.fullmatch(code) else None,
    )
    return tuple(one for one in found if one) or None


def to_lei(raw: object) -> str | None:
    """Twenty characters in capitals; the check digits are not verified."""
    code = _joined(raw)
    return code if _LEI.fullmatch(code) else None


def to_british_number(raw: object) -> str | None:
    """A number of Companies House: eight characters in capitals, noughts in front kept or put back."""
    code = _joined(raw)
    code = code.zfill(8) if code.isascii() and code.isdigit() and 5 <= len(code) < 8 else code
    return code if _BRITISH_NUMBER.fullmatch(code) else None


def _joined(raw: object) -> str:
    return re.sub(r"[\s.-]", "", to_text(raw) or "").upper()


def to_email(raw: object) -> str | None:
    """The address in lower case when its form is valid; no DNS is asked."""
    text = to_text(raw)
    if text is None or "@" not in text:
        return None
    try:
        return validate_email(text, check_deliverability=False).normalized.lower()
    except EmailNotValidError:
        return None


def to_phone(raw: object, country: str | None = None) -> str | None:
    """E.164. A number without country code is read as one of `country` (ISO alpha-2); impossible numbers are None."""
    text = to_text(raw)
    if text is None:
        return None
    try:
        number = phonenumbers.parse(text, country or _UNGUESSED_REGION)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


@built_once
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()
