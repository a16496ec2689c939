"""Builders of plainly synthetic values for tests: facts, findings, sheets."""

from __future__ import annotations

from datetime import UTC, datetime

from integration.hubspot.objects import COMPANIES, CONTACTS
from integration.providers.base import FactSheet, Field, FieldValue, Finding

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def finding(
    name: Field, value: FieldValue, *, provider: str = "website", confidence_ratio: float = 0.8, seen_at: datetime = NOW
) -> Finding:
    return Finding(name, value, provider, seen_at, confidence_ratio, f"https://{provider}.example/{name.value}")


def company_sheet(facts: dict[Field, FieldValue] | None = None, *, seen_at: datetime = NOW) -> FactSheet:
    known = COMPANY_FACTS if facts is None else facts
    return FactSheet(COMPANIES, "9001", NOW, {name: finding(name, value, seen_at=seen_at) for name, value in known.items()})


def contact_sheet(facts: dict[Field, FieldValue] | None = None, *, company: FactSheet | None = None) -> FactSheet:
    known = CONTACT_FACTS if facts is None else facts
    return FactSheet(
        CONTACTS, "101", NOW, {name: finding(name, value, provider="hubspot") for name, value in known.items()}, company=company
    )


COMPANY_FACTS: dict[Field, FieldValue] = {
    Field.COMPANY_NAME: "Sample Works",
    Field.DOMAIN: "sample-works.example",
    Field.INDUSTRY: "Software",
    Field.EMPLOYEE_COUNT: 120,
    Field.COUNTRY: "DE",
    Field.CITY: "Berlin",
    Field.TECHNOLOGIES: ("HubSpot", "Stripe"),
    Field.DESCRIPTION: "A cloud platform for automation.",
}
CONTACT_FACTS: dict[Field, FieldValue] = {
    Field.FIRST_NAME: "Sample",
    Field.LAST_NAME: "Contact 101",
    Field.EMAIL: "sample.contact.101@sample-works.example",
    Field.JOB_TITLE: "VP Sales",
}
