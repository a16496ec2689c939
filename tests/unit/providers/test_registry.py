"""The registry finds adapters by their files, and the page about them is rendered from what they declare."""

from __future__ import annotations

from pathlib import Path

import integration.providers.adapters
from integration.core.clock import system_clock
from integration.core.outbound import Fetcher
from integration.core.outbound_session import ApiSession
from integration.core.settings import Settings
from integration.providers.adapter import AdapterKit
from integration.providers.base import COMPANY_FIELDS, PERSON_FIELDS, Field
from integration.providers.docs import render_markdown
from integration.providers.order import channels_of, waterfall_order
from integration.providers.registry import build_adapters, provider_infos

UNFILLED = frozenset({Field.PHONE, Field.MOBILE_PHONE, Field.INVESTORS})


def kit() -> AdapterKit:
    settings = Settings.from_env({}).providers
    return AdapterKit(settings, ApiSession(system="x", timeout_s=1, user_agent="x"), Fetcher(contact_address="x"), system_clock)


def test_every_file_is_a_provider_of_that_name() -> None:
    folder = Path(integration.providers.adapters.__path__[0])
    files = {path.stem for path in folder.glob("*.py")} - {"__init__"}
    assert {info.name for info in provider_infos()} == files


def test_no_order_asks_a_paid_provider_before_a_free_one() -> None:
    for channels in waterfall_order(channels_of(build_adapters(kit()))).values():
        prices = [channel.price_usd == 0 for channel in channels]
        assert prices == sorted(prices, reverse=True)


def test_providers_fill_most_of_the_vocabulary() -> None:
    filled = set(waterfall_order(channels_of(build_adapters(kit()))))
    assert COMPANY_FIELDS - filled <= UNFILLED
    assert PERSON_FIELDS - filled <= UNFILLED


def test_page_names_every_provider_field_and_limit_and_is_stable() -> None:
    adapters = build_adapters(kit())
    levels = {info.name: ("bronze", ("no recorded answers",)) for info in provider_infos()}
    page = render_markdown(adapters, levels)
    assert page == render_markdown(build_adapters(kit()), levels)
    for info in provider_infos():
        assert info.title in page
        assert all(limit in page for limit in info.known_limits)
        assert all(f"`LEADLIGHT_PROVIDER_URL_{name.upper()}`" in page for name in info.addresses)
        assert info.opt_in in page
    assert any(line.startswith("| industry |") and "apollo" in line for line in page.splitlines())
