"""Fair turns among owners, whatever comes in between."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from integration.routing.choose import Candidate, Choice, Wish, choose_owner

_OWNERS = tuple(Candidate(str(number), f"Sample {number}", team_ids=("7",) if number % 2 else ()) for number in range(1, 7))
_IDS = st.frozensets(st.sampled_from([one.owner_id for one in _OWNERS]))


def _choose(*owners: Candidate, counts: dict[str, int] | None = None, **wish: object) -> Choice:
    return choose_owner(owners, counts or {}, Wish(**wish))  # type: ignore[arg-type]


@given(st.lists(_IDS, max_size=80), st.frozensets(st.sampled_from([one.owner_id for one in _OWNERS]), min_size=2))
def test_owners_who_are_always_available_never_differ_by_more_than_one(extra: list[frozenset[str]], always: frozenset[str]) -> None:
    counts: Counter[str] = Counter()
    for others in extra:
        choice = choose_owner(_OWNERS, counts, Wish(owner_ids=always | others))
        assert choice.owner_id is not None
        counts[choice.owner_id] += 1
        given_to = [counts[owner_id] for owner_id in always]
        assert max(given_to) - min(given_to) <= 1


@given(
    st.lists(st.booleans(), min_size=6, max_size=6),
    st.dictionaries(st.sampled_from([one.owner_id for one in _OWNERS]), st.integers(0, 99)),
    _IDS,
    st.sampled_from([None, "7", "8"]),
    st.booleans(),
    st.sampled_from([None, "1", "2", "99"]),
)
def test_whoever_is_chosen_may_be_and_everybody_else_has_a_reason(
    archived: list[bool], counts: dict[str, int], ids: frozenset[str], team: str | None, keep: bool, current: str | None
) -> None:
    owners = [Candidate(one.owner_id, one.name, gone, one.team_ids) for one, gone in zip(_OWNERS, archived, strict=True)]
    choice = choose_owner(owners, counts, Wish(ids, team, keep, current))
    assert choice.reason
    named = [loser.owner_id for loser in choice.losers] + ([choice.owner_id] if choice.owner_id else [])
    assert sorted(named) == sorted(one.owner_id for one in owners)
    assert all(loser.reason for loser in choice.losers)
    if choice.owner_id is None:
        return
    chosen = next(one for one in owners if one.owner_id == choice.owner_id)
    assert not chosen.archived
    if choice.kept:
        assert keep
        assert choice.owner_id == current
    else:
        assert not ids or chosen.owner_id in ids
        assert team is None or team in chosen.team_ids


def test_the_one_with_the_fewest_is_chosen_and_of_equals_the_lower_id() -> None:
    owners = (Candidate("100", "A"), Candidate("20", "B"), Candidate("3", "C"))
    assert _choose(*owners, counts={"3": 2, "20": 1, "100": 1}).owner_id == "20"
    assert _choose(*owners).owner_id == "3"


def test_the_present_owner_is_kept_only_when_asked_and_active() -> None:
    present, other = Candidate("1", "A"), Candidate("2", "B")
    kept = _choose(present, other, counts={"1": 50}, keep_current=True, current_id="1")
    assert (kept.owner_id, kept.kept) == ("1", True)
    assert _choose(present, other, counts={"1": 50}, current_id="1").owner_id == "2"
    assert _choose(Candidate("1", "A", archived=True), other, keep_current=True, current_id="1").owner_id == "2"


def test_nobody_to_choose_says_why() -> None:
    assert "no owner" in _choose().reason
    assert "archived" in _choose(Candidate("1", "A", archived=True)).reason
    assert "team" in _choose(Candidate("1", "A"), team_id="9").reason
    assert "none of the owners" in _choose(Candidate("1", "A"), owner_ids=frozenset({"5"})).reason
