"""The stand-in of the DNS over UDP and TCP: records, negative answers, answers too long for a packet, troubles by name."""

import dns.exception
import dns.flags
import dns.message
import dns.query
import dns.rcode
import pytest

from simulator.neighbours.dns import serve_own
from simulator.neighbours.running import RunningNeighbours
from simulator.neighbours.settings import NeighbourSettings

QUICK = 2.0


class Questioner:
    def __init__(self, host: str, port: int) -> None:
        self.where, self.port = host, port

    def udp(self, name: str, kind: str, timeout: float = QUICK) -> dns.message.Message:
        return dns.query.udp(dns.message.make_query(name, kind), self.where, timeout=timeout, port=self.port)

    def tcp(self, name: str, kind: str) -> dns.message.Message:
        return dns.query.tcp(dns.message.make_query(name, kind), self.where, timeout=QUICK, port=self.port)


@pytest.fixture
def asks(neighbours: RunningNeighbours) -> Questioner:
    server = neighbours.servers["dns"]
    return Questioner(server.host, server.port)


def test_both_transports_tell_the_same(asks: Questioner):
    for kind in ("MX", "TXT", "NS", "A", "SOA"):
        udp, tcp = asks.udp("plain-made.example", kind), asks.tcp("plain-made.example", kind)
        assert udp.rcode() == tcp.rcode() == dns.rcode.NOERROR
        assert [set(one) for one in udp.answer] == [set(one) for one in tcp.answer]


def test_unknown_name_and_missing_record_are_different_negative_answers(asks: Questioner):
    unknown, missing = asks.udp("nobody.sample", "MX"), asks.udp("plain-made.example", "CNAME")
    assert (unknown.rcode(), unknown.answer) == (dns.rcode.NXDOMAIN, [])
    assert (missing.rcode(), missing.answer) == (dns.rcode.NOERROR, [])
    assert "SOA" in missing.authority[0].to_text()


def test_answer_too_long_for_a_packet_is_cut_and_whole_over_tcp(asks: Questioner):
    cut, whole = asks.udp("truncated-1-made.example", "TXT"), asks.tcp("truncated-1-made.example", "TXT")
    assert cut.flags & dns.flags.TC and not cut.answer
    assert not whole.flags & dns.flags.TC and len(whole.answer[0]) > 60


@pytest.mark.parametrize(
    ("name", "code"), [("servfail-1", dns.rcode.SERVFAIL), ("refused-1", dns.rcode.REFUSED), ("nxdomain-1", dns.rcode.NXDOMAIN)]
)
def test_names_ask_for_a_refusal_also_below_themselves(asks: Questioner, name: str, code: dns.rcode.Rcode):
    assert asks.udp(f"{name}-made.example", "MX").rcode() == code
    assert asks.udp(f"_dmarc.{name}-made.example", "TXT").rcode() == code


def test_silence_and_slowness(asks: Questioner):
    with pytest.raises(dns.exception.Timeout):
        asks.udp("silent-1-made.example", "MX", timeout=0.2)
    with pytest.raises(dns.exception.Timeout):
        asks.udp("slow-1-made.example", "MX", timeout=0.1)
    assert asks.udp("slow-1-made.example", "MX").rcode() == dns.rcode.NOERROR


def test_address_names_its_scheme_and_questions_are_counted():
    with serve_own(NeighbourSettings()) as server:
        asks = Questioner(server.host, server.port)
        asks.udp("plain-made.example", "MX")
        asks.tcp("plain-made.example", "MX")
        assert server.base_url == f"dns://127.0.0.1:{server.port}"
        assert server.asked["plain-made.example"] == 2


def test_stopped_server_frees_its_port():
    first = serve_own(NeighbourSettings())
    first.stop()
    with serve_own(NeighbourSettings(), port=first.port) as second:
        assert second.port == first.port
