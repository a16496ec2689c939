"""Pictures of the cards for the documentation: `python -m tests.browser.card_screenshots` writes docs/images/{card,settings,home}-*.png.

The states of a record's card are drawn from recorded answers (tests/fixtures/cards); the record page, settings and home are those of a running
installation with made-up people. All of it is drawn by the local record page: HubSpot looks different.
"""

from __future__ import annotations

import json
import os
import re
import sys
import tempfile
import uuid
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from crm_cards.host.building import ensure_built
from integration.db.embedded import EmbeddedPostgres
from integration.demo.stand import Stand, StandOptions
from integration.hubspot.objects import COMPANIES, CONTACTS, DEALS
from tests.browser.card_pages import CardPage
from tests.browser.card_stands import REPS_OWNER, people_of
from tests.browser.chromium import FLAGS, find_chromium
from tests.browser.consoles import PHONE
from tests.scenario.account import Account
from tests.stands import RECORDED

ROOT = Path(__file__).resolve().parents[2]
IMAGES = ROOT / "docs" / "images"
PORTAL = 62_517
_SIZE = (1_180, 900)
_TALLEST = 900
_TABS = {
    "ready": ("Brief", "Why this score", "Draft", "Sources"),
    "draft_edited": ("Draft",),
    "draft_approved": ("Draft",),
    "draft_rejected": ("Draft",),
    "deal": ("People and company",),
    "company": ("People",),
}
"""The tabs of which there are pictures of their own."""
_UNSHOWN = frozenset({"script_in_every_text"})


def main(wanted: list[str]) -> None:
    """All pictures, or those whose names begin with one of the words given."""
    ensure_built()
    postgres = EmbeddedPostgres(ROOT / ".leadlight" / "test")
    name = f"pictures_{uuid.uuid4().hex[:12]}"
    postgres.ensure_database(name)
    options = StandOptions(cards_host=True, fixtures=RECORDED)
    with tempfile.TemporaryDirectory() as folder, Stand(Path(folder), postgres.url(name), options) as stand:
        account, ids = people_at_work(stand)
        found = find_chromium()
        with sync_playwright() as driver:
            browser = driver.chromium.launch(executable_path=found.path, args=list(FLAGS), env={**os.environ, **found.env})
            Photographer(browser, account, ids, tuple(wanted)).take_all()
            browser.close()
    postgres.drop_database(name)


def people_at_work(stand: Stand) -> tuple[Account, dict[str, str]]:
    """An account in which something was found, and one record of each type."""
    account = Account(stand, PORTAL, "sample")
    settings = {"auto_associate_company": True}
    stand.control.post(
        "/seed", {"portals": [{"portal_id": PORTAL, "settings": settings, "owners": [_installer(), *people_of(PORTAL)]}]}
    )
    account.install()
    companies = account.add_companies(3)
    people = [{**account.contact(number, number % 3), "hubspot_owner_id": REPS_OWNER} for number in range(6)]
    contacts = account.act(action="create_many", object_type=CONTACTS, records=[{"properties": one} for one in people])
    deal = {"dealname": "Sample deal", "amount": "12000", "dealstage": "appointmentscheduled"}
    [deal_id] = account.act(action="create", object_type=DEALS, properties=deal)
    account.act(action="associate", from_type=DEALS, from_id=deal_id, to_type=CONTACTS, to_id=contacts[0])
    account.wait_until_written(contacts=6, companies=3, timeout_s=240)
    return account, {CONTACTS: contacts[0], COMPANIES: companies[0], DEALS: deal_id}


class Photographer:
    """Takes the pictures that are wanted."""

    def __init__(self, browser: Browser, account: Account, ids: dict[str, str], wanted: tuple[str, ...]) -> None:
        self._browser = browser
        self._account = account
        self._ids = ids
        self._wanted = wanted

    def take_all(self) -> None:
        self._live()
        for path in sorted(RECORDED.glob("*.json")):
            if path.stem not in _UNSHOWN:
                self._state(path.stem, json.loads(path.read_text(encoding="utf-8"))["object_type"])
        self._phone()

    def _state(self, name: str, object_type: str) -> None:
        page = self._page(_SIZE)
        shown = CardPage(page, self._account.stand, PORTAL).open(object_type, self._ids[object_type], fixture=name)
        for card in (shown.tab, shown.sidebar):
            expect(card.locator(".frame-body")).to_contain_text(re.compile(r"\w"))
            expect(card).not_to_contain_text("Loading what Leadlight knows")
        self._keep(shown.tab, f"card-{_file_name(name)}")
        self._keep(shown.sidebar, f"card-{_file_name(name)}-sidebar")
        for title in _TABS.get(name, ()):
            shown.turn_to(title)
            self._keep(shown.tab, f"card-{_file_name(name)}-{_file_name(title)}")
        page.context.close()

    def _live(self) -> None:
        page = self._page(_SIZE)
        shown = CardPage(page, self._account.stand, PORTAL).open(CONTACTS, self._ids[CONTACTS])
        shown.tab.get_by_test_id("heat").first.wait_for()
        self._keep_page(page, "card-record-page")
        home = shown.open_view("home")
        home.get_by_role("heading", name="Hottest now").wait_for()
        self._keep(home, "home-desk")
        settings = shown.open_view("settings")
        settings.get_by_role("tab").first.wait_for()
        for title in settings.get_by_role("tab").all_inner_texts():
            shown.turn_to(title, within=settings)
            self._keep(settings, f"settings-{_file_name(title)}")
        page.context.close()

    def _phone(self) -> None:
        page = self._page(PHONE)
        shown = CardPage(page, self._account.stand, PORTAL).open(CONTACTS, self._ids[CONTACTS], fixture="ready")
        shown.tab.get_by_test_id("heat").first.wait_for()
        self._keep(shown.tab, "card-ready-phone")
        for view, sign in (("home", "table"), ("settings", "tab")):
            frame = shown.open_view(view)
            frame.get_by_role(sign).first.wait_for()  # type: ignore[arg-type]
            self._keep(frame, f"{view}-phone")
        page.context.close()

    def _page(self, size: tuple[int, int]) -> Page:
        context = self._browser.new_context(
            viewport={"width": size[0], "height": size[1]}, device_scale_factor=1, reduced_motion="reduce"
        )
        context.set_default_timeout(30_000)
        return context.new_page()

    def _keep(self, frame: Locator, name: str) -> None:
        """The frame from its top, tall ones cut."""
        if self._wanted and not name.startswith(self._wanted):
            return
        box = frame.evaluate(
            "one => { const b = one.getBoundingClientRect(); return [b.x + scrollX, b.y + scrollY, b.width, b.height] }"
        )
        x, y, width, height = (float(one) for one in box)
        clip = {"x": x, "y": y, "width": width, "height": min(height, _TALLEST)}
        frame.page.screenshot(path=IMAGES / f"{name}.png", full_page=True, clip=clip)  # type: ignore[arg-type]

    def _keep_page(self, page: Page, name: str) -> None:
        if not self._wanted or name.startswith(self._wanted):
            page.screenshot(path=IMAGES / f"{name}.png")


def _file_name(words: str) -> str:
    return words.split("(", maxsplit=1)[0].strip().lower().replace(" ", "-").replace("_", "-")


def _installer() -> dict[str, object]:
    return {
        "id": "501",
        "user_id": 9001,
        "email": f"user-9001@portal-{PORTAL}.example.com",
        "first_name": "Sample",
        "last_name": "Admin",
    }


if __name__ == "__main__":
    main(sys.argv[1:])
