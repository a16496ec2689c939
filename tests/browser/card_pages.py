"""The local record page in a browser: opening records in it, and what every test asks of a page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from playwright.sync_api import ConsoleMessage, Error, Locator, Page, expect

from integration.demo.stand import Stand
from tests.browser.consoles import axe_violations, overflow_px

TAB = '[data-location="crm.record.tab"]'
SIDEBAR = '[data-location="crm.record.sidebar"]'
_VIEWS: Mapping[str, str] = {"home": '[data-location="pages"]', "settings": '[data-location="settings"]'}
PATIENCE_MS = 60_000
"""For what a worker has to do first."""


@dataclass
class CardPage:
    """One page of the local record page for one portal. `problems` are the errors of its code and of the cards' code."""

    page: Page
    stand: Stand
    portal_id: int
    user_id: int | None = None
    problems: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("pageerror", self._failed)
        self.page.on("console", self._said)

    @property
    def tab(self) -> Locator:
        return self.page.locator(TAB)

    @property
    def sidebar(self) -> Locator:
        return self.page.locator(SIDEBAR)

    @property
    def activities(self) -> Locator:
        return self.page.get_by_role("region", name="Activities")

    def open(self, object_type: str, object_id: str, *, fixture: str = "") -> CardPage:
        """The record with its cards. A fixture is a recorded answer that the cards get instead of the backend's."""
        self.go(type=object_type, id=object_id, fixture=fixture)
        expect(self.page.get_by_role("heading", level=1)).to_be_visible()
        return self

    def open_view(self, view: str) -> Locator:
        """The app's home or its settings."""
        self.go(view=view)
        frame = self.page.locator(_VIEWS[view])
        expect(frame).to_be_visible()
        return frame

    def go(self, **asked: str) -> None:
        query = {"portal": str(self.portal_id), "user": str(self.user_id or ""), **asked}
        self.page.goto(f"{self.stand.addresses.cards}/?{urlencode({name: value for name, value in query.items() if value})}")

    def turn_to(self, title: str, *, within: Locator | None = None) -> Locator:
        """Press a tab of the card; its panel."""
        card = self.tab if within is None else within
        card.get_by_role("tab", name=title).click()
        return card.get_by_role("tabpanel", name=title)

    def alert(self) -> Locator:
        """What a card told the record page last."""
        return self.page.locator("[data-alert]").last

    def complaints(self) -> list[str]:
        """What must not be: errors, stand-ins that are missing, things axe objects to, a page wider than its window."""
        found = [f"error: {problem}" for problem in self.problems]
        found += [f"failed: {text}" for text in self.page.locator(".frame-problem").all_inner_texts()]
        found += [f"unmapped: {one.get_attribute('data-unmapped')}" for one in self.page.locator("[data-unmapped]").all()]
        found += axe_violations(self.page)
        wider = overflow_px(self.page)
        return [*found, *([f"{wider} px wider than the window"] if wider else [])]

    def _failed(self, error: Error) -> None:
        self.problems.append(error.message)

    def _said(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.problems.append(message.text)
