"""What the server answers to one question: bytes in, bytes out, or silence."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset

from simulator.neighbours.dns.zone import Zones
from simulator.neighbours.settings import NeighbourSettings

TTL_S = 300
LEAST_UDP_BYTES, MOST_UDP_BYTES = 512, 1232
# So many texts that no answer about such a name fits into a packet.
_LONG = tuple(f'"sample-verification-{number:03}={"x" * 40}"' for number in range(60))


@dataclass(frozen=True)
class Answerer:
    """Answers for every zone of the world."""

    zones: Zones
    settings: NeighbourSettings
    count: Callable[[str], None]

    def answer(self, wire: bytes, *, is_tcp: bool) -> bytes | None:
        """The answer to a query; None is silence."""
        try:
            query = dns.message.from_wire(wire)
        except (dns.exception.DNSException, ValueError):
            return None
        time.sleep(self.settings.latency_ms / 1000)
        question = query.question[0]
        name = question.name.to_text(omit_final_dot=True).lower()
        self.count(name)
        trouble = next((kind for kind in _TROUBLES if any(label.startswith(kind) for label in name.split("."))), "")
        if trouble == "silent-":
            return None
        if trouble == "garbled-":  # in a packet it would be taken for a stranger's and passed over
            return wire[:2] + b"\x80\x00\x00\x01\x00\x09" + b"\xff" * 9 if is_tcp else _cut(query).to_wire()
        if trouble == "slow-":
            time.sleep(self.settings.slow_s)
        response = dns.message.make_response(query, recursion_available=True)
        if trouble in _RCODES:
            response.set_rcode(_RCODES[trouble])
        else:
            self._fill(response, name, is_long=trouble == "truncated-")
        return _wire(response, query, is_tcp=is_tcp)

    def _fill(self, response: dns.message.Message, name: str, *, is_long: bool) -> None:
        found = self.zones.find(name)
        if found is None:
            response.set_rcode(dns.rcode.NXDOMAIN)
            return
        domain, records = found
        relative = name.removesuffix(domain).rstrip(".")
        kinds = {kind for own, kind in records if own == relative}
        wanted = dns.rdatatype.to_text(response.question[0].rdtype)
        kind = wanted if wanted in kinds else "CNAME" if "CNAME" in kinds else ""
        texts = records[(relative, kind)] if kind else ()
        if is_long and (relative, wanted) == ("", "TXT"):
            kind, texts = "TXT", (*texts, *_LONG)
        if texts:
            response.answer.append(dns.rrset.from_text_list(response.question[0].name, TTL_S, "IN", kind, texts))
            return
        if not kinds:
            response.set_rcode(dns.rcode.NXDOMAIN)
        response.authority.append(dns.rrset.from_text_list(dns.name.from_text(domain), TTL_S, "IN", "SOA", records[("", "SOA")]))


_RCODES = {"servfail-": dns.rcode.SERVFAIL, "refused-": dns.rcode.REFUSED, "nxdomain-": dns.rcode.NXDOMAIN}
_TROUBLES = (*_RCODES, "slow-", "silent-", "truncated-", "garbled-")


def _wire(response: dns.message.Message, query: dns.message.Message, *, is_tcp: bool) -> bytes:
    """The bytes; what does not fit into a packet is left out and the flag for it is set."""
    if is_tcp:
        return response.to_wire(max_size=65535)
    room = min(max(query.payload, LEAST_UDP_BYTES), MOST_UDP_BYTES) if query.edns >= 0 else LEAST_UDP_BYTES
    try:
        return response.to_wire(max_size=room)
    except dns.exception.TooBig:
        return _cut(query).to_wire(max_size=room)


def _cut(query: dns.message.Message) -> dns.message.Message:
    """An answer without records that says: ask again over TCP."""
    short = dns.message.make_response(query, recursion_available=True)
    short.flags |= dns.flags.TC
    return short
