"""The operator's commands on a real database: choices, keys, doctor, status, replay, rotation, and what each refuses."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from integration.cli import main
from integration.core.clock import system_clock
from integration.core.crypto import SecretBox, new_key
from integration.core.settings import Secret
from integration.db.session import Database
from integration.hubspot.portal_store import PortalStore
from integration.jobs.dead_letter_store import DeadLetterEntry, DeadLetterStore
from integration.providers.base import ProviderReply
from integration.providers.budget import Want
from integration.providers.keys_store import KeysStore
from integration.providers.spending import CallReport, Spending
from integration.scoring.profile import default_profile

PORTAL = 4242
KEY = new_key()
Run = Callable[..., tuple[int, str]]


@pytest.fixture
def leadlight(database_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command on the test's database; exit code and standard output."""
    environment = {
        "DATABASE_URL": database_url,
        "LEADLIGHT_KEYS": KEY,
        "HUBSPOT_API_URL": "http://127.0.0.1:9",
        "LEADLIGHT_PUBLIC_URL": "https://leadlight.example",
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    def run(*arguments: str, stdin: str = "") -> tuple[int, str]:
        monkeypatch.setattr("sys.stdin", io.StringIO(stdin))
        capsys.readouterr()
        code = main(arguments)
        return code, capsys.readouterr().out

    return run


@pytest.fixture
def portal(database: Database) -> int:
    with database.begin() as connection:
        PortalStore().connect(connection, portal_id=PORTAL, scopes=["oauth"], now=datetime.now(UTC))
    return PORTAL


def preferences(database: Database) -> dict[str, Any]:
    with database.begin() as connection:
        found = PortalStore().find(connection, portal_id=PORTAL)
    assert found is not None
    return dict(found.preferences)


def test_choices_of_an_admin_are_stored_and_the_others_kept(leadlight: Run, database: Database, portal: int) -> None:
    assert leadlight("portal", "--portal", str(portal), "--sender-name", " Sample Rep ", "--fill", "city, country")[0] == 0
    assert leadlight("portal", "--portal", str(portal), "--offer", "cleaner data")[0] == 0
    assert preferences(database) == {
        "sender_name": "Sample Rep",
        "standard_properties": ["city", "country"],
        "sender_offer": "cleaner data",
    }


@pytest.mark.parametrize("arguments", [("--fill", "hubspot_owner_id"), ("--profile", "/nowhere.yaml")])
def test_a_choice_that_cannot_be_is_refused_and_nothing_changes(
    leadlight: Run, database: Database, portal: int, arguments: tuple[str, str]
) -> None:
    assert leadlight("portal", "--portal", str(portal), *arguments)[0] == 1
    assert preferences(database) == {}


def test_a_scoring_profile_is_checked_before_it_is_stored(leadlight: Run, database: Database, portal: int, tmp_path: Path) -> None:
    profile = tmp_path / "profile.yaml"
    profile.write_text("icp: {}", encoding="utf-8")
    assert leadlight("portal", "--portal", str(portal), "--profile", str(profile))[0] == 1
    profile.write_text(json.dumps(default_profile().model_dump(mode="json")), encoding="utf-8")  # JSON is YAML
    assert leadlight("portal", "--portal", str(portal), "--profile", str(profile))[0] == 0
    assert preferences(database)["icp_profile"]["icp"]["industry"]["weight"] == 30


def test_a_portal_that_never_installed_is_said_to_be_unknown(leadlight: Run) -> None:
    assert leadlight("portal", "--portal", "1")[0] == 1


def test_a_provider_key_comes_from_standard_input_and_is_sealed(leadlight: Run, database: Database, portal: int) -> None:
    assert leadlight("provider-key", "--portal", str(portal), "--provider", "apollo", stdin="key-of-sample\n")[0] == 0
    with database.begin() as connection:
        assert b"key-of-sample" not in bytes(connection.execute(text("SELECT sealed_key FROM provider_key")).scalar_one())
        assert KeysStore(SecretBox([KEY])).keys_of(connection, portal_id=portal) == {"apollo": Secret("key-of-sample")}
    assert leadlight("provider-key", "--portal", str(portal), "--provider", "apollo", "--remove")[0] == 0
    with database.begin() as connection:
        assert KeysStore(SecretBox([KEY])).keys_of(connection, portal_id=portal) == {}


@pytest.mark.parametrize(("provider", "stdin"), [("website", "a-key\n"), ("apollo", "\n"), ("unknown", "a-key\n")])
def test_a_key_that_makes_no_sense_is_refused(leadlight: Run, portal: int, provider: str, stdin: str) -> None:
    assert leadlight("provider-key", "--portal", str(portal), "--provider", provider, stdin=stdin)[0] == 1


def test_rotation_moves_every_secret_to_the_new_key(
    leadlight: Run, database: Database, portal: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    leadlight("provider-key", "--portal", str(portal), "--provider", "hunter", stdin="key-of-sample\n")
    fresh = new_key()
    monkeypatch.setenv("LEADLIGHT_KEYS", f"{fresh},{KEY}")
    assert leadlight("rotate-keys")[0] == 0
    with database.begin() as connection:
        assert KeysStore(SecretBox([fresh])).keys_of(connection, portal_id=portal) == {"hunter": Secret("key-of-sample")}


def test_the_doctor_names_what_is_wrong_and_what_to_do(leadlight: Run, portal: int) -> None:
    code, printed = leadlight("doctor", "--portal", str(portal), "--json")
    found = {check["name"]: check for check in json.loads(printed)[f"portal {portal}"]}
    assert code == 1
    assert found["token"]["ok"] is False
    assert found["provider apollo"]["ok"] is None
    assert "leadlight provider-key" in found["provider apollo"]["what_to_do"]
    assert any(check["name"] == "scopes" and check["ok"] is False for check in json.loads(printed)[f"portal {portal}"])


def test_status_counts_what_waits(leadlight: Run, portal: int) -> None:
    code, printed = leadlight("status", "--portal", str(portal), "--json")
    assert code == 0
    assert json.loads(printed)["is_settled"] is True


def test_dead_letters_are_put_back_once(leadlight: Run, database: Database, portal: int) -> None:
    letter = DeadLetterEntry(portal_id=portal, kind="record", reason="refused", detail="x", object_type="contacts", object_id="1")
    with database.begin() as connection:
        DeadLetterStore().save(connection, [letter])
    assert json.loads(leadlight("replay", "--dead-letters", "--json")[1]) == {"replayed": 1}
    assert json.loads(leadlight("replay", "--dead-letters", "--json")[1]) == {"replayed": 0}
    with database.begin() as connection:
        assert connection.execute(text("SELECT object_id FROM work_item")).scalars().all() == ["1"]


@pytest.mark.parametrize("arguments", [(), ("--since", "yesterday"), ("--since", "2026-11-21", "--dead-letters")])
def test_a_replay_that_is_not_clear_is_refused(leadlight: Run, arguments: tuple[str, ...]) -> None:
    assert leadlight("replay", *arguments)[0] == 1


def test_a_disconnect_link_is_printed_for_the_portal(leadlight: Run, portal: int) -> None:
    code, printed = leadlight("disconnect", "--portal", str(portal))
    assert code == 0
    assert printed.startswith(f"https://leadlight.example/portals/{portal}/disconnect?link=")


def test_real_hubspot_needs_settings_and_up_names_them_all(leadlight: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(("up",)) == 1
    complaint = capsys.readouterr().err
    assert all(name in complaint for name in ("HUBSPOT_APP_ID", "HUBSPOT_CLIENT_ID", "HUBSPOT_CLIENT_SECRET"))


def test_without_keys_nothing_starts(leadlight: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEADLIGHT_KEYS", "")
    assert leadlight("rotate-keys")[0] == 1


def test_generated_files_are_current(leadlight: Run) -> None:
    assert leadlight("render-project", "--check")[0] == 0


def test_a_budget_is_set_shown_and_removed(leadlight: Run, database: Database, portal: int) -> None:
    budget = ("budget", "--portal", str(portal), "--json")
    assert leadlight(*budget, "--provider", "apollo", "--period", "day", "--cap", "12.5")[0] == 0
    shown = json.loads(leadlight(*budget)[1])
    capped = [row for row in shown if row["cap"] is not None]
    assert [(row["provider"], row["period"], row["cap"], row["left"]) for row in capped] == [("apollo", "day", "12.500", "12.500")]
    assert {row["provider"] for row in shown} >= {"all", "apollo", "hunter"}
    assert leadlight("budget", "--portal", str(portal))[0] == 0
    assert leadlight(*budget, "--provider", "apollo", "--period", "day", "--no-cap")[0] == 0
    assert not [row for row in json.loads(leadlight(*budget)[1]) if row["cap"] is not None]
    with database.begin() as connection:
        assert connection.execute(text("SELECT actor, action FROM audit")).all() == [("command line", "budget_set")] * 2


@pytest.mark.parametrize(
    "arguments",
    [
        ("--cap", "-1"),
        ("--cap", "many"),
        ("--cap", "NaN"),
        ("--provider", "nobody", "--cap", "1"),
        ("settle", "--provider", "apollo"),
        ("settle", "--charged"),
        ("reconcile",),
    ],
)
def test_a_budget_that_cannot_be_is_refused(leadlight: Run, database: Database, portal: int, arguments: tuple[str, ...]) -> None:
    assert leadlight("budget", *arguments, "--portal", str(portal))[0] == 1
    with database.begin() as connection:
        assert connection.execute(text("SELECT count(*) FROM budget")).scalar_one() == 0


def test_unanswered_calls_are_settled_by_a_persons_word(leadlight: Run, database: Database, portal: int) -> None:
    with database.begin() as connection:
        spending = Spending(lambda *_: None)
        want = Want("apollo", "people", 4, Decimal(1))
        (permit,) = spending.reserve(connection, portal_id=portal, wants=[want], now=system_clock())
        lost = ProviderReply("apollo", "failed", may_be_charged=True)
        report = CallReport("apollo", permit.call_id, True, (lost,) * 4)
        spending.settle(connection, portal_id=portal, reports=[report], now=system_clock())
    assert leadlight("budget", "settle", "--portal", str(portal), "--provider", "apollo", "--not-charged")[0] == 0
    with database.begin() as connection:
        assert connection.execute(text("SELECT state, credits FROM credit_call")).all() == [("settled", 0)]
        assert connection.execute(text("SELECT credits FROM credit_charge")).scalar_one() == 0


def test_records_are_named_checked_and_queued_for_another_pass(leadlight: Run, database: Database, portal: int) -> None:
    enrich = ("enrich", "--portal", str(portal), "--object", "contacts", "--ids")
    assert leadlight(*enrich, "12, 13,12")[0] == 1, "without a terminal and --yes nothing begins"
    assert leadlight(*enrich, "12;x", "--yes")[0] == 1
    code, out = leadlight(*enrich, "12, 13,12", "--yes", "--json")[:2]
    assert (code, json.loads(out)) == (0, {"records": 2, "credits": "0", "cost_usd": "0"})
    with database.begin() as connection:
        assert connection.execute(text("SELECT object_id, lane, causes FROM work_item ORDER BY 1")).all() == [
            ("12", 1, ["enrich_again"]),
            ("13", 1, ["enrich_again"]),
        ]


def test_a_replay_says_first_what_it_can_cost(
    leadlight: Run, database: Database, portal: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert leadlight("provider-key", "--portal", str(portal), "--provider", "apollo", stdin="key-of-sample\n")[0] == 0
    letter = DeadLetterEntry(portal_id=portal, kind="record", reason="refused", detail="x", object_type="contacts", object_id="1")
    events = [
        {"subscriptionType": "company.creation"},
        {"subscriptionType": "contact.creation"},
        {"subscriptionType": "contact.deletion"},
    ]
    with database.begin() as connection:
        DeadLetterStore().save(connection, [letter])
        connection.execute(
            text("INSERT INTO delivery (portal_id, received_at, body, unpacked_at) VALUES (:portal_id, now(), :body, now())"),
            {"portal_id": portal, "body": json.dumps(events).encode()},
        )
    capsys.readouterr()
    assert main(("replay", "--dead-letters", "--preview")) == 0
    said = capsys.readouterr().err
    assert "1 contacts: at most 2 credits, about $0.04." in said
    assert "1 dead letters would be put back; nothing was." in said
    assert main(("replay", "--since", "2026-01-01", "--preview")) == 0
    said = capsys.readouterr().err
    assert "1 companies: at most 1 credits" in said
    assert "2 contacts: at most 4 credits" in said
    assert "Hunter.io" in said.partition("Not asked, since this account has no key: ")[2]
    with database.begin() as connection:
        assert connection.execute(text("SELECT count(*) FROM work_item")).scalar_one() == 0
        assert connection.execute(text("SELECT count(*) FROM delivery WHERE unpacked_at IS NULL")).scalar_one() == 0
    assert main(("replay", "--since", "2026-01-01")) == 0
    assert "at most" in capsys.readouterr().err


def test_erasing_at_once_needs_the_portals_id_once_more(leadlight: Run, database: Database, portal: int) -> None:
    asked = ("disconnect", "--portal", str(portal), "--erase-now")
    with database.begin() as connection:
        PortalStore().set_state(connection, portal_id=portal, state="disconnected", reason="bad_hub", now=datetime.now(UTC))
    assert leadlight(*asked, stdin="yes\n")[0] == 1
    assert _erasures(database) == 0
    assert leadlight(*asked, stdin=f"{portal}\n")[0] == 0
    assert leadlight(*asked, "--yes")[0] == 0
    assert _erasures(database) == 2, "one at once and one for what was under way, however often it is asked"


def _erasures(database: Database) -> int:
    with database.begin() as connection:
        query = text("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'erase_portal'")
        return int(connection.execute(query).scalar_one())
