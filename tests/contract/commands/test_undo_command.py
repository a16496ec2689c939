"""`leadlight undo` refuses what it cannot mean, with a sentence that says what to do."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from integration.cli import main
from integration.core.crypto import new_key
from integration.db.session import Database
from integration.hubspot.portal_store import PortalStore

PORTAL = 4242


@pytest.fixture
def complaint(
    database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> pytest.CaptureFixture[str]:
    """An installation with one connected account; what commands say goes to the fixture."""
    with database.begin() as connection:
        PortalStore().connect(connection, portal_id=PORTAL, scopes=["oauth"], now=datetime.now(UTC))
    environment = {
        "DATABASE_URL": database_url,
        "LEADLIGHT_KEYS": new_key(),
        "HUBSPOT_API_URL": "http://127.0.0.1:9",
        "LEADLIGHT_PUBLIC_URL": "https://leadlight.example",
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return capsys


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "Say one of --run, --since, --provider or --record."),
        (["--run", "a", "--provider", "apollo"], "Say one of --run"),
        (["--run", "a", "--since", "2026-11-21"], "A run is undone whole"),
        (["--until", "2026-11-21"], "Say one of --run"),
        (["--since", "yesterday"], "--since must be a moment such as 2026-11-21T10:00:00Z, not 'yesterday'"),
        (["--since", "2020-01-01"], "kept for 90 days"),
        (["--record", "123"], "A record is written as contacts/123"),
        (["--record", "notes/123"], "A record is written as contacts/123"),
        (["--provider", "apollo", "--field", "city"], "--field belongs to --record"),
        (["--run", "nonsense"], "Account 4242 has no run with the id nonsense."),
        (["--provider", "apollo"], "Leadlight wrote nothing that can be undone for values from apollo."),
        (["--resume", "nonsense"], "Account 4242 has no undo with the id nonsense."),
    ],
)
def test_what_cannot_be_meant_is_refused(complaint: pytest.CaptureFixture[str], arguments: list[str], words: str) -> None:
    assert main(["undo", "--portal", str(PORTAL), *arguments]) == 1
    assert words in " ".join(complaint.readouterr().err.split())


def test_an_end_before_the_beginning_is_refused(complaint: pytest.CaptureFixture[str]) -> None:
    day = f"{datetime.now(UTC):%Y-%m-%d}"
    assert main(["undo", "--portal", str(PORTAL), "--since", f"{day}T10:00", "--until", f"{day}T09:00"]) == 1
    assert "must lie after its beginning" in complaint.readouterr().err
