"""The search for duplicates on a real database: what is remembered, compared, suggested, dismissed and dropped, portal by portal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, text

from integration.db.session import Database
from integration.hubspot.objects import COMPANIES, CONTACTS, CrmRecord
from integration.hubspot.portal_store import PortalStore
from integration.jobs.request import JobRequest
from integration.pipeline.crm_fields import READ_PROPERTIES
from integration.pipeline.duplicates.jobs import BLOCK_LIMIT, FIND_DUPLICATES, DuplicateJobs
from integration.pipeline.duplicates.judging import changed_materially
from integration.pipeline.duplicates.listing import named_pairs
from integration.pipeline.duplicates.match_store import MatchStore
from integration.pipeline.duplicates.pair_store import DISMISSED, GONE, OPEN, PairReason, PairStore, ordered
from integration.pipeline.duplicates.profiles import COMPARED_TYPES, profile_of
from integration.pipeline.duplicates.watching import DuplicateWatch
from integration.pipeline.record_state_store import FactKind, RecordFact, RecordStateStore
from tests.factories import NOW

PORTAL, OTHER_PORTAL = 4242, 4343
BOB = {"firstname": "Bob", "lastname": "Samplewood", "email": "bob@sample-works.com"}
ROBERT = {"firstname": "Robert", "lastname": "Samplewood", "email": "robert@sample-works.com"}


@dataclass
class Desk:
    """A portal whose records are seen and compared, with a clock that is moved by hand."""

    database: Database
    now: datetime = NOW
    deferred: list[JobRequest] = field(default_factory=list)

    def clock(self) -> datetime:
        return self.now

    def defer(self, _connection: Connection, request: JobRequest) -> bool:
        self.deferred.append(request)
        return True

    def jobs(self, chunk: int = 200) -> DuplicateJobs:
        return DuplicateJobs(self.database, self, self.clock, chunk=chunk)

    def see(self, records: dict[str, dict[str, str]], object_type: str = CONTACTS, portal_id: int = PORTAL) -> int:
        self.now += timedelta(seconds=1)
        read = [CrmRecord(object_type, one, dict(values)) for one, values in records.items()]
        with self.database.begin() as connection:
            return DuplicateWatch(self.clock).seen(connection, portal_id, object_type, read)

    def compare(self, object_type: str = CONTACTS, portal_id: int = PORTAL) -> int:
        return self.jobs().compare_chunk(portal_id, object_type)

    def states(self, portal_id: int = PORTAL) -> dict[tuple[str, str], str]:
        with self.database.begin() as connection:
            every = (OPEN, DISMISSED, GONE, "merging", "merged")
            return {pair.ids: pair.state for pair in PairStore().page(connection, portal_id=portal_id, states=every)}

    def decide(self, ids: tuple[str, str], state: str) -> None:
        with self.database.begin() as connection:
            PairStore().set_state(
                connection, portal_id=PORTAL, object_type=CONTACTS, ids=ids, state=state, by="a@example.com", now=NOW
            )


@pytest.fixture
def desk(database: Database) -> Desk:
    with database.begin() as connection:
        for portal_id in (PORTAL, OTHER_PORTAL):
            PortalStore().connect(connection, portal_id=portal_id, scopes=[], now=NOW)
    return Desk(database)


def test_records_are_compared_once_and_again_only_when_they_change(desk: Desk) -> None:
    assert desk.see({"9": BOB, "10": ROBERT}) == 2
    assert desk.compare() == 2
    assert desk.states() == {("9", "10"): OPEN}
    assert desk.see({"9": BOB, "10": {**ROBERT, "jobtitle": "VP Sales"}}) == 0
    assert desk.compare() == 0
    assert desk.see({"10": {**ROBERT, "lastname": "Elsewhere"}}) == 1
    assert desk.compare() == 1
    assert desk.states() == {("9", "10"): GONE}
    desk.see({"10": ROBERT})
    desk.compare()
    assert desk.states() == {("9", "10"): OPEN}


def test_companies_are_found_by_name_and_domain(desk: Desk) -> None:
    desk.see(
        {
            "1": {"name": "Samplewood GmbH", "domain": "samplewood.com", "country": "Germany"},
            "2": {"name": "Samplewood Group", "website": "https://www.samplewood.com/about"},
            "3": {"name": "Otherwood Ltd", "domain": "otherwood.com"},
        },
        COMPANIES,
    )
    assert desk.compare(COMPANIES) == 3
    assert desk.states() == {("1", "2"): OPEN}
    with desk.database.begin() as connection:
        [named] = named_pairs(connection, portal_id=PORTAL)
    assert (named.left_name, named.right_name) == ("Samplewood · samplewood.com", "Samplewood Group · samplewood.com")
    assert any(reason.words == "same web domain" and reason.points > 0 for reason in named.pair.reasons)


def test_a_dismissed_pair_comes_back_only_for_something_telling(desk: Desk) -> None:
    desk.see({"9": BOB, "10": ROBERT})
    desk.compare()
    desk.decide(("9", "10"), DISMISSED)
    desk.see({"9": {**BOB, "city": "Berlin"}})
    desk.compare()
    assert desk.states() == {("9", "10"): DISMISSED}
    desk.see({"9": {**BOB, "phone": "+49 30 901820"}, "10": {**ROBERT, "mobilephone": "030 901820", "country": "Germany"}})
    desk.compare()
    assert desk.states() == {("9", "10"): OPEN}


def test_merged_pairs_are_never_reopened(desk: Desk) -> None:
    desk.see({"9": BOB, "10": ROBERT})
    desk.compare()
    desk.decide(("9", "10"), "merged")
    desk.see({"9": {**BOB, "phone": "+49 30 901820"}, "10": {**ROBERT, "phone": "+49 30 901820"}})
    desk.compare()
    assert desk.states() == {("9", "10"): "merged"}


def test_deleted_and_merged_records_drop_out(desk: Desk) -> None:
    desk.see({"9": BOB, "10": ROBERT})
    desk.compare()
    with desk.database.begin() as connection:
        RecordStateStore().apply(connection, PORTAL, [RecordFact(CONTACTS, "10", FactKind.DELETED, 5)])
    desk.see({"9": {**BOB, "phone": "+49 30 901820"}})
    desk.compare()
    assert desk.states() == {("9", "10"): GONE}
    with desk.database.begin() as connection:
        left = MatchStore().features(connection, portal_id=PORTAL, object_type=CONTACTS, object_ids=["9", "10"])
    assert left.keys() == {"9"}


def test_portals_never_meet_though_their_records_are_the_same(desk: Desk) -> None:
    desk.see({"9": BOB})
    desk.see({"10": ROBERT}, portal_id=OTHER_PORTAL)
    desk.see({"11": {"name": "Samplewood", "domain": "sample-works.com"}}, COMPANIES)
    assert [desk.compare(), desk.compare(portal_id=OTHER_PORTAL), desk.compare(COMPANIES)] == [1, 1, 1]
    assert desk.states() == desk.states(OTHER_PORTAL) == {}


def test_a_key_that_very_many_share_leads_nobody_to_anybody(desk: Desk) -> None:
    crowd = {str(number): {"firstname": f"Sample{number}", "lastname": "Crowd"} for number in range(1, BLOCK_LIMIT + 3)}
    desk.see(crowd)
    with desk.database.begin() as connection:
        found = MatchStore().candidates(
            connection, portal_id=PORTAL, object_type=CONTACTS, object_ids=list(crowd), block_limit=BLOCK_LIMIT
        )
        wider = MatchStore().candidates(
            connection, portal_id=PORTAL, object_type=CONTACTS, object_ids=list(crowd), block_limit=2 * BLOCK_LIMIT
        )
    assert not found
    assert len(wider) == len(crowd) * (len(crowd) - 1)


def test_the_job_takes_one_chunk_and_asks_for_the_next(desk: Desk) -> None:
    desk.see({str(number): {**BOB, "email": f"bob.{number}@sample-works.com"} for number in range(1, 6)})
    desk.see({"1": {"name": "Samplewood"}}, COMPANIES, OTHER_PORTAL)
    jobs = desk.jobs(chunk=2)
    jobs.sweep({})
    assert [(one.name, one.args["portal_id"], one.args["object_type"]) for one in desk.deferred] == [
        (FIND_DUPLICATES, PORTAL, CONTACTS),
        (FIND_DUPLICATES, OTHER_PORTAL, COMPANIES),
    ]
    rounds = 0
    while desk.deferred:
        rounds += 1
        jobs.find(desk.deferred.pop().args)
    assert rounds == 4
    assert len(desk.states()) == 10
    jobs.sweep({})
    assert desk.deferred == []


def test_a_record_that_changes_while_it_is_compared_waits_again(desk: Desk) -> None:
    desk.see({"9": BOB, "10": ROBERT})
    store = MatchStore()
    with desk.database.begin() as connection:
        fresh = store.fresh(connection, portal_id=PORTAL, object_type=CONTACTS, limit=10)
    desk.see({"10": {**ROBERT, "phone": "+49 30 901820"}})
    with desk.database.begin() as connection:
        store.note_compared(connection, portal_id=PORTAL, object_type=CONTACTS, compared=fresh, now=NOW)
        left = store.fresh(connection, portal_id=PORTAL, object_type=CONTACTS, limit=10)
    assert [one.object_id for one in left] == ["10"]


def test_an_erased_portal_or_record_leaves_nothing_behind(desk: Desk) -> None:
    desk.see({"9": BOB, "10": ROBERT})
    desk.compare()
    with desk.database.begin() as connection:
        for name in ("match_record", "duplicate_pair"):
            columns = {
                row[0]
                for row in connection.execute(
                    text("SELECT column_name FROM information_schema.columns WHERE table_name = :name"), {"name": name}
                )
            }
            assert "portal_id" in columns and {"object_id", "left_id"} & columns
        reasons = connection.execute(text("SELECT reasons::text FROM duplicate_pair")).scalar_one()
    assert "samplewood" not in reasons.lower()


@given(st.sampled_from(COMPARED_TYPES), st.data())
def test_any_text_in_a_record_can_be_compared(object_type: str, data: st.DataObject) -> None:
    values = data.draw(st.dictionaries(st.sampled_from(READ_PROPERTIES[object_type]), st.none() | st.text(max_size=30)))
    profile = profile_of(CrmRecord(object_type, "1", values))
    assert type(profile).from_json(profile.as_json()) == profile


def reasons(*points: tuple[str, float]) -> Sequence[PairReason]:
    return [PairReason(name, value, name) for name, value in points]


def test_only_telling_changes_are_material() -> None:
    before = reasons(("last_same", 3.5), ("phone_differs", -0.4), ("linkedin_differs", -3.0))
    assert not changed_materially(before, before)
    assert not changed_materially(before, reasons(("last_same", 3.5), ("linkedin_differs", -3.0), ("city_same", 0.6)))
    assert changed_materially(before, reasons(("last_same", 3.5), ("phone_same", 3.5), ("linkedin_differs", -3.0)))
    assert changed_materially(before, reasons(("last_same", 3.5), ("phone_differs", -0.4)))
    assert not changed_materially(before, reasons(("last_same", 3.5), ("linkedin_differs", -3.0), ("email_differs", -1.5)))


def test_ids_are_ordered_as_numbers() -> None:
    assert ordered("10", "9") == ordered("9", "10") == ("9", "10")
