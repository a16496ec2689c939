"""Stand-in of SEC EDGAR: the list of tickers, submissions and company facts, with the register's shapes and refusals.

Invented data only. Source of the contract: https://www.sec.gov/search-filings/edgar-application-programming-interfaces, state of November 2026.
Both of the register's hosts are served here: www.sec.gov under /www, data.sec.gov under /data.
Limit: no full-text search, no company concepts, no frames, no filings themselves.
"""

from simulator.neighbours.sec_edgar.routes import BASE_PATH, PATHS, build_app

__all__ = ["BASE_PATH", "PATHS", "build_app"]
