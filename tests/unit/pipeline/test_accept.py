"""Accepting applies exactly what was proposed, whatever is cut off in the middle, and leaves alone what somebody changed since."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, text

from integration.core.errors import AppError, BadInput, NotFound, RateLimited, Unavailable
from integration.hubspot.objects import COMPANIES, CONTACTS, PropertyWrite, WriteFailure
from integration.hubspot.portal_store import DISCONNECTED, PortalStore
from integration.jobs.request import JobRequest
from integration.pipeline.proposals.accept import Accepter
from integration.pipeline.proposals.accept_store import AcceptRun, AcceptStore
from integration.pipeline.proposals.desk import Accepted, Desk, checked_scope
from integration.pipeline.proposals.jobs import AcceptJob
from integration.pipeline.proposals.open_store import OpenProposalStore, Scope
from integration.pipeline.proposals.reading import read_report
from integration.pipeline.worklist_store import WorklistStore
from integration.providers.base import Field
from tests.unit.pipeline.conftest import PORTAL, Stand
from tests.unit.pipeline.fake_hubspot import APP_ID, Fault, ProcessKilled


@dataclass
class Deferred:
    """Takes jobs and keeps them."""

    requests: list[JobRequest] = field(default_factory=list)

    def defer(self, connection: Connection, request: JobRequest) -> bool:
        assert connection is not None
        self.requests.append(request)
        return True


@dataclass
class Bench:
    stand: Stand
    deferred: Deferred = field(default_factory=Deferred)

    @property
    def desk(self) -> Desk:
        return Desk(PortalStore(), WorklistStore(), self.deferred, self.stand.clock)

    @property
    def accepter(self) -> Accepter:
        return Accepter(self.stand.database, self.stand.hubspot, PortalStore(), APP_ID, self.stand.clock)

    def accept(self, scope: Scope | None = None) -> Accepted:
        with self.stand.database.begin() as connection:
            return self.desk.accept(connection, portal_id=PORTAL, scope=scope or Scope(), requested_by="sample@example.com")

    def finish(self, run_id: str | None) -> AcceptRun:
        """Take steps until the run is done, as the job does."""
        assert run_id is not None
        for _ in range(20):
            if self.accepter.step(PORTAL, run_id) == "done":
                break
        with self.stand.database.begin() as connection:
            found = AcceptStore().find(connection, portal_id=PORTAL, run_id=run_id)
        assert found is not None
        return found

    def proposed(self) -> dict[tuple[str, str], str]:
        rows = self.stand.rows("SELECT object_id, property_name, value_after FROM ledger WHERE outcome = 'proposed'")
        return {(str(row[0]), str(row[1])): str(row[2] or "") for row in rows}

    def count(self, outcome: str) -> int:
        [(found,)] = self.stand.rows("SELECT count(*) FROM ledger WHERE outcome = :outcome", outcome=outcome)
        return int(str(found))

    def value(self, object_id: str, name: str, object_type: str = CONTACTS) -> str:
        return self.stand.hubspot.records[object_type, object_id].get(name) or ""


@pytest.fixture
def bench(stand: Stand) -> Iterator[Bench]:
    """One contact and its company, worked dry."""
    stand.prefer(dry_run=True, sender_name="Sample Sender", sender_company="Sample Vendor", sender_offer="shorter queues")
    stand.queue("101")
    stand.queue("9001", object_type=COMPANIES)
    stand.run()
    stand.run(COMPANIES)
    stand.later(60)
    yield Bench(stand)


def test_every_proposed_value_and_note_is_written_and_nothing_else(bench: Bench) -> None:
    proposed = bench.proposed()
    before = {key: dict(values) for key, values in bench.stand.hubspot.records.items()}
    done = bench.finish(bench.accept().run_id)
    fields = {key: value for key, value in proposed.items() if not key[1].startswith("note:")}
    written = {
        (object_id, name): value or ""
        for (_, object_id), values in bench.stand.hubspot.records.items()
        for name, value in values.items()
        if value != before[(CONTACTS if object_id == "101" else COMPANIES, object_id)].get(name)
    }
    assert written == {key: value for key, value in fields.items() if value}
    notes = sorted(note.body for note in bench.stand.hubspot.notes.values())
    assert notes == sorted(value for key, value in proposed.items() if key[1].startswith("note:"))
    assert (bench.count("accepted"), bench.count("written"), bench.count("proposed")) == (len(proposed), len(proposed), 0)
    assert (done.done_count, done.total_count, done.finished_at is not None) == (2, 2, True)
    assert dict(done.counts) == {"written": len(fields), "notes": len(proposed) - len(fields)}


def test_what_is_written_keeps_its_source_and_belongs_to_the_accept(bench: Bench) -> None:
    run_id = bench.accept().run_id
    bench.finish(run_id)
    query = (
        "SELECT provider, source_url, seen_at, confidence_ratio, cost_usd, decision_reason, policy FROM ledger"
        " WHERE outcome = '{}' AND property_name NOT LIKE 'note:%' ORDER BY object_id, property_name"
    )
    assert bench.stand.rows(query.format("written")) == bench.stand.rows(query.format("accepted"))
    assert bench.stand.rows("SELECT DISTINCT run_id FROM ledger WHERE outcome = 'written'") == [(run_id,)]
    assert bench.stand.rows("SELECT kind, requested_by, is_dry FROM run WHERE run_id = :one", one=run_id) == [
        ("accept", "sample@example.com", False)
    ]


def test_a_live_pass_after_the_accept_finds_nothing_to_do(bench: Bench) -> None:
    bench.finish(bench.accept().run_id)
    bench.stand.prefer(dry_run=False, sender_name="Sample Sender", sender_company="Sample Vendor", sender_offer="shorter queues")
    bench.stand.queue("101")
    bench.stand.queue("9001", object_type=COMPANIES)
    assert (bench.stand.run().counts, bench.stand.run(COMPANIES).counts) == ({"unchanged": 1}, {"unchanged": 1})


@pytest.mark.parametrize("value", ["What a person wrote", "", None])
def test_exactly_the_field_that_somebody_changed_is_left_alone(bench: Bench, value: str | None) -> None:
    hubspot = bench.stand.hubspot
    hubspot.records[CONTACTS, "101"]["leadlight_headline"] = value or "first"
    proposed = len(bench.proposed())
    hubspot.batch_read_history(CONTACTS, ["101"], ["leadlight_headline"])
    if not value:
        versions = hubspot.histories[CONTACTS, "101", "leadlight_headline"]
        hubspot.records[CONTACTS, "101"]["leadlight_headline"] = value
        hubspot.batch_read_history(CONTACTS, ["101"], ["leadlight_headline"])
        versions[-1] = type(versions[-1])("", bench.stand.now, "CRM_UI", "userId:1", None, None)
    done = bench.finish(bench.accept().run_id)
    assert bench.value("101", "leadlight_headline") == (value or "")
    declined = bench.stand.rows("SELECT object_id, property_name, error FROM ledger WHERE outcome = 'declined'")
    assert declined == [("101", "leadlight_headline", "changed_since")]
    assert (bench.count("accepted"), done.counts["declined"]) == (proposed - 1, 1)


def test_a_record_that_is_gone_takes_its_proposals_with_it(bench: Bench) -> None:
    del bench.stand.hubspot.records[CONTACTS, "101"]
    bench.finish(bench.accept().run_id)
    assert bench.stand.rows("SELECT DISTINCT object_id, error FROM ledger WHERE outcome = 'declined'") == [("101", "record_gone")]
    assert bench.value("9001", "leadlight_headline", COMPANIES)


def test_what_hubspot_refuses_is_declined_in_its_words_and_not_told_on_the_record(bench: Bench) -> None:
    def refuse(write: PropertyWrite) -> WriteFailure | None:
        named = ("leadlight_icp_fit",)
        return WriteFailure("INVALID_NUMBER", "not a number", named) if "leadlight_icp_fit" in write.properties else None

    bench.stand.hubspot.refuse = refuse
    bench.finish(bench.accept().run_id)
    declined = bench.stand.rows("SELECT object_id, property_name, error FROM ledger WHERE outcome = 'declined' ORDER BY 1")
    assert {row[1] for row in declined} == {"leadlight_icp_fit", "leadlight_status"}, "that all is well would not be true"
    assert all("takes numbers only" in str(row[2]) for row in declined)
    assert bench.value("101", "leadlight_status") == ""
    assert bench.value("101", "leadlight_headline")


def test_a_second_accept_has_nothing_to_do(bench: Bench) -> None:
    bench.finish(bench.accept().run_id)
    calls = len(bench.stand.hubspot.calls)
    assert bench.accept() == Accepted(None, bench.accept().counts)
    assert len(bench.stand.hubspot.calls) == calls


def test_a_dry_pass_waits_until_an_accept_has_applied_what_it_was_asked_for(bench: Bench) -> None:
    proposed = bench.proposed()
    run_id = bench.accept(Scope(object_type=CONTACTS)).run_id
    for object_id, object_type in (("101", CONTACTS), ("9001", COMPANIES)):
        bench.stand.queue(object_id, object_type=object_type)
        bench.stand.run(object_type)
    assert bench.stand.waiting() == ["101"]
    assert bench.stand.rows("SELECT attempts FROM work_item") == [(0,)]
    assert {key: value for key, value in bench.proposed().items() if key[0] == "101"} == {
        key: value for key, value in proposed.items() if key[0] == "101"
    }
    bench.finish(run_id)
    bench.stand.later(60)
    assert bench.stand.run().counts == {"unchanged": 1}


def test_an_accept_that_begins_while_a_dry_pass_is_under_way_finds_its_proposals_untouched(bench: Bench) -> None:
    proposed, begun = bench.proposed(), list[Accepted]()

    def accept(operation: str) -> None:
        if operation == "batch_read" and not begun:
            begun.append(bench.accept())

    bench.stand.hubspot.on_call = accept
    bench.stand.queue("101")
    assert bench.stand.run().counts == {"postponed": 1}
    assert bench.proposed() == proposed
    assert begun[0].counts.field_count + begun[0].counts.note_count == len(proposed)
    bench.finish(begun[0].run_id)
    assert bench.count("accepted") == len(proposed)


def test_what_is_proposed_after_the_accept_began_is_not_part_of_it(bench: Bench) -> None:
    bench.stand.hubspot.add(CONTACTS, "102", firstname="Sample", lastname="Contact 102", email="sample.102@sample-works.com")
    run_id = bench.accept().run_id
    bench.stand.queue("102")
    bench.stand.run()
    bench.finish(run_id)
    assert bench.value("102", "leadlight_headline") == ""
    assert bench.value("101", "leadlight_headline")
    assert {object_id for object_id, _ in bench.proposed()} == {"102"}


def test_an_accept_may_be_of_one_type_or_of_one_run(bench: Bench) -> None:
    bench.finish(bench.accept(checked_scope(run_id=None, object_type=COMPANIES)).run_id)
    assert {object_id for object_id, _ in bench.proposed()} == {"101"}
    [(run,)] = bench.stand.rows("SELECT DISTINCT run_id FROM ledger WHERE outcome = 'proposed'")
    assert bench.accept(Scope(run_id="another run")).run_id is None
    bench.finish(bench.accept(Scope(run_id=str(run))).run_id)
    assert bench.proposed() == {}
    with pytest.raises(BadInput, match="choose contacts or companies or deals"):
        checked_scope(run_id=None, object_type="tickets")


def test_an_accept_under_way_is_resumed_instead_of_a_second_one_begun(bench: Bench) -> None:
    first = bench.accept()
    again = bench.accept(Scope(object_type=COMPANIES))
    assert (again.run_id, again.resumed) == (first.run_id, True)
    assert bench.stand.rows("SELECT count(*) FROM run WHERE kind = 'accept'") == [(1,)]


def test_declining_discards_and_the_report_is_empty(bench: Bench) -> None:
    proposed = len(bench.proposed())
    with bench.stand.database.begin() as connection:
        assert bench.desk.decline(connection, portal_id=PORTAL, scope=Scope()) == proposed
        assert read_report(connection, portal_id=PORTAL, scope=Scope()).is_empty
        assert bench.desk.decline(connection, portal_id=PORTAL, scope=Scope()) == 0
    assert bench.count("declined") == proposed
    assert bench.stand.hubspot.writes == []


def test_another_portal_sees_and_touches_nothing_of_it(bench: Bench) -> None:
    with bench.stand.database.begin() as connection:
        store = OpenProposalStore()
        assert store.count(connection, portal_id=PORTAL + 1, scope=Scope()).record_count == 0
        assert bench.desk.decline(connection, portal_id=PORTAL + 1, scope=Scope()) == 0
        assert read_report(connection, portal_id=PORTAL + 1, scope=Scope()).is_empty
        with pytest.raises(NotFound):
            bench.desk.switch(connection, portal_id=PORTAL + 1, dry=False)


def test_a_portal_that_is_not_connected_waits(bench: Bench) -> None:
    run_id = bench.accept().run_id
    with bench.stand.database.begin() as connection:
        PortalStore().set_state(connection, portal_id=PORTAL, state=DISCONNECTED, reason="token", now=bench.stand.now)
    job = AcceptJob(bench.stand.database, bench.accepter, bench.deferred, bench.stand.clock)
    asked = len(bench.deferred.requests)
    job({"portal_id": PORTAL, "run_id": run_id})
    assert len(bench.deferred.requests) == asked
    assert bench.count("accepted") == 0


def test_the_job_takes_a_hundred_records_and_asks_for_itself_again(bench: Bench) -> None:
    run_id = bench.accept().run_id
    job = AcceptJob(bench.stand.database, bench.accepter, bench.deferred, bench.stand.clock)
    for step in range(3):
        job({"portal_id": PORTAL, "run_id": run_id})
        assert len(bench.deferred.requests) == 1 + min(step + 1, 2)
    assert bench.deferred.requests[-1].lock == f"accept:{PORTAL}"
    assert bench.proposed() == {}


@pytest.mark.parametrize("error", [Unavailable("cut", system="hubspot"), RateLimited("slow", system="hubspot", retry_after_s=1.0)])
@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("operation", ["batch_read_history", "batch_update", "create_notes"])
def test_an_error_of_a_whole_call_is_passed_on_and_made_good(bench: Bench, operation: str, after: bool, error: AppError) -> None:
    proposed = len(bench.proposed())
    run_id = bench.accept().run_id
    bench.stand.hubspot.faults.append(Fault(operation, error, after))
    with pytest.raises(type(error)):
        bench.finish(run_id)
    bench.finish(run_id)
    assert bench.count("accepted") + bench.count("declined") == proposed
    assert len(bench.stand.hubspot.notes) == 3


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    kills=st.lists(
        st.tuples(st.sampled_from(["batch_read_history", "batch_update", "create_notes", "notes_of"]), st.booleans()), max_size=6
    )
)
def test_killed_at_any_calls_it_ends_as_if_nothing_had_happened(bench: Bench, kills: list[tuple[str, bool]]) -> None:
    with bench.stand.database.begin() as connection:
        connection.execute(text("TRUNCATE ledger, run, note, created_object, work_item"))
    bench.stand.hubspot.__init__(records={}, companies_of=bench.stand.hubspot.companies_of)  # type: ignore[misc]
    _seed(bench.stand)
    proposed = bench.proposed()
    run_id = bench.accept().run_id
    for operation, after in kills:
        bench.stand.hubspot.faults.append(Fault(operation, ProcessKilled(), after))
        try:
            bench.finish(run_id)
        except ProcessKilled:
            continue
    bench.stand.hubspot.faults.clear()
    done = bench.finish(run_id)
    assert (bench.count("accepted"), bench.count("proposed"), bench.count("declined")) == (len(proposed), 0, 0)
    doubled = "SELECT object_id, property_name FROM ledger WHERE outcome = 'written' GROUP BY 1, 2 HAVING count(*) > 1"
    assert bench.stand.rows(doubled) == []
    assert bench.count("written") == len(proposed)
    assert len(bench.stand.hubspot.notes) == sum(name.startswith("note:") for _, name in proposed)
    assert sum(done.counts.values()) == len(proposed)


def _seed(stand: Stand) -> None:
    stand.hubspot.add(COMPANIES, "9001", name="Sample Works", domain="sample-works.com", country="Germany")
    stand.hubspot.add(
        CONTACTS, "101", firstname="Sample", lastname="Contact 101", email="sample.101@sample-works.com", jobtitle="VP Sales"
    )
    stand.later(timedelta(minutes=5).total_seconds())
    stand.queue("101")
    stand.run()


def test_the_report_counts_what_would_happen_and_why(bench: Bench) -> None:
    stand = bench.stand
    stand.providers.answers["sample-works.com"] |= {Field.CITY: "Berlin"}
    stand.hubspot.records[COMPANIES, "9001"] |= {"leadlight_headline": "an older headline"}
    stand.queue("9001", object_type=COMPANIES)
    stand.run(COMPANIES)
    with stand.database.begin() as connection:
        report = read_report(connection, portal_id=PORTAL, scope=Scope(object_type=COMPANIES))
        whole = read_report(connection, portal_id=PORTAL, scope=Scope())
    proposed = [key for key in bench.proposed() if key[0] == "9001"]
    fields = [name for _, name in proposed if not name.startswith("note:")]
    assert (report.record_count, report.to_write.field_count, report.to_write.note_count) == (1, len(fields), 1)
    assert report.filled + report.changed + report.cleared + report.companions == len(fields)
    assert (report.notes_new, report.notes_changed) == (1, 0)
    assert whole.record_count == 2
    assert whole.cost_usd == sum(entry.cost_usd for entry in whole.costs)
    assert {line.object_type for line in whole.by_property} == {CONTACTS, COMPANIES}
    assert all(len(sample.value_after or "") <= 300 for sample in whole.samples)
