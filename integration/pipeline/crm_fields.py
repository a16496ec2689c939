"""What a HubSpot record tells us: each property we read, the field it stands for, and how its text becomes a value.

`INPUT_PROPERTIES` are the ones whose change makes us look at a record again, so webhooks subscribe to exactly those. Calculated
properties are read too but not subscribed: HubSpot sends no event for them; the reconciliation pass picks their changes up.
A contact's "last contacted" is read rather than "last activity", because the latter also counts the notes we write.

Source: https://developers.hubspot.com/docs/api-reference/latest/crm/objects/contacts/guide and .../companies/guide (read 2026-09).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from integration.core.countries import country_code
from integration.hubspot.objects import COMPANIES, CONTACTS, DEALS
from integration.pipeline.domains import company_domain
from integration.providers.base import Field, FieldValue
from integration.providers.normalise import to_linkedin_url

Parser = Callable[[str], FieldValue | None]

_EPOCH_MS: Final = re.compile(r"\d{12,14}")
_YEARS: Final = range(1000, 2200)


def parse_text(text: str) -> str | None:
    return " ".join(text.split()) or None


def parse_count(text: str) -> int | None:
    """A whole number of at least 0: "1,200", "1200.0" and "1 200" all give 1200."""
    number = parse_amount(text)
    return None if number is None else round(number)


def parse_amount(text: str) -> float | None:
    try:
        number = float(re.sub(r"[\s,_]", "", text))
    except ValueError:
        return None
    return number if 0 <= number < 1e15 else None


def parse_year(text: str) -> int | None:
    year = parse_count(text)
    return year if year in _YEARS else None


def parse_moment(text: str) -> str | None:
    """An ISO time or epoch milliseconds, as an ISO time in UTC."""
    try:
        if _EPOCH_MS.fullmatch(text):
            return datetime.fromtimestamp(int(text) / 1000, UTC).isoformat()
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC).isoformat()
    except (ValueError, OverflowError):
        return None


def parse_day(text: str) -> str | None:
    """The ISO day, in UTC, of an ISO date or time or of epoch milliseconds."""
    moment = parse_moment(text)
    return None if moment is None else moment[:10]


def parse_yes(text: str) -> str | None:
    """ "true" for HubSpot's true; False tells nothing that a score could use."""
    return "true" if text.strip().lower() == "true" else None


def parse_email(text: str) -> str | None:
    local, at, host = text.strip().lower().rpartition("@")
    return f"{local}@{host}" if at and local and "." in host and not re.search(r"\s", text.strip()) else None


def parse_choice(text: str) -> str | None:
    """An enumeration's value in words: COMPUTER_SOFTWARE gives "Computer software"."""
    words = text.replace("_", " ").strip()
    return (words.capitalize() if words.isupper() else words) or None


def parse_choices(text: str) -> tuple[str, ...] | None:
    return tuple(dict.fromkeys(part.strip() for part in text.split(";") if part.strip())) or None


@dataclass(frozen=True)
class CrmField:
    """One property we read. `watched`: a change of it is a reason to look at the record again."""

    property_name: str
    field: Field
    parse: Parser = parse_text
    watched: bool = True


CRM_FIELDS: Final[Mapping[str, tuple[CrmField, ...]]] = {
    CONTACTS: (
        CrmField("firstname", Field.FIRST_NAME),
        CrmField("lastname", Field.LAST_NAME),
        CrmField("email", Field.EMAIL, parse_email),
        CrmField("jobtitle", Field.JOB_TITLE),
        CrmField("phone", Field.PHONE),
        CrmField("hs_linkedin_url", Field.PERSON_LINKEDIN_URL, to_linkedin_url),
        CrmField("lifecyclestage", Field.LIFECYCLE_STAGE),
        CrmField("hs_lead_status", Field.LEAD_STATUS),
        CrmField("hubspot_owner_id", Field.OWNER_ID),
        CrmField("notes_last_contacted", Field.LAST_ACTIVITY_AT, parse_moment, watched=False),
        CrmField("hs_analytics_num_page_views", Field.PAGE_VIEW_COUNT, parse_count, watched=False),
        CrmField("num_conversion_events", Field.FORM_CONVERSION_COUNT, parse_count, watched=False),
        CrmField("hs_analytics_last_visit_timestamp", Field.LAST_VISIT_AT, parse_moment, watched=False),
        CrmField("recent_conversion_date", Field.LAST_FORM_AT, parse_moment, watched=False),
        CrmField("hs_email_last_open_date", Field.EMAIL_OPENED_AT, parse_moment, watched=False),
        CrmField("hs_email_last_click_date", Field.EMAIL_CLICKED_AT, parse_moment, watched=False),
        CrmField("hs_email_last_reply_date", Field.EMAIL_REPLIED_AT, parse_moment, watched=False),
        CrmField("hs_email_bounce", Field.EMAIL_BOUNCE_COUNT, parse_count, watched=False),
        CrmField("hs_email_optout", Field.UNSUBSCRIBED, parse_yes, watched=False),
    ),
    COMPANIES: (
        CrmField("name", Field.COMPANY_NAME),
        CrmField("domain", Field.DOMAIN, company_domain),
        CrmField("description", Field.DESCRIPTION),
        CrmField("industry", Field.INDUSTRY, parse_choice),
        CrmField("numberofemployees", Field.EMPLOYEE_COUNT, parse_count),
        CrmField("annualrevenue", Field.ANNUAL_REVENUE_USD, parse_amount),
        CrmField("founded_year", Field.FOUNDED_YEAR, parse_year),
        CrmField("country", Field.COUNTRY, country_code),
        CrmField("state", Field.STATE),
        CrmField("city", Field.CITY),
        CrmField("phone", Field.COMPANY_PHONE),
        CrmField("linkedin_company_page", Field.COMPANY_LINKEDIN_URL, to_linkedin_url),
        CrmField("web_technologies", Field.TECHNOLOGIES, parse_choices, watched=False),
        CrmField("lifecyclestage", Field.LIFECYCLE_STAGE),
        CrmField("hs_lead_status", Field.LEAD_STATUS),
        CrmField("hubspot_owner_id", Field.OWNER_ID),
        CrmField("notes_last_contacted", Field.LAST_ACTIVITY_AT, parse_moment, watched=False),
        CrmField("hs_analytics_num_page_views", Field.PAGE_VIEW_COUNT, parse_count, watched=False),
        CrmField("num_conversion_events", Field.FORM_CONVERSION_COUNT, parse_count, watched=False),
        CrmField("hs_analytics_last_visit_timestamp", Field.LAST_VISIT_AT, parse_moment, watched=False),
        CrmField("recent_conversion_date", Field.LAST_FORM_AT, parse_moment, watched=False),
    ),
    DEALS: (
        CrmField("dealname", Field.DEAL_NAME),
        CrmField("dealtype", Field.DEAL_TYPE),
        CrmField("pipeline", Field.DEAL_PIPELINE),
        CrmField("dealstage", Field.DEAL_STAGE),
        CrmField("amount", Field.DEAL_AMOUNT, parse_amount),
        CrmField("closedate", Field.DEAL_CLOSES_ON, parse_day),
        CrmField("hs_next_step", Field.DEAL_NEXT_STEP),
        CrmField("num_associated_contacts", Field.DEAL_CONTACT_COUNT, parse_count, watched=False),
        CrmField("hubspot_owner_id", Field.OWNER_ID),
        CrmField("notes_last_contacted", Field.LAST_ACTIVITY_AT, parse_moment, watched=False),
    ),
}

_HINTS: Final[Mapping[str, tuple[str, ...]]] = {
    CONTACTS: ("company", "website", "country"),
    COMPANIES: ("website",),
    DEALS: ("deal_currency_code", "amount_in_home_currency"),
}
"""Read to know whom to ask about, or what an amount means, not as facts of their own."""
_COMPARED: Final[Mapping[str, tuple[str, ...]]] = {
    CONTACTS: ("mobilephone", "hs_additional_emails", "city", "zip"),
    COMPANIES: ("address", "zip"),
    DEALS: ("hs_is_closed", "hs_is_closed_won"),
}
"""Read to tell duplicates, and to tell how a deal ended; a change of them is no reason to look again: a deal ends with its stage."""

READ_PROPERTIES: Final[Mapping[str, tuple[str, ...]]] = {
    object_type: (*(entry.property_name for entry in table), *_HINTS[object_type], *_COMPARED[object_type])
    for object_type, table in CRM_FIELDS.items()
}
INPUT_PROPERTIES: Final[Mapping[str, tuple[str, ...]]] = {
    object_type: (*(entry.property_name for entry in table if entry.watched), *_HINTS[object_type])
    for object_type, table in CRM_FIELDS.items()
}
