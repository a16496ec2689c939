"""Stand-in of the DNS: a server for UDP and TCP that knows the domains of the invented world, and can misbehave by name.

Invented data only. Source of the contract: RFC 1035, RFC 2308, RFC 7505 and RFC 6891, state of November 2026. Names whose first label begins with
"servfail-", "refused-", "slow-", "silent-", "nxdomain-", "truncated-" or "garbled-" get that trouble.
Limit: no zone transfers, no DNSSEC, no recursion beyond this world; of record types A, MX, TXT, NS, CNAME and SOA.
"""

from simulator.neighbours.dns.server import serve_own

BASE_PATH = ""
SCHEME = "dns"

__all__ = ["BASE_PATH", "SCHEME", "serve_own"]
