"""Fields that go back, against the simulator: every scope, every reason to leave a field alone, and undos of undos."""

from __future__ import annotations

from datetime import timedelta

import pytest

from integration.core.errors import BadInput, NotFound
from integration.hubspot.objects import COMPANIES, CONTACTS
from integration.pipeline.undo.request import UndoScope
from integration.pipeline.undo.runner import StepLimits
from simulator.crm.changes import Source
from tests.contract.undo.conftest import IMPORT, OTHER_APP, PERSON, Account


def test_a_run_goes_back_to_what_stood_there_before(account: Account) -> None:
    first, second = account.add(2, city="Ghent")
    run = account.run({first: {"city": "Paris", "description": "Made things"}, second: {"city": "Rome"}})

    undone = account.undo(run)

    assert account.values(first, "city", "description") == {"city": "Ghent"}
    assert account.values(second, "city") == {"city": "Ghent"}
    assert undone.counts == {"undone": 3}
    assert (undone.total_count, undone.done_count) == (2, 2)


def test_contacts_and_companies_of_one_time_range_go_back_together(account: Account) -> None:
    (company,), (contact,) = account.add(), account.add(object_type=CONTACTS)
    account.run({company: {"city": "Too early"}})
    since = account.now + timedelta(seconds=1)
    account.run({company: {"city": "Paris"}})
    account.run({contact: {"city": "Paris"}}, object_type=CONTACTS)
    until = account.now + timedelta(seconds=1)
    account.run({company: {"description": "Too late"}})

    undone = account.undo(UndoScope("time", since=since, until=until))

    assert account.values(company, "city", "description") == {"city": "Too early", "description": "Too late"}
    assert account.values(contact, "city", object_type=CONTACTS) == {}
    assert undone.counts == {"undone": 2}


def test_only_the_values_of_the_provider_go_back(account: Account) -> None:
    (company,) = account.add(city="Ghent")
    account.run({company: {"city": "From Apollo"}}, provider="apollo")
    account.run({company: {"description": "From the web site"}}, provider="website")
    account.run({company: {"city": "From Apollo again"}}, provider="apollo")

    account.undo(UndoScope("provider", provider="apollo"))

    assert account.values(company, "city", "description") == {"city": "Ghent", "description": "From the web site"}


def test_a_single_record_and_a_single_field_of_it(account: Account) -> None:
    first, second = account.add(2)
    account.run({first: {"city": "Paris", "phone": "1"}, second: {"city": "Rome"}})

    account.undo(UndoScope("record", object_type=COMPANIES, object_id=first, property_name="city"))
    assert account.values(first, "city", "phone") == {"phone": "1"}

    account.undo(UndoScope("record", object_type=COMPANIES, object_id=first))
    assert account.values(first, "city", "phone") == {}
    assert account.values(second, "city") == {"city": "Rome"}


@pytest.mark.parametrize(
    ("by", "reason"), [(PERSON, "changed_by_person"), (IMPORT, "changed_by_import"), (OTHER_APP, "changed_by_other_app")]
)
def test_what_somebody_changed_since_stays_and_the_rest_goes_back(account: Account, by: Source, reason: str) -> None:
    (company,) = account.add(city="Ghent")
    run = account.run({company: {"city": "Paris", "phone": "1"}})
    account.change(company, by=by, city="Brussels")

    undone = account.undo(run)

    assert account.values(company, "city", "phone") == {"city": "Brussels"}
    assert undone.counts == {"undone": 1, reason: 1}
    assert account.sql("SELECT property_name FROM ledger WHERE superseded_at IS NOT NULL") == [("city",)]
    kept = next(one for one in account.samples(undone) if one.result == reason)
    assert (kept.property_name, kept.value_before, kept.value_after) == ("city", "Brussels", "Ghent")


def test_a_field_we_wrote_again_later_is_left_until_that_run_is_undone(account: Account) -> None:
    (company,) = account.add(city="Ghent")
    first = account.run({company: {"city": "Paris"}})
    second = account.run({company: {"city": "Rome"}})

    assert account.undo(first).counts == {"written_again_later": 1}
    assert account.values(company, "city") == {"city": "Rome"}

    account.undo(second)
    assert account.values(company, "city") == {"city": "Paris"}


def test_undoing_an_undo_brings_the_values_back_three_levels_deep(account: Account) -> None:
    (company,) = account.add(city="Ghent")
    run = account.run({company: {"city": "Paris", "phone": "1"}}, provider="apollo")
    seen = []
    for _ in range(3):
        run = account.undo(run).run_id
        seen.append(account.values(company, "city", "phone"))
    assert seen == [{"city": "Ghent"}, {"city": "Paris", "phone": "1"}, {"city": "Ghent"}]


def test_a_value_that_came_back_has_its_source_again_and_a_persons_has_none(account: Account) -> None:
    (company,) = account.add(city="Ghent")
    run = account.run({company: {"city": "Paris"}}, provider="apollo")
    undo = account.undo(run)
    redo = account.undo(undo.run_id)
    rows = account.sql("SELECT run_id, provider, superseded_at IS NULL FROM ledger WHERE property_name = 'city'")
    assert {row[0]: row[1:] for row in rows} == {
        run: ("apollo", True),
        undo.run_id: ("leadlight", False),
        redo.run_id: ("apollo", True),
    }
    account.undo(UndoScope("provider", provider="apollo"))
    assert account.values(company, "city") == {"city": "Ghent"}


def test_what_was_undone_before_says_so(account: Account) -> None:
    (company,) = account.add()
    run = account.run({company: {"city": "Paris"}})
    account.undo(run)
    assert account.undo(run).counts == {"already_undone": 1}


def test_numbers_in_hubspots_spelling_are_recognised(account: Account) -> None:
    (company,) = account.add(numberofemployees="5")
    run = account.run({company: {"numberofemployees": "7.0"}})
    assert account.undo(run).counts == {"undone": 1}
    assert account.values(company, "numberofemployees") == {"numberofemployees": "5"}


def test_a_lifecycle_stage_goes_back_although_hubspot_drops_steps_back(account: Account) -> None:
    (company,) = account.add(lifecyclestage="lead")
    account.set_open("lifecyclestage", is_open=True)
    run = account.run({company: {"lifecyclestage": "customer"}})
    undone = account.undo(run)
    assert account.values(company, "lifecyclestage") == {"lifecyclestage": "lead"}
    assert undone.counts == {"undone": 1}
    account.undo(undone.run_id)
    assert account.values(company, "lifecyclestage") == {"lifecyclestage": "customer"}


def test_a_routing_field_that_was_closed_again_is_left_and_the_rest_goes_back(account: Account) -> None:
    (company,) = account.add(lifecyclestage="lead", city="Ghent")
    account.set_open("lifecyclestage", is_open=True)
    run = account.run({company: {"lifecyclestage": "customer", "city": "Paris"}})
    account.set_open("lifecyclestage", is_open=False)
    assert account.undo(run).counts == {"undone": 1, "routing_closed": 1}
    assert account.values(company, "lifecyclestage", "city") == {"lifecyclestage": "customer", "city": "Ghent"}


def test_deleted_erased_and_vanished_things_are_named_and_cost_nobody_else(account: Account) -> None:
    deleted, erased, whole = account.add(3)
    run = account.run({one: {"city": "Paris"} for one in (deleted, erased, whole)})
    account.sql(
        "INSERT INTO ledger (portal_id, run_id, object_type, object_id, property_name, value_before, value_after, policy, decision,"
        " decision_reason, trace_id, outcome, created_at) VALUES (:portal, :run, 'companies', :id, 'no_such_property', NULL, 'x',"
        " 'always', 'write', 'own_property', 't', 'written', :now)",
        portal=account.portal_id, run=run, id=whole, now=account.now,
    )  # fmt: skip
    account.portal.archive(COMPANIES, deleted, source=PERSON)
    account.sql("UPDATE ledger SET value_before = NULL, value_after = NULL WHERE object_id = :id", id=erased)

    undone = account.undo(run)

    assert undone.counts == {"undone": 1, "record_gone": 1, "erased": 1, "property_gone": 1}
    assert account.values(whole, "city") == {}


def test_history_that_a_merge_moved_works_on_the_survivor(account: Account) -> None:
    survivor, other = account.add(2)
    run = account.run({survivor: {"city": "Paris"}, other: {"city": "Rome"}})
    account.portal.merge(COMPANIES, survivor, other, source=PERSON)
    account.sql("UPDATE ledger SET object_id = :to WHERE object_id = :from", to=survivor, **{"from": other})
    assert account.undo(run).counts == {"undone": 1}
    assert account.values(survivor, "city") == {}


def test_a_dry_run_checks_everything_and_writes_nothing(account: Account) -> None:
    (company, other) = account.add(2)
    run = account.run({company: {"city": "Paris", "phone": "1"}, other: {"city": "Paris"}})
    account.change(company, city="Brussels")

    dry = account.undo(run, dry_run=True)

    assert dry.counts == {"undone": 2, "changed_by_person": 1}
    assert account.values(company, "city", "phone") == {"city": "Brussels", "phone": "1"}
    assert sum("batch/update" in call for call in account.calls()) == 1, "only the run itself wrote"
    assert {(one.property_name, one.value_before, one.value_after) for one in account.samples(dry)} == {
        ("city", "Brussels", ""),
        ("phone", "1", ""),
        ("city", "Paris", ""),
    }
    assert account.undo(run).counts == {"undone": 2, "changed_by_person": 1}
    with pytest.raises(BadInput, match="dry run"):
        account.undo(dry.run_id)


def test_nothing_of_another_account_is_touched(account: Account) -> None:
    (company,) = account.add()
    run = account.run({company: {"city": "Paris"}})
    account.stand.world.new_portal(account.portal_id + 1)
    account.stand.connect(account.portal_id + 1)
    other = Account(account.stand, account.now, account.portal_id + 1, ours=50)
    (theirs,) = other.add()
    other.run({theirs: {"city": "Rome"}})

    with pytest.raises(NotFound, match="no run"):
        other.undo(run)
    other.undo(UndoScope("time", since=account.now - timedelta(days=1)))

    assert account.values(company, "city") == {"city": "Paris"}
    assert other.values(theirs, "city") == {}


def test_more_than_a_step_of_records_goes_back_in_steps(account: Account) -> None:
    ids = account.add(25)
    run = account.run({one: {"city": "Paris"} for one in ids})
    limits = StepLimits(records=10, width=3)
    run_id = account.start(UndoScope("run", run_id=run), limits=limits)

    first = account.runner(limits).step(account.portal_id, run_id)
    assert first is not None
    assert (first.done_count, first.total_count, first.is_finished) == (10, 25, False)
    assert account.finish(run_id, limits).counts == {"undone": 25}
    assert all(account.values(one, "city") == {} for one in ids)


def test_what_cannot_be_undone_is_refused_with_a_sentence(account: Account) -> None:
    (company,) = account.add()
    run = account.run({company: {"city": "Paris"}})
    with pytest.raises(NotFound, match="no run with the id nonsense"):
        account.undo("nonsense")
    with pytest.raises(NotFound, match="wrote nothing that can be undone for values from hunter"):
        account.undo(UndoScope("provider", provider="hunter"))
    with pytest.raises(BadInput, match="kept for 90 days"):
        account.undo(UndoScope("time", since=account.now - timedelta(days=91)))
    account.now += timedelta(days=91)
    with pytest.raises(NotFound, match="1 writes are longer ago than 90 days"):
        account.undo(run)
