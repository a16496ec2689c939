"""Small words of the console: lengths of time, and where a sign-in may lead."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import urljoin, urlsplit
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.admin.console.presenting import ago_text, is_reason, lasts_text, moment_text, provider_name, why_in_words
from integration.admin.console.sign_in import own_path

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 seconds"),
        (59, "59 seconds"),
        (60, "1 minute"),
        (3599, "59 minutes"),
        (7200, "2 hours"),
        (86_400, "1 day"),
        (-5, "0 seconds"),
    ],
)
def test_a_length_of_time_is_told_in_its_largest_unit(seconds: float, words: str) -> None:
    assert lasts_text(seconds) == words


def test_moments_are_told_in_the_zone_of_the_portal() -> None:
    assert moment_text(NOW, ZoneInfo("Europe/Berlin")) == "2026-11-21 13:00:00 CET"
    assert moment_text(None, ZoneInfo("UTC")) == "never"
    assert ago_text(NOW - timedelta(seconds=20), NOW) == "just now"
    assert ago_text(NOW - timedelta(minutes=90), NOW) == "1 hour ago"
    assert ago_text(None, NOW) == "never"


@given(
    st.one_of(st.text(), st.text().map(lambda text: f"/admin/{text}"), st.from_regex(r"/admin/[/\\.@:a-z?#]{0,20}", fullmatch=True))
)
def test_a_sign_in_never_leads_to_another_host(text: str) -> None:
    path = own_path(text)
    assert urlsplit(urljoin("https://leadlight.example", path)).netloc == "leadlight.example"
    assert path in ("", text)


def test_reasons_and_providers_are_told_in_words() -> None:
    assert why_in_words("own_property") == "one of Leadlight's own properties"
    assert why_in_words("changed_by_person").startswith("changed by a person")
    assert is_reason("overtaken")
    assert not is_reason("HubSpot refused the change to leadlight_headline")
    assert [provider_name(name) for name in ("apollo", "leadlight", "hubspot", "gone_one", None)] == [
        "Apollo.io", "Leadlight", "HubSpot", "Gone one", "",
    ]  # fmt: skip
