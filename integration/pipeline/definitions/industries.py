"""Industries in everyday words: what providers say, and what HubSpot's standard list calls it. Pure.

The list in `industries.txt` is HubSpot's standard one; what an account really offers is told by its live definition alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

from integration.pipeline.definitions.options import folded

_FILE: Final = Path(__file__).with_name("industries.txt")
_EVERYDAY: Final = {
    "software": "COMPUTER_SOFTWARE",
    "saas": "COMPUTER_SOFTWARE",
    "software development": "COMPUTER_SOFTWARE",
    "it services": "INFORMATION_TECHNOLOGY_AND_SERVICES",
    "healthcare": "HOSPITAL_HEALTH_CARE",
    "hospitals health care": "HOSPITAL_HEALTH_CARE",
    "marketing": "MARKETING_AND_ADVERTISING",
    "advertising": "MARKETING_AND_ADVERTISING",
    "logistics": "LOGISTICS_AND_SUPPLY_CHAIN",
    "consulting": "MANAGEMENT_CONSULTING",
    "education": "EDUCATION_MANAGEMENT",
    "oil gas": "OIL_ENERGY",
    "food": "FOOD_PRODUCTION",
    "cybersecurity": "COMPUTER_NETWORK_SECURITY",
}
EVERYDAY_INDUSTRIES: Final[Mapping[str, str]] = {folded(words): value for words, value in _EVERYDAY.items()}
"""A folded everyday word, and HubSpot's standard value for it."""


@cache
def standard_industries() -> frozenset[str]:
    """Every value of HubSpot's standard list."""
    lines = _FILE.read_text(encoding="utf-8").splitlines()
    return frozenset(line.strip() for line in lines if line.strip() and not line.startswith("#"))
