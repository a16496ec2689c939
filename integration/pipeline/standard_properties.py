"""HubSpot's own properties that we can fill when the admin lets us: which finding fills which, and what kind of value it is. Pure.

How the value is spelled is told by the portal's definition of the property, see `definitions/fitting.py`. Findings that HubSpot itself gave are
never written back to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from integration.hubspot.objects import COMPANIES, CONTACTS
from integration.pipeline.definitions.fitting import Sense
from integration.pipeline.policies.rules import RuleBook
from integration.providers.base import CRM_PROVIDER, FactSheet, Field, Finding


@dataclass(frozen=True)
class StandardProperty:
    """One standard property, the field that fills it, and what its values mean. `ages`: the truth about it changes within a year or two."""

    name: str
    field: Field
    sense: Sense = Sense.PLAIN
    ages: bool = True


STANDARD_PROPERTIES: Final[Mapping[str, tuple[StandardProperty, ...]]] = {
    COMPANIES: (
        StandardProperty("industry", Field.INDUSTRY, Sense.INDUSTRY),
        StandardProperty("numberofemployees", Field.EMPLOYEE_COUNT, Sense.NUMBER),
        StandardProperty("annualrevenue", Field.ANNUAL_REVENUE_USD, Sense.AMOUNT_USD),
        StandardProperty("founded_year", Field.FOUNDED_YEAR, Sense.YEAR, ages=False),
        StandardProperty("description", Field.DESCRIPTION),
        StandardProperty("city", Field.CITY),
        StandardProperty("state", Field.STATE),
        StandardProperty("country", Field.COUNTRY, Sense.COUNTRY, ages=False),
        StandardProperty("phone", Field.COMPANY_PHONE, Sense.PHONE),
        StandardProperty("linkedin_company_page", Field.COMPANY_LINKEDIN_URL, ages=False),
    ),
    CONTACTS: (
        StandardProperty("jobtitle", Field.JOB_TITLE),
        StandardProperty("phone", Field.PHONE, Sense.PHONE),
        StandardProperty("hs_linkedin_url", Field.PERSON_LINKEDIN_URL, ages=False),
    ),
}


@dataclass(frozen=True)
class StandardValue:
    """A finding that could go into a standard property."""

    property: StandardProperty
    finding: Finding


def standard_names(object_type: str) -> list[str]:
    """Every standard property that we may ever have written."""
    return [entry.name for entry in STANDARD_PROPERTIES.get(object_type, ())]


def find_standard(object_type: str, name: str) -> StandardProperty | None:
    return next((entry for entry in STANDARD_PROPERTIES.get(object_type, ()) if entry.name == name), None)


def opted_in(object_type: str, rules: RuleBook, *, revenue_in_usd: bool) -> tuple[StandardProperty, ...]:
    """The standard properties that the rules let us fill.

    Annual revenue is left out where the portal counts in another currency than ours: an amount without its currency would be wrong.
    """
    return tuple(
        entry
        for entry in STANDARD_PROPERTIES.get(object_type, ())
        if rules.fills(entry.name) and (revenue_in_usd or entry.sense is not Sense.AMOUNT_USD)
    )


def standard_values(sheet: FactSheet, properties: Iterable[StandardProperty]) -> tuple[StandardValue, ...]:
    """What the sheet's own findings would fill; a contact's company is not written onto the contact."""
    values = []
    for entry in properties:
        best = [sheet.findings.get(entry.field), *sheet.alternatives.get(entry.field, ())]
        found = next((finding for finding in best if finding is not None and finding.provider != CRM_PROVIDER), None)
        if found is not None:
            values.append(StandardValue(entry, found))
    return tuple(values)
