"""What reps and admins do in the cards, in a browser on a whole installation: the bundles HubSpot gets, real signatures, tasks in the record."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from playwright.sync_api import Locator, expect

from integration.hubspot.objects import COMPANIES, CONTACTS, DEALS
from tests.browser.card_pages import PATIENCE_MS, CardPage
from tests.browser.card_stands import COLLEAGUE, REP, REPS_OWNER, OpenCards
from tests.browser.consoles import PHONE
from tests.scenario.account import Account

_REFUSED = "Nothing to show you here"


@dataclass
class Busy:
    """An account in which everything was looked at. Its contacts belong to the rep; each journey takes one for itself."""

    account: Account
    contacts: list[str]
    company: str
    deal: str

    def take(self) -> str:
        return self.contacts.pop()

    def draft_state(self, contact: str) -> str:
        return self.account.values(CONTACTS, contact, "leadlight_draft_state").get("leadlight_draft_state", "")

    def tasks(self, contact: str) -> list[dict[str, str]]:
        read = {"inputs": [{"id": contact}]}
        linked = self.account.stand.ask(self.account.portal_id, "/crm/associations/2026-09/contacts/tasks/batch/read", read)[
            "results"
        ]
        ids = {str(target["toObjectId"]) for one in linked for target in one["to"]}
        names = ("hs_task_subject", "hs_task_body", "hs_task_status", "hs_task_type", "hubspot_owner_id")
        return [one["properties"] for one in self.account.records("tasks", *names) if one["id"] in ids]


@pytest.fixture(scope="module")
def busy(open_card_account: Callable[..., Account]) -> Busy:
    account = open_card_account("journeys")
    [company] = account.add_companies(1)
    people = [{**account.contact(number), "hubspot_owner_id": REPS_OWNER} for number in range(7)]
    contacts = account.act(action="create_many", object_type=CONTACTS, records=[{"properties": one} for one in people])
    deal_properties = {
        "dealname": "Sample deal",
        "amount": "12000",
        "dealstage": "appointmentscheduled",
        "hubspot_owner_id": REPS_OWNER,
    }
    [deal] = account.act(action="create", object_type=DEALS, properties=deal_properties)
    for other_type, other in ((CONTACTS, contacts[0]), (CONTACTS, contacts[1]), (COMPANIES, company)):
        account.act(action="associate", from_type=DEALS, from_id=deal, to_type=other_type, to_id=other)
    account.wait_until_written(contacts=len(contacts), companies=1, timeout_s=180)
    return Busy(account, contacts, company, deal)


def test_a_rep_reads_how_hot_a_contact_is_and_why_and_where_each_fact_is_from(cards: OpenCards, busy: Busy) -> None:
    shown = cards(busy.account, user_id=REP).open(CONTACTS, busy.contacts[0])
    expect(shown.tab.get_by_test_id("heat").first).to_have_text(re.compile("Hot|Warm|Cold|evidence"))
    expect(shown.sidebar.get_by_test_id("next-step")).not_to_be_empty()
    brief = shown.turn_to("Brief")
    expect(brief.get_by_role("heading").first).to_be_visible()
    expect(brief.get_by_text(re.compile(r"20\d\d")).first).to_be_visible()
    reasons = shown.turn_to("Why this score").get_by_role("table").first
    points = [float(text.replace("−", "-")) for text in reasons.locator("tbody td:last-child").all_inner_texts()]
    together = reasons.locator("tfoot th").last.inner_text()
    assert abs(sum(points) - float(together.split()[0])) < 0.5, f"{points} should make {together}"
    assert shown.complaints() == []


def test_a_record_is_enriched_again_while_its_rep_watches(cards: OpenCards, busy: Busy) -> None:
    shown = cards(busy.account, user_id=REP).open(CONTACTS, busy.contacts[0])
    shown.tab.get_by_test_id("enrich").click()
    expect(shown.tab.get_by_test_id("enrich")).to_be_disabled()
    expect(shown.tab.get_by_test_id("enrich")).to_be_enabled(timeout=PATIENCE_MS)
    expect(shown.tab.get_by_text("Last looked at")).to_be_visible()
    assert shown.complaints() == []


def test_an_edited_draft_is_approved_and_its_tasks_appear_on_the_record(cards: OpenCards, busy: Busy) -> None:
    contact = busy.take()
    shown = cards(busy.account, user_id=REP).open(CONTACTS, contact)
    draft = shown.turn_to("Draft")
    draft.get_by_test_id("edit").click()
    draft.get_by_label("Text of step 1").fill("Edited by a sample person: shall we talk on Thursday?")
    assert shown.complaints() == []
    draft.get_by_test_id("save").click()
    expect(draft.get_by_text("shall we talk on Thursday?")).to_be_visible()
    expect(draft.get_by_text("Edited by", exact=False).first).to_be_visible()
    draft.get_by_test_id("approve").click()
    expect(draft.get_by_test_id("draft-state")).to_have_text("Approved")
    tasks = shown.activities.locator('[data-activity="tasks"][data-status="NOT_STARTED"]')
    expect(tasks.first).to_be_visible(timeout=PATIENCE_MS)
    expect(tasks.first).to_contain_text("Robin Sample")
    busy.account.settle(timeout_s=120)
    made = busy.tasks(contact)
    expect(tasks).to_have_count(len(made))
    assert {(one["hs_task_status"], one["hubspot_owner_id"]) for one in made} == {("NOT_STARTED", REPS_OWNER)}
    assert sum("shall we talk on Thursday?" in one["hs_task_body"] for one in made) == 1
    assert busy.draft_state(contact) == "approved"
    assert shown.complaints() == []


def test_a_draft_is_approved_by_keyboard_alone(cards: OpenCards, busy: Busy) -> None:
    contact = busy.take()
    shown = cards(busy.account, user_id=REP).open(CONTACTS, contact)
    expect(shown.tab.get_by_role("tab").first).to_be_visible()
    press_until(shown, shown.tab.get_by_role("tab", name="Brief"), "Tab")
    press_until(shown, shown.tab.get_by_role("tab", name="Draft"), "ArrowRight")
    press_until(shown, shown.tab.get_by_test_id("approve"), "Tab")
    shown.page.keyboard.press("Enter")
    expect(shown.tab.get_by_test_id("draft-state")).to_have_text("Approved")
    expect(shown.activities.locator('[data-activity="tasks"]').first).to_be_visible(timeout=PATIENCE_MS)


def test_a_draft_is_turned_down_with_a_reason_on_a_phone(cards: OpenCards, busy: Busy) -> None:
    contact = busy.take()
    shown = cards(busy.account, PHONE, user_id=REP).open(CONTACTS, contact)
    draft = shown.turn_to("Draft")
    draft.get_by_test_id("reject").click()
    shown.page.get_by_label("Why does it not fit?").fill("Left the company, as a sample")
    assert shown.complaints() == []
    shown.page.get_by_test_id("reject-confirm").click()
    expect(shown.page.get_by_role("dialog")).to_have_count(0)
    expect(draft.get_by_test_id("draft-state")).to_have_text("Rejected")
    expect(draft.get_by_text("Left the company, as a sample")).to_be_visible()
    busy.account.settle(timeout_s=120)
    assert busy.draft_state(contact) == "rejected"
    assert busy.tasks(contact) == []
    assert shown.complaints() == []


def test_one_field_is_undone_from_its_source(cards: OpenCards, busy: Busy) -> None:
    contact = busy.take()
    shown = cards(busy.account, user_id=REP).open(CONTACTS, contact)
    sources = shown.turn_to("Sources")
    button = sources.locator('[data-testid^="undo-"]').first
    name = (button.get_attribute("data-testid") or "").removeprefix("undo-")
    before = busy.account.values(CONTACTS, contact, name)
    assert before, f"{name} was written"
    button.click()
    shown.page.get_by_test_id(f"undo-{name}-confirm").click()
    expect(shown.page.locator("[data-alert]").first).to_be_visible(timeout=PATIENCE_MS)
    busy.account.settle(timeout_s=120)
    assert busy.account.values(CONTACTS, contact, name) == {}
    assert shown.complaints() == []


def test_a_deal_shows_its_company_and_people_and_leads_to_them(cards: OpenCards, busy: Busy) -> None:
    shown = cards(busy.account, user_id=REP).open(DEALS, busy.deal)
    expect(shown.tab.get_by_role("heading", name="Sample deal")).to_be_visible()
    people = shown.turn_to("People and company")
    expect(people.get_by_test_id("people").get_by_role("link")).to_have_count(2)
    assert shown.complaints() == []
    people.get_by_test_id("people").get_by_role("link").first.click()
    expect(shown.page).to_have_url(re.compile(r"type=contacts&id=\d+"))
    expect(shown.tab.get_by_test_id("heat").first).to_be_visible()


def test_a_colleague_of_another_team_is_told_that_there_is_nothing_to_see(cards: OpenCards, busy: Busy) -> None:
    shown = cards(busy.account, user_id=COLLEAGUE).open(CONTACTS, busy.contacts[0])
    for card in (shown.tab, shown.sidebar):
        expect(card.get_by_role("heading", name=_REFUSED)).to_be_visible()
        expect(card.get_by_test_id("enrich")).to_have_count(0)
    assert shown.complaints() == []


def press_until(shown: CardPage, target: Locator, key: str) -> None:
    """Press a key until the target has the focus."""
    for _ in range(120):
        shown.page.keyboard.press(key)
        if target.count() and target.first.evaluate("one => one === document.activeElement"):
            return
    raise AssertionError(f"{key} never came to {target}")
