"""What admins do on the settings page and everybody on the app home inside HubSpot, in a browser on a whole installation."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from integration.core.crypto import SecretBox
from integration.hubspot.objects import CONTACTS
from integration.hubspot.portal_store import PortalStore
from integration.pipeline.portal_profile import is_dry
from integration.providers.budget import Period, RoomKey
from integration.providers.budget_store import BudgetStore
from integration.providers.keys_store import KeysStore
from tests.browser.card_pages import PATIENCE_MS
from tests.browser.card_stands import REP, REPS_OWNER, OpenCards
from tests.browser.consoles import DESK, PHONE
from tests.scenario.account import Account

_ADMIN = 9001
"""Who installed."""


@pytest.fixture(scope="module")
def office(open_card_account: Callable[..., Account]) -> Account:
    """An account with a few contacts of the rep, looked at and written."""
    account = open_card_account("office", keys={"apollo": "key-demo"})
    account.add_companies(1)
    people = [{**account.contact(number), "hubspot_owner_id": REPS_OWNER} for number in range(2)]
    account.act(action="create_many", object_type=CONTACTS, records=[{"properties": one} for one in people])
    account.wait_until_written(contacts=2, companies=1, timeout_s=180)
    return account


def test_an_admin_stops_writing_and_lets_it_go_on_after_reading_what_that_means(cards: OpenCards, office: Account) -> None:
    shown = cards(office, user_id=_ADMIN)
    settings = shown.open_view("settings")
    settings.get_by_test_id("go-dry").click()
    expect(settings.get_by_test_id("go-live")).to_be_visible(timeout=PATIENCE_MS)
    assert _is_dry(office)
    settings.get_by_test_id("go-live").click()
    expect(shown.page.get_by_role("dialog")).to_contain_text("write")
    assert shown.complaints() == []
    shown.page.get_by_test_id("go-live-confirm").click()
    expect(settings.get_by_test_id("go-dry")).to_be_visible(timeout=PATIENCE_MS)
    assert not _is_dry(office)


def test_an_admin_caps_what_a_provider_may_cost(cards: OpenCards, office: Account) -> None:
    shown = cards(office, user_id=_ADMIN)
    budgets = shown.turn_to("Budgets", within=shown.open_view("settings"))
    budgets.get_by_test_id("cap-apollo-month").click()
    shown.page.get_by_label("Credits", exact=False).fill("1234")
    shown.page.get_by_test_id("cap-apollo-month-save").click()
    expect(shown.page.get_by_role("dialog")).to_have_count(0, timeout=PATIENCE_MS)
    with office.stand.database.begin() as connection:
        caps = BudgetStore().caps(connection, portal_id=office.portal_id)
    assert {cap.key: cap.credits for cap in caps}[RoomKey("apollo", Period.MONTH)] == 1234
    assert shown.complaints() == []


def test_an_admin_gives_a_provider_its_key_which_no_page_shows_again(cards: OpenCards, office: Account) -> None:
    shown = cards(office, user_id=_ADMIN)
    sources = shown.turn_to("Sources", within=shown.open_view("settings"))
    sources.get_by_test_id("key-hunter").click()
    field = shown.page.get_by_role("textbox", name="Key of Hunter.io")
    assert field.get_attribute("type") == "password"
    field.fill("key-demo")
    assert shown.complaints() == []
    shown.page.get_by_test_id("key-hunter-save").click()
    expect(shown.page.get_by_role("dialog")).to_have_count(0, timeout=PATIENCE_MS)
    expect(sources.get_by_test_id("key-remove-hunter")).to_be_visible()
    assert "key-demo" not in shown.page.content()
    with office.stand.database.begin() as connection:
        kept = KeysStore(SecretBox(office.stand.settings.keys)).keys_of(connection, portal_id=office.portal_id)
    assert kept["hunter"] == "key-demo"


def test_a_profile_that_cannot_be_read_is_refused_with_the_place_and_what_was_typed_stays(
    cards: OpenCards, office: Account
) -> None:
    shown = cards(office, user_id=_ADMIN)
    profile = shown.turn_to("Ideal customer", within=shown.open_view("settings"))
    text = profile.get_by_label("Profile of the ideal customer", exact=False)
    text.fill("icp:\n  headcount: many")
    profile.get_by_test_id("profile-save").click()
    expect(profile.get_by_role("alert").first).to_contain_text("icp", timeout=PATIENCE_MS)
    expect(text).to_have_value("icp:\n  headcount: many")
    assert shown.complaints() == []


def test_who_has_no_role_is_told_whom_to_ask(cards: OpenCards, office: Account) -> None:
    shown = cards(office, user_id=REP)
    settings = shown.open_view("settings")
    expect(settings.get_by_role("heading", name="You have no role in Leadlight yet")).to_be_visible()
    expect(settings.get_by_text(re.compile("ask", re.IGNORECASE)).first).to_be_visible()
    expect(settings.get_by_role("button")).to_have_count(0)
    assert shown.complaints() == []


def test_the_home_leads_from_the_hottest_record_to_its_card_and_lists_what_waits(cards: OpenCards, office: Account) -> None:
    shown = cards(office, user_id=REP)
    home = shown.open_view("home")
    expect(home.get_by_role("heading", name="Hottest now")).to_be_visible(timeout=PATIENCE_MS)
    expect(home.get_by_role("heading", name="Waiting for approval")).to_be_visible()
    assert shown.complaints() == []
    home.get_by_role("link", name=re.compile("Sample")).first.click()
    expect(shown.page).to_have_url(re.compile(r"type=(contacts|companies)&id=\d+"))
    expect(shown.tab.get_by_test_id("heat").first).to_be_visible()


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_every_tab_of_the_settings_and_the_home_shuts_nobody_out(cards: OpenCards, office: Account, size: tuple[int, int]) -> None:
    shown = cards(office, size, user_id=_ADMIN)
    settings = shown.open_view("settings")
    expect(settings.get_by_role("tab").first).to_be_visible(timeout=PATIENCE_MS)
    for title in settings.get_by_role("tab").all_inner_texts():
        expect(shown.turn_to(title, within=settings)).to_be_visible()
        assert shown.complaints() == [], title
    home = shown.open_view("home")
    expect(home.get_by_role("heading", name="Spend")).to_be_visible(timeout=PATIENCE_MS)
    assert shown.complaints() == []


def _is_dry(account: Account) -> bool:
    with account.stand.database.begin() as connection:
        portal = PortalStore().find(connection, portal_id=account.portal_id)
    assert portal is not None
    return is_dry(portal.preferences)
