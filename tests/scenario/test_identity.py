"""Identity over HTTP: a wrong company writes nothing, namesakes wait for a person, and no company is made twice."""

from __future__ import annotations

from functools import partial
from typing import Any

import httpx2
from sqlalchemy import text

from integration.demo.observing import wait_until
from integration.hubspot.objects import COMPANIES, CONTACTS
from integration.pipeline.identity.review_store import ReviewStore
from integration.pipeline.identity.reviews import Review, ReviewState
from tests.scenario.account import Account
from tests.scenario.console import Console, notice_of, text_of
from tests.stands import OpenAccount

FILL = {"standard_properties": ["industry", "founded_year", "linkedin_company_page"]}


def open_with(open_account: OpenAccount, label: str, **preferences: object) -> Account:
    """An account with a key of its own at the provider, so that its credits can be counted."""
    keys = {"apollo": f"key-demo-{label}", "hunter": f"key-demo-{label}"}
    return open_account(label, keys=keys, preferences={"sender_name": "Sample Rep", **FILL, **preferences})


def credits_of(account: Account) -> dict[str, Any]:
    """What the provider charged this account's key, by operation."""
    address = f"{httpx2.URL(account.stand.addresses.apis['apollo']).copy_with(path='/_control/ledger')}"
    ledger = httpx2.get(address, trust_env=False).raise_for_status().json()
    return dict(ledger.get(f"key-demo-{account.label}", {}).get("credits", {}))


def review_of(account: Account, object_id: str) -> Review | None:
    with account.stand.database.begin() as connection:
        return ReviewStore().find(connection, portal_id=account.portal_id, object_type=COMPANIES, object_id=object_id)


def counted(account: Account, name: str) -> int:
    """The sum over the account's runs of something they count."""
    with account.stand.database.begin() as connection:
        query = text("SELECT coalesce(sum((counts ->> :name)::int), 0) FROM run WHERE portal_id = :portal")
        return int(connection.execute(query, {"name": name, "portal": account.portal_id}).scalar_one())


def add_company(account: Account, **properties: str) -> str:
    [company_id] = account.act(action="create", object_type=COMPANIES, properties=properties)
    account.wait_until_written(companies=account.written(COMPANIES) + 1)
    return company_id


def touch(account: Account, company_id: str) -> None:
    account.emit([account.creation(COMPANIES, company_id)])
    account.settle()


def test_a_wrong_company_is_refused_and_nothing_of_it_is_written(open_account: OpenAccount) -> None:
    account = open_with(open_account, "amiss")
    company_id = add_company(account, name="Amiss Mistaken Made-up", domain="amiss-mistaken-made.example")
    values = account.values(COMPANIES, company_id)
    assert "Apollo" not in values["leadlight_sources"]
    assert "Website" in values["leadlight_sources"]
    assert "industry" not in account.values(COMPANIES, company_id, "industry", "linkedin_company_page")
    review = review_of(account, company_id)
    assert review is not None
    assert review.state is ReviewState.REFUSED_BY_RULE
    assert "amiss-stranger-made.example" in review.candidates[0].reason
    assert counted(account, "identity_refused") >= 1
    page = Console(account.stand, account.portal_id).sign_in()
    assert "Nothing waits for a decision" in text_of(page.get("/reviews"))


def test_namesakes_wait_for_one_click_and_are_then_written_without_another_charge(open_account: OpenAccount) -> None:
    account = open_with(open_account, "sames")
    company_id = add_company(account, name="Namesakes Sames")
    assert "founded_year" not in account.values(COMPANIES, company_id, "founded_year")
    assert counted(account, "identity_asked") >= 1
    paid = credits_of(account)
    assert paid == {"mixed_companies_search": 1}
    person = Console(account.stand, account.portal_id).sign_in()
    page = text_of(person.get("/reviews"))
    assert "Which company is Namesakes Sames?" in page
    assert all(f"namesakes-sames-{number}-made.example" in page for number in (1, 2, 3))
    chosen = "domain:namesakes-sames-2-made.example"
    review = review_of(account, company_id)
    assert review is not None
    answer = person.post(f"/reviews/companies/{company_id}/decide", {"choice": chosen, "seen": review.fingerprint}, back="/reviews")
    assert "are used from now on" in notice_of(answer)
    account.settle()
    wait_until(
        account.stand,
        account.portal_id,
        "the chosen facts",
        lambda: "founded_year" in account.values(COMPANIES, company_id, "founded_year"),
    )
    assert "Apollo" in account.values(COMPANIES, company_id)["leadlight_sources"]
    assert credits_of(account) == paid
    assert "Namesakes Sames" in text_of(person.get("/reviews/decided"))
    again = person.post(f"/reviews/companies/{company_id}/decide", {"choice": chosen}, back="/reviews")
    assert "answered already" in text_of(again)


def test_refused_namesakes_are_not_asked_about_again(open_account: OpenAccount) -> None:
    account = open_with(open_account, "none")
    company_id = add_company(account, name="Namesakes None")
    person = Console(account.stand, account.portal_id).sign_in()
    refused = person.post(f"/reviews/companies/{company_id}/decide", {"choice": ""}, back="/reviews")
    assert "not offered again" in notice_of(refused)
    touch(account, company_id)
    review = review_of(account, company_id)
    assert review is not None
    assert (review.state, review.offered) == (ReviewState.REJECTED, ())
    assert "Apollo" not in account.values(COMPANIES, company_id).get("leadlight_sources", "")
    assert "Nothing waits" in text_of(person.get("/reviews"))
    person.post(f"/reviews/companies/{company_id}/reopen", back="/reviews/decided")
    assert "Which company is Namesakes None?" in text_of(person.get("/reviews"))


def test_contacts_without_a_company_get_one_and_only_one_each(open_account: OpenAccount) -> None:
    account = open_with(open_account, "makes", create_companies=True)
    account.stand.control.patch(f"/portals/{account.portal_id}/settings", {"auto_associate_company": False, "index_lag_s": 3600})
    people = [account.contact(number, number % 2) for number in range(6)]
    people.append({"firstname": "Sample", "lastname": "Free", "email": "sample.free@gmail.com"})
    people.append({"firstname": "Sample", "lastname": "Nowhere", "email": "sample.nowhere@no-such-site.example"})
    ids = [account.act(action="create", object_type=CONTACTS, properties=one)[0] for one in people]
    path = f"/crm/associations/2026-09/{CONTACTS}/{COMPANIES}/batch/read"

    def company_of() -> dict[str, str]:
        linked = account.stand.ask(account.portal_id, path, {"inputs": [{"id": one} for one in ids]})["results"]
        return {one["from"]["id"]: str(one["to"][0]["toObjectId"]) for one in linked}

    wait_until(account.stand, account.portal_id, "the companies", lambda: len(company_of()) == 6)
    account.settle()
    companies = {one["id"]: one["properties"]["domain"] for one in account.records(COMPANIES, "domain")}
    assert sorted(companies.values()) == ["makes-0000-made.example", "makes-0001-made.example"]
    assert {one: companies[company_of()[one]] for one in ids[:6]} == {
        one: f"makes-{number % 2:04d}-made.example" for number, one in enumerate(ids[:6])
    }
    assert counted(account, "companies_created") == 2


def test_no_company_is_made_in_a_dry_run_or_without_leave(open_account: OpenAccount) -> None:
    for label, options in (("dries", {"dry_run": True}), ("plain", {})):
        wish = {"create_companies": True} if options else {}
        keys = {"apollo": "key-demo"}
        account = open_account(label, keys=keys, preferences={"sender_name": "Sample Rep", **wish}, **options)
        account.stand.control.patch(f"/portals/{account.portal_id}/settings", {"auto_associate_company": False})
        account.add_contacts(1)
        wait_until(account.stand, account.portal_id, "the run", partial(_has_run, account))
        account.settle()
        assert account.records(COMPANIES, "domain") == []
        assert counted(account, "companies_not_created_in_dry_run") == (1 if options else 0)


def _has_run(account: Account) -> bool:
    return counted(account, "proposed") + counted(account, "written") > 0
