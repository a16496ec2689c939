"""Stand-in of Hunter.io: domain search, finder, verifier, companies, counts and account with Hunter's shapes and refusals.

Invented data only. Source of the contract: https://hunter.io/api-documentation/v2, state of November 2026.
Limit: the body of the finder's 202 is not confirmed against the live service.
Limit: no discover, no people/find, no combined/find, no leads.
"""

from simulator.neighbours.hunter.routes import BASE_PATH, build_app

__all__ = ["BASE_PATH", "build_app"]
