"""From HubSpot records to fact sheets and questions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.hubspot.objects import COMPANIES, CONTACTS, CrmRecord
from integration.pipeline.crm_fields import CRM_FIELDS, INPUT_PROPERTIES, READ_PROPERTIES, parse_count, parse_email, parse_moment
from integration.pipeline.domains import company_domain, email_domain
from integration.pipeline.facts import (
    build_sheet,
    company_hint,
    company_subject,
    crm_findings,
    person_subject,
)
from integration.pipeline.properties import DECLARATIONS
from integration.providers.base import Field
from integration.providers.questions import Enrichment
from tests.factories import NOW, company_sheet, finding


def company(**properties: str | None) -> CrmRecord:
    return CrmRecord(COMPANIES, "9001", properties)


def contact(**properties: str | None) -> CrmRecord:
    return CrmRecord(CONTACTS, "101", properties)


@given(
    st.dictionaries(st.sampled_from(READ_PROPERTIES[CONTACTS] + READ_PROPERTIES[COMPANIES]), st.none() | st.text(max_size=60)),
    st.sampled_from([CONTACTS, COMPANIES]),
)
def test_no_text_in_hubspot_can_break_reading(properties: dict[str, str | None], object_type: str) -> None:
    record = CrmRecord(object_type, "1", properties)
    known = crm_findings(record, as_of=NOW)
    assert all(found.provider == "hubspot" and found.confidence_ratio == 1 for found in known.values())
    assert all(found.value not in ("", (), None) for found in known.values())
    company_hint(record, as_of=NOW)
    company_subject(known)
    person_subject(record, known, None)


def test_a_company_record_becomes_typed_facts() -> None:
    known = crm_findings(
        company(
            name=" Sample  Works ",
            domain="WWW.Sample-Works.co.uk",
            industry="COMPUTER_SOFTWARE",
            numberofemployees="1,200",
            country="Deutschland",
            founded_year="1999",
            annualrevenue="2500000",
            web_technologies="Stripe;HubSpot;Stripe",
        ),
        as_of=NOW,
    )
    assert {field.value: found.value for field, found in known.items()} == {
        "company_name": "Sample Works",
        "domain": "sample-works.co.uk",
        "industry": "Computer software",
        "employee_count": 1200,
        "country": "DE",
        "founded_year": 1999,
        "annual_revenue_usd": 2500000.0,
        "technologies": ("Stripe", "HubSpot"),
    }


def test_the_web_site_stands_in_for_a_missing_domain() -> None:
    known = crm_findings(company(website="https://shop.sample-works.com/en?x=1"), as_of=NOW)
    assert known[Field.DOMAIN].value == "sample-works.com"


def test_revenue_in_another_currency_is_no_fact_in_dollars() -> None:
    assert Field.ANNUAL_REVENUE_USD not in crm_findings(company(annualrevenue="9"), as_of=NOW, revenue_in_usd=False)


def test_what_we_wrote_ourselves_is_no_evidence() -> None:
    record = company(industry="RETAIL", city="Berlin")
    assert Field.INDUSTRY not in crm_findings(record, as_of=NOW, ours=frozenset({"industry"}))
    assert Field.CITY in crm_findings(record, as_of=NOW, ours=frozenset({"industry"}))


@pytest.mark.parametrize(
    ("address", "domain"),
    [
        ("https://www.sample-works.com/about", "sample-works.com"),
        ("a.b.sample.co.uk", "sample.co.uk"),
        ("gmail.com", None),
        ("co.uk", None),
        ("localhost", None),
        ("10.0.0.1", None),
        ("", None),
        ("not a host", None),
    ],
)
def test_a_company_domain_is_registrable_and_no_mailbox_provider(address: str, domain: str | None) -> None:
    assert company_domain(address) == domain


@pytest.mark.parametrize(
    ("email", "domain"),
    [
        ("sample@sample-works.com", "sample-works.com"),
        ("sample@Mail.Sample-Works.com ", "sample-works.com"),
        ("sample@gmail.com", None),
        ("sample@yahoo.co.uk", None),
        ("@sample-works.com", None),
        ("sample", None),
        ("x@evil/sample-works.com", None),
    ],
)
def test_a_private_mail_address_gives_no_company(email: str, domain: str | None) -> None:
    assert email_domain(email) == domain


@pytest.mark.parametrize(
    ("text", "count"), [("1 200", 1200), ("51.0", 51), ("-3", None), ("many", None), ("inf", None), ("nan", None)]
)
def test_counts_are_read_as_people_type_them(text: str, count: int | None) -> None:
    assert parse_count(text) == count


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("1763726400000", "2025-11-21T12:00:00+00:00"),
        ("2025-11-21T13:00:00+01:00", "2025-11-21T12:00:00+00:00"),
        ("2025-11-21", "2025-11-21T00:00:00+00:00"),
        ("yesterday", None),
        ("0001-01-01T00:00:00+14:00", None),
    ],
)
def test_moments_are_read_in_both_of_hubspots_forms(text: str, moment: str | None) -> None:
    assert parse_moment(text) == moment


def test_an_address_is_read_in_lower_case() -> None:
    assert parse_email(" Sample@Works.COM ") == "sample@works.com"
    assert parse_email("sample works.com") is None


def test_a_contact_without_company_points_to_one_by_its_address() -> None:
    hint = company_hint(contact(email="x@sample-works.com", company="Sample Works"), as_of=NOW)
    assert {field.value: found.value for field, found in hint.items()} == {
        "domain": "sample-works.com",
        "company_name": "Sample Works",
    }
    assert company_hint(contact(email="x@gmail.com", company="Sample Works"), as_of=NOW) == {}


def test_a_person_is_asked_about_with_what_the_company_adds() -> None:
    record = contact(firstname="Sample", lastname="Contact 101", email="x@gmail.com", country="France")
    subject = person_subject(record, crm_findings(record, as_of=NOW), company_sheet())
    assert (subject.domain, subject.company_name, subject.country) == ("sample-works.example", "Sample Works", "FR")
    assert (subject.first_name, subject.email) == ("Sample", "x@gmail.com")


def test_hubspots_own_value_wins_and_the_other_stays_as_an_alternative() -> None:
    known = crm_findings(company(city="Berlin"), as_of=NOW)
    found = finding(Field.CITY, "Hamburg")
    industry = finding(Field.INDUSTRY, "Software")
    sheet = build_sheet(
        object_type=COMPANIES,
        object_id="9001",
        as_of=NOW,
        known=known,
        enrichment=Enrichment({Field.CITY: found, Field.INDUSTRY: industry}),
    )
    assert sheet.text(Field.CITY) == "Berlin"
    assert sheet.alternatives == {Field.CITY: (found,)}
    assert sheet.findings[Field.INDUSTRY] is industry


def test_known_values_that_come_back_with_the_answer_are_not_their_own_alternative() -> None:
    known = crm_findings(company(city="Berlin"), as_of=NOW)
    answer = Enrichment({Field.CITY: known[Field.CITY]}, {Field.CITY: (finding(Field.CITY, "Bonn"),)})
    sheet = build_sheet(object_type=COMPANIES, object_id="9001", as_of=NOW, known=known, enrichment=answer)
    assert [one.value for one in sheet.alternatives[Field.CITY]] == ["Bonn"]


def test_we_subscribe_to_nothing_that_we_write_ourselves_or_that_hubspot_calculates() -> None:
    ours = {entry.name for entry in DECLARATIONS}
    for object_type, table in CRM_FIELDS.items():
        assert not ours & set(READ_PROPERTIES[object_type])
        assert set(INPUT_PROPERTIES[object_type]) <= set(READ_PROPERTIES[object_type])
        assert all(entry.property_name not in INPUT_PROPERTIES[object_type] for entry in table if not entry.watched)
