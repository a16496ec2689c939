"""Two portals with enough going on that every page has something to show: one live, one still dry. All people are made up."""

from __future__ import annotations

from integration.access.roles import Role
from integration.demo.observing import wait_until_settled
from integration.demo.stand import SENDER, Stand
from integration.hubspot.objects import COMPANIES, CONTACTS
from integration.jobs.dead_letter_store import DeadLetterEntry, DeadLetterStore
from integration.reporting.runs_store import RunsStore
from tests.scenario.account import Account
from tests.scenario.console import Console, let_in

PORTAL, DRY_PORTAL = 62_515, 62_516


def people_at_work(stand: Stand) -> None:
    """What a busy week looks like, in seconds."""
    live, dry = (Account(stand, portal_id, label) for portal_id, label in ((PORTAL, "sample"), (DRY_PORTAL, "careful")))
    for account in (live, dry):
        stand.add_portal(account.portal_id, settings={"auto_associate_company": True})
    live.install(preferences={**SENDER, "standard_properties": ["industry", "city", "country", "founded_year"]})
    dry.install(dry_run=True)
    for account in (live, dry):
        account.add_companies(6)
        account.add_contacts(9, at_companies=6)
    live.wait_until_written(contacts=9, companies=6)
    [contact_id] = _twins_and_namesakes(live)
    dry.settle()
    _letters(stand, contact_id)
    _people_decide(stand)


def _twins_and_namesakes(live: Account) -> list[str]:
    """One person twice, and a company whose name others have too. The id of one of the person's records."""
    address = "@sample-0000-made.example"
    twins = [
        {"firstname": "Bob", "lastname": "Samplewood", "email": f"bob{address}", "jobtitle": "Head of Sample Sales"},
        {"firstname": "Robert", "lastname": "Samplewood", "email": f"robert.samplewood{address}", "jobtitle": "Sales"},
    ]
    first, _ = live.act(action="create_many", object_type=CONTACTS, records=[{"properties": one} for one in twins])
    live.act(action="create", object_type=COMPANIES, properties={"name": "Namesakes Sample"})
    live.wait_until_written(contacts=11, companies=7)
    return [first]


def _letters(stand: Stand, contact_id: str) -> None:
    refused = DeadLetterEntry(
        PORTAL, "record", "refused", "This account requires \"region\" to be filled, and it is empty here.", object_type=CONTACTS,
        object_id=contact_id,
    )  # fmt: skip
    with stand.database.begin() as connection:
        DeadLetterStore().save(connection, [refused])


def _people_decide(stand: Stand) -> None:
    let_in(stand, PORTAL, 9002, Role.OPERATOR)
    console = Console(stand, PORTAL).sign_in()
    console.post("/members/grant", {"email": "sample.viewer@example.com", "role": "viewer"})
    for provider, credits in (("apollo", "40"), ("hunter", "100")):
        console.post("/budgets/set", {"provider": provider, "period": "month", "credits": credits})
    with stand.database.begin() as connection:
        [run, *_] = RunsStore().runs(connection, portal_id=PORTAL, only_with_writes=True)
    console.post("/undo/start", {"scope": "run", "run": run.run_id})
    wait_until_settled(stand, PORTAL)
