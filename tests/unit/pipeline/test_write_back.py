"""The one door: intents before the call, outcomes after it, and what is remembered of lost answers."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from integration.core.errors import RateLimited, Unavailable
from integration.db.session import Database
from integration.hubspot.objects import CONTACTS, CrmRecord, PropertyDeclaration, WriteFailure
from integration.pipeline.definitions.catalog_store import Catalog
from integration.pipeline.definitions.fitting import TEXT_LIMIT
from integration.pipeline.ledger_store import LedgerStore
from integration.pipeline.policies.policy_store import PolicyStore
from integration.pipeline.policies.rules import RuleBook
from integration.pipeline.policies.standing import Standings
from integration.pipeline.policy import Decision, Rule, WritePolicy
from integration.pipeline.properties import LAST_ENRICHED_AT, STATUS
from integration.pipeline.rowset_store import as_json
from integration.pipeline.write_back import RunContext, WriteBack
from integration.pipeline.write_plan import PlannedValue, RecordPlan, RecordWishes, WantedValue, Wish, own_wishes, plan_record
from tests.factories import NOW
from tests.unit.pipeline.conftest import PORTAL
from tests.unit.pipeline.fake_hubspot import FakeHubSpot, Fault, ProcessKilled, usual_definition

RUN = RunContext(PORTAL, "run-1", CONTACTS)
NOTHING_KNOWN = Standings("")


def wish(name: str, value: str, policy: WritePolicy = WritePolicy.ALWAYS, kind: str = "string") -> Wish:
    return Wish(WantedValue(name, value, policy, kind), Rule(policy))


def planned(record: CrmRecord, *wishes: Wish, trace_id: str = "t", standings: Standings = NOTHING_KNOWN) -> RecordPlan | None:
    stamp = wish(LAST_ENRICHED_AT.name, NOW.isoformat(), kind="datetime")
    wanted = RecordWishes(record, wishes, stamp, trace_id, NOW)
    return plan_record(wanted, lambda one: standings.of(wanted, one))


def plan(object_id: str, run: str = "run-1", **values: str) -> RecordPlan:
    wishes = [wish(name, value) for name, value in values.items()]
    made = planned(CrmRecord(CONTACTS, object_id, {}), *wishes, trace_id=f"{run}-{object_id}")
    assert made is not None
    return made


def forced(object_id: str, **values: str) -> RecordPlan:
    """A plan of somebody who asked no rule."""
    entries = [PlannedValue(wish(name, value).wanted, None, Decision("write", "forced")) for name, value in values.items()]
    return RecordPlan(object_id, f"forced-{object_id}", tuple(entries))


@pytest.fixture
def hubspot() -> FakeHubSpot:
    fake = FakeHubSpot()
    for object_id in ("1", "2", "3"):
        fake.add(CONTACTS, object_id)
    return fake


@pytest.fixture
def door(database: Database) -> WriteBack:
    return WriteBack(database, LedgerStore(), lambda: NOW)


def ledger(database: Database) -> list[tuple[object, ...]]:
    with database.begin() as connection:
        rows = connection.exec_driver_sql("SELECT object_id, property_name, outcome, error FROM ledger ORDER BY id")
        return [tuple(row) for row in rows]


def test_the_intent_is_committed_before_hubspot_is_asked(database: Database, door: WriteBack, hubspot: FakeHubSpot) -> None:
    seen: list[list[tuple[object, ...]]] = []
    hubspot.on_call = lambda _operation: seen.append(ledger(database))
    assert door.write(hubspot, RUN, [plan("1", leadlight_a="x")])["1"].state == "written"
    assert [row[2] for row in seen[0]] == ["pending", "pending"]
    assert [row[2] for row in ledger(database)] == ["written", "written"]


def test_nothing_to_write_costs_nothing(database: Database, door: WriteBack, hubspot: FakeHubSpot) -> None:
    assert door.write(hubspot, RUN, []) == {}
    assert hubspot.calls == []


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (Unavailable("cut", system="hubspot"), "unknown"),
        (RateLimited("slow", system="hubspot", retry_after_s=1), "refused"),
    ],
)
def test_an_error_of_the_whole_call_is_noted_and_passed_on(
    database: Database, door: WriteBack, hubspot: FakeHubSpot, error: Exception, outcome: str
) -> None:
    hubspot.faults.append(Fault("batch_update", error))
    with pytest.raises(type(error)):
        door.write(hubspot, RUN, [plan("1", leadlight_a="x"), plan("2", leadlight_a="x")])
    assert {row[2] for row in ledger(database)} == {outcome}


def test_one_refused_record_does_not_touch_the_others(database: Database, door: WriteBack, hubspot: FakeHubSpot) -> None:
    hubspot.refuse = lambda write: WriteFailure("INVALID_OPTION", "", ("leadlight_a",)) if write.object_id == "2" else None
    outcomes = door.write(hubspot, RUN, [plan(one, leadlight_a="x", leadlight_b="y") for one in ("1", "2", "3")])
    assert {one: outcome.state for one, outcome in outcomes.items()} == {"1": "written", "2": "refused", "3": "written"}
    assert hubspot.calls == ["batch_update", "batch_update"]
    assert [write.object_id for write in hubspot.writes] == ["1", "2", "3", "2"]
    assert hubspot.writes[-1].properties.keys() == {"leadlight_b", LAST_ENRICHED_AT.name, STATUS.name}


def test_a_record_that_is_gone_gets_no_second_call(door: WriteBack, hubspot: FakeHubSpot) -> None:
    assert door.write(hubspot, RUN, [plan("404", leadlight_a="x")])["404"].state == "gone"
    assert hubspot.calls == ["batch_update"]


def test_silence_about_a_record_is_not_success(database: Database, door: WriteBack, hubspot: FakeHubSpot) -> None:
    hubspot.refuse = lambda _write: WriteFailure("UNANSWERED", "")
    assert door.write(hubspot, RUN, [plan("1", leadlight_a="x")])["1"].state == "unknown"
    assert hubspot.calls == ["batch_update"]
    assert {row[2] for row in ledger(database)} == {"unknown"}


def test_after_a_kill_the_next_pass_finds_what_is_open(database: Database, door: WriteBack, hubspot: FakeHubSpot) -> None:
    hubspot.faults.append(Fault("batch_update", ProcessKilled(), after=True))
    with pytest.raises(ProcessKilled):
        door.write(hubspot, RUN, [plan("1", leadlight_a="x")])
    store = LedgerStore()
    with database.begin() as connection:
        found = store.open_writes(connection, portal_id=PORTAL, object_type=CONTACTS, object_ids=["1", "2"])
        assert (found[0].property_name, found[0].value_after) == ("leadlight_a", "x")
        assert store.open_writes(connection, portal_id=PORTAL + 1, object_type=CONTACTS, object_ids=["1"]) == ()
        store.confirm(connection, portal_id=PORTAL, outcomes=[(found[0].row_id, "written"), (found[1].row_id, "lost")], now=NOW)
    assert [row[2] for row in ledger(database)] == ["written", "lost"]


def test_our_own_recent_writes_are_recognised_by_value(database: Database, door: WriteBack, hubspot: FakeHubSpot) -> None:
    door.write(hubspot, RUN, [plan("1", leadlight_a="x")])
    asked = frozenset(
        {(CONTACTS, "1", "leadlight_a", "x"), (CONTACTS, "1", "leadlight_a", "y"), (CONTACTS, "2", "leadlight_a", "x")}
    )
    store = LedgerStore()
    with database.begin() as connection:
        since = NOW - timedelta(minutes=5)
        assert store.written_among(connection, portal_id=PORTAL, asked=asked, since=since) == {(CONTACTS, "1", "leadlight_a", "x")}
        assert store.written_among(connection, portal_id=PORTAL + 1, asked=asked, since=since) == frozenset()
        assert store.written_among(connection, portal_id=PORTAL, asked=asked, since=NOW + timedelta(seconds=1)) == frozenset()


def test_the_last_written_value_is_the_latest_that_hubspot_took(database: Database, door: WriteBack, hubspot: FakeHubSpot) -> None:
    for number, value in enumerate(["a", "b"]):
        door.write(hubspot, RunContext(PORTAL, f"run-{number}", CONTACTS), [plan("1", run=f"run-{number}", industry=value)])
    hubspot.refuse = lambda _write: WriteFailure("INVALID_OPTION", "")
    door.write(hubspot, RunContext(PORTAL, "run-3", CONTACTS), [plan("1", run="run-3", industry="c")])
    with database.begin() as connection:
        last = LedgerStore().last_writes(connection, portal_id=PORTAL, object_type=CONTACTS, object_ids=["1"])
    assert (last["1", "industry"].value_after, last["1", "industry"].run_id, last["1", "industry"].superseded) == (
        "b",
        "run-1",
        False,
    )


def test_a_plan_without_a_real_change_is_no_plan() -> None:
    record = CrmRecord(CONTACTS, "1", {"leadlight_a": "x", "leadlight_n": "7"})
    assert planned(record, wish("leadlight_a", "x"), wish("leadlight_n", "7.0", kind="number")) is None


def test_values_kept_by_policy_are_noted_only_beside_a_write() -> None:
    record = CrmRecord(CONTACTS, "1", {"city": "Bonn"})
    kept = wish("city", "Berlin", WritePolicy.IF_BLANK)
    assert planned(record, kept) is None
    made = planned(record, kept, wish("leadlight_a", "x"))
    assert made is not None
    assert made.values.keys() == {"leadlight_a", LAST_ENRICHED_AT.name}
    assert [entry.decision.reason for entry in made.entries] == ["filled_by_others", "own_property", "own_property"]


def test_a_text_longer_than_hubspot_takes_is_cut() -> None:
    declared = {"leadlight_a": PropertyDeclaration("leadlight_a", "", "string", "textarea", "", (CONTACTS,))}
    catalog = Catalog(CONTACTS, {"leadlight_a": usual_definition("leadlight_a")}, NOW)
    [long] = own_wishes({"leadlight_a": "x" * 70_000}, declared, rules=RuleBook(), catalog=catalog)
    assert len(long.wanted.value) == TEXT_LIMIT
    with pytest.raises(KeyError):
        own_wishes({"leadlight_unknown": "x"}, declared, rules=RuleBook(), catalog=catalog)


def test_a_closed_routing_field_is_stopped_at_the_door_whoever_planned_it(database: Database, hubspot: FakeHubSpot) -> None:
    door = WriteBack(database, LedgerStore(), lambda: NOW)
    made = forced("1", leadlight_a="x", lifecyclestage="lead")
    alone = forced("2", hubspot_owner_id="7")
    outcomes = door.write(hubspot, RUN, [made, alone])
    assert {one: outcome.state for one, outcome in outcomes.items()} == {"1": "written", "2": "refused"}
    assert "lifecyclestage" not in hubspot.records[CONTACTS, "1"]
    assert [write.object_id for write in hubspot.writes] == ["1"]
    with database.begin() as connection:
        rules = {"lifecyclestage": Rule(WritePolicy.ALWAYS, is_open=True)}
        PolicyStore().save(connection, portal_id=PORTAL, object_type=CONTACTS, rules=rules, by="sample@leadlight.example", now=NOW)
    assert door.write(hubspot, RUN, [forced("3", lifecyclestage="lead")])["3"].state == "written"
    assert hubspot.records[CONTACTS, "3"]["lifecyclestage"] == "lead"


@given(st.recursive(st.text() | st.integers() | st.none(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
def test_postgresql_takes_any_text_we_may_hold(database: Database, value: object) -> None:
    with database.begin() as connection:
        stored = connection.exec_driver_sql("SELECT %s::jsonb::text", (as_json(value),)).scalar_one()
    assert isinstance(stored, str)


def test_a_status_that_no_rule_lets_us_write_is_not_written_to_tell_a_refusal() -> None:
    stands = CrmRecord(CONTACTS, "1", {STATUS.name: "fine"})
    made = planned(stands, wish("jobtitle", "CEO"), wish(STATUS.name, "fine", WritePolicy.NEVER))
    assert made is not None
    assert not made.tells_status
    told = planned(stands, wish("jobtitle", "CEO"), wish(STATUS.name, "fine"))
    assert told is not None
    assert told.tells_status
