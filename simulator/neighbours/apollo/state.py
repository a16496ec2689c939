"""What this Apollo knows and has sold: who is found for which question, and what the account pages report."""

from collections.abc import Mapping
from dataclasses import dataclass

from simulator.data.demo import DemoContact
from simulator.neighbours.apollo.bodies import APOLLO
from simulator.neighbours.chance import hex_id
from simulator.neighbours.facts import CompanyFacts, FactBook, bare_domain, mistaken_for
from simulator.neighbours.gate import GateState

Body = dict[str, object]
Match = tuple[DemoContact, CompanyFacts]
OPERATION_KEYS = {
    "people_match": '["api/v1/people", "match"]',
    "people_bulk_match": '["api/v1/people", "bulk_match"]',
    "organizations_enrich": '["api/v1/organizations", "enrich"]',
    "mixed_companies_search": '["api/v1/mixed_companies", "search"]',
    "organizations_bulk_enrich": '["api/v1/organizations", "bulk_enrich"]',
}

_UNUSED_POOLS = ("direct_dial", "export", "ai", "power_up")
_API_LIMITS = {"minute": 1_000, "hour": 60_000, "day": 1_440_000}


@dataclass(frozen=True)
class ApolloState:
    """The invented world through Apollo's eyes, and the keys' ledgers."""

    book: FactBook
    gate: GateState
    credit_limit: int

    def find_organization(self, wanted: Mapping[str, str]) -> CompanyFacts | None:
        """By domain, website, LinkedIn address or name, whichever comes first; None where Apollo has nothing."""
        facts = None
        if wanted.get("domain") or wanted.get("website"):
            facts = self.book.find_domain(mistaken_for(wanted.get("domain") or wanted["website"]))
        elif wanted.get("name"):
            facts = self.book.find_name(wanted["name"])
        return facts if facts and APOLLO.knows(facts.domain) else None

    def search_organizations(self, name: str) -> tuple[CompanyFacts, ...]:
        """The companies of that name, known or not: a search shows little of each."""
        return self.book.find_namesakes(name) if name.strip() else ()

    def find_person(self, wanted: Mapping[str, str]) -> Match | None:
        """By address, or by name and domain (or organisation name)."""
        match: Match | None = None
        if wanted.get("email"):
            match = self.book.find_email(wanted["email"])
        else:
            first, last = self._names(wanted)
            domain = self._domain(wanted)
            match = self.book.find_person(first, last, domain) if first and last and domain else None
        return match if match and APOLLO.knows(match[0].email) else None

    def credit_usage(self, key: str) -> Body:
        used = self.gate.ledger.credits_used(key)
        pool = {"limit": self.credit_limit, "consumed": used, "left_over": max(0, self.credit_limit - used)}
        empty = {"limit": 0, "consumed": 0, "left_over": 0}
        return {
            "credit_usage_stats": {"lead_credit": pool, "direct_dial_credit": empty, "export_credit": empty},
            "current_credit_cycle": {"start_date": "2026-11-01T00:00:00.000Z", "end_date": "2026-12-01T00:00:00.000Z"},
        }

    def api_usage(self, key: str) -> Body:
        """Calls per endpoint and window.

        Limit: each window reports every call since the last reset.
        """
        usage: Body = {}
        for operation, name in OPERATION_KEYS.items():
            used = self.gate.ledger.calls_made(key, operation)
            usage[name] = {
                window: {"limit": limit, "consumed": used, "left_over": max(0, limit - used)}
                for window, limit in _API_LIMITS.items()
            }
        return usage

    def profile(self, key: str) -> Body:
        used = self.gate.ledger.credits_used(key)
        return {
            "id": hex_id(24, "apollo user", key),
            "team_id": hex_id(24, "apollo team", key),
            "first_name": "Sample",
            "last_name": "Administrator",
            "title": "Developer",
            "email": "ops@example.com",
            "num_credits_remaining": max(0, self.credit_limit - used),
            "effective_num_lead_credits": self.credit_limit,
            "num_lead_credits_used": used,
            "total_unified_credits_used": used,
            **{f"effective_num_{pool}_credits": 0 for pool in _UNUSED_POOLS},
            **{f"num_{pool}_credits_used": 0 for pool in _UNUSED_POOLS},
        }

    def _domain(self, wanted: Mapping[str, str]) -> str:
        if wanted.get("domain"):
            return bare_domain(wanted["domain"])
        facts = self.book.find_name(wanted.get("organization_name", ""))
        return facts.domain if facts else ""

    @staticmethod
    def _names(wanted: Mapping[str, str]) -> tuple[str, str]:
        if wanted.get("name"):
            first, _, last = wanted["name"].partition(" ")
            return first, last
        return wanted.get("first_name", ""), wanted.get("last_name", "")
