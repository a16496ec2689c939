"""How well the content management of a page is named, on pages whose generator tag named it and was removed: recall, wrong share, time.

Wrong is a page on which any other content management, shop, wiki, blog or forum is named, unless it is one that stands on the right one, as
WooCommerce stands on WordPress. The other technologies of a page have no known answers, so they are counted and not judged.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping
from typing import Final

from integration.benchmarks import site_data
from integration.providers.site.fingerprints import find_technologies, load_fingerprints

KINDS: Final = frozenset({"cms", "site builder", "blog", "wiki", "forum", "e-commerce", "landing pages"})
OUR_NAMES: Final = {"TYPO3 CMS": "TYPO3", "HubSpot CMS Hub": "HubSpot CMS"}

is_available = site_data.is_named


def run() -> Mapping[str, float | int | str]:
    """Recall, wrong share, counts by content management ("Drupal": "34 of 34"), processor time. Raises BadInput without the pages."""
    pages = site_data.rows("tech_dev")
    table = load_fingerprints()
    known = {one.name: one for one in table}
    wanted: Counter[str] = Counter()
    named: Counter[str] = Counter()
    wrong = others = 0
    started = time.process_time()
    for page in pages:
        gold = OUR_NAMES.get(page["gold"][0], page["gold"][0])
        found = find_technologies(table, markup=page["html"])
        wanted[gold] += 1
        named[gold] += gold in found
        wrong += any(known[one].category in KINDS and one != gold and gold not in known[one].implies for one in found)
        others += sum(known[one].category not in KINDS for one in found)
    taken = time.process_time() - started
    return {
        "pages": len(pages),
        "technologies": len(table),
        "recall": round(sum(named.values()) / len(pages), 4),
        "wrong_ratio": round(wrong / len(pages), 4),
        "others_per_page": round(others / len(pages), 1),
        "ms_per_page": round(taken / len(pages) * 1000, 1),
        **{name: f"{named[name]} of {count}" for name, count in wanted.most_common()},
    }
