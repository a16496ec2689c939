"""The page Scores in a browser: weights are tried on the portal's own records, saved, and gone back from; all without scripts."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import NewPage
from tests.browser.consoles import DESK, PHONE, BrowserConsole, axe_violations, overflow_px
from tests.scenario.account import Account
from tests.stands import OpenAccount


@pytest.fixture
def scored(open_account: OpenAccount) -> Account:
    """A portal with scored records."""
    account = open_account("scores")
    account.add_companies(4)
    account.add_contacts(6, at_companies=4)
    account.wait_until_written(contacts=6, companies=4)
    return account


def test_an_admin_tries_weights_on_the_portals_records_saves_them_and_goes_back(new_page: NewPage, scored: Account) -> None:
    console = BrowserConsole(new_page(), scored.stand, scored.portal_id).sign_in()
    page = console.open("/scores")
    for name, value in {"icp_fit": "100", "bant": "0", "heat": "0", "expected_value": "0", "risk": "0", "urgency": "0"}.items():
        page.locator(f"#weight-{name}").fill(value)
    page.get_by_role("button", name="Preview these weights").click()
    assert "nothing is changed before you save" in console.notice()
    expect(page.get_by_role("heading", name="Who moves most")).to_be_visible()
    expect(page.locator("figure.plot svg rect.after").first).to_be_attached()
    expect(page.locator("dl.figures")).to_contain_text("of 10 scored ones")
    page.get_by_label("What changed, for the list of versions").fill("only the fit counts")
    page.get_by_role("button", name="Save and score by it").click()
    assert "Saved as version 1" in console.notice()
    page.get_by_role("button", name="Use the default profile").click()
    assert "as version 2" in console.notice()
    page.get_by_role("button", name="Go back to it version 1").click()
    assert "Version 3 says what version 1 said" in console.notice()
    expect(page.locator("#weight-icp_fit")).to_have_value("100")


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_drafts_right_and_wrong_pass_axe_and_fit_the_window(new_page: NewPage, scored: Account, size: tuple[int, int]) -> None:
    page = new_page(size, scripts=True)
    console = BrowserConsole(page, scored.stand, scored.portal_id).sign_in()
    console.open("/scores")
    editor = page.get_by_label("Profile", exact=True)
    good = editor.input_value()
    editor.fill(good.replace("{icp_fit: 35, bant: 25,", "{icp_fit: 50, bant: 25,"))
    page.get_by_role("button", name="Preview", exact=True).click()
    expect(page.get_by_role("heading", name="What is wrong")).to_be_visible()
    expect(page.locator("#problems")).to_contain_text("the six weights must add up to 100, they add up to 115")
    assert (axe_violations(page), overflow_px(page)) == ([], 0)
    editor.fill(good.replace("{icp_fit: 35, bant: 25,", "{icp_fit: 10, bant: 50,"))
    page.get_by_role("button", name="Preview", exact=True).click()
    expect(page.get_by_role("heading", name="Who moves most")).to_be_visible()
    page.evaluate("document.querySelectorAll('main details').forEach(one => { one.open = true })")
    assert (axe_violations(page), overflow_px(page)) == ([], 0)
