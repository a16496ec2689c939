"""States, drafts, scores and deals as cards show them, from what is stored."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from crm_cards.deal_state import Around, deal_state
from crm_cards.draft_view import draft_view, steps_seen
from crm_cards.record_state import Account, state_of
from crm_cards.run_line import StoredRun, run_words
from crm_cards.score_view import score_view, words_of
from integration.hubspot.objects import AssociatedRecord, CrmRecord
from integration.hubspot.portal_store import Portal
from integration.pipeline.deals.link import build_link, read_amount, read_day
from integration.pipeline.record_card.card_store import Failure, Standing, StoredBrief, StoredScore, WaitingItem
from integration.pipeline.record_card.draft_store import StoredDraft
from tests.factories import NOW

PORTAL = Portal(1, "connected", "", NOW, frozenset(), None, {"dry_run": False}, NOW, NOW, None)
ACCOUNT = Account(is_connected=True, is_dry=False, disconnected_since=NOW)
BRIEF = StoredBrief("Sample", (), NOW, NOW)
ITEM = WaitingItem(0, ("card",), NOW, NOW, None, 0)
SCORE = StoredScore("priority", 72.0, "points", "hot", [{"text": "ICP fit: 80", "points": 72.0}], NOW, None, None, None, None)


def step(body: str = "Ours") -> dict[str, object]:
    return {"position": 1, "day_offset": 0, "channel": "email", "subject": "Sample", "body": body, "rests_on": []}


DRAFT = StoredDraft("drafted", None, 3, [step()], "f2", None, None, None, None, None, None, None)

items = st.builds(
    WaitingItem,
    lane=st.integers(0, 2),
    causes=st.sampled_from([("card",), ("ask_again",), ("budget",), ("ask_again", "card"), ("budget", "card"), ()]),
    queued_at=st.just(NOW),
    due_at=st.timedeltas(timedelta(days=-40), timedelta(days=40)).map(lambda by: NOW + by),
    lease_until=st.one_of(st.none(), st.timedeltas(timedelta(days=-1), timedelta(days=1)).map(lambda by: NOW + by)),
    attempts=st.integers(0, 9),
)
standings = st.builds(
    Standing,
    brief=st.one_of(st.none(), st.timedeltas(timedelta(0), timedelta(days=90)).map(lambda by: replace(BRIEF, checked_at=NOW - by))),
    item=st.one_of(st.none(), items),
    failure=st.one_of(st.none(), st.builds(Failure, st.just("refused"), st.text(max_size=50), st.just(NOW))),
    silent_s=st.one_of(st.none(), st.floats(0, 500)),
)
accounts = st.builds(Account, st.booleans(), st.booleans(), st.just(NOW))


@given(standings, accounts, st.sampled_from([(), (SCORE,), (replace(SCORE, value=None),)]))
def test_every_standing_is_one_state_with_words(standing: Standing, account: Account, scores: tuple[StoredScore, ...]) -> None:
    state = state_of(standing, scores, account, NOW)
    assert state.title
    assert state.message.endswith(".")
    assert state.is_busy == (state.kind in ("queued", "running"))
    assert not state.no_worker or state.kind == "queued"
    assert (state.kind == "disconnected") == (not account.is_connected)
    if account.is_connected and standing.item is None:
        assert not state.is_busy
    assert (
        state.is_stale == (standing.brief is not None and NOW - standing.brief.checked_at > timedelta(days=30))
        or state.kind == "new"
    )


def test_a_failure_that_a_later_look_outlived_is_not_told() -> None:
    old = Failure("refused", "Sample reason.", NOW - timedelta(hours=1))
    assert state_of(Standing(BRIEF, None, old, 1.0), (SCORE,), ACCOUNT, NOW).kind == "ready"
    assert state_of(Standing(BRIEF, None, replace(old, at=NOW + timedelta(1)), 1.0), (SCORE,), ACCOUNT, NOW).kind == "failed"


def test_a_rep_sees_the_edit_and_after_approval_what_was_approved() -> None:
    edited = replace(DRAFT, edited_steps=[step("Edited")], edited_from="f1", edited_by="rep@example.com")
    assert steps_seen(DRAFT)[0]["body"] == "Ours"
    view = draft_view(edited, PORTAL)
    assert (view["steps"][0]["body"], view["is_edited"], view["newer_facts"], view["may_approve"]) == ("Edited", True, True, True)
    assert draft_view(replace(edited, edited_from="f2"), PORTAL)["newer_facts"] is False
    approved = draft_view(replace(edited, state="approved", approved_steps=[step("Approved")]), PORTAL)
    assert (approved["steps"][0]["body"], approved["may_approve"], approved["newer_facts"]) == ("Approved", False, False)


def test_a_draft_that_cannot_be_approved_says_why() -> None:
    dry = replace(PORTAL, preferences={})
    gone = replace(PORTAL, state="disconnected")
    refused = replace(DRAFT, state="refused", refusal="the record lacks an e-mail address", steps=[])
    told = [
        draft_view(DRAFT, dry),
        draft_view(DRAFT, gone),
        draft_view(refused, PORTAL),
        draft_view(replace(DRAFT, state="rejected"), PORTAL),
    ]
    assert [one["may_approve"] for one in told] == [False] * 4
    assert ["Dry run" in told[0]["why_not"], "connect" in told[1]["why_not"], "e-mail" in told[2]["why_not"]] == [True] * 3
    assert told[2]["steps"] == []


def test_a_draft_of_any_size_stays_small() -> None:
    huge = replace(DRAFT, steps=[step("ü\x01" * 100_000)] * 60)
    assert len(json.dumps(draft_view(huge, PORTAL), ensure_ascii=False).encode()) < 400_000


def test_what_moved_adds_up_and_a_score_nobody_registers_is_still_told() -> None:
    moved = replace(
        SCORE, previous_value=50.0, previous_label="warm", previous_reasons=[{"text": "ICP fit: 50", "points": 50.0}], moved_at=NOW
    )
    view = score_view(moved)
    assert view["moved"]["change"] == 22.0 == sum(one["points"] for one in view["moved"]["why"])
    assert view["moved"]["from_label_words"] == "Warm"
    assert score_view(replace(moved, value=None, label="not_enough_evidence"))["moved"]["change"] is None
    other = score_view(replace(SCORE, name="expected_value", label="very_high"))
    assert (other["title"], other["label_words"], other["tone"]) == ("Expected value", "Very high", "neutral")


def test_tones_follow_the_declared_order_of_labels() -> None:
    assert [words_of("priority").tone(label) for label in ("hot", "warm", "cold", "not_enough_evidence", "?")] == [
        "good", "middling", "bad", "neutral", "neutral",
    ]  # fmt: skip
    assert words_of("icp_fit").tone("excluded") == "bad"


def test_a_deal_is_read_from_hubspots_values() -> None:
    values = {
        "dealname": "Sample deal",
        "dealstage": "7",
        "amount": "12.345",
        "closedate": "1798070400000",
        "hubspot_owner_id": "5",
    }
    companies = [AssociatedRecord("11", frozenset({341}), False), AssociatedRecord("12", frozenset({5}), True)]
    contacts = [AssociatedRecord(str(number), frozenset({3}), False) for number in range(200, 100, -1)]
    link = build_link(CrmRecord("deals", "1", values), companies, contacts, stages={"7": "Sample stage"}, seen_at=NOW)
    assert (link.company_id, link.stage, link.owner_id, link.closes_on) == ("12", "Sample stage", "5", date(2026, 12, 24))
    assert (link.contact_ids[0], len(link.contact_ids), link.amount) == ("101", 50, Decimal("12.34"))


@given(st.one_of(st.none(), st.text(), st.floats().map(str), st.integers().map(str)))
def test_amounts_and_days_of_any_text_are_read_or_left_out(text: str | None) -> None:
    amount, day = read_amount(text), read_day(text)
    assert amount is None or abs(amount) < 10**16
    assert day is None or isinstance(day, date)


def test_a_deals_state_is_that_of_what_it_hangs_on() -> None:
    deal = CrmRecord("deals", "1", {})
    bare = build_link(deal, (), (), stages={}, seen_at=NOW)
    full = replace(bare, company_id="12")

    def kind(link, items=(), checked_at=None, account=ACCOUNT):
        return deal_state(link, Around(items, checked_at, 1.0), account, NOW).kind

    assert kind(bare) == "not_enough_evidence"
    assert kind(full) == "new"
    assert kind(full, [ITEM], NOW) == "queued"
    assert kind(full, [replace(ITEM, causes=("budget",), due_at=NOW + timedelta(1)), ITEM], NOW) == "queued"
    assert kind(full, (), NOW) == "ready"
    assert kind(full, (), NOW, replace(ACCOUNT, is_dry=True)) == "dry_run"
    assert kind(full, [ITEM], NOW, replace(ACCOUNT, is_connected=False)) == "disconnected"
    assert deal_state(replace(full, seen_at=NOW - timedelta(1)), Around((), NOW, 1.0), ACCOUNT, NOW).is_stale


def test_runs_are_told_in_words() -> None:
    run = StoredRun("r", "live", "companies", NOW, None, {}, True, "", {}, 0, 0)
    assert run_words(run) == "Looked at companies (dry run)"
    assert run_words(replace(run, kind="undo", is_dry=False, target={"kind": "run", "run_id": "x"})) == "Takes back run x"
    assert run_words(replace(run, kind="undo", is_dry=False, target={})) == "Takes back what was written"
    assert run_words(replace(run, kind="new_kind", is_dry=False)) == "New kind"
