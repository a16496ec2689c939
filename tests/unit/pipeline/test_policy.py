"""When we may touch a property."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.pipeline.policy import Standing, WritePolicy, decide, same_value

texts = st.text(max_size=40)
kinds = st.sampled_from(["string", "number", "datetime", "enumeration"])


@given(value=texts, policy=st.sampled_from(WritePolicy), ours=st.booleans(), kind=kinds)
def test_a_value_that_stands_already_is_never_written_again(value: str, policy: WritePolicy, ours: bool, kind: str) -> None:
    assert decide(policy, Standing(value, ours), value, kind=kind).action == "keep"


@given(standing=texts.filter(lambda text: text.strip()), wanted=texts, kind=kinds)
def test_a_value_of_someone_else_is_never_overwritten(standing: str, wanted: str, kind: str) -> None:
    assert decide(WritePolicy.IF_BLANK, Standing(standing), wanted, kind=kind).action == "keep"


@given(standing=texts, wanted=texts, ours=st.booleans())
def test_a_switched_off_property_is_never_written(standing: str, wanted: str, ours: bool) -> None:
    assert decide(WritePolicy.NEVER, Standing(standing, ours), wanted).action == "keep"


@given(standing=texts, wanted=texts)
def test_our_own_property_takes_whatever_differs(standing: str, wanted: str) -> None:
    same = same_value(standing, wanted)
    assert decide(WritePolicy.ALWAYS, Standing(standing), wanted).action == ("keep" if same else "write")


@pytest.mark.parametrize(
    ("policy", "standing", "wanted", "action", "reason"),
    [
        (WritePolicy.IF_BLANK, Standing(""), "Software", "write", "was_blank"),
        (WritePolicy.IF_BLANK, Standing("  "), "Software", "write", "was_blank"),
        (WritePolicy.IF_BLANK, Standing("Retail"), "Software", "keep", "filled_by_others"),
        (WritePolicy.IF_BLANK, Standing("Retail", ours=True), "Software", "write", "own_value_renewed"),
        (WritePolicy.IF_BLANK, Standing("Retail", ours=True), "", "keep", "nothing_to_write"),
        (WritePolicy.ALWAYS, Standing("70"), "", "write", "own_property"),
        (WritePolicy.NEVER, Standing(""), "Software", "keep", "switched_off"),
    ],
)
def test_each_policy_says_why(policy: WritePolicy, standing: Standing, wanted: str, action: str, reason: str) -> None:
    decision = decide(policy, standing, wanted)
    assert (decision.action, decision.reason) == (action, reason)


@pytest.mark.parametrize(
    ("standing", "wanted", "kind", "same"),
    [
        ("7", "7.0", "number", True),
        ("7", "7.5", "number", False),
        ("7", "7.0", "string", False),
        ("", "0", "number", False),
        ("NaN", "nan", "number", False),
        ("1763726400000", "2025-11-21T12:00:00.000Z", "datetime", True),
        ("2025-11-21T12:00:00Z", "2025-11-21T12:00:00.000Z", "datetime", True),
        ("2025-11-21T12:00:01Z", "2025-11-21T12:00:00Z", "datetime", False),
        ("one\r\ntwo ", "one\ntwo", "string", True),
        ("Strong", "strong", "enumeration", False),
    ],
)
def test_hubspots_spelling_of_the_same_value_counts_as_the_same(standing: str, wanted: str, kind: str, same: bool) -> None:
    assert same_value(standing, wanted, kind=kind) is same
