"""The app home over HTTP: what is listed, for whom, what it cost, and how the account is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import insert

from integration.db.models import AlertRow, CreditCharge, DeadLetterRow, RunRow
from integration.db.models.cards import OwnerRow
from integration.db.models.results import BriefRow, DraftRow, ScoreRow
from integration.db.session import Database
from integration.hubspot.objects import AccountDetails
from integration.providers.budget import Period, RoomKey
from tests.contract.cards.settings_caller import ADMIN, NOBODY, OURS, THEIRS, VIEWER, Caller, open_caller

MINE, STRANGERS = "601", "603"
"""Owners: the first is the caller, user 9101."""


@pytest.fixture
def caller(database: Database) -> Iterator[Caller]:
    with open_caller(database) as opened:
        yield opened


def know(
    caller: Caller,
    object_id: str,
    value: float | None,
    *,
    owner_id: str | None = None,
    portal_id: int = OURS,
    score: str = "priority",
) -> None:
    """A contact with a brief and one score."""
    now = caller.parts.clock()
    key = {"portal_id": portal_id, "object_type": "contacts", "object_id": object_id}
    headline = f"Sample Contact {object_id}, Sample Works: strong fit, {value or 0:.0f} of 100"
    with caller.parts.database.begin() as connection:
        connection.execute(
            insert(ScoreRow).values(**key, name=score, value=value, unit="points", label="hot", reasons=[], scored_at=now)
        )
        connection.execute(
            insert(BriefRow).values(**key, headline=headline, sections=[], fingerprint="f", built_at=now, owner_id=owner_id)
        )


def draft(caller: Caller, object_id: str, state: str = "drafted", edited: str = "") -> None:
    steps = [{"position": 1, "day_offset": 0, "channel": "email", "subject": "Sample subject", "body": "b", "rests_on": []}]
    more = {"edited_steps": [{**steps[0], "subject": edited}], "edited_from": "f"} if edited else {}
    with caller.parts.database.begin() as connection:
        connection.execute(
            insert(DraftRow).values(
                portal_id=OURS, object_type="contacts", object_id=object_id, state=state, steps=steps, fingerprint="f",
                built_at=caller.parts.clock(), **more,
            )
        )  # fmt: skip


def own(caller: Caller) -> None:
    """The caller and a stranger in another team are owners."""
    now = caller.parts.clock()
    people = ((MINE, "9101", "71"), (STRANGERS, "9103", "72"))
    rows = [
        {
            "portal_id": OURS, "owner_id": owner_id, "user_id": user_id, "email": f"owner.{owner_id}@portal.example.com",
            "name": f"Sample Owner {owner_id}", "team_ids": [team], "archived": False, "fetched_at": now,
        }
        for owner_id, user_id, team in people
    ]  # fmt: skip
    with caller.parts.database.begin() as connection:
        connection.execute(insert(OwnerRow), rows)


def add(caller: Caller, row: Any, **values: Any) -> None:
    with caller.parts.database.begin() as connection:
        connection.execute(insert(row).values(portal_id=OURS, **values))


def test_the_hottest_come_first_with_title_and_address(caller: Caller) -> None:
    for number in range(12):
        know(caller, str(100 + number), 50.0 + number)
    know(caller, "200", None)
    know(caller, "900", 99.0, portal_id=THEIRS)
    account = AccountDetails(OURS, "STANDARD", "UTC", "USD", "app-eu1.hubspot.com", "eu1")
    with caller.parts.database.begin() as connection:
        caller.parts.portals.save_account(connection, portal_id=OURS, account=account)
    hottest = caller.data("home")["hottest"]
    assert [one["object_id"] for one in hottest] == [str(number) for number in range(111, 101, -1)]
    assert hottest[0] == {
        "object_type": "contacts",
        "object_id": "111",
        "title": "Sample Contact 111, Sample Works",
        "headline": "Sample Contact 111, Sample Works: strong fit, 61 of 100",
        "value": 61.0,
        "label_words": "Hot",
        "tone": "good",
        "url": f"https://app-eu1.hubspot.com/contacts/{OURS}/record/0-1/111",
    }


def test_without_a_priority_the_fit_decides(caller: Caller) -> None:
    know(caller, "101", 40.0, score="icp_fit")
    assert [one["object_id"] for one in caller.data("home")["hottest"]] == ["101"]


def test_records_of_others_are_left_out_and_looked_past(caller: Caller) -> None:
    own(caller)
    for number in range(120):
        know(caller, str(1_000 + number), 90.0, owner_id=STRANGERS)
    know(caller, "1", 10.0, owner_id=MINE)
    know(caller, "2", 20.0)
    draft(caller, "1000")
    draft(caller, "1")
    home = caller.data("home", NOBODY)
    assert [one["object_id"] for one in home["hottest"]] == ["2", "1"]
    assert [one["object_id"] for one in home["approvals"]] == ["1"]
    assert home["approvals_total"] == 1
    assert home["viewer"] == {"may_act": True, "is_admin": False}
    seen = caller.data("home", ADMIN)
    assert (len(seen["hottest"]), seen["approvals_total"], seen["viewer"]["is_admin"]) == (10, 2, True)
    assert [one["object_id"] for one in seen["hottest"]] == [str(1_000 + number) for number in range(10)]


def test_drafts_that_wait_come_by_priority_and_those_judged_do_not(caller: Caller) -> None:
    know(caller, "1", 10.0)
    know(caller, "2", 20.0)
    know(caller, "3", None)
    for object_id in ("1", "3", "4"):
        draft(caller, object_id)
    draft(caller, "2", edited="Edited subject")
    for object_id, state in (("5", "approved"), ("6", "rejected"), ("7", "refused")):
        draft(caller, object_id, state)
    home = caller.data("home")
    assert [(one["object_id"], one["value"]) for one in home["approvals"]][:2] == [("2", 20.0), ("1", 10.0)]
    assert {one["object_id"] for one in home["approvals"][2:]} == {"3", "4"}
    assert home["approvals_total"] == 4
    assert home["approvals"][0]["summary"] == "1 step, begins with: Edited subject"
    assert next(one for one in home["approvals"] if one["object_id"] == "4")["title"] == "Contact 4"


def test_runs_under_way_come_first_and_people_without_a_role_see_their_own(caller: Caller) -> None:
    now = caller.parts.clock()
    for number in range(9):
        at = now - timedelta(minutes=number)
        add(caller, RunRow, run_id=f"done-{number}", kind="live", object_type="contacts", started_at=at, finished_at=at)
    began = now - timedelta(hours=5)
    add(
        caller, RunRow, run_id="under-way", kind="undo", object_type="contacts", started_at=began, requested_by=NOBODY,
        total_count=40, done_count=10,
    )  # fmt: skip
    runs = caller.data("home", VIEWER)["runs"]
    assert [run["run_id"] for run in runs] == ["under-way", *(f"done-{number}" for number in range(7))]
    assert (runs[0]["done"], runs[0]["total"], runs[0]["finished_at"]) == (10, 40, None)
    assert [run["run_id"] for run in caller.data("home", NOBODY)["runs"]] == ["under-way"]


def test_spend_is_told_by_provider_with_its_cap_and_by_day(caller: Caller) -> None:
    now = caller.parts.clock()
    today = now.date()
    for back, cost in ((0, "1.25"), (1, "2.00"), (40, "9.00")):
        on = today - timedelta(days=back)
        add(caller, CreditCharge, provider="apollo", charged_on=on, credits=Decimal(cost) * 10, cost_usd=Decimal(cost))
    with caller.parts.database.begin() as connection:
        for provider in ("apollo", "hunter"):
            caller.parts.spending.save_cap(
                connection, portal_id=OURS, key=RoomKey(provider, Period.MONTH), credits=Decimal(100), by="a", now=now
            )
    spend = caller.data("home")["spend"]
    month = Decimal("3.25") if today.day > 1 else Decimal("1.25")
    assert (spend["today_usd"], spend["month_usd"]) == ("1.25", str(month))
    assert [(one["provider"], one["cap_credits"], one["used_ratio"]) for one in spend["by_provider"]] == [
        ("apollo", "100", 0.0),
        ("hunter", "100", 0.0),
    ]
    assert len(spend["by_day"]) == 30
    assert [one["cost_usd"] for one in spend["by_day"]][-2:] == [2.0, 1.25]
    assert spend["by_day"][-1]["day"] == today.isoformat()


def test_what_is_amiss_is_said_with_what_to_do(caller: Caller) -> None:
    add(caller, AlertRow, kind="budget", subject="apollo/day/80", message="Sample alert about a budget")
    add(caller, DeadLetterRow, kind="record", object_type="contacts", object_id="1", reason="rejected", detail="Sample")
    health = caller.data("home")["health"]
    assert health["level"] == "bad"
    assert health["lines"][0]["text"].startswith("No worker is running")
    assert {"Sample alert about a budget"} < {line["text"] for line in health["lines"]}
    assert any("could not be worked on" in line["text"] for line in health["lines"])
    assert all(line["what_to_do"] for line in health["lines"])


def test_a_portal_that_lost_its_connection_may_not_act_and_reads_why(caller: Caller) -> None:
    with caller.parts.database.begin() as connection:
        caller.parts.portals.set_state(
            connection, portal_id=OURS, state="disconnected", reason="sample_reason", now=caller.parts.clock()
        )
    home = caller.data("home")
    assert home["viewer"]["may_act"] is False
    assert any("sample_reason" in line["text"] and line["level"] == "bad" for line in home["health"]["lines"])
