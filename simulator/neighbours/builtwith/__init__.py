"""Stand-in of BuiltWith: the domain call for up to sixteen domains, the free group counts, bulk jobs and the account's usage.

Invented data only. Source of the contract: https://api.builtwith.com/domain-api and the vendor's Python package, state of November 2026.
Refusals ride in a 200. A domain is charged whether it is known or not.
Limit: no relationships, lists, trends, redirects or tags; `TRUST`, date ranges and `NOATTR` are taken and ignored.
Limit: the body for an unknown domain and the account page's names are not confirmed against the live service.
"""

from simulator.neighbours.builtwith.routes import BASE_PATH, build_app

__all__ = ["BASE_PATH", "build_app"]
