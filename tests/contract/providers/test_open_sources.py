"""The keyless open sources against their stand-ins: what they find agrees with the invented world, strangers are not found."""

from __future__ import annotations

from integration.providers.adapter import AdapterKit
from integration.providers.base import Field, FieldValue, ProviderReply, Subject
from integration.providers.registry import build_adapters
from simulator.data.demo import DemoCompany, load_companies
from simulator.neighbours.facts import Glasses
from tests.contract.providers.conftest import soon

ENOUGH = 25


def ask(kit: AdapterKit, name: str, subject: Subject) -> ProviderReply:
    (adapter,) = (one for one in build_adapters(kit) if one.info.name == name)
    (reply,) = adapter.endpoints[0].ask([subject], key="", until=soon())
    return reply


def facts(reply: ProviderReply) -> dict[Field, FieldValue]:
    return {one.field: one.value for one in reply.findings}


def known(source: str, *, knows: bool = True, american: bool = False) -> list[DemoCompany]:
    found = (
        one for one in load_companies() if Glasses(source).knows(one.domain) is knows and (not american or one.country_code == "US")
    )
    return list(found)[:ENOUGH]


def test_wikidata_finds_companies_by_domain_whatever_the_spelling_of_their_site(kit: AdapterKit) -> None:
    for company in known("wikidata"):
        reply = ask(kit, "wikidata", Subject("company", domain=company.domain, company_name=company.name))
        found = facts(reply)
        assert (reply.outcome, found[Field.COMPANY_NAME]) == ("found", company.name), company
        assert found.get(Field.COUNTRY, company.country_code) == company.country_code
        assert found.get(Field.FOUNDED_YEAR, company.founded_year) == company.founded_year


def test_wikidata_finds_nobody_for_companies_it_does_not_know(kit: AdapterKit) -> None:
    for company in known("wikidata", knows=False)[:5]:
        assert ask(kit, "wikidata", Subject("company", domain=company.domain, company_name=company.name)).outcome == "not_found"


def test_wikidata_offers_namesakes_and_chooses_none(kit: AdapterKit) -> None:
    reply = ask(kit, "wikidata", Subject("company", company_name="Namesakes Sample"))
    assert (reply.outcome, reply.findings) == ("found", ())
    assert len(reply.candidates) >= 2


def test_register_finds_listed_companies_by_name_and_their_revenue(kit: AdapterKit) -> None:
    for company in known("sec_edgar", american=True):
        reply = ask(kit, "sec_edgar", Subject("company", domain=company.domain, company_name=company.name, country="US"))
        found = facts(reply)
        assert reply.outcome == "found", company
        if company.revenue_musd:
            assert found[Field.ANNUAL_REVENUE_USD] == round(company.revenue_musd * 1e6)
        assert found[Field.COUNTRY] == "US"
        assert {one.field for one in reply.about} >= {Field.COMPANY_NAME, Field.COUNTRY}


def test_register_is_surer_where_it_names_the_companys_own_site(kit: AdapterKit) -> None:
    replies = [
        ask(kit, "sec_edgar", Subject("company", domain=company.domain, company_name=company.name))
        for company in known("sec_edgar", american=True)
    ]
    sure = [reply for reply in replies if any(one.field is Field.DOMAIN for one in reply.about)]
    unsure = [reply for reply in replies if reply not in sure]
    assert sure and unsure
    assert min(one.confidence_ratio for reply in sure for one in reply.findings) >= 0.95
    assert max(one.confidence_ratio for reply in unsure for one in reply.findings) <= 0.8


def test_register_knows_nobody_who_is_not_listed(kit: AdapterKit) -> None:
    assert ask(kit, "sec_edgar", Subject("company", company_name="Sample Bakery of Nowhere")).outcome == "not_found"
