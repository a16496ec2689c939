"""The measuring itself: known groups have known figures, and learning keeps the signs that evidence must have."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.benchmarks import matching
from integration.benchmarks.matching import best_threshold, cluster_f1, f1_from, groups, text_evidence
from integration.benchmarks.matching_data import Known
from integration.benchmarks.matching_fit import Labelled, candidates, fit
from integration.core.errors import BadInput
from integration.matching.features import PersonProfile
from integration.matching.weights import is_against


def test_figures_of_a_known_grouping() -> None:
    records = [Known(PersonProfile(), entity) for entity in "aabbc"]
    assert cluster_f1(records, [0, 0, 1, 1, 2]) == (1.0, 1.0)
    pairwise, b_cubed = cluster_f1(records, [0, 0, 1, 2, 3])
    assert pairwise == pytest.approx(2 / 3)
    assert b_cubed == pytest.approx(2 * 0.8 / 1.8)
    assert groups(4, [(0.9, 0, 1), (0.8, 1, 2), (0.1, 2, 3)], 0.5) == pytest.approx([2, 2, 2, 3])


def test_f1_counts_what_was_never_looked_at() -> None:
    scored = [(0.9, True), (0.8, False), (0.7, True), (0.1, False)]
    assert f1_from(scored, 0.75) == pytest.approx(0.5)
    assert f1_from(scored, 0.75, true_count=4) == pytest.approx(1 / 3)
    assert 0.1 < best_threshold(scored, 2) <= 0.7


_EVIDENCE = st.dictionaries(st.sampled_from(["word_same", "city_differs", "name_apart", "phone_same"]), st.floats(0, 1), max_size=4)


@given(st.lists(st.tuples(_EVIDENCE, st.booleans()), min_size=1, max_size=20))
def test_learned_weights_keep_their_sign_and_bounds(drawn: list[tuple[dict[str, float], bool]]) -> None:
    examples = [Labelled(evidence, same) for evidence, same in drawn]
    start, weights = fit(examples, {"phone_same": 3.5}, -4.0, {"word_same": 2.0})
    assert (start, weights["phone_same"]) == (-4.0, 3.5)
    assert weights.get("word_same", 0.0) <= 2.0
    assert all(weight <= 0 if is_against(name) else weight >= 0 for name, weight in weights.items())
    assert fit(examples, {"phone_same": 3.5}, -4.0, {"word_same": 2.0}) == (start, weights)


def test_only_pairs_across_two_lists_are_candidates() -> None:
    one = PersonProfile(first=("ana",), last=("exemplo",))
    assert candidates([Known(one, "1", "a"), Known(one, "1", "a"), Known(one, "1", "b")]) == [(0, 2), (1, 2)]
    assert candidates([Known(one, "1"), Known(one, "2")]) == [(0, 1)]


def test_text_evidence_is_symmetric_and_tells_codes_and_years() -> None:
    left, right = ("camera", "dsc120p", "1999"), ("camera", "dsc150r", "1999")
    found = text_evidence(left, right, lambda _word: 1.0)
    assert found == text_evidence(right, left, lambda _word: 1.0)
    assert found["number_same"] == found["code_differs"] == 1.0


def test_without_data_the_benchmark_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(matching.FOLDER_VARIABLE, raising=False)
    assert not matching.is_available()
    with pytest.raises(BadInput, match="Name their folder"):
        matching.run()
