"""The console as people see it: in a browser, at a desk and on a phone, with a keyboard, and without scripts."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from integration.access.roles import Role
from tests.browser.conftest import NewPage
from tests.browser.consoles import DESK, PHONE, BrowserConsole, axe_violations, overflow_px
from tests.scenario.account import Account
from tests.scenario.console import email_of, let_in
from tests.stands import OpenAccount


@pytest.fixture
def busy(open_account: OpenAccount) -> Account:
    """A portal in which something has happened."""
    account = open_account("console")
    account.add_companies(2)
    account.add_contacts(3, at_companies=2)
    account.wait_until_written(contacts=3, companies=2)
    return account


def test_the_person_who_installed_signs_in_and_finds_a_records_story_without_scripts(new_page: NewPage, busy: Account) -> None:
    console = BrowserConsole(new_page(), busy.stand, busy.portal_id).sign_in()
    page = console.page
    expect(page.get_by_role("heading", level=1)).to_have_text("Overview")
    page.get_by_role("navigation", name="Pages").get_by_role("link", name="Records").click()
    page.locator("main table a").first.click()
    expect(page.get_by_role("heading", name="The story")).to_be_visible()
    page.get_by_text("Before and after").first.click()
    expect(page.locator("ol.timeline table code").first).to_be_visible()
    page.locator("ol.timeline").get_by_role("link", name="run of").first.click()
    expect(page.get_by_role("heading", name="Every field")).to_be_visible()


def test_an_admin_lets_a_colleague_in_who_may_only_look_and_is_gone_when_removed(new_page: NewPage, busy: Account) -> None:
    admin = BrowserConsole(new_page(), busy.stand, busy.portal_id).sign_in()
    colleague = BrowserConsole(new_page(), busy.stand, busy.portal_id).sign_in(9077)
    expect(colleague.page.get_by_role("heading", level=1)).to_have_text("You have no access yet")
    assert email_of(busy.portal_id) in colleague.page.locator("main").inner_text(), "the page says whom to ask"

    admin.open("/members")
    admin.page.get_by_label("E-mail address in HubSpot").fill(email_of(busy.portal_id, 9077))
    admin.page.get_by_role("button", name="Let in").click()
    assert f"{email_of(busy.portal_id, 9077)} is viewer now" in admin.notice()

    colleague.sign_in(9077).open("/members")
    expect(colleague.page.get_by_text("Only admins change this list.")).to_be_visible()
    expect(colleague.page.get_by_role("button", name="Remove")).to_have_count(0)

    admin.page.get_by_role("button", name=f"Remove {email_of(busy.portal_id, 9077)}").click()
    assert "has no access any more" in admin.notice()
    colleague.open("/runs")
    expect(colleague.page.get_by_role("heading", level=1)).to_have_text("Sign in to Leadlight")


def test_signing_out_shuts_the_door_and_the_back_button_shows_nothing(new_page: NewPage, busy: Account) -> None:
    console = BrowserConsole(new_page(), busy.stand, busy.portal_id).sign_in()
    console.page.locator(".who summary").click()
    console.page.get_by_role("button", name="Sign out", exact=True).click()
    expect(console.page.get_by_role("heading", level=1)).to_have_text("You are signed out")
    console.page.go_back()
    expect(console.page.get_by_role("heading", level=1)).not_to_have_text("Overview")


def test_the_way_through_by_keyboard_alone(new_page: NewPage, busy: Account) -> None:
    console = BrowserConsole(new_page(), busy.stand, busy.portal_id).sign_in()
    page = console.page
    expect(page.get_by_role("heading", level=1)).to_have_text("Overview")
    page.bring_to_front()
    page.keyboard.press("Tab")
    expect(page.locator("a.skip")).to_be_focused()
    expect(page.locator("a.skip")).to_be_in_viewport()
    page.keyboard.press("Enter")
    console.open("/runs")
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.locator("select[name=kind]:focus").count():
            break
    expect(page.locator("select[name=kind]")).to_be_focused()
    page.keyboard.press("u")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("No run fits this choice.")).to_be_visible()


def test_on_a_phone_the_menu_opens_and_leads_on(new_page: NewPage, busy: Account) -> None:
    console = BrowserConsole(new_page(PHONE), busy.stand, busy.portal_id).sign_in()
    menu = console.page.locator("details.menu")
    menu.locator("summary").click()
    menu.get_by_role("link", name="Dead letters").click()
    expect(console.page.get_by_role("heading", level=1)).to_have_text("Dead letters")
    expect(console.page.get_by_text("There is nothing to do.")).to_be_visible()


@pytest.mark.slow
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_every_page_passes_axe_fits_its_window_and_breaks_no_policy(
    new_page: NewPage, busy: Account, size: tuple[int, int]
) -> None:
    page = new_page(size, scripts=True)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    console = BrowserConsole(page, busy.stand, busy.portal_id).sign_in()
    console.open()
    complaints.clear()  # what HubSpot's page complains of
    found: dict[str, object] = {}
    seen = []
    for path in console.walk():
        seen.append(path)
        page.evaluate("document.querySelectorAll('main details').forEach(one => { one.open = true })")
        problems = [*axe_violations(page), *complaints, *([f"{wide} px too wide"] if (wide := overflow_px(page)) > 0 else [])]
        complaints.clear()
        if problems:
            found[path] = problems
    assert found == {}
    assert {"", "/runs", "/records", "/dead-letters", "/doctor", "/members", "/audit"} <= set(seen)
    assert len(seen) >= 9, seen


def test_the_pages_before_the_sign_in_pass_axe_too(new_page: NewPage, busy: Account) -> None:
    page = new_page(PHONE, scripts=True)
    web = busy.stand.addresses.web
    for path in ("/admin", "/admin/signed-out", "/admin/no-such-page", "/oauth/callback", f"/portals/{busy.portal_id}/installed"):
        page.goto(web + path)
        assert axe_violations(page) == [], path
        assert overflow_px(page) <= 0, path


def test_a_viewer_sees_every_page_but_no_button_that_acts(new_page: NewPage, busy: Account) -> None:
    let_in(busy.stand, busy.portal_id, 9055, Role.VIEWER)
    console = BrowserConsole(new_page(scripts=True), busy.stand, busy.portal_id).sign_in(9055)
    for path in console.walk():
        assert console.page.locator("main form[method=post]").count() == 0, path
