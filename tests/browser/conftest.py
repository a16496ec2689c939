"""A real browser before a whole installation. JavaScript is off unless a test asks: what works so works for everybody."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.browser.card_stands import card_stand, cards, open_card_account
from tests.browser.chromium import FLAGS, find_chromium
from tests.browser.consoles import DESK

__all__ = ["card_stand", "cards", "open_card_account"]

NewPage = Callable[..., Page]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Ends with the module: the driver's event loop must not meet tests that bring their own."""
    found = find_chromium()
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=found.path, args=list(FLAGS), env={**os.environ, **found.env})
        yield browser
        browser.close()


@pytest.fixture
def new_page(chromium: Browser) -> Iterator[NewPage]:
    """A page in an empty profile: `new_page()`, or with a size and with scripts."""
    opened: list[BrowserContext] = []

    def open_one(size: tuple[int, int] = DESK, *, scripts: bool = False) -> Page:
        context = chromium.new_context(
            viewport={"width": size[0], "height": size[1]}, java_script_enabled=scripts, reduced_motion="reduce"
        )
        context.set_default_timeout(15_000)
        opened.append(context)
        return context.new_page()

    yield open_one
    for context in opened:
        context.close()
