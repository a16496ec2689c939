"""The real services, asked once each: only with LEADLIGHT_LIVE=1, and only with your keys (LEADLIGHT_LIVE_KEY_<NAME>). May cost a credit each.

What to ask stands in each fixture under "live". A run that passes is noted there as `live_checked_on`, by hand, and makes the provider gold.
"""

from __future__ import annotations

import os
import time
from contextlib import ExitStack

import pytest

from integration.app import all_adapters
from integration.core.settings import Settings
from tests.contract.providers.test_adapters import NAMES, as_subject, load

LIVE = os.environ.get("LEADLIGHT_LIVE") == "1"


@pytest.mark.parametrize("name", NAMES)
def test_the_live_service_answers_as_recorded(name: str) -> None:
    if not LIVE:
        pytest.skip("asks the real services only with LEADLIGHT_LIVE=1")
    fixture = load(name)
    if not fixture["cases"]:
        pytest.skip("asked in our own database")
    live = fixture["live"]
    with ExitStack() as held:
        adapter = next(one for one in all_adapters(Settings.from_env(dict(os.environ)), held) if one.info.name == name)
        key = os.environ.get(f"LEADLIGHT_LIVE_KEY_{name.upper()}", "")
        if adapter.info.needs_key and not key:
            pytest.skip(f"set LEADLIGHT_LIVE_KEY_{name.upper()} to ask {adapter.info.title}")
        endpoint = next(one for one in adapter.endpoints if one.offer.name == live["endpoint"])
        (reply,) = endpoint.ask([as_subject(live["subject"])], key=key, until=time.monotonic() + 30)
    assert (reply.outcome, reply.error, reply.detail) == ("found", None, reply.detail)
    assert {finding.field.value for finding in reply.findings} >= set(live["fields"])
