"""Every state of the record cards, drawn from recorded answers by the unchanged bundles: what is said, at a desk and on a phone, without barriers."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Dialog, Page, expect

from integration.hubspot.objects import COMPANIES, CONTACTS, DEALS
from tests.browser.card_pages import CardPage
from tests.browser.card_stands import OpenCards
from tests.browser.consoles import DESK, PHONE
from tests.scenario.account import Account
from tests.stands import RECORDED

_STATES = sorted(path.stem for path in RECORDED.glob("*.json"))
_SCRIPT = "<script>alert('x')</script>"


@pytest.fixture(scope="module")
def records(card_stand: Any) -> tuple[Account, dict[str, str]]:
    """An account without the app, with one record of each type: the page needs one to stand on."""
    from tests.stands import new_account

    account = new_account(card_stand, "states")
    made = {
        CONTACTS: account.act(action="create", object_type=CONTACTS, properties=account.contact(0)),
        COMPANIES: account.act(action="create", object_type=COMPANIES, properties=account.company(0)),
        DEALS: account.act(action="create", object_type=DEALS, properties={"dealname": "Sample deal", "amount": "12000"}),
    }
    return account, {object_type: ids[0] for object_type, ids in made.items()}


@pytest.fixture
def show(cards: OpenCards, records: tuple[Account, dict[str, str]]) -> Callable[..., CardPage]:
    """A recorded answer on the page of a record of its type."""

    def show_one(name: str, size: tuple[int, int] = DESK) -> CardPage:
        account, ids = records
        object_type = answer(name)["object_type"]
        return cards(account, size).open(object_type, ids[object_type], fixture=name)

    return show_one


def answer(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((RECORDED / f"{name}.json").read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize("name", _STATES)
def test_a_state_is_told_on_both_cards_and_shuts_nobody_out(show: Callable[..., CardPage], name: str) -> None:
    view, shown = answer(name), show(name)
    for card in (shown.tab, shown.sidebar):
        expect(card).not_to_contain_text("Loading what Leadlight knows")
        if view["state"]["kind"] != "ready":
            expect(card).to_contain_text("Nobody is working" if view["state"]["no_worker"] else view["state"]["title"])
        if view["priority"]:
            expect(card.get_by_test_id("heat").first).to_have_text(view["priority"]["label_words"])
    if view["deal"] or view["headline"]:
        expect(shown.tab.get_by_role("heading").first).to_have_text(view["deal"]["name"] if view["deal"] else view["headline"])
    titles = shown.tab.get_by_role("tab").all_inner_texts()
    for title in titles:
        expect(shown.turn_to(title)).to_be_visible()
        assert shown.complaints() == [], title
    expected = {"draft": "Draft", "brief": "Brief", "priority": "Why this score"}
    if view["state"]["kind"] != "erased":
        assert all(any(title in one for one in titles) for part, title in expected.items() if view[part])
    assert shown.complaints() == []
    shown.page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    assert shown.complaints() == [], "on a phone"


def test_markup_in_a_text_is_text(show: Callable[..., CardPage]) -> None:
    shown = show("script_in_every_text")
    asked: list[str] = []

    def note(dialog: Dialog) -> None:
        asked.append(dialog.message)
        dialog.dismiss()

    shown.page.on("dialog", note)
    expect(shown.tab.get_by_role("heading").first).to_have_text(_SCRIPT)
    for title in shown.tab.get_by_role("tab").all_inner_texts():
        panel = shown.turn_to(title)
        expect(panel).to_contain_text(_SCRIPT)
        open_all(panel.page)
    assert shown.page.locator(f"{'.frame'} script, .frame img[onerror], .frame iframe").count() == 0
    assert asked == []
    assert shown.complaints() == []


def test_tabs_and_dialogs_are_used_by_keyboard(show: Callable[..., CardPage]) -> None:
    shown = show("ready")
    page = shown.page
    shown.tab.get_by_role("tab").first.focus()
    page.keyboard.press("ArrowRight")
    expect(shown.tab.get_by_role("tab", name="Why this score")).to_be_focused()
    expect(shown.tab.get_by_role("tabpanel", name="Why this score")).to_be_visible()
    page.keyboard.press("ArrowLeft")
    expect(shown.tab.get_by_role("tab", name="Brief")).to_have_attribute("aria-selected", "true")

    panel = shown.turn_to("Draft")
    panel.get_by_test_id("reject").focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Reject this draft?")
    expect(dialog).to_be_visible()
    assert shown.complaints() == []
    for _ in range(12):
        page.keyboard.press("Tab")
        inside = "document.activeElement === document.body || document.activeElement.closest('dialog') !== null"
        assert page.evaluate(inside), "the focus stays in the dialog"
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(panel.get_by_test_id("reject")).to_be_focused()


def test_a_card_that_hears_nothing_it_can_read_says_so_and_may_be_asked_again(
    cards: OpenCards, records: tuple[Account, dict[str, str]]
) -> None:
    account, ids = records
    shown = cards(account).open(CONTACTS, ids[CONTACTS])
    for card in (shown.tab, shown.sidebar):
        expect(card.get_by_role("heading", name="Leadlight cannot show this record now")).to_be_visible()
        expect(card.get_by_test_id("retry")).to_be_visible()
    assert shown.complaints() == []


def open_all(page: Page) -> None:
    """Unfold what is folded."""
    folded = page.locator('.frame button[aria-expanded="false"]:visible')
    while folded.count():
        folded.first.click()
