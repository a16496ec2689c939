"""How heavy the cards are, and how soon one is there: the size of each bundle, and the time until a record's card shows its heat in a browser.

The time runs from the request for the local record page to the heat on the screen, in a Chromium without cache, over loopback: page, worker, bundle,
signed request and drawing. Needs Node, playwright and a Chromium on the PATH (or LEADLIGHT_CHROMIUM); left out where one of them is missing.
"""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import statistics
from pathlib import Path
from typing import Any, Final

from crm_cards.host.building import ensure_built
from crm_cards.host.node import NoNode, find_node
from integration.benchmarks.made_records import company_properties, contact_properties
from integration.benchmarks.stands import bench_stand
from integration.core.errors import AppError
from integration.demo.observing import wait_until, wait_until_loaded, wait_until_settled, written_at
from integration.demo.stand import Stand, StandOptions
from integration.hubspot.objects import COMPANIES, CONTACTS

PORTAL_ID: Final = 700_009
LOADS: Final = 20
_CHROMIUMS: Final = ("chromium", "chromium-headless-shell", "chromium-browser", "google-chrome")
_FLAGS: Final = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-dev-shm-usage")
_HEAT: Final = '[data-location="crm.record.tab"] [data-testid="heat"]'
_NOTE_THE_MOMENT: Final = f"""
    new MutationObserver((_, observer) => {{
        if (!document.querySelector('{_HEAT}')) return;
        requestAnimationFrame(() => {{ window.heatShownAt = performance.now(); }});
        observer.disconnect();
    }}).observe(document, {{ childList: true, subtree: true }});
"""
"""Since the navigation began, to the frame in which the heat is drawn."""
_PATIENCE_MS: Final = 20_000


def is_available() -> bool:
    """Whether the machine has what this needs."""
    try:
        find_node()
    except NoNode:
        return False
    return importlib.util.find_spec("playwright") is not None and _chromium() is not None


def run() -> dict[str, float | int | str]:
    """Kilobytes of the bundles and milliseconds until the card shows. Takes about two minutes."""
    built = ensure_built()
    with bench_stand("card_page", StandOptions(cards_host=True)) as stand:
        contact_id = _one_contact(stand)
        waits = sorted(_timed_loads(f"{stand.addresses.cards}/?portal={PORTAL_ID}&type=contacts&id={contact_id}"))
    return {
        **bundle_sizes(built),
        "visible_median_ms": round(statistics.median(waits)),
        "visible_p90_ms": round(statistics.quantiles(waits, n=10)[-1]),
        "loads": LOADS,
    }


def bundle_sizes(built: Path) -> dict[str, float]:
    """Kilobytes of each bundle, by its file, and the largest of the record cards."""
    index = json.loads((built / "bundles" / "index.json").read_text(encoding="utf-8"))
    sizes = {Path(one["bundle"]).stem: one["bytes"] / 1000 for one in index}
    cards = [Path(one["bundle"]).stem for one in index if one["type"] == "CARD"]
    largest = max((sizes[name] for name in cards), default=float("inf"))
    return {**{f"{name}_kb": round(size, 1) for name, size in sizes.items()}, "largest_card_kb": round(largest, 1)}


def _one_contact(stand: Stand) -> str:
    stand.add_portal(PORTAL_ID, settings={"auto_associate_company": True})
    stand.install(PORTAL_ID)
    wait_until_loaded(stand, PORTAL_ID)
    company = company_properties("card", 0)
    stand.control.act(PORTAL_ID, {"action": "create", "object_type": COMPANIES, "properties": company})
    contact = contact_properties(1, company["domain"])
    [contact_id] = stand.control.act(PORTAL_ID, {"action": "create", "object_type": CONTACTS, "properties": contact})
    wait_until(stand, PORTAL_ID, "the contact", lambda: written_at(stand, PORTAL_ID, CONTACTS, contact_id) is not None)
    wait_until_settled(stand, PORTAL_ID)
    return contact_id


def _timed_loads(address: str) -> list[float]:
    """Milliseconds of each load; one before them warms the servers."""
    from playwright.sync_api import sync_playwright

    path = _chromium()
    if path is None:
        raise AppError("there is no Chromium any more", reason="bench_no_browser")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=list(_FLAGS))
        waits = [_timed_load(browser, address) for _ in range(LOADS + 1)]
        browser.close()
    return waits[1:]


def _timed_load(browser: Any, address: str) -> float:
    """The page itself notes the moment: the driver looks at growing intervals, up to half a second."""
    context = browser.new_context()
    context.add_init_script(_NOTE_THE_MOMENT)
    page = context.new_page()
    page.goto(address, wait_until="commit")
    page.locator(_HEAT).first.wait_for(timeout=_PATIENCE_MS)
    waited_ms = float(page.evaluate("window.heatShownAt"))
    context.close()
    return waited_ms


def _chromium() -> str | None:
    named = os.environ.get("LEADLIGHT_CHROMIUM")
    return named or next((path for name in _CHROMIUMS if (path := shutil.which(name))), None)
