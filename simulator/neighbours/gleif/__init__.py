"""Stand-in of GLEIF's API: LEI records by identifier and by filters, the direct parent, completions of names. JSON:API, no key.

Invented identifiers. Source of the contract: https://www.gleif.org/en/lei-data/gleif-api, state of November 2026. `X-Simulator-Key` makes it
misbehave.
Limit: filters for name, country, status, jurisdiction and full text only; no children, issuers or code lists. How the real filter by name
ranks is not known: here every word must occur.
"""

from simulator.neighbours.gleif.routes import BASE_PATH, build_app

__all__ = ["BASE_PATH", "build_app"]
