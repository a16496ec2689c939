"""The keyless open sources against their stand-ins: what they find agrees with the invented world, strangers are not found."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from integration.providers.adapter import AdapterKit
from integration.providers.base import ErrorClass, Field, FieldValue, ProviderReply, Subject
from integration.providers.registry import build_adapters
from simulator.data.demo import DemoCompany, load_companies
from simulator.neighbours.facts import Glasses
from simulator.neighbours.rdap.registry import REGISTRARS
from simulator.neighbours.rdap.routes import UNLISTED
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


def test_registry_named_by_the_list_tells_when_a_domain_was_registered(kit: AdapterKit) -> None:
    for company in known("rdap"):
        reply = ask(kit, "rdap", Subject("company", domain=company.domain))
        if company.domain.rpartition(".")[2] in UNLISTED:
            assert (reply.outcome, "no registry" in reply.detail) == ("not_found", True)
        else:
            on = str(facts(reply)[Field.DOMAIN_REGISTERED_ON])
            assert max(1995, company.founded_year or 0) <= int(on[:4]) or int(on[:4]) == 2024
            assert facts(reply)[Field.DOMAIN_REGISTRAR] in REGISTRARS


@pytest.mark.parametrize(
    ("name", "error"),
    [("rdap-busy-1", ErrorClass.THROTTLED), ("rdap-forbidden-1", ErrorClass.BLOCKED), ("rdap-down-1", ErrorClass.SERVER),
     ("rdap-page-1", ErrorClass.BLOCKED), ("rdap-broken-1", ErrorClass.MALFORMED), ("rdap-stranger-1", ErrorClass.MALFORMED),
     ("rdap-inside-1", ErrorClass.INVALID), ("rdap-plain-1", ErrorClass.INVALID)],
)  # fmt: skip
def test_registrys_troubles_are_told_apart(kit: AdapterKit, name: str, error: ErrorClass) -> None:
    reply = ask(kit, "rdap", Subject("company", domain=f"{name}-made.example"))
    assert (reply.outcome, reply.error) == ("failed", error)


def test_registries_are_still_asked_when_the_list_cannot_be_had_and_the_list_is_not_asked_for_again_at_once(
    kit: AdapterKit,
) -> None:
    settings = replace(kit.settings, addresses={**kit.settings.addresses, "rdap": "http://127.0.0.1:9"})
    (adapter,) = (one for one in build_adapters(replace(kit, settings=settings)) if one.info.name == "rdap")
    started = time.monotonic()
    replies = [
        adapter.endpoints[0].ask([Subject("company", domain=f"sample-{number}.com")], key="", until=soon())[0]
        for number in range(9)
    ]
    # The shipped copy names a real registry; the stand-in of the web has no such host and says so.
    assert {reply.outcome for reply in replies} == {"not_found"}
    assert time.monotonic() - started < 4.0
