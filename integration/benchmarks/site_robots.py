"""How many of Google's published robots.txt cases are read as expected: those of RFC 9309, and beside them those of Google's own additions.

Three cases expect an address with raw letters outside ASCII, or with needlessly encoded ones, to differ from its other form; the standard
takes both for one (https://www.rfc-editor.org/rfc/rfc9309#section-2.2.2), and so do we.
"""

from __future__ import annotations

from collections.abc import Mapping

from integration.benchmarks import site_data
from integration.providers.site.robots_rules import parse_robots

is_available = site_data.is_named


def run() -> Mapping[str, float | int | str]:
    """The shares of cases answered as expected, and the names of the others. Raises BadInput without the cases."""
    cases = site_data.rows("robots_google_cases")
    right = {
        case["id"]: parse_robots(case["robots"].encode()).allows(case["url"], case["agent"]) is case["allowed"] for case in cases
    }
    standard = [right[case["id"]] for case in cases if not case["google_specific"]]
    own = [right[case["id"]] for case in cases if case["google_specific"]]
    return {
        "cases": len(standard),
        "right_ratio": round(sum(standard) / len(standard), 4),
        "google_cases": len(own),
        "google_right_ratio": round(sum(own) / len(own), 4),
        "otherwise": ", ".join(name for name, good in right.items() if not good),
    }
