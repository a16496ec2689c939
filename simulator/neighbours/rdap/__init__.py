"""Stand-in of RDAP: IANA's list of registries, and one registry for every ending of the demo companies but a few.

Invented data only. Source of the contract: RFC 9083 and RFC 9224, state of November 2026. The list is served here; the registry it names is
a host like any other on the web, so the stand-in of the web sites answers for it.
Limit: only domain lookups; no entities, name servers, addresses or searches, and no people anywhere.
"""

from simulator.neighbours.rdap.routes import BASE_PATH, build_app

__all__ = ["BASE_PATH", "build_app"]
