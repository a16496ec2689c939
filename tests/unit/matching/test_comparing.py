"""Comparing and scoring: symmetric, explained, and never lowered by what two records have in common."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.matching.blocking import KEYS_LIMIT, block_keys
from integration.matching.comparing import compare
from integration.matching.features import CompanyProfile, PersonProfile, Profile
from integration.matching.weights import compare_and_score, is_against, model_of
from integration.matching.word_evidence import company_rarity, word_evidence

_WORD = st.sampled_from(
    ["ana", "anna", "bob", "robert", "r", "sample", "samples", "contact", "012", "013", "group", "of", "exemplo", "us"]
)
_WORDS = st.lists(_WORD, max_size=3).map(tuple)
_MAIL = st.sampled_from(["sample.one@example.com", "sample.one@example.org", "sample.two@example.com", "sampel.one@example.com"])
_SHARED: dict[str, Any] = {
    "emails": st.lists(_MAIL, max_size=2, unique=True).map(tuple),
    "phones": st.lists(st.sampled_from(["+4930901820", "+4930901821"]), max_size=1).map(tuple),
    "linkedin": st.sampled_from(["", "https://www.linkedin.com/in/sample", "https://www.linkedin.com/in/other"]),
    "domains": st.lists(st.sampled_from(["example.com", "example.org", "other.example"]), max_size=1).map(tuple),
    "street": st.sampled_from([(), ("12", "sample", "street"), ("14", "sample", "street"), ("12", "other", "road")]),
    "postcode": st.sampled_from(["", "10117", "10119"]),
    "city": st.sampled_from([(), ("berlin",), ("hamburg",)]),
    "country": st.sampled_from(["", "DE", "US"]),
}
_PEOPLE = st.builds(
    PersonProfile, first=_WORDS, last=_WORDS, employer=_WORDS, born_on=st.sampled_from(["", "19700101", "19700102", "19801231"]),
    numbers=st.sampled_from([(), ("1",), ("2",)]), **_SHARED,
)  # fmt: skip
_COMPANIES = st.builds(
    CompanyProfile,
    spellings=st.lists(_WORDS.filter(bool), max_size=2).map(tuple),
    legal_form=st.sampled_from(["", "gmbh", "inc"]),
    **_SHARED,
)
_PROFILES = st.tuples(_PEOPLE, _PEOPLE) | st.tuples(_COMPANIES, _COMPANIES)


@given(_PROFILES)
def test_the_order_of_two_records_does_not_matter(pair: tuple[Profile, Profile]) -> None:
    assert compare(*pair) == pytest.approx(compare(*reversed(pair)))
    assert compare_and_score(*pair).ratio == pytest.approx(compare_and_score(*reversed(pair)).ratio)


@given(_PROFILES, st.sampled_from(["emails", "phones", "linkedin", "domains", "street", "postcode", "city", "country"]), st.data())
def test_what_both_get_alike_never_lowers_the_score(pair: tuple[Profile, Profile], name: str, data: st.DataObject) -> None:
    nothing: dict[str, Any] = {name: type(getattr(pair[0], name))()}
    left, right = (replace(one, **nothing) for one in pair)
    shared: dict[str, Any] = {name: data.draw(_SHARED[name])}
    with_it = compare_and_score(replace(left, **shared), replace(right, **shared))
    assert with_it.ratio >= compare_and_score(left, right).ratio - 1e-12


@given(_PROFILES)
def test_reasons_add_up_to_the_score_and_keep_their_sign(pair: tuple[Profile, Profile]) -> None:
    score = compare_and_score(*pair)
    assert 0.0 <= score.ratio <= 1.0
    for reason in score.reasons:
        assert 0.0 < reason.strength <= 1.0
        assert (reason.points < 0) == is_against(reason.name)
        assert reason.words
    x = score.start + sum(reason.points for reason in score.reasons)
    assert (score.ratio >= 0.5) == (x >= 0)


@given(_PEOPLE | _COMPANIES)
def test_profiles_survive_their_storage_and_have_bounded_keys(profile: Profile) -> None:
    assert type(profile).from_json(profile.as_json()) == profile
    keys = block_keys(profile)
    assert len(keys) == len(set(keys)) <= KEYS_LIMIT


@pytest.mark.parametrize("kind", ["contacts", "companies"])
def test_every_shipped_weight_has_the_sign_of_its_evidence(kind: str) -> None:
    model = model_of("contacts" if kind == "contacts" else "companies")
    assert 0.5 <= model.threshold < 1
    for name, weight in model.weights.items():
        assert weight <= 0 if is_against(name) else weight >= 0, name


def person(first: str, last: str, **more: Any) -> PersonProfile:
    return replace(PersonProfile(first=tuple(first.split()), last=tuple(last.split())), **more)


SURE = model_of("contacts").threshold


@pytest.mark.parametrize(
    ("left", "right", "suggested"),
    [
        (person("bob", "sample", domains=("e.example",)), person("robert", "sample", domains=("e.example",)), True),
        (person("r", "sample", domains=("e.example",)), person("robert", "sample", domains=("e.example",)), True),
        (person("sample", "robert", phones=("+4930901820",)), person("robert", "sample", phones=("+4930901820",)), True),
        (
            person("ana", "sample", emails=("ana.sample@a.example",)),
            person("ana", "sample", emails=("ana.sample@b.example",)),
            True,
        ),
        (person("ana", "sample", emails=("one@gmail.com",)), person("ana", "sample", emails=("other@gmail.com",)), False),
        (person("ana", "sample", domains=("e.example",)), person("bob", "sample", domains=("e.example",)), False),
        (person("ana", "sample", phones=("+4930901820",)), person("bob", "other", phones=("+4930901820",)), False),
        (person("sample", "contact 012", domains=("e.example",)), person("sample", "contact 013", domains=("e.example",)), False),
        (person("", ""), person("", ""), False),
    ],
)
def test_people_are_suggested_as_a_person_would(left: PersonProfile, right: PersonProfile, suggested: bool) -> None:
    assert (compare_and_score(left, right).ratio >= SURE) is suggested


def company(name: str, **more: Any) -> CompanyProfile:
    return replace(CompanyProfile(spellings=(tuple(name.split()),)), **more)


@pytest.mark.parametrize(
    ("left", "right", "suggested"),
    [
        (company("samplewood group", domains=("s.example",)), company("samplewood", domains=("s.example",)), True),
        (company("samplewood", country="DE"), company("samplewood holdings", country="DE"), True),
        (company("delta air lines"), company("delta airlines"), True),
        (
            company("sample works", domains=("a.example",), country="DE"),
            company("sample works", domains=("b.example",), country="US"),
            False,
        ),
        (company("samplewood chemicals", domains=("a.example",)), company("otherwood foods", domains=("a.example",)), False),
        (company("made 0001 up"), company("made 0002 up"), False),
        (company("global group"), company("international group"), False),
    ],
)
def test_companies_are_suggested_as_a_person_would(left: CompanyProfile, right: CompanyProfile, suggested: bool) -> None:
    assert (compare_and_score(left, right).ratio >= model_of("companies").threshold) is suggested


def test_a_rare_word_says_more_than_a_common_one() -> None:
    rare = word_evidence(("samplewood", "group"), ("samplewood", "foods"), company_rarity)
    common = word_evidence(("samplewood", "group"), ("otherwood", "group"), company_rarity)
    assert rare.shared_of_all > common.shared_of_all
    assert word_evidence((), (), company_rarity).shared_of_all == 0.0


def test_a_contact_and_a_company_are_never_compared() -> None:
    with pytest.raises(TypeError):
        compare(PersonProfile(), CompanyProfile())


def test_same_people_meet_in_a_block_and_strangers_do_not() -> None:
    bob, robert = person("bob", "sample", domains=("e.example",)), person("robert", "sample")
    assert set(block_keys(bob)) & set(block_keys(robert))
    assert not set(block_keys(person("ana", "exemplo"))) & set(block_keys(robert))
