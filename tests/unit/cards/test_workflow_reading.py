"""Requests of workflows as they come in: anything is read or refused with a path, and nothing else happens."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_cards.workflow.base import ActionDefinition
from crm_cards.workflow.reading import read_execution, read_inputs, read_options_request, read_tool_call
from crm_cards.workflow.registry import all_actions
from integration.core.errors import BadPayload
from integration.core.taming import tame
from integration.pipeline.workflow.base import LONGEST_WAIT, Answer
from integration.pipeline.workflow.known_store import NOTHING, Known, KnownBrief, KnownDraft, KnownScore
from integration.pipeline.workflow.options import PAGE, Choice, page_of
from integration.pipeline.workflow.outputs import build_answer, outcome_of
from integration.pipeline.workflow.tools import BRIEF_LIMIT, CLOSED, OPENED, quoted

_BY_NAME = {action.name: action for action in all_actions()}
_JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
_FIELDS = st.fixed_dictionaries(
    {},
    optional={
        "callbackId": _JSON | st.text(min_size=1, max_size=30),
        "origin": _JSON | st.fixed_dictionaries({"portalId": _JSON | st.integers(1, 9)}),
        "object": _JSON
        | st.fixed_dictionaries(
            {"objectId": _JSON | st.integers(1, 9), "objectType": _JSON | st.sampled_from(["CONTACT", "0-1", "DEAL"])},
            optional={"properties": _JSON},
        ),
        "inputFields": _JSON | st.dictionaries(st.sampled_from(["max_wait", "owners", "team", "keep_current", "record_id"]), _JSON),
        "inputFieldName": _JSON | st.just("owners"),
        "fetchOptions": _JSON,
    },
)


@given(_FIELDS, st.sampled_from(all_actions()))
def test_whatever_comes_is_read_or_refused_by_path(body: dict[str, Any], action: ActionDefinition) -> None:
    for read in (read_execution, read_tool_call, read_options_request):
        if read is read_tool_call and action.tool is None:
            continue
        try:
            read(action, tame(body))
        except BadPayload as refused:
            assert refused.path


def test_inputs_are_read_by_their_declared_types() -> None:
    given_inputs = {"owners": "12;34; 12", "team": "", "keep_current": "true", "unknown": {"a": 1}}
    assert read_inputs(_BY_NAME["route"], tame(given_inputs)) == {"owners": ["12", "34"], "keep_current": True}
    assert read_inputs(_BY_NAME["route"], tame({"owners": ["7"], "keep_current": False})) == {
        "owners": ["7"],
        "keep_current": False,
    }
    assert read_inputs(_BY_NAME["enrich"], tame({"max_wait": "P1D"})) == {"max_wait": "P1D"}


@pytest.mark.parametrize("value", ["maybe", 1, [], {}])
def test_a_flag_that_is_none_is_refused(value: object) -> None:
    with pytest.raises(BadPayload, match="keep_current"):
        read_inputs(_BY_NAME["route"], tame({"keep_current": value}))


def test_the_waits_offered_are_the_waits_we_know() -> None:
    for name in ("enrich", "score", "draft"):
        [field] = _BY_NAME[name].inputs
        assert {option.value for option in field.options} == set(LONGEST_WAIT)


@given(st.text(), st.sampled_from([OPENED, CLOSED, "<<<<", ">>", "<"]), st.text())
def test_quoted_text_holds_no_mark_inside(before: str, mark: str, after: str) -> None:
    text = quoted(before + mark + after)
    inside = text.removeprefix(OPENED).removesuffix(CLOSED)
    assert OPENED not in inside
    assert CLOSED not in inside
    assert "\n" not in text
    assert len(text) < BRIEF_LIMIT


@given(st.lists(st.integers(0, 999), max_size=200), st.text(alphabet="sample 0129", max_size=4))
def test_pages_of_options_give_every_match_once_and_end(numbers: list[int], query: str) -> None:
    choices = [Choice(f"Sample {number}", str(number)) for number in numbers]
    seen: list[Choice] = []
    after: str | None = ""
    while after is not None:
        page = page_of(choices, query=query, after=after)
        assert len(page.choices) <= PAGE
        seen += page.choices
        after = page.after
    assert seen == [one for one in choices if all(word in one.label.casefold() for word in query.casefold().split())]


@given(st.text(max_size=30))
def test_a_mark_that_is_none_never_fails(after: str) -> None:
    page_of([Choice("Sample", "1")], query="", after=after)


def test_an_answer_is_the_same_after_it_was_stored() -> None:
    for answer in (Answer("BLOCK", wait="PT1H"), Answer("SUCCESS", {"state": "done", "priority": 7.5})):
        assert Answer.from_output_fields(answer.output_fields()) == answer


_LOOKED_AT = Known(
    brief=KnownBrief("Sample headline", (), datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC)),
    draft=KnownDraft("refused", "nothing is known", ({"subject": "A sample subject"},)),
    scores={name: KnownScore(50.0, "warm", ({"text": "Why", "points": 50.0},)) for name in ("priority", "icp_fit")},
)


@pytest.mark.parametrize("name", ["enrich", "score", "draft"])
@pytest.mark.parametrize("known", [NOTHING, _LOOKED_AT])
def test_what_is_told_is_declared_and_all_that_is_declared_can_be_told(name: str, known: Known) -> None:
    declared = {field.name for field in _BY_NAME[name].outputs}
    outcome = outcome_of(known, given_up=None, is_dry=False, values_written=3)
    told = set(build_answer(name, known, outcome).outputs)
    assert told == (declared if known.brief else {"state", "message"})
    states = {option.value for field in _BY_NAME[name].outputs if field.name == "state" for option in field.options}
    assert outcome.state in states
