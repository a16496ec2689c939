"""Which value survives a merge: every pair of values has a verdict, and HubSpot's own outcome is never misstated."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.matching.survivorship import Held, Setter, Side, judge
from tests.factories import NOW

_HELD = st.builds(
    Held,
    st.sampled_from(["", " ", "Sample", "sample ", "Other", "A longer text"]),
    st.sampled_from(Setter),
    st.none() | st.integers(0, 5).map(lambda days: NOW - timedelta(days=days)),
)


@given(st.sampled_from(["city", "description", "email", "lifecyclestage"]), _HELD, _HELD)
def test_every_two_values_have_a_verdict(name: str, primary: Held, other: Held) -> None:
    verdict = judge(name, primary, other)
    assert verdict.reason
    if verdict.hubspot is Side.PRIMARY:
        assert not primary.is_blank
    if verdict.hubspot is Side.OTHER:
        assert primary.is_blank and not other.is_blank
    if verdict.better is Side.OTHER:
        assert not other.is_blank
    mirrored = judge(name, other, primary)
    if primary.value.strip() and other.value.strip() and "nothing tells" not in verdict.reason and "spelling" not in verdict.reason:
        swapped = {Side.PRIMARY: Side.OTHER, Side.OTHER: Side.PRIMARY, Side.BOTH: Side.BOTH}
        assert name in ("email", "lifecyclestage") or mirrored.better is swapped[verdict.better]


OLD, NEW = NOW - timedelta(days=9), NOW


@pytest.mark.parametrize(
    ("name", "primary", "other", "better", "reason"),
    [
        ("city", Held("Berlin", Setter.APP, NEW), Held("Hamburg", Setter.PERSON, OLD), Side.OTHER, "a person set it"),
        ("city", Held("Berlin", Setter.PERSON, OLD), Held("Hamburg", Setter.PERSON, NEW), Side.OTHER, "it is newer"),
        ("city", Held("Berlin", Setter.LEADLIGHT, NEW), Held("Hamburg", Setter.APP, OLD), Side.OTHER, "another app set it"),
        ("city", Held("Berlin"), Held("BERLIN", Setter.PERSON, NEW), Side.PRIMARY, "the same in another spelling"),
        ("city", Held(""), Held("Hamburg"), Side.OTHER, "only one record has a value"),
        (
            "description",
            Held("Short", Setter.APP, NEW),
            Held("A longer text", Setter.APP, OLD),
            Side.OTHER,
            "the longer text says more",
        ),
        ("description", Held("Short", Setter.PERSON, OLD), Held("A longer text", Setter.APP, NEW), Side.PRIMARY, "a person set it"),
        (
            "lifecyclestage",
            Held("lead"),
            Held("customer", Setter.PERSON, NEW),
            Side.PRIMARY,
            "HubSpot decides this one by its own rule",
        ),
    ],
)
def test_the_better_value_is_advised_with_its_reason(name: str, primary: Held, other: Held, better: Side, reason: str) -> None:
    verdict = judge(name, primary, other)
    assert (verdict.better, verdict.reason) == (better, reason)
