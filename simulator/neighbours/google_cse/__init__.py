"""Stand-in of Google's Programmable Search. Invented data only.

Source of the contract: https://developers.google.com/custom-search/v1/overview, state of November 2026.
Limit: the texts of the refusals are not confirmed against the live service.
"""

from simulator.neighbours.google_cse.routes import BASE_PATH, build_app

__all__ = ["BASE_PATH", "build_app"]
