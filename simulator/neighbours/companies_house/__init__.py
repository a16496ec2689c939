"""Stand-in of the Companies House API: search by name, advanced search, profile and officers, with its limits, headers and refusals.

Invented numbers and offices. Source of the contract: https://developer-specs.company-information.service.gov.uk, state of November 2026.
Limit: no filings, charges or persons with control; the advanced search knows name, status and page only.
"""

from simulator.neighbours.companies_house.routes import BASE_PATH, build_app

__all__ = ["BASE_PATH", "build_app"]
