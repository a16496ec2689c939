"""The DNS adapter against its fixture file, over real UDP and TCP, and against the stand-in with its troubles."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset
import pytest

from integration.core.errors import ConfigError
from integration.core.settings import Settings
from integration.providers.adapter import AdapterKit
from integration.providers.adapters.dns import INFO, build_adapter
from integration.providers.base import ErrorClass, Field, ProviderReply, Subject
from integration.providers.registry import build_adapters
from simulator.data.demo import load_companies
from simulator.neighbours.dns.server import serve_dns
from simulator.neighbours.dns.zone import NONE, NULL, OWN, suite_of
from simulator.neighbours.facts import FactBook
from tests.contract.providers.conftest import soon

FIXTURE = Path(__file__).resolve().parents[2] / "fixtures" / "providers" / "dns.json"
CASES = json.loads(FIXTURE.read_text(encoding="utf-8"))["cases"]


def ask(kit: AdapterKit, domain: str, seconds: float = 20.0) -> ProviderReply:
    (reply,) = build_adapter(kit).endpoints[0].ask([Subject("company", domain=domain)], key="", until=soon(seconds))
    return reply


def at(kit: AdapterKit, address: str) -> AdapterKit:
    return replace(kit, settings=replace(kit.settings, addresses={**kit.settings.addresses, "dns": address}))


def recorded_answer(reply: dict[str, Any], wire: bytes, *, is_tcp: bool) -> bytes | None:
    """What the fixture says about one question."""
    if reply.get("silent"):
        return None
    query = dns.message.from_wire(wire)
    response = dns.message.make_response(query)
    question = query.question[0]
    node = reply["zone"].get(question.name.to_text(omit_final_dot=True))
    if not is_tcp and (reply.get("only_tcp") or reply.get("garbled")):
        response.flags |= dns.flags.TC
    elif reply.get("garbled"):
        return wire[:2] + b"\x80"
    elif "rcode" in reply or isinstance(node, str):
        response.set_rcode(dns.rcode.from_text(reply.get("rcode") or node))
    elif node is None:
        response.set_rcode(dns.rcode.NXDOMAIN)
    elif texts := node.get(dns.rdatatype.to_text(question.rdtype)):
        response.answer.append(dns.rrset.from_text_list(question.name, 300, "IN", question.rdtype, texts))
    return response.to_wire()


@pytest.fixture
def played(request: pytest.FixtureRequest, kit: AdapterKit) -> Iterator[AdapterKit]:
    reply = request.param
    with serve_dns(lambda wire, *, is_tcp: recorded_answer(reply, wire, is_tcp=is_tcp)) as server:
        yield at(kit, server.base_url)


@pytest.mark.parametrize(
    ("played", "case"),
    [pytest.param(case["reply"], case, id=f"{case['case']}-{number}") for number, case in enumerate(CASES)],
    indirect=["played"],
)
def test_fixture_case_gives_the_expected_replies(played: AdapterKit, case: dict[str, Any]) -> None:
    endpoint = build_adapter(played).endpoints[0]
    assert endpoint.offer.name == case["endpoint"]
    seconds = 1.0 if case["reply"].get("silent") else 20.0
    replies = endpoint.ask([Subject(**subject) for subject in case["subjects"]], key="", until=soon(seconds))
    for reply, expected in zip(replies, case["expect"], strict=True):
        seen = {one.field.value: list(one.value) if isinstance(one.value, tuple) else one.value for one in reply.findings}
        assert (reply.outcome, reply.error, seen) == (expected["outcome"], expected.get("error"), expected.get("findings", {}))
        assert str(reply.credits) == expected["credits"]


def test_mail_suite_agrees_with_the_invented_world(kit: AdapterKit) -> None:
    spoken = {OWN: "Own mail server", NULL: "No mail (null MX)", NONE: None}
    book = FactBook(load_companies())
    seen = set()
    for facts in [facts for domain in book.domains()[:60] if (facts := book.find_domain(domain))]:
        found = {one.field: one.value for one in ask(kit, facts.domain).findings}
        suite = suite_of(facts)
        assert found.get(Field.MAIL_PROVIDER) == spoken.get(suite, suite)
        technologies = found.get(Field.TECHNOLOGIES, ())
        assert isinstance(technologies, tuple)
        assert ("Cloudflare" in technologies) == ("Cloudflare" in facts.technologies)
        seen.add(suite)
    assert {OWN, NULL, "Microsoft 365", "Google Workspace"} <= seen


@pytest.mark.parametrize(
    ("name", "outcome", "error"),
    [("servfail-1", "failed", ErrorClass.SERVER), ("refused-1", "failed", ErrorClass.BLOCKED), ("garbled-1", "failed", ErrorClass.MALFORMED),
     ("nxdomain-1", "not_found", None), ("truncated-1", "found", None)],
)  # fmt: skip
def test_troubles_of_the_servers_are_told_apart(kit: AdapterKit, name: str, outcome: str, error: ErrorClass | None) -> None:
    reply = ask(kit, f"{name}-made.example")
    assert (reply.outcome, reply.error) == (outcome, error), reply.detail


def test_silent_server_costs_no_more_than_the_time_there_is(kit: AdapterKit) -> None:
    started = time.monotonic()
    assert ask(kit, "silent-1-made.example", seconds=0.6).error is ErrorClass.SERVER
    assert time.monotonic() - started < 1.0


def test_without_an_address_the_machines_own_resolver_is_meant(kit: AdapterKit) -> None:
    assert INFO.addresses == {"dns": "dns://"}
    assert Settings.from_env({"LEADLIGHT_PROVIDER_URL_DNS": "dns://192.0.2.53:53"}).providers.addresses == {
        "dns": "dns://192.0.2.53:53"
    }


@pytest.mark.parametrize(("name", "address"), [("dns", "https://example.com"), ("hunter", "dns://192.0.2.53"), ("dns", "dns://")])
def test_address_of_the_wrong_kind_is_refused_at_start(kit: AdapterKit, name: str, address: str) -> None:
    with pytest.raises(ConfigError, match=f"LEADLIGHT_PROVIDER_URL_{name.upper()}"):
        settings = Settings.from_env({f"LEADLIGHT_PROVIDER_URL_{name.upper()}": address}).providers
        build_adapters(replace(kit, settings=settings))
