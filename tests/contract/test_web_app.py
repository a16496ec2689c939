"""The web process as a whole: health, readiness, metrics, and how it answers what it does not know."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from flask.testing import FlaskClient

from integration.app import build_parts
from integration.core.crypto import new_key
from integration.core.settings import Settings
from integration.db.session import Database
from integration.web_app import build_app


@pytest.fixture
def web(database: Database) -> Iterator[FlaskClient]:
    settings = Settings.from_env({"LEADLIGHT_KEYS": new_key(), "LEADLIGHT_METRICS_TOKEN": "sample-token"})
    with ExitStack() as held:
        yield build_app(build_parts(settings, database, held)).test_client()


def test_a_process_that_answers_is_healthy(web: FlaskClient) -> None:
    assert web.get("/healthz").get_json() == {"status": "ok"}


def test_a_current_schema_is_ready_and_an_unreachable_database_is_not(web: FlaskClient) -> None:
    assert web.get("/readyz").status_code == 200
    settings = Settings.from_env({"LEADLIGHT_KEYS": new_key()})
    with ExitStack() as held:
        away = Database("postgresql://nobody@127.0.0.1:9/none")
        answer = build_app(build_parts(settings, away, held)).test_client().get("/readyz")
        away.close()
    assert answer.status_code == 503
    assert "database" in answer.get_json()["why"]


def test_metrics_are_for_this_machine_or_for_the_token(web: FlaskClient) -> None:
    assert b"leadlight_backlog_records" in web.get("/metrics").data
    elsewhere = {"REMOTE_ADDR": "203.0.113.9"}
    assert web.get("/metrics", environ_base=elsewhere).status_code == 403
    assert web.get("/metrics", headers={"X-Forwarded-For": "203.0.113.9"}).status_code == 403
    assert web.get("/metrics", environ_base=elsewhere, headers={"Authorization": "Bearer wrong"}).status_code == 403
    assert web.get("/metrics", environ_base=elsewhere, headers={"Authorization": "Bearer sample-token"}).status_code == 200


def test_an_unknown_page_is_not_found(web: FlaskClient) -> None:
    assert web.get("/nothing-here").status_code == 404


def test_the_webhook_endpoint_is_closed_without_a_client_secret(web: FlaskClient) -> None:
    assert web.post("/webhooks/hubspot", data=b"[]").status_code == 404
