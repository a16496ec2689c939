"""Settings, secrets, logs, countries: the ground everything stands on."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.core.countries import country_code, country_name
from integration.core.crypto import SecretBox, UnreadableSecret, new_key
from integration.core.errors import BadPayload, ConfigError, RateLimited, UpstreamError
from integration.core.logs import REDACTED, redact
from integration.core.metrics import Metrics
from integration.core.settings import VARIABLES, Secret, Settings


def test_the_defaults_are_valid_settings() -> None:
    settings = Settings.from_env({})
    assert settings.hubspot.api_base_url == "https://api.hubapi.com"
    assert not settings.hubspot.client_secret


def test_secrets_never_show_themselves() -> None:
    key = new_key()
    settings = Settings.from_env(
        {"HUBSPOT_CLIENT_SECRET": "very-secret", "LEADLIGHT_KEYS": key, "LEADLIGHT_METRICS_TOKEN": "also-secret"}
    )
    assert not {"very-secret", "also-secret", key} & set(repr(settings).replace("'", " ").split())
    assert "very-secret" not in repr(settings)
    assert key not in repr(settings)
    assert key not in repr(SecretBox([key]))


@pytest.mark.parametrize("variable", [variable.name for variable in VARIABLES if variable.default.isdigit()])
def test_a_number_that_is_none_is_refused_by_name(variable: str) -> None:
    with pytest.raises(ConfigError, match=variable):
        Settings.from_env({variable: "-3" if variable != "LEADLIGHT_WEB_PORT" else "x"})


@given(st.text(max_size=600), st.text(min_size=1, max_size=30))
def test_a_sealed_secret_opens_only_where_it_was_sealed(plain: str, place: str) -> None:
    box = SecretBox([new_key()])
    sealed = box.seal(plain, bound_to=place)
    assert box.open(sealed, bound_to=place) == plain
    with pytest.raises(UnreadableSecret):
        box.open(sealed, bound_to=place + "x")


def test_rotation_moves_a_secret_to_the_first_key() -> None:
    old, new = new_key(), new_key()
    sealed = SecretBox([old]).seal("text", bound_to="a")
    rotated = SecretBox([new, old]).rotate(sealed)
    assert SecretBox([new]).open(rotated, bound_to="a") == "text"
    with pytest.raises(UnreadableSecret):
        SecretBox([new_key()]).open(rotated, bound_to="a")
    with pytest.raises(UnreadableSecret):
        SecretBox([new_key()]).rotate(rotated)


def test_logs_hide_secrets_and_personal_data() -> None:
    said = redact(
        None,
        "info",
        {"event": "call", "access_token": "x", "email": "a@b.example", "note": "mail to sample@sample.example now", "count": 3},
    )
    assert said == {"event": "call", "access_token": REDACTED, "email": REDACTED, "note": f"mail to {REDACTED} now", "count": 3}


def test_secrets_are_text_for_libraries() -> None:
    assert f"{Secret('abc')}" == "abc"
    assert repr([Secret("abc")]) == "[Secret(set)]"


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("Germany", "DE"),
        ("deutschland", "DE"),
        ("Brasil", "BR"),
        ("USA", "US"),
        ("uk", "GB"),
        ("nl", "NL"),
        ("Atlantis", None),
        ("", None),
    ],
)
def test_countries_are_known_by_name_and_code(written: str, code: str | None) -> None:
    assert country_code(written) == code


def test_every_code_has_a_name() -> None:
    assert country_name("DE") == "Germany"
    assert country_name("??") == "??"


def test_errors_say_what_support_asks_for() -> None:
    error = UpstreamError("no", system="HubSpot", status=400, code="VALIDATION_ERROR", correlation_id="c-1")
    assert str(error) == "HubSpot: no (status=400, code=VALIDATION_ERROR, correlation_id=c-1)"
    assert str(BadPayload("must be a number", path="[3].objectId")) == "[3].objectId: must be a number"
    assert RateLimited("slow down", system="HubSpot", retry_after_s=10).retryable


def test_metrics_are_shown_by_what_happened() -> None:
    metrics = Metrics()
    metrics.delivery("stored")
    metrics.hubspot_call("batch_read", 200)
    metrics.backlog("live", 3, 1.5)
    page = metrics.render().decode()
    assert 'leadlight_deliveries_total{outcome="stored"} 1.0' in page
    assert 'leadlight_backlog_age_seconds{lane="live"} 1.5' in page
