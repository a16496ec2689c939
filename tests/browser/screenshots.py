"""Pictures of the console for the documentation: `python -m tests.browser.screenshots` writes docs/images/console-*.png.

Starts an installation of its own, lets made-up people and companies live in it, signs in as a person does and takes what a person sees.
"""

from __future__ import annotations

import os
import sys
import tempfile
import uuid
from collections.abc import Mapping
from pathlib import Path

from playwright.sync_api import FloatRect, Page, sync_playwright

from integration.db.embedded import EmbeddedPostgres
from integration.demo.stand import Stand, StandOptions
from tests.browser.chromium import FLAGS, find_chromium
from tests.browser.consoles import DESK, PHONE, BrowserConsole
from tests.browser.sample_portal import DRY_PORTAL, PORTAL, people_at_work

ROOT = Path(__file__).resolve().parents[2]
IMAGES = ROOT / "docs" / "images"
_PICTURES: Mapping[str, Mapping[str, str]] = {
    "desk": {"overview": "", "record": "a record", "undo": "/undo"},
    "phone": {"overview": "", "reviews": "/reviews"},
}
"""The pictures that docs/ and README.md show, of the live portal; the dry run's is of the other."""
_TALLEST = 1500


def main(wanted: list[str]) -> None:
    """All pictures, or those of the named pages."""
    postgres = EmbeddedPostgres(ROOT / ".leadlight" / "test")
    name = f"pictures_{uuid.uuid4().hex[:12]}"
    postgres.ensure_database(name)
    with tempfile.TemporaryDirectory() as folder, Stand(Path(folder), postgres.url(name), StandOptions()) as stand:
        people_at_work(stand)
        _take(stand, wanted)
    postgres.drop_database(name)


def _take(stand: Stand, wanted: list[str]) -> None:
    found = find_chromium()
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=found.path, args=list(FLAGS), env={**os.environ, **found.env})
        for kind, (width, height) in {"desk": DESK, "phone": PHONE}.items():
            context = browser.new_context(viewport={"width": width, "height": height}, device_scale_factor=1)
            page = context.new_page()
            console = BrowserConsole(page, stand, PORTAL).sign_in()
            for title, path in _PICTURES[kind].items():
                answer = page.goto(console.home + _found(console, path))
                if answer is not None and answer.status == 200:
                    _keep(page, title, kind, wanted)
            if kind == "desk":
                context.clear_cookies()
                BrowserConsole(page, stand, DRY_PORTAL).sign_in().open("/dry-run")
                _keep(page, "dry-run", kind, wanted)
            context.close()
        browser.close()


def _found(console: BrowserConsole, path: str) -> str:
    """The address of some record, as a person would come to it."""
    if path != "a record":
        return path
    rows = console.open("/records").locator("main tbody tr")
    row = rows.filter(has_text="company").filter(has_text="strong fit")
    link = row.locator("a").first.get_attribute("href") or ""
    return link.removeprefix(f"/admin/{console.portal_id}")


def _keep(page: Page, title: str, kind: str, wanted: list[str]) -> None:
    """The page from its top, long ones cut."""
    if wanted and title not in wanted:
        return
    size = page.viewport_size or {"width": DESK[0], "height": DESK[1]}
    height = min(_TALLEST, max(size["height"], int(page.evaluate("document.documentElement.scrollHeight"))))
    clip: FloatRect = {"x": 0, "y": 0, "width": size["width"], "height": height}
    page.screenshot(path=IMAGES / f"console-{title}-{kind}.png", full_page=True, clip=clip)


if __name__ == "__main__":
    main(sys.argv[1:])
