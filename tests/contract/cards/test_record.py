"""The record's card: who sees it, what it shows, and what it does, over HTTP against HubSpot's simulator."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from sqlalchemy import func, insert, select, update

from integration.access.role_store import RoleStore
from integration.access.roles import Role
from integration.core.clock import system_clock
from integration.db.models import AuditRow, DeadLetterRow
from integration.db.models.results import DraftRow
from integration.db.models.worklist import RecordStateRow, WorkItemRow
from tests.contract.cards.conftest import (
    ADMIN,
    LONER,
    MATE,
    OURS,
    REP,
    SEED,
    STRANGER,
    Cards,
    address_of,
    connect,
    data_of,
    refusal_of,
)
from tests.contract.cards.known import WORDS, add_run, know

SEES = {REP: (REP, MATE, LONER, None), MATE: (REP, MATE, LONER, None), STRANGER: (STRANGER, LONER, None), ADMIN: (LONER, None)}


def grant(cards: Cards, user_id: str, role: Role) -> None:
    with cards.parts.database.begin() as connection:
        RoleStore().grant(connection, portal_id=OURS, email=address_of(user_id), role=role, by="install", now=system_clock())


def queue(cards: Cards, record: str, **values: Any) -> None:
    now = system_clock()
    fields = {"lane": 0, "causes": ["card"], "queued_at": now, "due_at": now, **values}
    with cards.parts.database.begin() as connection:
        connection.execute(insert(WorkItemRow).values(portal_id=OURS, object_type="contacts", object_id=record, **fields))


def work(cards: Cards) -> list[tuple[str, str, int, list[str]]]:
    with cards.parts.database.begin() as connection:
        row = WorkItemRow
        query = select(row.object_type, row.object_id, row.lane, row.causes).order_by(row.object_type, row.object_id)
        return [tuple(one) for one in connection.execute(query)]  # type: ignore[misc]


def visible_owners(cards: Cards, records: dict[str | None, str], user_id: str) -> set[str | None]:
    seen = set()
    for owner, record in records.items():
        told = cards.ask(f"record/contacts/{record}", userId=user_id).json()
        assert told["ok"] or told["error"]["reason"] == "not_visible", told
        if told["ok"]:
            seen.add(owner)
    return seen


def test_the_rule_decides_who_sees_which_record(cards: Cards) -> None:
    owners = (REP, MATE, STRANGER, LONER, None)
    for records in (
        {owner: know(cards, str(870_001 + place), owner_user=owner) for place, owner in enumerate(owners)},
        {owner: cards.contact(owner_user=owner) for owner in owners},
    ):
        for user_id, seen in SEES.items():
            assert visible_owners(cards, records, user_id) == set(seen), f"user {user_id} under the default rule"
    cards.prefer(card_access="owner")
    assert visible_owners(cards, records, REP) == {REP, None}
    cards.prefer(card_access="everyone")
    assert visible_owners(cards, records, STRANGER) == set(owners)
    cards.prefer(card_access="nonsense")
    assert visible_owners(cards, records, REP) == {REP, MATE, LONER, None}, "what is no rule counts as the default"
    grant(cards, STRANGER, Role.VIEWER)
    assert visible_owners(cards, records, STRANGER) == {STRANGER, LONER, None}, "a viewer of the console sees no more"
    grant(cards, STRANGER, Role.OPERATOR)
    assert visible_owners(cards, records, STRANGER) == set(owners)


def test_without_the_owners_permission_owned_records_are_for_operators_and_the_message_names_it(cards: Cards) -> None:
    mine, nobodys = know(cards, "870101", owner_user=REP), know(cards, "870102")
    connect(cards, OURS, scopes=("oauth", "crm.objects.contacts.read", "crm.objects.companies.read"))
    assert "crm.objects.owners.read" in refusal_of(cards.ask(f"record/contacts/{mine}"))[1]
    assert refusal_of(cards.ask("record/contacts/870999")) == refusal_of(cards.ask(f"record/contacts/{mine}"))
    assert data_of(cards.ask(f"record/contacts/{nobodys}"))["object_id"] == nobodys
    grant(cards, REP, Role.OPERATOR)
    assert data_of(cards.ask(f"record/contacts/{mine}"))["object_id"] == mine


def test_a_known_record_is_told_whole_in_one_fetch_and_nobody_outside_is_asked(cards: Cards) -> None:
    record = know(cards, "870201", owner_user=REP)
    data_of(cards.ask(f"record/contacts/{record}"))
    calls = list(cards.simulator.world.recorder.calls())
    view = data_of(cards.ask(f"record/contacts/{record}"))
    assert data_of(cards.ask(f"record/0-1/{record}")) == view
    assert list(cards.simulator.world.recorder.calls()) == calls, "owners are known by now, and the record is"
    assert (view["headline"], view["state"]["kind"], view["state"]["is_busy"]) == (WORDS, "ready", False)
    priority, [icp] = view["priority"], view["scores"]
    assert (priority["name"], priority["label_words"], priority["tone"]) == ("priority", "Hot", "good")
    assert sum(reason["points"] for reason in priority["reasons"]) == priority["value"] == 72.0
    assert priority["moved"]["change"] == 22.0 == sum(why["points"] for why in priority["moved"]["why"])
    assert (icp["title"], icp["label_words"]) == ("ICP fit", "Strong fit")
    assert [section["name"] for section in view["brief"]["sections"]][-1] == "next_step"
    assert view["next_step"]["evidence"][0] | {"seen_at": ""} == {
        "field": "Industry", "source": "Apollo", "source_url": "https://apollo.example/1", "seen_at": "",
    }  # fmt: skip
    assert (view["draft"]["state"], view["draft"]["may_approve"], view["draft"]["version"]) == ("drafted", True, 1)
    [wrote], [fact] = view["provenance"]["fields"], view["provenance"]["facts"]
    assert (wrote["property"], wrote["source"], wrote["may_undo"], fact["chosen"]) == ("jobtitle", "Apollo", True, True)
    assert view["console_url"] == f"{cards.server.base_url}/admin/{OURS}/records/contacts/{record}"
    assert view["viewer"] == {"may_act": True, "is_admin": False}
    assert (view["people"], view["company"], view["deal"]) == ([], None, None)


def test_every_state_is_told_with_words_and_what_to_do(cards: Cards) -> None:
    now, soon = system_clock(), system_clock() + timedelta(minutes=20)

    def kind(record: str) -> str:
        state = data_of(cards.ask(f"record/contacts/{record}"))["state"]
        assert state["title"] and state["message"].endswith("."), state
        return str(state["kind"])

    assert kind(cards.contact(owner_user=REP)) == "new"
    items: tuple[tuple[dict[str, Any], str], ...] = (
        ({}, "queued"),
        ({"lease_until": soon, "lease_id": "7c9e6679-7425-40de-944b-e07fc1f90ae7"}, "running"),
        ({"causes": ["ask_again"], "due_at": soon}, "waiting_for_provider"),
        ({"causes": ["budget"], "due_at": soon}, "over_budget"),
        ({"causes": ["ask_again"]}, "queued"),
    )
    for number, (values, expected) in enumerate(items):
        record = know(cards, str(870_301 + number), owner_user=REP)
        queue(cards, record, **values)
        assert kind(record) == expected
    assert kind(know(cards, "870311", value=None)) == "not_enough_evidence"
    old = data_of(cards.ask(f"record/contacts/{know(cards, '870312', checked_at=now - timedelta(days=31))}"))["state"]
    assert (old["kind"], old["is_stale"]) == ("ready", True)
    failed = know(cards, "870313", checked_at=now - timedelta(hours=2))
    with cards.parts.database.begin() as connection:
        connection.execute(
            insert(DeadLetterRow).values(
                portal_id=OURS, kind="record", reason="refused", detail="Sample reason.", object_type="contacts", object_id=failed,
            )
        )  # fmt: skip
    assert kind(failed) == "failed"
    cards.prefer(dry_run=True)
    dry = data_of(cards.ask(f"record/contacts/{know(cards, '870314')}"))
    assert (dry["state"]["kind"], dry["draft"]["may_approve"]) == ("dry_run", False)
    assert "ry run" in dry["draft"]["why_not"]
    with cards.parts.database.begin() as connection:
        cards.parts.portals.set_state(connection, portal_id=OURS, state="disconnected", reason="revoked", now=now)
    gone = data_of(cards.ask("record/contacts/870314"))
    assert (gone["state"]["kind"], gone["viewer"]["may_act"], gone["headline"]) == ("disconnected", False, WORDS)
    assert refusal_of(cards.tell("record/contacts/870314/enrich"))[0] == "disconnected"


def test_a_record_that_nobody_works_on_says_so_after_a_minute(cards: Cards) -> None:
    record = know(cards, "870401")
    queue(cards, record)
    assert data_of(cards.ask(f"record/contacts/{record}"))["state"]["no_worker"] is True
    with cards.parts.database.begin() as connection:
        connection.exec_driver_sql("INSERT INTO procrastinate_workers DEFAULT VALUES")
    assert data_of(cards.ask(f"record/contacts/{record}"))["state"]["no_worker"] is False


def test_merged_deleted_and_erased_records_lead_to_what_is_left_of_them(cards: Cards) -> None:
    survivor, hidden = know(cards, "870501", owner_user=REP), know(cards, "870502", owner_user=STRANGER)
    states: dict[str, dict[str, Any]] = {
        "870511": {"merged_at_ms": 5, "survivor_id": survivor},
        "870512": {"merged_at_ms": 5, "survivor_id": hidden},
        "870513": {"deleted_at_ms": 5},
        "870514": {"erased_at_ms": 5},
    }
    with cards.parts.database.begin() as connection:
        for object_id, values in states.items():
            connection.execute(insert(RecordStateRow).values(portal_id=OURS, object_type="contacts", object_id=object_id, **values))
    assert data_of(cards.ask("record/contacts/870511"))["object_id"] == survivor
    assert {refusal_of(cards.ask(f"record/contacts/{one}"))[0] for one in ("870512", "870513", "870514")} == {"not_visible"}
    grant(cards, REP, Role.ADMIN)
    erased = data_of(cards.ask("record/contacts/870514"))
    assert (erased["state"]["kind"], erased["headline"], erased["viewer"]) == ("erased", None, {"may_act": False, "is_admin": True})
    assert refusal_of(cards.tell("record/contacts/870514/enrich"))[0] == "erased"


def test_enrich_queues_live_work_is_audited_and_its_progress_can_be_followed(cards: Cards) -> None:
    record = cards.contact(owner_user=REP)
    told = data_of(cards.tell(f"record/contacts/{record}/enrich"))
    assert (told["state"]["kind"], told["state"]["is_busy"]) == ("queued", True)
    assert work(cards) == [("contacts", record, 0, ["card"])]
    with cards.parts.database.begin() as connection:
        [audit] = connection.execute(select(AuditRow.actor, AuditRow.role, AuditRow.action, AuditRow.target))
        jobs = connection.exec_driver_sql(
            "SELECT task_name, args->>'lane' FROM procrastinate_jobs WHERE task_name = 'process'"
        ).all()
    assert tuple(audit) == (address_of(REP), "rep", "enrich", f"contacts/{record}")
    assert [tuple(job) for job in jobs] == [("process", "0")]
    progress = data_of(cards.ask(f"record/contacts/{record}/progress?since={quote(told['since'])}"))
    assert (progress["done"], progress["position"], progress["state"]["kind"]) == (False, 0, "queued")
    other = know(cards, "870601")
    queue(cards, other, due_at=system_clock() + timedelta(milliseconds=1))
    time.sleep(0.01)
    assert data_of(cards.ask(f"record/contacts/{other}/progress?since={quote(told['since'])}"))["position"] == 1
    with cards.parts.database.begin() as connection:
        cards.parts.worklist.remove(connection, OURS, "contacts", [record])
    know(cards, record, owner_user=REP)
    done = data_of(cards.ask(f"record/contacts/{record}/progress?since={quote(told['since'])}"))
    assert (done["done"], done["position"], done["state"]["kind"]) == (True, None, "ready")
    cards.prefer(dry_run=True)
    data_of(cards.tell(f"record/contacts/{record}/enrich"))
    assert [lane for _, object_id, lane, _ in work(cards) if object_id == record] == [2], "a dry run looks and does not write"


def test_undo_of_a_field_starts_a_run_that_only_who_asked_and_operators_see(cards: Cards) -> None:
    record = know(cards, "870701", owner_user=REP)
    path = f"record/contacts/{record}/undo"
    assert refusal_of(cards.tell(path, {"property": "phone"}))[0] == "not_ours"
    told = data_of(cards.tell(path, {"property": "jobtitle"}))
    run = data_of(cards.ask(f"runs/{told['run_id']}"))["run"]
    assert (run["kind"], run["requested_by"], run["total"], run["finished_at"]) == ("undo", address_of(REP), 1, None)
    assert run["words"] == f"Takes back contact {record}, field jobtitle"
    assert run["url"] == f"{cards.server.base_url}/admin/{OURS}/runs/{told['run_id']}"
    assert refusal_of(cards.ask(f"runs/{told['run_id']}", userId=MATE)) == refusal_of(cards.ask("runs/none", userId=MATE))
    with cards.parts.database.begin() as connection:
        add_run(connection, OURS, "background", requested_by="")
        query = select(func.count()).select_from(AuditRow).where(AuditRow.action == "undo")
        assert connection.execute(query).scalar_one() == 1
    assert refusal_of(cards.ask("runs/background"))[0] == "not_visible"
    assert refusal_of(cards.ask("runs/background", userEmail=""))[0] == "not_visible", "nobody is not who asked"
    grant(cards, MATE, Role.OPERATOR)
    assert data_of(cards.ask(f"runs/{told['run_id']}", userId=MATE))["run"] == run


def test_a_deal_shows_its_company_and_its_people_and_enriching_it_enriches_them(cards: Cards) -> None:
    deal, company = cards.deal(owner_user=REP, amount="1200.5", closedate="2026-12-24T00:00:00Z"), cards.company(owner_user=REP)
    mine, hidden = cards.contact(owner_user=REP), cards.contact(owner_user=STRANGER)
    portal = cards.simulator.world.portals[OURS]
    for kind, object_id in (("companies", company), ("contacts", mine), ("contacts", hidden)):
        portal.associate(("deals", deal), (kind, object_id), source=SEED)
    assert data_of(cards.ask(f"record/0-3/{deal}"))["state"]["kind"] == "new"
    know(cards, company, object_type="companies", owner_user=REP)
    know(cards, mine, owner_user=REP, company_id=company)
    know(cards, hidden, owner_user=STRANGER, company_id=company)
    view = data_of(cards.ask(f"record/deals/{deal}"))
    assert view["deal"] | {"seen_at": ""} == {
        "name": "Sample deal", "stage": "Appointment Scheduled", "amount": "1200.50", "closes_on": "2026-12-24", "seen_at": "",
    }  # fmt: skip
    assert (view["company"]["object_id"], view["company"]["priority"]["label"]) == (company, "hot")
    assert (view["headline"], view["state"]["kind"], view["provenance"]["fields"]) == (WORDS, "ready", [])
    assert [person["object_id"] for person in view["people"]] == [mine], "a colleague's contact is not shown here either"
    assert [person["object_id"] for person in data_of(cards.ask(f"record/companies/{company}"))["people"]] == [mine]
    told = data_of(cards.tell(f"record/deals/{deal}/enrich"))
    assert told["state"]["kind"] == "queued"
    assert [one[:2] for one in work(cards)] == [("companies", company), *sorted(("contacts", one) for one in (mine, hidden))]
    assert refusal_of(cards.ask(f"record/deals/{deal}", userId=STRANGER))[0] == "not_visible"


def test_a_deal_without_the_permission_says_which_one_is_missing(cards: Cards) -> None:
    deal = cards.deal()
    connect(cards, OURS, scopes=("oauth", "crm.objects.contacts.read", "crm.objects.owners.read"))
    reason, message = refusal_of(cards.ask(f"record/deals/{deal}"))
    assert reason == "missing_permission"
    assert "crm.objects.deals.read" in message


@pytest.mark.parametrize("silence", ["refused", "hanging"])
def test_a_hubspot_that_does_not_answer_leaves_a_degraded_card_within_a_second(cards: Cards, silence: str) -> None:
    known, deal, unseen = know(cards, "870801", owner_user=REP), cards.deal(owner_user=REP), cards.contact(owner_user=REP)
    data_of(cards.ask(f"record/deals/{deal}"))
    with cards.parts.database.begin() as connection:
        connection.exec_driver_sql("UPDATE deal_link SET seen_at = seen_at - interval '1 hour'")
    if silence == "refused":
        cards.simulator.server.stop()
    else:
        cards.simulator.world.settings = replace(cards.simulator.world.settings, latency_ms=4_000)
    took = {}
    for path in (f"record/contacts/{unseen}", f"record/contacts/{known}", f"record/deals/{deal}", "record/deals/99887766"):
        started = time.monotonic()
        took[path] = (cards.ask(path), time.monotonic() - started)
    assert max(seconds for _, seconds in took.values()) < 1.5, {path: seconds for path, (_, seconds) in took.items()}
    answers = [answer for answer, _ in took.values()]
    assert refusal_of(answers[0])[0] == "hubspot_silent"
    assert data_of(answers[1])["headline"] == WORDS
    old = data_of(answers[2])
    assert (old["deal"]["name"], old["state"]["is_stale"]) == ("Sample deal", True)
    assert refusal_of(answers[3])[0] == "hubspot_silent"


@pytest.mark.parametrize(("state", "says"), [("approved", "do its tasks"), ("rejected", "turned down")])
def test_the_next_step_follows_what_a_person_decided_about_the_draft(cards: Cards, state: str, says: str) -> None:
    record = know(cards, cards.contact(owner_user=REP), owner_user=REP)
    assert says not in data_of(cards.ask(f"record/contacts/{record}"))["next_step"]["text"]
    with cards.parts.database.begin() as connection:
        connection.execute(update(DraftRow).where(DraftRow.portal_id == OURS, DraftRow.object_id == record).values(state=state))
    assert says in data_of(cards.ask(f"record/contacts/{record}"))["next_step"]["text"]
