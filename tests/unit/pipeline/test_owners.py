"""The directory of owners: asked once an hour, kept, and looked up by owner, user or e-mail address."""

from __future__ import annotations

from datetime import timedelta

from integration.core.errors import Rejected, Unavailable
from integration.db.session import Database
from integration.hubspot.objects import Owner
from integration.hubspot.portal_store import PortalStore
from integration.jobs.request import JobRequest
from integration.pipeline.owners.keeping import OwnerJobs, OwnerKeeper, read_directory, refresh_owners_request
from integration.pipeline.portal_profile import OWNERS_SCOPE, PortalProfile, build_profile
from tests.factories import NOW
from tests.unit.pipeline.fake_hubspot import FakeHubSpot, Fault

PORTAL = 4_200
REP = Owner("7", "Sample.Rep@portal.example.com", "Sample", "Rep", False, user_id="9001", team_ids=("31", "32"))
NAMELESS = Owner("8", None, "", "", False, user_id="9002")
LEFT = Owner("9", "sample.left@portal.example.com", "Sample", "Left", True)


class Clients:
    def __init__(self, hubspot: FakeHubSpot) -> None:
        self.hubspot = hubspot

    def for_portal(self, _portal_id: int, *, live: bool = True) -> FakeHubSpot:  # noqa: ARG002
        return self.hubspot


class Deferred:
    def __init__(self) -> None:
        self.requests: list[JobRequest] = []

    def defer(self, _connection: object, request: JobRequest) -> bool:
        self.requests.append(request)
        return True


def profile(database: Database, *scopes: str) -> PortalProfile:
    with database.begin() as connection:
        PortalStore().connect(connection, portal_id=PORTAL, scopes=scopes, now=NOW)
        return build_profile(PORTAL, PortalStore().find(connection, portal_id=PORTAL))


def test_owners_are_asked_once_an_hour_and_only_with_permission(database: Database) -> None:
    hubspot, now = FakeHubSpot(owner_list=(REP, NAMELESS, LEFT)), NOW
    keeper = OwnerKeeper(database, lambda: now)
    assert keeper.names(hubspot, profile(database)) == {}
    allowed = profile(database, OWNERS_SCOPE)
    assert keeper.names(hubspot, allowed) == {"7": "Sample Rep"}
    keeper.names(hubspot, allowed)
    assert hubspot.calls == ["owners"]
    assert OwnerKeeper(database, lambda: now).names(hubspot, allowed) == {"7": "Sample Rep"}, (
        "another process reads what this one stored"
    )
    assert hubspot.calls == ["owners"]
    now += timedelta(hours=2)
    keeper.names(hubspot, allowed)
    assert hubspot.calls == ["owners", "owners"]


def test_a_permission_taken_back_is_no_reason_to_stop_and_what_it_gave_goes(database: Database) -> None:
    hubspot, now = FakeHubSpot(owner_list=(REP,)), NOW
    keeper, allowed = OwnerKeeper(database, lambda: now), profile(database, OWNERS_SCOPE)
    assert keeper.names(hubspot, allowed)
    now += timedelta(hours=2)
    hubspot.faults = [Fault("owners", Rejected("no", system="hubspot"))]
    assert keeper.names(hubspot, allowed) == {}
    assert keeper.names(hubspot, allowed) == {}
    assert hubspot.calls == ["owners", "owners"], "and it is not asked again for an hour"
    with database.begin() as connection:
        assert read_directory(connection, portal_id=PORTAL).entries == {}


def test_people_are_found_by_user_and_address_and_who_left_is_never_active(database: Database) -> None:
    hubspot, keeper = FakeHubSpot(owner_list=(REP, NAMELESS, LEFT)), OwnerKeeper(database, lambda: NOW)
    keeper.fetch(hubspot, PORTAL, archived_too=True)
    with database.begin() as connection:
        known = read_directory(connection, portal_id=PORTAL)
        other = read_directory(connection, portal_id=PORTAL + 1)
    assert [known.is_active(owner_id) for owner_id in ("7", "8", "9", "10")] == [True, True, False, False]
    assert known.of_user("9001") == known.of_user("", "sample.rep@PORTAL.example.com") == known.find("7")
    assert known.of_user("404", "sample.left@portal.example.com") is None
    rep = known.find("7")
    assert rep is not None
    assert (rep.team_ids, rep.email) == (frozenset({"31", "32"}), "sample.rep@portal.example.com")
    assert (known.name("7"), known.name("8"), known.name("10")) == ("Sample Rep", "", "")
    assert other.entries == {}, "owners of another portal are nobody's here"


def test_who_is_no_owner_any_more_goes_and_a_quick_look_leaves_those_who_left(database: Database) -> None:
    hubspot, keeper = FakeHubSpot(owner_list=(REP, NAMELESS, LEFT)), OwnerKeeper(database, lambda: NOW)
    keeper.fetch(hubspot, PORTAL, archived_too=True)
    hubspot.owner_list = (NAMELESS,)
    keeper.fetch(hubspot, PORTAL)
    with database.begin() as connection:
        assert set(read_directory(connection, portal_id=PORTAL).entries) == {"8", "9"}


def test_a_page_asks_at_most_once_a_minute_and_a_failure_is_no_error(database: Database) -> None:
    hubspot, now = FakeHubSpot(owner_list=(REP,), faults=[Fault("owners", Unavailable("down", system="hubspot"))]), NOW
    keeper = OwnerKeeper(database, lambda: now)
    assert [keeper.fetch_quietly(hubspot, PORTAL) for _ in range(3)] == [False, False, False]
    assert hubspot.calls == ["owners"]
    now += timedelta(minutes=2)
    hubspot.faults = []
    assert keeper.fetch_quietly(hubspot, PORTAL)


def test_the_sweep_asks_for_connected_portals_whose_directory_is_old(database: Database) -> None:
    hubspot, now = FakeHubSpot(owner_list=(REP, LEFT)), NOW
    keeper, deferred = OwnerKeeper(database, lambda: now), Deferred()
    jobs = OwnerJobs(database=database, clients=Clients(hubspot), portals=PortalStore(), deferrer=deferred, keeper=keeper)
    profile(database, OWNERS_SCOPE)
    with database.begin() as connection:
        PortalStore().connect(connection, portal_id=PORTAL + 1, scopes=("oauth",), now=NOW)
    jobs.sweep({})
    assert deferred.requests == [refresh_owners_request(PORTAL)]
    jobs.refresh({"portal_id": PORTAL})
    jobs.refresh({"portal_id": PORTAL + 1})
    assert hubspot.calls == ["owners", "owners"], "active and archived ones of the portal that granted it, nothing of the other"
    jobs.sweep({})
    assert len(deferred.requests) == 1
    now += timedelta(hours=2)
    jobs.sweep({})
    assert len(deferred.requests) == 2
