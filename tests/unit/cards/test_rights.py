"""Who may see a record, for any owners, teams, rules and visitors."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from crm_cards.rights import AccessRule, Sight, access_rule, may_see, refusal_in_words
from integration.pipeline.owners.directory import OwnerDirectory, OwnerEntry, build_directory
from tests.factories import NOW

_IDS = ("1", "2", "3", "4")
_teams = st.frozensets(st.sampled_from(("a", "b", "c")), max_size=2)


@st.composite
def directories(draw: st.DrawFn) -> OwnerDirectory:
    ids = draw(st.sets(st.sampled_from(_IDS)))
    entries = [
        OwnerEntry(one, f"u{one}", f"{one}@example.com", "Sample", draw(_teams), archived=draw(st.booleans())) for one in ids
    ]
    return build_directory(entries, NOW if entries else None)


@st.composite
def situations(draw: st.DrawFn) -> tuple[Sight, str | None, OwnerDirectory]:
    directory = draw(directories())
    visitor = draw(st.sampled_from([None, *(one for one in directory.entries.values() if not one.archived)]))
    sight = Sight(draw(st.sampled_from(AccessRule)), draw(st.booleans()), draw(st.booleans()), visitor)
    return sight, draw(st.sampled_from([None, *_IDS])), directory


@given(situations())
def test_what_is_nobodys_ones_own_or_open_to_the_role_is_always_seen(case: tuple[Sight, str | None, OwnerDirectory]) -> None:
    sight, owner_id, directory = case
    own = sight.visitor is not None and sight.visitor.owner_id == owner_id and sight.owners_readable
    if owner_id is None or own or sight.sees_all or sight.rule is AccessRule.EVERYONE:
        assert may_see(sight, owner_id, directory)


@given(situations())
def test_a_stricter_rule_never_shows_more(case: tuple[Sight, str | None, OwnerDirectory]) -> None:
    sight, owner_id, directory = case

    def under(rule: AccessRule) -> bool:
        return may_see(Sight(rule, sight.sees_all, sight.owners_readable, sight.visitor), owner_id, directory)

    assert under(AccessRule.OWNER) <= under(AccessRule.TEAM) <= under(AccessRule.EVERYONE)


@given(situations())
def test_somebody_elses_record_is_seen_only_through_a_shared_team_or_no_team(
    case: tuple[Sight, str | None, OwnerDirectory],
) -> None:
    sight, owner_id, directory = case
    if sight.sees_all or sight.rule is AccessRule.EVERYONE or owner_id is None:
        return
    owner = directory.find(owner_id)
    if sight.visitor is not None and sight.visitor.owner_id == owner_id:
        return
    if may_see(sight, owner_id, directory):
        assert sight.rule is AccessRule.TEAM
        assert sight.owners_readable
        assert owner is not None
        shared = sight.visitor.team_ids & owner.team_ids if sight.visitor else frozenset()
        assert shared or not owner.team_ids


@given(situations())
def test_an_unknown_owner_and_unreadable_owners_hide_the_record(case: tuple[Sight, str | None, OwnerDirectory]) -> None:
    sight, owner_id, directory = case
    if sight.asks_owners and owner_id is not None and (directory.find(owner_id) is None or not sight.owners_readable):
        assert not may_see(sight, owner_id, directory)


@given(st.one_of(st.none(), st.text(), st.integers(), st.lists(st.text()), st.sampled_from([rule.value for rule in AccessRule])))
def test_any_stored_choice_is_a_rule(stored: object) -> None:
    rule = access_rule({"card_access": stored})
    assert rule == stored or rule is AccessRule.TEAM


def test_a_refusal_says_what_is_missing_and_nothing_of_the_record() -> None:
    nobody = OwnerDirectory({}, None)
    told = {refusal_in_words(Sight(AccessRule.TEAM, False, readable, None), nobody) for readable in (True, False)}
    assert len(told) == 2
    assert any("crm.objects.owners.read" in words for words in told)
