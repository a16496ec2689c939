"""HubSpot's own properties that we can fill when the admin opts in: which finding fills which, and in what spelling. Pure.

Findings that HubSpot itself gave are never written back to it. `industry` is an enumeration: only a value that HubSpot's standard list
knows is written.

Limit: an admin who removed options from "industry" sees the refusal on the record's status; the options of the account are not read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from integration.core.countries import country_name
from integration.hubspot.objects import COMPANIES, CONTACTS
from integration.providers.base import CRM_PROVIDER, FactSheet, Field, FieldValue, Finding

_INDUSTRIES_FILE: Final = Path(__file__).with_name("industries.txt")
_EVERYDAY_INDUSTRIES: Final = {
    "SOFTWARE": "COMPUTER_SOFTWARE",
    "SAAS": "COMPUTER_SOFTWARE",
    "SOFTWARE_DEVELOPMENT": "COMPUTER_SOFTWARE",
    "IT_SERVICES": "INFORMATION_TECHNOLOGY_AND_SERVICES",
    "HEALTHCARE": "HOSPITAL_HEALTH_CARE",
    "HOSPITALS_HEALTH_CARE": "HOSPITAL_HEALTH_CARE",
    "MARKETING": "MARKETING_AND_ADVERTISING",
    "ADVERTISING": "MARKETING_AND_ADVERTISING",
    "LOGISTICS": "LOGISTICS_AND_SUPPLY_CHAIN",
    "CONSULTING": "MANAGEMENT_CONSULTING",
    "EDUCATION": "EDUCATION_MANAGEMENT",
    "OIL_GAS": "OIL_ENERGY",
    "FOOD": "FOOD_PRODUCTION",
    "CYBERSECURITY": "COMPUTER_NETWORK_SECURITY",
}


def spell_text(value: FieldValue) -> str:
    return "" if isinstance(value, tuple) else str(value).strip()


def spell_number(value: FieldValue) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return ""
    return str(int(value)) if float(value).is_integer() else str(value)


def spell_country(value: FieldValue) -> str:
    return country_name(spell_text(value)) or ""


def spell_industry(value: FieldValue) -> str:
    """The value of HubSpot's enumeration for a provider's industry text, or "" when there is none."""
    words = _bare(spell_text(value))
    return _industries().get(words) or _EVERYDAY_INDUSTRIES.get(words, "")


def _bare(text: str) -> str:
    """Capital words joined by "_", without "and": people and HubSpot disagree about "&"."""
    words = re.split(r"[^A-Z]+", text.upper())
    return "_".join(word for word in words if word and word != "AND")


@cache
def _industries() -> Mapping[str, str]:
    lines = _INDUSTRIES_FILE.read_text(encoding="utf-8").splitlines()
    return {_bare(line): line.strip() for line in lines if line.strip() and not line.startswith("#")}


@dataclass(frozen=True)
class StandardProperty:
    """One standard property, the field that fills it, how the value is spelled, and its type in HubSpot's words."""

    name: str
    field: Field
    spell: Callable[[FieldValue], str] = spell_text
    kind: str = "string"


STANDARD_PROPERTIES: Final[Mapping[str, tuple[StandardProperty, ...]]] = {
    COMPANIES: (
        StandardProperty("industry", Field.INDUSTRY, spell_industry, "enumeration"),
        StandardProperty("numberofemployees", Field.EMPLOYEE_COUNT, spell_number, "number"),
        StandardProperty("annualrevenue", Field.ANNUAL_REVENUE_USD, spell_number, "number"),
        StandardProperty("founded_year", Field.FOUNDED_YEAR, spell_number),
        StandardProperty("description", Field.DESCRIPTION),
        StandardProperty("city", Field.CITY),
        StandardProperty("state", Field.STATE),
        StandardProperty("country", Field.COUNTRY, spell_country),
        StandardProperty("phone", Field.COMPANY_PHONE),
        StandardProperty("linkedin_company_page", Field.COMPANY_LINKEDIN_URL),
    ),
    CONTACTS: (
        StandardProperty("jobtitle", Field.JOB_TITLE),
        StandardProperty("phone", Field.PHONE),
        StandardProperty("hs_linkedin_url", Field.PERSON_LINKEDIN_URL),
    ),
}


@dataclass(frozen=True)
class StandardValue:
    """A value we could put into a standard property, and the finding it came from."""

    property: StandardProperty
    value: str
    finding: Finding


def opted_in(object_type: str, chosen: Iterable[str], *, revenue_in_usd: bool) -> tuple[StandardProperty, ...]:
    """The standard properties the admin chose. Names are "companies.industry", or a bare "industry" for every object type.

    Annual revenue is left out where the portal counts in another currency than ours.
    """
    wanted = frozenset(chosen)
    return tuple(
        entry
        for entry in STANDARD_PROPERTIES.get(object_type, ())
        if (entry.name in wanted or f"{object_type}.{entry.name}" in wanted)
        and (revenue_in_usd or entry.field is not Field.ANNUAL_REVENUE_USD)
    )


def standard_values(sheet: FactSheet, properties: Iterable[StandardProperty]) -> tuple[StandardValue, ...]:
    """What the sheet's own findings would fill; a contact's company is not written onto the contact."""
    values = []
    for entry in properties:
        best = [sheet.findings.get(entry.field), *sheet.alternatives.get(entry.field, ())]
        found = next((finding for finding in best if finding is not None and finding.provider != CRM_PROVIDER), None)
        spelled = "" if found is None else entry.spell(found.value)
        if found is not None and spelled:
            values.append(StandardValue(entry, spelled, found))
    return tuple(values)
