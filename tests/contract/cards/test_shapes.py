"""What the backend answers about a record is what the cards' own TypeScript types say."""

from __future__ import annotations

from typing import Any

from crm_cards.draft_view import DRAFTED
from tests.card_types import read_card_types
from tests.contract.cards.conftest import OURS, REP, SEED, Cards, data_of
from tests.contract.cards.known import know

TYPES = read_card_types()


def complaints(value: Any, type_name: str) -> list[str]:
    return list(TYPES.complaints(value, type_name))


def test_views_of_known_and_unknown_records_have_the_cards_types(cards: Cards) -> None:
    known, scoreless = know(cards, "870301", owner_user=REP), know(cards, "870302", owner_user=REP, value=None)
    company, fresh = know(cards, "880301", object_type="companies", owner_user=REP), cards.contact(REP)
    paths = [f"contacts/{known}", f"contacts/{scoreless}", f"companies/{company}", f"contacts/{fresh}"]
    views = [data_of(cards.ask(f"record/{path}")) for path in paths]
    assert [complaints(view, "RecordView") for view in views] == [[], [], [], []]
    assert [view["state"]["kind"] for view in views] == ["ready", "not_enough_evidence", "ready", "new"]
    assert views[0]["draft"]["state"] == DRAFTED
    assert views[0]["provenance"]["fields"]
    assert views[0]["provenance"]["facts"]


def test_a_deal_with_its_people_has_the_cards_types(cards: Cards) -> None:
    company, contact, deal = cards.company(REP), cards.contact(REP), cards.deal(REP)
    know(cards, company, object_type="companies", owner_user=REP)
    know(cards, contact, owner_user=REP)
    portal = cards.simulator.world.portals[OURS]
    for kind, record in (("companies", company), ("contacts", contact)):
        portal.associate(("deals", deal), (kind, record), source=SEED)
    view = data_of(cards.ask(f"record/deals/{deal}"))
    assert complaints(view, "RecordView") == []
    assert (view["company"]["object_id"], [person["object_id"] for person in view["people"]]) == (company, [contact])


def test_work_and_runs_have_the_cards_types(cards: Cards) -> None:
    record = know(cards, cards.contact(REP), owner_user=REP)
    told = data_of(cards.tell(f"record/contacts/{record}/enrich"))
    assert complaints(told["state"], "State") == []
    progress = data_of(cards.ask(f"record/contacts/{record}/progress?since={told['since'].replace('+', '%2B')}"))
    assert complaints(progress, "Progress") == []
    assert (progress["done"], progress["state"]["kind"]) == (False, "queued")
    started = data_of(cards.tell(f"record/contacts/{record}/undo", {"property": "jobtitle"}))
    run = data_of(cards.ask(f"runs/{started['run_id']}"))["run"]
    assert complaints(run, "RunLine") == []
    assert run["finished_at"] is None


def test_a_judged_draft_has_the_cards_types(cards: Cards) -> None:
    record = know(cards, cards.contact(REP), owner_user=REP)
    edited = data_of(
        cards.tell(
            f"record/contacts/{record}/draft/edit", {"version": 1, "steps": [{"position": 1, "subject": "Mine", "body": "Mine."}]}
        )
    )
    approved = data_of(cards.tell(f"record/contacts/{record}/draft/approve", {"version": edited["draft"]["version"]}))
    assert [complaints(one["draft"], "DraftView") for one in (edited, approved)] == [[], []]
    assert (edited["draft"]["is_edited"], approved["draft"]["state"], len(approved["draft"]["tasks"])) == (True, "approved", 1)
    assert approved["run_id"]
