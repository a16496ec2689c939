"""Budgets over HTTP: a cap stops one account and no other, alerts come once, every call is the provider's, and more budget means asking again."""

from __future__ import annotations

import json
from collections import Counter
from decimal import Decimal

import httpx2
from sqlalchemy import text

from integration.demo.observing import wait_until
from integration.demo.stand import Stand
from integration.hubspot.objects import COMPANIES, CONTACTS
from integration.pipeline.status_store import PortalStatus
from integration.syncs.backfill import SYNC as FIRST_LOAD
from integration.syncs.sync_store import SyncStore
from tests.contract.providers.test_budgets import OPERATIONS
from tests.scenario.account import Account
from tests.scenario.console import Console, notice_of, text_of
from tests.stands import OpenAccount

CONTACT_COUNT = 14
COMPANY_COUNT = 3
CAP = 7


def theirs(stand: Stand, provider: str, key: str) -> Counter[tuple[str, Decimal]]:
    """The provider's own account of a key: how often each operation was charged with how many credits."""
    root = stand.addresses.apis[provider]
    address = f"{httpx2.URL(root).copy_with(path='/_control/charges')}"
    charged = httpx2.get(address, params={"key": key}, trust_env=False).raise_for_status().json()
    return Counter((one["operation"], Decimal(one["credits"])) for one in charged)


def ours(account: Account, provider: str) -> Counter[tuple[str, Decimal]]:
    with account.stand.database.begin() as connection:
        rows = connection.execute(
            text(
                "SELECT endpoint, coalesce(credits, reserved) FROM credit_call WHERE portal_id = :portal_id AND provider = :provider"
            ),
            {"portal_id": account.portal_id, "provider": provider},
        ).all()
    return Counter((OPERATIONS[endpoint], credits) for endpoint, credits in rows if credits)


def alerts(account: Account, *, is_open: bool = True) -> dict[str, int]:
    with account.stand.database.begin() as connection:
        rows = connection.execute(
            text(
                "SELECT subject, count FROM alert WHERE portal_id = :portal_id AND kind = 'budget' AND (resolved_at IS NULL) = :is_open"
            ),
            {"portal_id": account.portal_id, "is_open": is_open},
        ).all()
    return dict(rows)


def credits_of(charged: Counter[tuple[str, Decimal]]) -> Decimal:
    return sum((credits * count for (_, credits), count in charged.items()), Decimal(0))


def status(account: Account) -> PortalStatus:
    return account.stand.status(account.portal_id)


def fill(account: Account) -> None:
    account.add_companies(COMPANY_COUNT)
    account.add_contacts(CONTACT_COUNT, at_companies=COMPANY_COUNT)


def test_a_cap_stops_one_account_exactly_and_more_budget_asks_again(open_account: OpenAccount, stand: Stand) -> None:
    capped = open_account("frugal", keys={"apollo": "key-demo-frugal"})
    free = open_account("lavish", keys={"apollo": "key-demo-lavish"})
    said = stand.leadlight(
        "budget", "--portal", str(capped.portal_id), "--provider", "apollo", "--period", "month", "--cap", str(CAP), "--json"
    )
    assert {(row["provider"], row["period"]): row["cap"] for row in json.loads(said)}["apollo", "month"] == f"{CAP}.000"
    for account in (capped, free):
        fill(account)
    for account in (capped, free):
        account.wait_until_written(contacts=CONTACT_COUNT, companies=COMPANY_COUNT)

    assert 0 < credits_of(theirs(stand, "apollo", "key-demo-frugal")) <= CAP
    assert ours(capped, "apollo") == theirs(stand, "apollo", "key-demo-frugal")
    assert ours(free, "apollo") == theirs(stand, "apollo", "key-demo-lavish")
    assert credits_of(ours(free, "apollo")) > CAP
    assert status(free).waits_for_budget == 0
    waiting = status(capped).waits_for_budget
    assert waiting > 0
    assert status(capped).dead_letters == 0
    told = alerts(capped)
    assert "apollo/month/100" in told
    assert set(told.values()) == {1}
    assert alerts(free) == {}
    with stand.database.begin() as connection:
        short = connection.execute(
            text("SELECT sum((counts->>'short_of_budget')::int) FROM run WHERE portal_id = :portal_id"),
            {"portal_id": capped.portal_id},
        ).scalar_one()
    assert short >= waiting

    console = Console(stand, capped.portal_id).sign_in()
    page = text_of(console.get("/budgets"))
    assert f"of {CAP} credits" in page
    assert "used up" in page
    assert f"{waiting} asked about when it starts again" in page
    assert f"{waiting} records wait for a budget" in text_of(console.get())
    assert "short of budget" in text_of(console.get("/runs"))
    after = console.post("/budgets/set", {"provider": "apollo", "period": "month", "credits": "500"}, back="/budgets")
    assert f"{waiting} records that waited are asked about now" in notice_of(after)
    wait_until(stand, capped.portal_id, "the waiting records", lambda: status(capped).waits_for_budget == 0)
    capped.settle()
    assert credits_of(theirs(stand, "apollo", "key-demo-frugal")) > CAP
    assert ours(capped, "apollo") == theirs(stand, "apollo", "key-demo-frugal")
    # The clock may have closed them by now, since the budget was raised.
    assert {**alerts(capped, is_open=False), **alerts(capped)} == told, "nothing was told twice"


def test_the_console_says_what_a_run_costs_before_it_begins(open_account: OpenAccount, stand: Stand) -> None:
    account = open_account("thrifty", keys={"apollo": "key-demo-thrifty"})
    fill(account)
    account.wait_until_written(contacts=CONTACT_COUNT, companies=COMPANY_COUNT)
    spent = credits_of(ours(account, "apollo"))
    console = Console(stand, account.portal_id).sign_in()
    preview = text_of(console.get("/budgets/run", object=CONTACTS))
    assert f"{CONTACT_COUNT} contacts At most {2 * CONTACT_COUNT} credits" in preview
    assert "Not asked, since this account has no key: Hunter.io." in preview
    assert "Apollo.io answered for" in preview
    assert spent <= 2 * CONTACT_COUNT + COMPANY_COUNT
    console.post("/budgets/set", {"provider": "", "period": "month", "credits": str(spent + 5)}, back="/budgets")
    assert "By budget this month 5 credits" in text_of(console.get("/budgets/run", object=CONTACTS))
    problem = text_of(console.get("/budgets/run", object=CONTACTS, ids="12, nobody"))
    assert "'nobody' is no record id" in problem
    begun = console.post("/budgets/start", {"object": CONTACTS, "ids": ""}, back="/budgets")
    assert f"{CONTACT_COUNT} contacts are queued" in notice_of(begun)
    wait_until(stand, account.portal_id, "the second pass", lambda: _passes(account) >= 2)
    account.settle()
    assert credits_of(ours(account, "apollo")) == spent, "kept answers cost nothing again"
    said = stand.leadlight("enrich", "--portal", str(account.portal_id), "--object", COMPANIES, "--ids", "1,2", "--yes", "--json")
    assert json.loads(said)["records"] == 2


def _passes(account: Account) -> int:
    with account.stand.database.begin() as connection:
        found = SyncStore().find(connection, portal_id=account.portal_id, sync=FIRST_LOAD.name, object_type=CONTACTS)
    return found.passes


def test_keys_go_in_are_tested_and_never_come_out(open_account: OpenAccount, stand: Stand) -> None:
    account = open_account("keyless", keys={})
    console = Console(stand, account.portal_id).sign_in()
    assert text_of(console.get("/providers")).count("no key: not asked") == 2
    refused = console.post("/providers/apollo/key", {"key": "key-nobody-knows"}, back="/providers")
    assert "Apollo.io refused this key, so it was not stored" in notice_of(refused)
    stored = console.post("/providers/apollo/key", {"key": "key-demo-keyless"}, back="/providers")
    assert "Apollo.io took it: 0 of 10,000 credits are used" in notice_of(stored)
    page = console.get("/providers").text
    assert "key is set" in page
    assert "key-demo-keyless" not in page + stored.text
    fill(account)
    account.wait_until_written(contacts=CONTACT_COUNT, companies=COMPANY_COUNT)
    used = credits_of(theirs(stand, "apollo", "key-demo-keyless"))
    assert f"{used} of 10,000 credits are used" in notice_of(console.post("/providers/apollo/test", back="/providers"))
    compared = text_of(console.get("/budgets/compare"))
    assert "They agree" in compared
    assert (
        json.loads(stand.leadlight("budget", "reconcile", "--portal", str(account.portal_id), "--json"))[0]["ours"] == f"{used}.000"
    )
    removed = console.post("/providers/apollo/remove-key", back="/providers")
    assert "The key is removed" in notice_of(removed)
    assert "There is no key for Apollo.io yet" in notice_of(console.post("/providers/apollo/test", back="/providers"))
    with stand.database.begin() as connection:
        audited = connection.execute(
            text("SELECT action, target, detail::text FROM audit WHERE portal_id = :portal_id"), {"portal_id": account.portal_id}
        ).all()
    assert {("provider_key_set", "apollo"), ("provider_test", "apollo"), ("provider_key_remove", "apollo")} <= {
        (action, target) for action, target, _ in audited
    }
    assert not any("key-demo" in detail for _, _, detail in audited)


def test_budgets_of_one_account_are_nothing_to_another(open_account: OpenAccount, stand: Stand) -> None:
    mine, other = open_account("mine", keys={}), open_account("other", keys={})
    console = Console(stand, mine.portal_id).sign_in()
    console.post("/budgets/set", {"provider": "", "period": "day", "credits": "123"}, back="/budgets")
    assert "123 credits" in text_of(console.get("/budgets"))
    for page in ("/budgets", "/budgets/compare", "/providers"):
        foreign = console.browser.get(f"{stand.addresses.web}/admin/{other.portal_id}{page}")
        assert foreign.status_code in (403, 404)
        assert "123 credits" not in foreign.text
    for wrong in (
        {"provider": "nobody", "period": "day"},
        {"provider": "", "period": "year"},
        {"provider": "", "period": "day", "credits": "-1"},
    ):
        assert notice_of(console.post("/budgets/set", wrong, back="/budgets"))
    assert "123 credits" in text_of(console.get("/budgets"))
