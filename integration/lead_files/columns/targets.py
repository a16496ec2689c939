"""What a column can stand for: each target with its title, the fact it fills, and the HubSpot property of each object type. Pure.

The names of headings in several languages stand in `headings.yaml`. A target without a fact (the full name) is taken apart when a row is read.
Property names: https://developers.hubspot.com/docs/api-reference/latest/crm/objects/contacts/guide and .../companies/guide (read 2026-11).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Final

import yaml

from integration.core.folding import folded
from integration.hubspot.objects import COMPANIES, CONTACTS
from integration.providers.base import COMPANY_FIELDS, Field

_HEADINGS_FILE: Final = Path(__file__).with_name("headings.yaml")
FULL_NAME: Final = "full_name"


class Kind(StrEnum):
    """How the cells of a target are read."""

    TEXT = "text"
    EMAIL = "email"
    PHONE = "phone"
    DOMAIN = "domain"
    PROFILE = "profile"
    COUNTRY = "country"
    COUNT = "count"
    MONEY = "money"
    YEAR = "year"
    DATE = "date"
    LIST = "list"


@dataclass(frozen=True)
class Target:
    """`key` is the name of its fact where it has one. `properties` names the HubSpot property that holds it, by object type."""

    key: str
    title: str
    kind: Kind
    properties: Mapping[str, str] = field(default_factory=dict)

    @property
    def fact(self) -> Field | None:
        return None if self.key == FULL_NAME else Field(self.key)

    @property
    def is_about_company(self) -> bool:
        return self.fact in COMPANY_FIELDS

    @property
    def group(self) -> str:
        """The heading under which people choose it."""
        if self.fact in _ACTIVITY:
            return "Activity in the CRM"
        return "The company" if self.is_about_company else "The person"


def _target(fact: Field | str, title: str, kind: Kind = Kind.TEXT, contact: str = "", company: str = "") -> Target:
    names = {CONTACTS: contact, COMPANIES: company}
    return Target(str(fact), title, kind, {object_type: name for object_type, name in names.items() if name})


_ACTIVITY: Final = frozenset(
    {Field.LIFECYCLE_STAGE, Field.LEAD_STATUS, Field.LAST_ACTIVITY_AT, Field.PAGE_VIEW_COUNT, Field.FORM_CONVERSION_COUNT}
)
TARGETS: Final = (
    _target(Field.EMAIL, "E-mail address", Kind.EMAIL, contact="email"),
    _target(FULL_NAME, "Full name"),
    _target(Field.FIRST_NAME, "First name", contact="firstname"),
    _target(Field.LAST_NAME, "Last name", contact="lastname"),
    _target(Field.JOB_TITLE, "Job title", contact="jobtitle"),
    _target(Field.SENIORITY, "Seniority"),
    _target(Field.DEPARTMENT, "Department"),
    _target(Field.PHONE, "Telephone of the person", Kind.PHONE, contact="phone"),
    _target(Field.MOBILE_PHONE, "Mobile telephone", Kind.PHONE, contact="mobilephone"),
    _target(Field.PERSON_LINKEDIN_URL, "LinkedIn profile of the person", Kind.PROFILE, contact="hs_linkedin_url"),
    _target(Field.PERSON_CITY, "City of the person", contact="city"),
    _target(Field.PERSON_COUNTRY, "Country of the person", Kind.COUNTRY, contact="country"),
    _target(Field.COMPANY_NAME, "Name of the company", contact="company", company="name"),
    _target(Field.DOMAIN, "Web site or domain", Kind.DOMAIN, contact="website", company="domain"),
    _target(Field.INDUSTRY, "Industry", company="industry"),
    _target(Field.EMPLOYEE_COUNT, "Number of employees", Kind.COUNT, company="numberofemployees"),
    _target(Field.ANNUAL_REVENUE_USD, "Annual revenue in US dollars", Kind.MONEY, company="annualrevenue"),
    _target(Field.FOUNDED_YEAR, "Year of founding", Kind.YEAR, company="founded_year"),
    _target(Field.COUNTRY, "Country of the company", Kind.COUNTRY, company="country"),
    _target(Field.STATE, "State or region", company="state"),
    _target(Field.CITY, "City of the company", company="city"),
    _target(Field.STREET, "Street", company="address"),
    _target(Field.POSTAL_CODE, "Postal code", company="zip"),
    _target(Field.COMPANY_PHONE, "Telephone of the company", Kind.PHONE, company="phone"),
    _target(Field.COMPANY_LINKEDIN_URL, "LinkedIn page of the company", Kind.PROFILE, company="linkedin_company_page"),
    _target(Field.DESCRIPTION, "Description of the company", company="description"),
    _target(Field.TECHNOLOGIES, "Technologies in use", Kind.LIST),
    _target(Field.KEYWORDS, "Keywords", Kind.LIST),
    _target(Field.LATEST_FUNDING_STAGE, "Stage of the latest funding"),
    _target(Field.LATEST_FUNDING_ON, "Date of the latest funding", Kind.DATE),
    _target(Field.TOTAL_FUNDING_USD, "Total funding in US dollars", Kind.MONEY),
    _target(Field.LIFECYCLE_STAGE, "Lifecycle stage"),
    _target(Field.LEAD_STATUS, "Lead status"),
    _target(Field.LAST_ACTIVITY_AT, "Date of the last activity", Kind.DATE),
    _target(Field.PAGE_VIEW_COUNT, "Page views", Kind.COUNT),
    _target(Field.FORM_CONVERSION_COUNT, "Forms filled in", Kind.COUNT),
)
BY_KEY: Final[Mapping[str, Target]] = {target.key: target for target in TARGETS}


def targets_for(object_type: str) -> tuple[Target, ...]:
    """What a column of a file about records of this type can stand for; a file of companies has no people."""
    if object_type == CONTACTS:
        return TARGETS
    return tuple(target for target in TARGETS if target.is_about_company or target.fact in _ACTIVITY)


@cache
def target_of_heading() -> Mapping[str, str]:
    """From a heading, folded and without blanks, to the key of the target it names."""
    document = yaml.safe_load(_HEADINGS_FILE.read_text(encoding="utf-8"))
    return {heading_key(str(name)): key for key, names in document.items() for name in names}


def heading_key(text: str) -> str:
    """The heading as it is compared: "E-Mail", "email" and "E_MAIL" are one."""
    return folded(text).replace(" ", "")
