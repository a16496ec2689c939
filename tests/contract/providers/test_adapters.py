"""Every adapter against its fixture file, over real HTTP: found, not found, limited, bad key, malformed, and what else it declares."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from integration.core.outbound import Fetcher
from integration.core.outbound_session import ApiSession
from integration.core.settings import ProviderSettings
from integration.providers.adapter import AdapterKit
from integration.providers.base import Finding, ProviderReply, Subject
from integration.providers.registry import adapter_modules, build_adapters
from simulator.server import serve
from tests.contract.providers.conftest import soon

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "providers"
WHEN_RECORDED = datetime(2026, 12, 1, 12, tzinfo=UTC)
REQUIRED = ("found", "not_found", "limited", "bad_key", "malformed")
NAMES = tuple(module.INFO.name for module in adapter_modules())


def load(name: str) -> dict[str, Any]:
    return dict(json.loads((FIXTURES / f"{name}.json").read_text(encoding="utf-8")))


def as_subject(stored: dict[str, Any]) -> Subject:
    """A subject as a fixture writes it: lists are tuples."""
    values: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in stored.items()}
    return Subject(**values)


def plain(findings: Iterable[Finding]) -> dict[str, Any]:
    return {one.field.value: list(one.value) if isinstance(one.value, tuple) else one.value for one in findings}


CASES = [
    pytest.param(name, case, id=f"{name}-{case['endpoint']}-{case['case']}-{number}")
    for name in NAMES
    for number, case in enumerate(load(name)["cases"])
    if load(name).get("transport", "http") == "http"
]


@dataclass
class Recorded:
    """A server that gives one answer to everything but robots.txt, and remembers what was asked.

    A conversation's answer has `by_path`: answers by the beginning of path and query; the first that fits is given.
    """

    reply: dict[str, Any] = field(default_factory=dict)
    asked: list[dict[str, str]] = field(default_factory=list)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"] == "/robots.txt":
            start_response("404 Not Found", [("Content-Type", "text/plain")])
            return [b"none"]
        body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"] or 0)).decode()
        self.asked.append({"query": environ["QUERY_STRING"], "body": body, "path": environ["PATH_INFO"]})
        target = f"{environ['PATH_INFO']}?{environ['QUERY_STRING']}"
        by_path = self.reply.get("by_path", {})
        reply = next((by_path[start] for start in by_path if target.startswith(start)), self.reply)
        text = reply["body"]
        start_response(f"{reply['status']} x", list(reply["headers"].items()))
        return [(text if isinstance(text, str) else json.dumps(text, separators=(",", ":"))).encode()]


@pytest.fixture(scope="module")
def recorded() -> Iterator[tuple[Recorded, AdapterKit]]:
    app = Recorded()
    with serve(app) as server:
        declared = {name: address for module in adapter_modules() for name, address in module.INFO.addresses.items()}
        addresses = {name: server.base_url for name, address in declared.items() if address.startswith("http")}
        settings = ProviderSettings(
            contact_address="https://example.com/bot",
            timeout_s=3.0,
            rate_factor=1.0,
            site_gateway=f"{server.host}:{server.port}",
            addresses=addresses,
        )
        session = ApiSession(system="providers", timeout_s=3.0, user_agent="Leadlight/test")
        fetcher = Fetcher(contact_address="https://example.com/bot", site_gateway=settings.site_gateway)
        yield app, AdapterKit(settings, session, fetcher, lambda: WHEN_RECORDED)
        session.close()
        fetcher.close()


def ask(kit: AdapterKit, name: str, endpoint: str, subjects: list[Subject]) -> tuple[ProviderReply, ...]:
    adapter = next(one for one in build_adapters(kit) if one.info.name == name)
    chosen = next(one for one in adapter.endpoints if one.offer.name == endpoint)
    return chosen.ask(subjects, key="key-secret-1", until=soon())


@pytest.mark.parametrize(("name", "case"), CASES)
def test_fixture_case_gives_the_expected_replies(recorded: tuple[Recorded, AdapterKit], name: str, case: dict[str, Any]) -> None:
    app, kit = recorded
    app.reply = case["reply"]
    replies = ask(kit, name, case["endpoint"], [as_subject(one) for one in case["subjects"]])
    assert len(replies) == len(case["expect"])
    for reply, expected in zip(replies, case["expect"], strict=True):
        seen = plain(reply.findings)
        assert (reply.outcome, reply.error, seen) == (expected["outcome"], expected.get("error"), expected.get("findings", {}))
        assert [plain(one.findings) for one in reply.candidates] == expected.get("candidates", [])
        assert str(reply.credits) == expected["credits"]
        assert all(0 < one.confidence_ratio <= 1 and one.provider == name for one in reply.findings)


@pytest.mark.parametrize("name", NAMES)
def test_every_adapter_shows_the_required_cases(name: str) -> None:
    shown = load(name)
    have = {case["case"] for case in shown["cases"]} | set(shown.get("not_applicable", {}))
    assert set(REQUIRED) <= have


@pytest.mark.parametrize("name", NAMES)
def test_offers_and_declaration_agree(recorded: tuple[Recorded, AdapterKit], name: str) -> None:
    adapter = next(one for one in build_adapters(recorded[1]) if one.info.name == name)
    offered: dict[str, set[str]] = {}
    for endpoint in adapter.endpoints:
        offered.setdefault(endpoint.offer.capability, set()).update(endpoint.offer.fields)
    assert offered == {capability: set(fields) for capability, fields in adapter.info.fields.items()}


def test_key_travels_in_a_header_only_and_never_in_the_address(recorded: tuple[Recorded, AdapterKit]) -> None:
    app, kit = recorded
    app.reply = {"status": 200, "headers": {"content-type": "application/json"}, "body": {"organization": None}}
    app.asked.clear()
    ask(kit, "apollo", "company", [Subject("company", domain="acme-sample.com")])
    assert app.asked == [{"query": "domain=acme-sample.com", "body": "", "path": "/organizations/enrich"}]


def test_refusal_keeps_the_vendors_sentence_but_not_the_key(recorded: tuple[Recorded, AdapterKit]) -> None:
    app, kit = recorded
    app.reply = next(case for case in load("hunter")["cases"] if case["case"] == "bad_key")["reply"]
    (reply,) = ask(kit, "hunter", "verifier", [replace(Subject("person"), email="a@acme-sample.com")])
    assert "No user found" in reply.detail
    assert "key-secret-1" not in repr(reply)


def test_throttled_answer_is_asked_again_and_the_second_answer_counts(recorded: tuple[Recorded, AdapterKit]) -> None:
    app, kit = recorded
    app.reply = next(case for case in load("hunter")["cases"] if case["case"] == "limited")["reply"]
    app.asked.clear()
    ask(kit, "hunter", "verifier", [Subject("person", email="a@acme-sample.com")])
    assert len(app.asked) == 3


def test_quota_and_bad_key_are_not_asked_again(recorded: tuple[Recorded, AdapterKit]) -> None:
    app, kit = recorded
    for wanted in ("bad_key", "malformed"):
        app.reply = next(case for case in load("hunter")["cases"] if case["case"] == wanted)["reply"]
        app.asked.clear()
        ask(kit, "hunter", "verifier", [Subject("person", email="a@acme-sample.com")])
        assert len(app.asked) == 1
