"""Merging on a real database and a HubSpot in memory: what is shown, traced and written, and what a refused, lost or repeated call leaves."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from sqlalchemy import text

from integration.core.errors import BadInput, Conflict, NotFound, Rejected, Unavailable
from integration.db.session import Database
from integration.hubspot.objects import CONTACTS, PropertyDefinition
from integration.matching.survivorship import Setter, Side
from integration.pipeline.duplicates.merging import MergeCommand, Merger
from integration.pipeline.duplicates.pair_store import FoundPair, PairReason, PairStore
from tests.factories import NOW
from tests.unit.pipeline.fake_hubspot import APP_ID, FakeHubSpot, Fault

PORTAL = 4242
PERSON = "sample.admin@example.com"
_PROPERTIES = (
    "firstname",
    "lastname",
    "email",
    "jobtitle",
    "phone",
    "city",
    "lifecyclestage",
    "leadlight_headline",
    "hs_merged_object_ids",
)
_READ_ONLY = frozenset({"hs_merged_object_ids"})


@dataclass
class MergingHubSpot(FakeHubSpot):
    """Merges as HubSpot does; with `new_id` both records go into a new one. `meanwhile` happens once, before the first merge arrives."""

    new_id: str | None = None
    meanwhile: Callable[[], object] | None = None
    merges: list[tuple[str, str]] = field(default_factory=list)

    def property_definitions(self, object_type: str, names: Sequence[str] = ()) -> Mapping[str, PropertyDefinition]:
        assert (object_type, names) == (CONTACTS, ())
        return {
            name: PropertyDefinition(
                name, name.title(), "string", "text", "information", archived=False, is_read_only=name in _READ_ONLY
            )
            for name in _PROPERTIES
        }

    def merge(self, object_type: str, primary_id: str, other_id: str) -> str:
        if (happens := self.meanwhile) is not None:
            self.meanwhile = None
            happens()
        if (object_type, other_id) not in self.records:
            raise Rejected("One of the records was merged before.", system="hubspot", status=400)
        with self._call("merge"):
            self.merges.append((primary_id, other_id))
            primary, other = (self.records.pop((object_type, one)) for one in (primary_id, other_id))
            survivor = self.new_id or primary_id
            filled = {name: value for name, value in primary.items() if value}
            self.records[object_type, survivor] = {**other, **filled, "hs_merged_object_ids": f"{primary_id};{other_id}"}
            return survivor


@dataclass
class Bench:
    database: Database
    hubspot: MergingHubSpot
    merger: Merger

    def command(self, **changes: Any) -> MergeCommand:
        """Merge 10 into 9, as its preview shows them now."""
        fingerprint = self.merger.preview(PORTAL, CONTACTS, "9", "10").fingerprint
        command = MergeCommand(PORTAL, CONTACTS, "9", "10", frozenset(), fingerprint, PERSON)
        return replace(command, **changes)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with self.database.begin() as connection:
            return [tuple(row) for row in connection.execute(text(query))]

    def state(self) -> str:
        [(state,)] = self.rows("SELECT state FROM duplicate_pair WHERE left_id = '9' AND right_id = '10'")
        return str(state)


@pytest.fixture
def bench(database: Database) -> Bench:
    hubspot = MergingHubSpot(editor=("CRM_UI", "userId:1"))
    hubspot.add(
        CONTACTS,
        "9",
        firstname="Bob",
        lastname="Samplewood",
        email="bob@example.com",
        jobtitle="Sales",
        lifecyclestage="lead",
        city="Berlin",
    )
    hubspot.add(
        CONTACTS,
        "10",
        firstname="Robert",
        lastname="Samplewood",
        email="r@example.com",
        jobtitle="VP Sales",
        phone="+4930901820",
        lifecyclestage="customer",
    )
    pairs = [
        FoundPair(*ids, 0.9, -6.0, (PairReason("last_same", 3.5, "same last name"),))
        for ids in (("9", "10"), ("10", "11"), ("9", "12"))
    ]
    with database.begin() as connection:
        PairStore().suggest(connection, portal_id=PORTAL, object_type=CONTACTS, found=pairs, now=NOW)
    return Bench(database, hubspot, Merger(database, lambda _portal_id: hubspot, app_id=APP_ID, clock=lambda: NOW))


def test_the_preview_shows_hubspots_outcome_and_what_is_lost(bench: Bench) -> None:
    preview = bench.merger.preview(PORTAL, CONTACTS, "9", "10")
    fields = {one.name: one for one in preview.fields}
    assert preview.same_count == 1
    assert (fields["firstname"].value_after, fields["firstname"].value_lost, fields["firstname"].can_choose) == (
        "Bob",
        "Robert",
        True,
    )
    assert (fields["phone"].value_after, fields["phone"].after, fields["phone"].can_choose) == ("+4930901820", Side.OTHER, False)
    assert (fields["city"].after, fields["city"].can_choose) == (Side.PRIMARY, False)
    assert fields["firstname"].primary.setter is Setter.PERSON
    assert preview.choices == {"firstname", "jobtitle"}
    turned = bench.merger.preview(PORTAL, CONTACTS, "10", "9")
    assert {one.name: one.value_after for one in turned.fields}["firstname"] == "Robert"
    assert turned.fingerprint == preview.fingerprint


def test_a_merge_leaves_a_trace_and_writes_what_was_chosen(bench: Bench) -> None:
    result = bench.merger.merge(bench.command(keep_from_other=frozenset({"jobtitle"})))
    assert (result.survivor_id, result.corrected, result.problem) == ("9", ("Jobtitle",), "")
    assert bench.hubspot.records[CONTACTS, "9"]["jobtitle"] == "VP Sales"
    assert bench.hubspot.records[CONTACTS, "9"]["firstname"] == "Bob"
    assert bench.state() == "merged"
    assert bench.rows("SELECT left_id, right_id, state FROM duplicate_pair WHERE state <> 'merged' ORDER BY 1, 2") == [
        ("10", "11", "gone"),
        ("9", "12", "open"),
    ]
    assert bench.rows("SELECT kind, requested_by, counts::text FROM run") == [("merge", PERSON, '{"merged": 1}')]
    held = bench.rows(
        "SELECT object_id, value_before FROM ledger WHERE property_name = 'firstname' AND decision_reason = 'before_merge' ORDER BY 1"
    )
    assert held == [("10", "Robert"), ("9", "Bob")]
    written = bench.rows(
        "SELECT object_id, property_name, value_before, value_after, decision_reason FROM ledger WHERE outcome = 'written'"
    )
    assert written == [("9", "jobtitle", "Sales", "VP Sales", "person_chose")]


def test_merging_twice_does_no_harm(bench: Bench) -> None:
    command = bench.command()
    first, again = bench.merger.merge(command), bench.merger.merge(command)
    assert (again.survivor_id, len(bench.hubspot.merges)) == (first.survivor_id, 1)
    assert "before" in again.problem


def test_the_survivor_may_be_a_new_record(bench: Bench) -> None:
    bench.hubspot.new_id = "77"
    result = bench.merger.merge(bench.command(keep_from_other=frozenset({"firstname"})))
    assert result.survivor_id == "77"
    assert bench.hubspot.records[CONTACTS, "77"]["firstname"] == "Robert"
    assert {state for _, _, state in bench.rows("SELECT left_id, right_id, state FROM duplicate_pair")} == {"merged", "gone"}


def test_nothing_is_merged_when_a_record_changed_since_the_preview(bench: Bench) -> None:
    command = bench.command()
    bench.hubspot.records[CONTACTS, "10"]["firstname"] = "Roberta"
    with pytest.raises(Conflict, match="changed since"):
        bench.merger.merge(command)
    assert bench.hubspot.merges == []
    assert bench.state() == "open"


def test_only_a_value_that_would_be_lost_can_be_kept(bench: Bench) -> None:
    for name in ("lifecyclestage", "email", "phone", "hs_merged_object_ids", "unheard_of"):
        with pytest.raises(BadInput, match="cannot be kept"):
            bench.merger.merge(bench.command(keep_from_other=frozenset({name})))
    assert bench.hubspot.merges == []


def test_a_refused_merge_leaves_the_pair_open_and_says_why(bench: Bench) -> None:
    command = bench.command()
    bench.hubspot.faults.append(Fault("merge", Rejected("Merging is limited to 250 records.", system="hubspot", status=400)))
    with pytest.raises(Conflict, match="limited to 250"):
        bench.merger.merge(command)
    assert bench.state() == "open"
    assert bench.rows("SELECT counts::text FROM run") == [('{"refused": 1}',)]
    assert bench.merger.merge(command).survivor_id == "9"


def test_of_two_people_who_merge_at_once_the_slower_ones_refusal_does_not_open_the_pair_again(bench: Bench) -> None:
    command = bench.command()
    bench.hubspot.meanwhile = lambda: bench.merger.merge(command)
    with pytest.raises(Conflict, match="merged before"):
        bench.merger.merge(command)
    assert bench.state() == "merged"
    assert bench.hubspot.merges == [("9", "10")]


@pytest.mark.parametrize("arrived", [True, False])
def test_after_a_lost_answer_it_is_found_out_what_happened(bench: Bench, arrived: bool) -> None:
    command = bench.command()
    bench.hubspot.faults.append(Fault("merge", Unavailable("cut", system="hubspot"), after=arrived))
    with pytest.raises(Unavailable):
        bench.merger.merge(command)
    assert bench.state() == "merging"
    assert bench.merger.merge(command).survivor_id == "9"
    assert bench.state() == "merged"
    assert len(bench.hubspot.records) == 1


def test_a_correction_that_fails_is_told_and_the_merge_stands(bench: Bench) -> None:
    command = bench.command(keep_from_other=frozenset({"jobtitle"}))
    bench.hubspot.faults.append(Fault("batch_update", Unavailable("HubSpot is away.", system="hubspot")))
    result = bench.merger.merge(command)
    assert (result.corrected, result.not_corrected) == ((), ("Jobtitle",))
    assert "away" in result.problem
    assert bench.state() == "merged"


def test_a_record_that_is_gone_cannot_be_previewed_and_a_stranger_not_merged(bench: Bench) -> None:
    command = bench.command()
    with pytest.raises(NotFound):
        bench.merger.merge(replace(command, portal_id=PORTAL + 1))
    del bench.hubspot.records[CONTACTS, "10"]
    with pytest.raises(Conflict, match="no longer there"):
        bench.merger.preview(PORTAL, CONTACTS, "9", "10")
    with pytest.raises(Conflict, match="no longer there"):
        bench.merger.merge(command)


def test_a_merged_pair_cannot_be_dismissed(bench: Bench) -> None:
    with pytest.raises(NotFound):
        bench.merger.dismiss(PORTAL + 1, CONTACTS, ("9", "10"), by=PERSON)
    bench.merger.dismiss(PORTAL, CONTACTS, ("9", "10"), by=PERSON)
    assert bench.state() == "dismissed"
    bench.merger.merge(bench.command())
    with pytest.raises(Conflict, match="was merged"):
        bench.merger.dismiss(PORTAL, CONTACTS, ("9", "10"), by=PERSON)
