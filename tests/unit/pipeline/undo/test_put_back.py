"""After an undo: a person's value that it put back is the person's, what it took out is not written again, a finding of ours is ours again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from integration.hubspot.objects import COMPANIES, CrmRecord, PropertyVersion
from integration.pipeline.ledger_store import LastWrite
from integration.pipeline.policies.origins import origin_put_back
from integration.pipeline.policies.standing import Standings
from integration.pipeline.policy import Decision, Origin, Rule, WritePolicy
from integration.pipeline.write_plan import RecordWishes, WantedValue, Wish
from tests.factories import NOW

APP = "4711"
ALWAYS = Rule(WritePolicy.ALWAYS)


def version(value: str, source: str, source_id: str = "") -> PropertyVersion:
    return PropertyVersion(value, NOW, source, source_id or None, None, None)


def ours(value: str) -> PropertyVersion:
    return version(value, "INTEGRATION", APP)


UNDO = LastWrite(2, "1", "city", "Paris", "Ghent", None, None, "leadlight", "undo", "undone", superseded=True)


def decided(wanted: str, last: LastWrite, *versions: PropertyVersion, rule: Rule = ALWAYS) -> Decision:
    wish = Wish(WantedValue("city", wanted, rule.policy), rule)
    record = CrmRecord(COMPANIES, "1", {"city": versions[0].value})
    wishes = RecordWishes(record, (wish,), wish, "t", NOW)
    known = Standings(APP, {("1", "city"): last}, {"1": {"city": versions}})
    return wish.held_against(known.of(wishes, wish), as_of=NOW)


def test_a_persons_value_that_was_put_back_is_protected_again() -> None:
    history = (ours("Ghent"), ours("Paris"), version("Ghent", "CRM_UI"))
    assert decided("Rome", UNDO, *history) == Decision("keep", "set_by_person")
    assert decided("Rome", UNDO, *history, rule=Rule(WritePolicy.ALWAYS, people_may_be_overwritten=True)).action == "write"


def test_what_was_undone_is_not_written_again_and_something_else_may_be() -> None:
    blank = replace(UNDO, value_after="", superseded=False)
    history = (ours(""), ours("Paris"))
    assert decided("Paris", blank, *history) == Decision("keep", "undone_before")
    assert decided("Rome", blank, *history).action == "write"


def test_a_finding_that_came_back_is_ours_again() -> None:
    redo = replace(UNDO, value_before="Ghent", value_after="Paris", provider="apollo", superseded=False)
    assert decided("Rome", redo, ours("Paris"), ours("Ghent"), ours("Paris"), version("Ghent", "CRM_UI")).action == "write"


@pytest.mark.parametrize(
    ("older", "origin"),
    [
        ([ours("Paris"), version("Ghent", "IMPORT")], Origin.IMPORT),
        ([ours("Paris"), ours("Ghent"), ours("Paris"), version("Ghent", "CRM_UI")], Origin.PERSON),
        ([ours("Paris"), version("Ghent", "INTEGRATION", "12")], Origin.OTHER_APP),
        ([ours("Paris"), version("Rome", "CRM_UI")], Origin.UNKNOWN),
        ([], Origin.UNKNOWN),
    ],
)
def test_whose_value_was_put_back_is_told_by_the_history_beneath(older: list[PropertyVersion], origin: Origin) -> None:
    assert origin_put_back([ours("Ghent"), *older], app_id=APP) is origin


@pytest.mark.parametrize("policy", [WritePolicy.ALWAYS, WritePolicy.IF_BLANK, WritePolicy.IF_NEWER])
def test_what_a_person_chose_after_a_merge_is_theirs_although_we_wrote_it(policy: WritePolicy) -> None:
    chosen = LastWrite(2, "1", "city", "Bonn", "Ghent", None, None, "leadlight", "merge", "person_chose", superseded=False)
    assert decided("Paris", chosen, ours("Ghent"), rule=Rule(policy)) == Decision("keep", "set_by_person")
    lifted = Rule(WritePolicy.ALWAYS, people_may_be_overwritten=True)
    assert decided("Paris", chosen, ours("Ghent"), rule=lifted) == Decision("write", "always")


def test_an_undo_cut_off_before_it_noted_whose_value_it_put_back_does_not_make_it_ours() -> None:
    cut_off = replace(UNDO, superseded=False)
    past = (ours("Ghent"), ours("Paris"), version("Ghent", "CRM_UI"))
    assert decided("Rome", cut_off, *past) == Decision("keep", "set_by_person")
    assert decided("Rome", replace(cut_off, provider="apollo"), *past).action == "write"
