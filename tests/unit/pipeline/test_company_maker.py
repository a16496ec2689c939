"""Company records for contacts that have none: when one is made, when one is found, and when nothing happens."""

from __future__ import annotations

import pytest

from integration.core.errors import Rejected, Unavailable
from integration.hubspot.objects import COMPANIES, CONTACTS, CrmRecord
from integration.pipeline.creating.company_maker import confirmed_domain
from integration.pipeline.record_state_store import FactKind, RecordFact, RecordStateStore
from integration.providers.base import FactSheet, Field, FieldValue, Finding
from tests.factories import NOW
from tests.unit.pipeline.conftest import PORTAL, Stand
from tests.unit.pipeline.fake_hubspot import Fault

DOMAIN = "new-works.com"


@pytest.fixture(autouse=True)
def lonely(stand: Stand) -> None:
    """A contact without a company, at a domain that a provider knows."""
    stand.prefer(sender_name="Sample Sender", create_companies=True)
    stand.hubspot.add(CONTACTS, "201", firstname="Sample", lastname="Contact 201", email=f"sample.201@{DOMAIN}")
    stand.providers.answers[DOMAIN] = {Field.COMPANY_NAME: "New Works", Field.DOMAIN: DOMAIN, Field.INDUSTRY: "Software"}


def carry(stand: Stand, *contact_ids: str) -> dict[str, int]:
    """Works on the contacts; what the run counted beside the outcomes."""
    stand.queue(*(contact_ids or ("201",)))
    stand.run()
    [counts] = stand.rows("SELECT counts FROM run ORDER BY started_at DESC, run_id LIMIT 1")[0]
    assert isinstance(counts, dict)
    return {name: count for name, count in counts.items() if name.startswith(("companies", "contacts"))}


def companies(stand: Stand) -> dict[str, str | None]:
    return {one: values.get("domain") for (kind, one), values in stand.hubspot.records.items() if kind == COMPANIES}


def test_a_confirmed_company_is_made_with_its_name_and_associated(stand: Stand) -> None:
    assert carry(stand) == {"companies_created": 1, "contacts_linked": 1}
    [made] = [one for one, domain in companies(stand).items() if domain == DOMAIN]
    assert stand.hubspot.records[COMPANIES, made]["name"] == "New Works"
    assert [one.object_id for one in stand.hubspot.companies_of["201"]] == [made]
    assert stand.rows("SELECT kind, created_id, object_type, object_id FROM created_object WHERE kind = 'companies'") == [
        (COMPANIES, made, CONTACTS, "201")
    ]


def test_the_second_pass_makes_nothing_more(stand: Stand) -> None:
    carry(stand)
    stand.later(60)
    assert carry(stand) == {}
    stand.hubspot.companies_of.clear()
    stand.later(60)
    assert carry(stand) == {"contacts_linked": 1}
    assert list(companies(stand).values()).count(DOMAIN) == 1


def test_a_company_that_is_there_is_taken(stand: Stand) -> None:
    stand.hubspot.add(COMPANIES, "9100", name="New Works", domain=DOMAIN)
    assert carry(stand) == {"contacts_linked": 1}
    assert [one.object_id for one in stand.hubspot.companies_of["201"]] == ["9100"]


def test_nothing_is_made_without_leave_or_in_a_dry_run(stand: Stand) -> None:
    stand.prefer(sender_name="Sample Sender", create_companies=True, dry_run=True)
    assert carry(stand) == {"companies_not_created_in_dry_run": 1}
    stand.prefer(sender_name="Sample Sender")
    stand.later(60)
    assert carry(stand) == {}
    assert {"create_records", "search_page", "associate"}.isdisjoint(stand.hubspot.calls)


def test_a_company_nobody_knows_and_a_mailbox_address_make_nothing(stand: Stand) -> None:
    stand.hubspot.add(CONTACTS, "202", lastname="Unknown", email="a@unknown-works.com")
    stand.hubspot.add(CONTACTS, "203", lastname="Private", email="a@gmail.com")
    assert carry(stand, "202", "203") == {}
    assert list(companies(stand)) == ["9001"]


def test_a_lost_answer_puts_the_contact_off_and_makes_nothing_twice(stand: Stand) -> None:
    stand.hubspot.faults.append(Fault("create_records", Unavailable("cut", system="hubspot"), after=True))
    carry(stand)
    assert stand.waiting() == ["201"]
    stand.later(20)
    assert stand.run().counts == {"postponed": 1}
    stand.later(700)
    stand.run()
    assert stand.waiting() == []
    assert list(companies(stand).values()).count(DOMAIN) == 1
    assert stand.hubspot.companies_of["201"]


def test_a_deleted_company_is_not_made_again_and_a_merged_one_is_followed(stand: Stand) -> None:
    carry(stand)
    [made] = [one for one, domain in companies(stand).items() if domain == DOMAIN]
    stand.hubspot.companies_of.clear()
    with stand.database.begin() as connection:
        RecordStateStore().apply(connection, PORTAL, [RecordFact(COMPANIES, made, FactKind.MERGED, 5, "9001")])
    stand.later(60)
    carry(stand)
    assert [one.object_id for one in stand.hubspot.companies_of["201"]] == ["9001"]
    stand.hubspot.companies_of.clear()
    with stand.database.begin() as connection:
        RecordStateStore().apply(connection, PORTAL, [RecordFact(COMPANIES, "9001", FactKind.DELETED, 6)])
    stand.later(60)
    assert carry(stand) == {}
    assert not stand.hubspot.companies_of.get("201")


def test_a_refused_link_is_counted_and_harms_nothing_else(stand: Stand) -> None:
    stand.hubspot.faults.append(Fault("associate", Rejected("gone", system="hubspot")))
    assert carry(stand) == {"companies_created": 1, "companies_refused": 1}
    assert stand.waiting() == []


def sheet(**values: FieldValue) -> FactSheet:
    findings = {Field(name): Finding(Field(name), value, "website", NOW, 0.9) for name, value in values.items()}
    known = Finding(Field.DOMAIN, DOMAIN, "hubspot", NOW, 1.0)
    others = {Field.DOMAIN: (findings.pop(Field.DOMAIN),)} if Field.DOMAIN in findings else {}
    company = FactSheet(COMPANIES, "", NOW, {Field.DOMAIN: known, **findings}, others)
    return FactSheet(CONTACTS, "201", NOW, {}, company=company)


@pytest.mark.parametrize(
    ("email", "told", "domain"),
    [
        (f"a@{DOMAIN}", sheet(domain=DOMAIN), DOMAIN),
        (f"a@mail.{DOMAIN}", sheet(page_title="New Works"), DOMAIN),
        (f"a@{DOMAIN}", sheet(), None),
        (f"a@{DOMAIN}", sheet(domain="buyer.com"), None),
        ("a@elsewhere.com", sheet(domain=DOMAIN), None),
        ("a@gmail.com", sheet(domain=DOMAIN), None),
    ],
)
def test_only_the_contacts_own_confirmed_domain_makes_a_company(email: str, told: FactSheet, domain: str | None) -> None:
    assert confirmed_domain(CrmRecord(CONTACTS, "201", {"email": email}), told) == domain
