"""The page's server lends its signatures to its own page and to nobody else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from crm_cards.host.carrier import Carrier
from crm_cards.host.fetch_rules import FetchRules
from crm_cards.host.records import LocalRecords
from crm_cards.host.server import HostParts, create_host
from integration.core.clock import system_clock
from integration.core.settings import Secret
from integration.demo.control import Control
from integration.demo.reader import PortalReader

OWN = "http://localhost"
NOBODY = "http://127.0.0.1:1"


@pytest.fixture
def host(tmp_path: Path) -> FlaskClient:
    """A page with one recorded answer, over a HubSpot and a backend that are not there."""
    for name, text in {"host/index.html": "<p>page</p>", "bundles/index.json": "[]", "recorded/ready.json": '{"a":1}'}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    control = Control(NOBODY)
    rules = FetchRules(permitted=("https://leadlight.example.com",), local={}, secret=Secret("sample"), clock=system_clock)
    parts = HostParts(
        app_id="1", portal_pages=NOBODY, variables={}, carrier=Carrier(rules), records=LocalRecords(control, PortalReader(control, app_id=2)),
        built=tmp_path, fixtures=tmp_path / "recorded",
    )  # fmt: skip
    return create_host(parts).test_client()


def ask(host: FlaskClient, **headers: str) -> int:
    asked = {"url": "https://leadlight.example.com/cards/home", "options": {}, "portal": 1, "user": "9001", "fixture": "ready"}
    return host.post("/proxy", data=json.dumps(asked), headers={"Content-Type": "application/json", **headers}).status_code


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "null"},
        {"Origin": OWN},
        {"Origin": OWN, "Sec-Fetch-Site": "same-origin", "X-Page-Token": "guessed"},
        {"Origin": "http://localhost:9999", "Sec-Fetch-Site": "same-site"},
    ],
)
def test_nobody_but_the_page_itself_may_use_its_signatures(host: FlaskClient, headers: dict[str, str]) -> None:
    assert ask(host, **headers) == 403


def test_the_page_runs_its_own_scripts_only_and_stands_in_no_frame(host: FlaskClient) -> None:
    with host.get("/") as page:
        policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "frame-ancestors 'none'" in policy


@pytest.mark.parametrize(
    "path", ["/host/../bundles/index.json", "/bundles/../recorded/ready.json", "/bundles/%2e%2e/recorded/ready.json"]
)
def test_nothing_is_read_outside_the_built_folders(host: FlaskClient, path: str) -> None:
    assert host.get(path).status_code == 404
