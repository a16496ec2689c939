"""The heat model through the real client against the simulator over HTTP: history read, model trained, records scored, drift told of."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from integration.core.errors import NotAllowed
from integration.db.session import Database
from integration.hubspot.objects import CONTACTS
from integration.hubspot.provision import Provisioner
from integration.pipeline.alert_store import AlertStore
from integration.pipeline.decisions import declared_properties
from integration.pipeline.heat.jobs import TRAIN_HEAT, HeatJobs
from integration.pipeline.heat.model_store import HeatModelStore, StoredTraining, Watched
from integration.pipeline.heat.trainer import Trainer
from simulator.data.demo import build_contacts, load_companies
from simulator.data.past import build_pasts, contact_seed, deal_seed
from tests.contract.hubspot.stand import PORTAL_ID, build_stand, running_simulator
from tests.scenario.test_deal_scores import WITHOUT_DEALS, Deferrals
from tests.scenario.test_pipeline_over_http import Account

OTHER_PORTAL = PORTAL_ID + 1


@pytest.fixture
def account(database: Database) -> Iterator[Account]:
    with running_simulator() as simulator:
        stand = build_stand(simulator, database)
        stand.connect()
        Provisioner(database, stand.clients, stand.portals, declared_properties(), simulator.world.clock.now).run(PORTAL_ID)
        with database.begin() as connection:
            stand.portals.save_preferences(connection, portal_id=PORTAL_ID, preferences={"dry_run": False})
        yield Account(stand)


def seed_past(account: Account) -> list[str]:
    """The demo's contacts with their past and their decided deals; the ids of the contacts."""
    from simulator.control.reading import Fields
    from simulator.control.seeding import seed

    companies = load_companies()
    contacts = build_contacts(companies)
    pasts = build_pasts(contacts, {one.domain: one for one in companies}, account.stand.world.clock.now())
    people = [
        contact_seed(
            contact,
            past,
            {"email": contact.email, "firstname": contact.first_name, "lastname": contact.last_name, "jobtitle": contact.title},
        )
        for contact, past in zip(contacts, pasts, strict=True)
    ]
    world = account.stand.world
    made = seed(world, Fields({"portals": [{"portal_id": PORTAL_ID, "objects": {"contacts": people}}]}))
    ids = made.records[PORTAL_ID]["contacts"]
    deals = [deal_seed(past.deal, one) for past, one in zip(pasts, ids, strict=True) if past.deal is not None]
    seed(world, Fields({"portals": [{"portal_id": PORTAL_ID, "objects": {"deals": deals}}]}))
    return ids


def trainer(account: Account) -> Trainer:
    return Trainer(account.stand.database, account.stand.clients, account.stand.world.clock.now)


def newest(account: Account, portal_id: int = PORTAL_ID) -> StoredTraining | None:
    with account.stand.database.begin() as connection:
        return HeatModelStore().newest(connection, portal_id=portal_id, object_type=CONTACTS)


def test_an_accounts_history_becomes_a_model_and_its_records_get_chances_with_reasons(account: Account) -> None:
    ids = seed_past(account)
    stored = trainer(account).train(PORTAL_ID, CONTACTS, cause="asked for")
    assert stored.artefact is not None, stored.abstained
    assert stored.card["counts"]["won"] > 100
    assert stored.card["test"]["auc"] > 0.6
    assert "contact.hs_analytics_source" in stored.card["columns"]
    assert newest(account) == stored
    assert newest(account, OTHER_PORTAL) is None
    open_ids = ids[:100]
    account.queue(open_ids, CONTACTS)
    assert account.run(CONTACTS).counts == {"written": 100}
    labels = {account.value(one, "leadlight_chance_label", CONTACTS) for one in open_ids}
    assert labels == {"hot", "warm", "cold"}
    chances = [float(account.value(one, "leadlight_chance", CONTACTS) or "nan") for one in open_ids]
    assert all(0 < chance < 100 for chance in chances)
    coldest = open_ids[chances.index(min(chances))]
    reasons = account.value(coldest, "leadlight_chance_reasons", CONTACTS) or ""
    assert "The usual chance in this account" in reasons
    assert sum(float(line.split()[0].replace("±", "").replace("−", "-")) for line in reasons.splitlines()) == pytest.approx(
        min(chances), abs=0.6
    )


def test_an_account_without_a_history_is_scored_by_a_general_rule_that_says_so(account: Account) -> None:
    [contact] = account.fill(contacts=1)
    stored = trainer(account).train(PORTAL_ID, CONTACTS, cause="first")
    assert stored.artefact is None
    assert stored.abstained.startswith("Not enough evidence")
    account.queue([contact], CONTACTS)
    account.run(CONTACTS)
    assert (account.value(contact, "leadlight_chance_label", CONTACTS) or "").startswith("general_")
    assert "nothing was learned from this account yet" in (account.value(contact, "leadlight_chance_reasons", CONTACTS) or "")


def test_without_the_right_to_read_deals_nothing_is_learned_and_it_is_said(account: Account) -> None:
    with account.stand.database.begin() as connection:
        account.stand.portals.connect(connection, portal_id=PORTAL_ID, scopes=WITHOUT_DEALS, now=account.stand.world.clock.now())
    with pytest.raises(NotAllowed, match="permission to read deals"):
        trainer(account).train(PORTAL_ID, CONTACTS, cause="first")


def test_trainings_are_asked_for_when_due_and_an_alarm_is_told_once(account: Account) -> None:
    asked = Deferrals()
    clock = account.stand.world.clock
    jobs = HeatJobs(account.stand.database, asked, trainer(account), clock.now)
    jobs.tend({})
    assert [(one.name, one.args["object_type"], one.args["cause"]) for one in asked.requests] == [
        (TRAIN_HEAT, "contacts", "first"),
        (TRAIN_HEAT, "companies", "first"),
    ]
    for request in asked.requests:
        jobs.train(request.args)
    asked.requests.clear()
    jobs.tend({})
    assert asked.requests == []
    with account.stand.database.begin() as connection:
        alarmed = Watched(1, {}, 500, "The chances are higher.", clock.now())
        HeatModelStore().save_watched(connection, portal_id=PORTAL_ID, object_type=CONTACTS, watched=alarmed)
    clock.advance(timedelta(days=2).total_seconds())
    jobs.tend({})
    assert [one.args["cause"] for one in asked.requests] == ["drift"]
    with account.stand.database.begin() as connection:
        [alert] = AlertStore().open_alerts(connection, portal_id=PORTAL_ID)
    assert "trained again now" in alert.message
    asked.requests.clear()
    clock.advance(timedelta(days=31).total_seconds())
    jobs.tend({})
    assert {one.args["cause"] for one in asked.requests} == {"month"}
