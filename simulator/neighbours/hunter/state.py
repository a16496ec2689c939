"""What this Hunter knows and is still looking up: verifications asked for and not yet answered, and the account balance."""

import threading
from dataclasses import dataclass, field

from simulator.data.demo import DemoContact
from simulator.neighbours.chance import draw
from simulator.neighbours.facts import CompanyFacts, FactBook, bare_domain
from simulator.neighbours.gate import GateState
from simulator.neighbours.hunter.bodies import HUNTER, verification_status

Body = dict[str, object]
_WEBMAIL = frozenset({"gmail.com", "outlook.com", "hotmail.com", "yahoo.com"})
_DISPOSABLE = frozenset({"mailinator.com", "disposable.example"})
PENDING_SHARE = 0.2
SEARCHES = ("domain_search", "email_finder", "companies_find")


@dataclass
class HunterState:
    """The invented world through Hunter's eyes, and the keys' ledgers. Safe between threads."""

    book: FactBook
    gate: GateState
    credit_limit: int
    pending_calls: int
    pending_finds: int = 0
    _asked: dict[tuple[str, str], int] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def find_company(self, domain: str, name: str) -> CompanyFacts | None:
        facts = self.book.find_domain(domain) if domain else self.book.find_name(name)
        return facts if facts and HUNTER.knows(facts.domain) else None

    def find_person(self, first_name: str, last_name: str, facts: CompanyFacts) -> DemoContact | None:
        match = self.book.find_person(first_name, last_name, facts.domain)
        return match[0] if match and HUNTER.knows(match[0].email) else None

    def is_still_working(self, key: str, email: str) -> bool:
        """True for the first `pending_calls` questions about the fifth of addresses that take a while."""
        return self._is_pending(key, email, self.pending_calls)

    def is_still_finding(self, key: str, name: str, domain: str) -> bool:
        """The same of the finder: the first `pending_finds` questions about a fifth of the people."""
        return self._is_pending(key, f"{name.casefold()} at {bare_domain(domain)}", self.pending_finds)

    def _is_pending(self, key: str, subject: str, call_count: int) -> bool:
        if draw("hunter pending", subject) >= PENDING_SHARE:
            return False
        with self._lock:
            asked = self._asked[(key, subject)] = self._asked.get((key, subject), 0) + 1
        return asked <= call_count

    def verify(self, email: str) -> str:
        """valid, invalid, accept_all, webmail, disposable or unknown; addresses of no one here are invalid."""
        domain = email.rpartition("@")[2].lower()
        if domain in _WEBMAIL:
            return "webmail"
        if domain in _DISPOSABLE:
            return "disposable"
        return verification_status(email.lower()) if self.book.find_email(email) else "invalid"

    def account(self, key: str) -> Body:
        used = self.gate.ledger.credits_used
        searches, checks = used(key, *SEARCHES), used(key, "email_verifier")
        total = {"used": searches + checks, "available": self.credit_limit}
        return {
            "first_name": "Sample",
            "last_name": "Administrator",
            "email": "ops@example.com",
            "plan_name": "Starter",
            "plan_level": 1,
            "reset_date": "2026-12-01",
            "team_id": 1,
            "calls": {"_deprecation_notice": "Sums the searches and the verifications", **total},
            "requests": {
                "credits": total,
                "searches": {"used": searches, "available": self.credit_limit},
                "verifications": {"used": checks, "available": self.credit_limit},
            },
        }
