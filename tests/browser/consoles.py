"""The console in a real browser: signing in on HubSpot's simulated page, walking over every page that links lead to, and checking one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import axe_playwright_python
from playwright.sync_api import Page

from integration.demo.stand import Stand

DESK = (1280, 900)
PHONE = (390, 844)
_VARIABLE = re.compile(r"(?<=/)(\d+|[0-9a-f]{8,}[0-9a-f-]*|contacts|companies|deals)(?=/|$)")
_MOST = 150


@dataclass(frozen=True)
class BrowserConsole:
    """One person before the console of one portal."""

    page: Page
    stand: Stand
    portal_id: int

    @property
    def home(self) -> str:
        return f"{self.stand.addresses.web}/admin/{self.portal_id}"

    def sign_in(self, user_id: int | None = None) -> BrowserConsole:
        """Press the buttons a person presses; by default as the one who installed the app."""
        self.page.goto(f"{self.stand.addresses.web}/admin")
        self.page.get_by_role("link", name="Sign in with HubSpot").click()
        self.page.get_by_label(f"Account {self.portal_id}", exact=True).check()
        if user_id is not None:
            self.page.get_by_label("Sign in as the user").fill(str(user_id))
        self.page.get_by_role("button", name="Connect app").click()
        return self

    def open(self, path: str = "") -> Page:
        self.page.goto(self.home + path)
        return self.page

    def notice(self) -> str:
        return self.page.locator(".notice").inner_text()

    def walk(self) -> Iterator[str]:
        """Every page that can be reached by links, one of each kind: the page stands open while the caller has its path."""
        waiting, seen = [""], {self._shape("")}
        while waiting and len(seen) < _MOST:
            path = waiting.pop(0)
            self.open(path)
            links = self.page.eval_on_selector_all("a[href]", "found => found.map(one => one.getAttribute('href'))")
            yield path
            for link in links:
                parts = urlsplit(link)
                below = parts.path.removeprefix(f"/admin/{self.portal_id}")
                target = below + (f"?{parts.query}" if parts.query and "after=" not in parts.query else "")
                if parts.netloc or below == parts.path or self._shape(below) in seen:
                    continue
                seen.add(self._shape(below))
                waiting.append(target)

    @staticmethod
    def _shape(path: str) -> str:
        return _VARIABLE.sub("*", path)


def axe_violations(page: Page) -> list[str]:
    """What axe objects to, one line each with where; the page needs scripts."""
    page.evaluate(_axe_source())
    found = page.evaluate("async () => (await axe.run()).violations")
    return [f"{one['id']}: {one['help']} at {'; '.join(node['target'][0] for node in one['nodes'][:3])}" for one in found]


def overflow_px(page: Page) -> int:
    """How many pixels the page is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


@cache
def _axe_source() -> str:
    return (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
