"""Stand-in of Crunchbase: search of organisations by domain, one organisation, type-ahead; fields by the package of the key.

Invented data only. Source of the contract: https://data.crunchbase.com/docs and the vendor's specifications of its packages, state of
November 2026. `key-demo-core...` has Core Financials, `key-demo-advanced...` Advanced Financials, any other key Firmographic.
Limit: the search takes `domain_eq` on the website and `eq`/`contains` on the name; no other predicates, no cards.
Limit: the bodies of 400 and 429 are not confirmed against the live service.
"""

from simulator.neighbours.crunchbase.routes import BASE_PATH, build_app

__all__ = ["BASE_PATH", "build_app"]
