"""Stand-in of Apollo.io: organisation and people enrichment with Apollo's shapes, refusals, rate headers and prices.

Invented data only. Source of the contract: https://docs.apollo.io/reference (API reference, rate limits, status codes),
state of November 2026.
Limit: no searches, no news, and a requested mobile number never arrives on the webhook.
Limit: that an unknown person or firm is a null inside a 200 is not confirmed against the live service.
"""

from simulator.neighbours.apollo.routes import BASE_PATH, build_app

__all__ = ["BASE_PATH", "build_app"]
