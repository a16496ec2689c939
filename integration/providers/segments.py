"""Kinds of companies for which a provider is judged separately: by country, size and industry, as far as they are known. Pure.

A segment is written from the general to the special ("BR", "BR|m", "BR|m|software"; "-" where something is not known), so that each lies
within shorter ones: what is observed for a segment counts for those around it too, and "" is the whole portal.
Limit: the industry is told by words in English, Portuguese, Spanish, German and French; what has none of them is "other".
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from integration.providers.base import Field, Finding, Subject, chosen_first

WHOLE_PORTAL: Final = ""
_UNKNOWN: Final = "-"
_SIZES: Final = ((10, "xs"), (50, "s"), (200, "m"), (1000, "l"))
_LARGEST: Final = "xl"
# Country domains that the whole world uses as names of their own.
_EVERYBODYS: Final = frozenset({"io", "co", "ai", "me", "tv", "cc", "ly", "gg", "to", "fm", "so", "sh", "vc", "ws", "eu"})
_INDUSTRIES: Final = (
    (
        "software",
        ("software", "saas", "internet", "information technology", "computer", "tecnologia", "informatik", "informatique"),
    ),
    ("finance", ("financ", "bank", "insur", "segur", "versicher", "assurance", "capital", "invest")),
    ("health", ("health", "saúde", "salud", "medic", "pharma", "hospital", "biotech", "gesund", "santé")),
    ("retail", ("retail", "commerce", "varejo", "comercio", "comércio", "handel", "wholesale", "consumer")),
    ("building", ("construct", "constru", "bau", "real estate", "imobili", "inmobili", "immobil", "architect")),
    ("industry", ("manufactur", "machin", "industr", "automotive", "chemical", "aerospace", "electronic", "steel", "maschinen")),
    ("energy", ("energy", "energia", "oil", "utilities", "mining", "solar", "energie")),
    ("transport", ("logist", "transport", "airline", "shipping", "freight", "verkehr")),
    ("food", ("food", "restaurant", "beverage", "hospitality", "hotel", "aliment", "agric", "farm")),
    ("media", ("media", "marketing", "advert", "publish", "entertainment", "design")),
    ("services", ("consult", "legal", "law", "account", "staffing", "human resources", "professional", "services", "serviços")),
    ("public", ("government", "education", "school", "universit", "nonprofit", "non-profit", "public", "educa")),
)


def segment_of(subject: Subject, findings: Iterable[Finding]) -> str:
    """The most special segment that what is known tells: "" when nothing is."""
    known = {one.field: one.value for one in reversed(chosen_first(findings))}
    country = known.get(Field.COUNTRY) or known.get(Field.PERSON_COUNTRY) or subject.country or _country_of(subject.domain)
    count, industry = known.get(Field.EMPLOYEE_COUNT), known.get(Field.INDUSTRY)
    parts = [
        str(country).upper() if country else _UNKNOWN,
        size_band(float(count)) if isinstance(count, int | float) else _UNKNOWN,
        industry_group(str(industry)) if industry else _UNKNOWN,
    ]
    while parts and parts[-1] == _UNKNOWN:
        parts.pop()
    return "|".join(parts)


@lru_cache(maxsize=8192)
def segments_around(segment: str) -> tuple[str, ...]:
    """The segment and all it lies in, from the whole portal on."""
    parts = segment.split("|") if segment else []
    return (WHOLE_PORTAL, *("|".join(parts[: length + 1]) for length in range(len(parts))))


def size_band(employees: float) -> str:
    """ "xs" to 10 people, "s" to 50, "m" to 200, "l" to 1,000, "xl" above."""
    return next((band for most, band in _SIZES if employees <= most), _LARGEST)


def industry_group(industry: str) -> str:
    """One of a dozen groups, "other" where no word tells."""
    said = industry.casefold()
    return next((group for group, words in _INDUSTRIES if any(word in said for word in words)), "other")


def _country_of(domain: str | None) -> str | None:
    """The country of the domain's ending, None where it has none or one that everybody uses."""
    end = (domain or "").rpartition(".")[2].casefold()
    if len(end) != 2 or end in _EVERYBODYS:
        return None
    return "GB" if end == "uk" else end.upper()
