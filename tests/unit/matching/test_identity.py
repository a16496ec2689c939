"""Who an answer is about: the rules one by one, and what must hold for any anchors."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.matching.candidates import Claim, Settlement, settle
from integration.matching.identity import CompanyAnchors, PersonAnchors, Ruling, Stance, judge_company, judge_person, name_stance

ACCEPTED, REFUSED, DOUBTFUL = Ruling.ACCEPTED, Ruling.REFUSED, Ruling.DOUBTFUL


def some(*values: str) -> frozenset[str]:
    return frozenset(values)


KNOWN = CompanyAnchors(
    names=some("Sample Works GmbH"),
    domains=some("sample-works.com"),
    countries=some("DE"),
    cities=some("Köln"),
    phones=some("+49 30 23125 001"),
)
NO_DOMAIN = replace(KNOWN, domains=some())


@pytest.mark.parametrize(
    ("known", "claimed", "ruling"),
    [
        (KNOWN, CompanyAnchors(domains=some("sample-works.com")), ACCEPTED),
        (KNOWN, CompanyAnchors(domains=some("sample-works.com"), names=some("Renamed Holding")), ACCEPTED),
        (KNOWN, CompanyAnchors(domains=some("stranger.com"), names=KNOWN.names, countries=KNOWN.countries), REFUSED),
        (KNOWN, CompanyAnchors(domains=some("new-name.com"), aliases=some("sample-works.com")), ACCEPTED),
        (KNOWN, CompanyAnchors(domains=some("buyer.com"), aliases=some("sample-works.com"), names=some("Big Buyer")), REFUSED),
        (KNOWN, CompanyAnchors(), REFUSED),
        (NO_DOMAIN, CompanyAnchors(names=some("SAMPLE WORKS")), DOUBTFUL),
        (NO_DOMAIN, CompanyAnchors(names=some("Sample-Works AG"), countries=some("DE")), ACCEPTED),
        (NO_DOMAIN, CompanyAnchors(names=some("Sample Works"), cities=some("Koln")), ACCEPTED),
        (NO_DOMAIN, CompanyAnchors(names=some("Sample Works"), phones=some("030 23125001")), ACCEPTED),
        (NO_DOMAIN, CompanyAnchors(names=some("Sample Works"), countries=some("BR"), phones=some("+55 11 5555 0000")), REFUSED),
        (NO_DOMAIN, CompanyAnchors(names=some("Sample Works"), countries=some("DE"), phones=some("+49 89 1234567")), DOUBTFUL),
        (NO_DOMAIN, CompanyAnchors(names=some("Sample Works Hamburg"), countries=some("DE")), DOUBTFUL),
        (NO_DOMAIN, CompanyAnchors(names=some("Other Works"), countries=some("DE"), cities=some("Köln")), REFUSED),
        (NO_DOMAIN, CompanyAnchors(countries=some("DE"), cities=some("Köln"), phones=KNOWN.phones), REFUSED),
    ],
)
def test_a_company_is_told_by_domain_or_by_two_anchors(known: CompanyAnchors, claimed: CompanyAnchors, ruling: Ruling) -> None:
    assert judge_company(known, claimed).ruling is ruling


def test_a_register_number_decides_within_its_register_and_before_everything_else() -> None:
    known = replace(NO_DOMAIN, register_numbers=some("VAT-DE129273398"))
    same = CompanyAnchors(names=some("Quite Another"), register_numbers=some("VAT-DE129273398", "LEI-5299000J2N45DDNE4Y28"))
    other = replace(same, names=KNOWN.names, countries=KNOWN.countries, register_numbers=some("VAT-DE811128135"))
    elsewhere = replace(other, register_numbers=some("LEI-5299000J2N45DDNE4Y28"))
    assert [judge_company(known, one).ruling for one in (same, other, elsewhere)] == [ACCEPTED, REFUSED, ACCEPTED]


@pytest.mark.parametrize(
    ("one", "other", "stance"),
    [
        ("Exxon Mobil Corporation", "ExxonMobil", Stance.FOR),
        ("Müller & Söhne GmbH & Co. KG", "Mueller & Soehne", Stance.SILENT),
        ("Ærø Ship A/S", "aero ship", Stance.FOR),
        ("Газпром ПАО", "Gazprom", Stance.FOR),
        ("Nikkei", "Nikkei Asia", Stance.SILENT),
        ("Sample Works", "Works of Others", Stance.AGAINST),
        ("!!!", "Sample Works", Stance.SILENT),
    ],
)
def test_names_agree_but_for_form_case_and_script(one: str, other: str, stance: Stance) -> None:
    assert name_stance(one, other) is stance


PERSON = PersonAnchors(
    emails=some("s.one@sample-works.com"), names=frozenset({("Sample", "One")}), employers=some("sample-works.com")
)


@pytest.mark.parametrize(
    ("claimed", "ruling"),
    [
        (PersonAnchors(emails=some("S.One@sample-works.com")), ACCEPTED),
        (PersonAnchors(emails=PERSON.emails, names=frozenset({("Other", "Human")})), REFUSED),
        (PersonAnchors(names=PERSON.names, employers=some("sample-works.com")), ACCEPTED),
        (PersonAnchors(names=frozenset({("S", "One")}), employers=some("sample-works.com")), ACCEPTED),
        (PersonAnchors(names=PERSON.names, employers=some("elsewhere.com")), REFUSED),
        (PersonAnchors(names=PERSON.names), REFUSED),
        (PersonAnchors(names=frozenset({("Sample", "Two")}), employers=some("sample-works.com")), REFUSED),
        (PersonAnchors(), REFUSED),
    ],
)
def test_a_person_is_told_by_an_address_or_by_name_and_employer(claimed: PersonAnchors, ruling: Ruling) -> None:
    assert judge_person(PERSON, claimed).ruling is ruling


def test_another_linkedin_profile_is_another_person_of_that_name() -> None:
    here = replace(PERSON, emails=some(), linkedin_urls=some("https://www.linkedin.com/in/one"))
    there = replace(here, linkedin_urls=some("https://www.linkedin.com/in/another-one"))
    assert judge_person(here, there).ruling is REFUSED
    assert judge_person(here, replace(there, linkedin_urls=here.linkedin_urls, names=frozenset())).ruling is ACCEPTED


def test_the_words_about_a_person_quote_nothing_of_the_answer() -> None:
    verdict = judge_person(PERSON, PersonAnchors(emails=some("secret@elsewhere.com"), names=frozenset({("Hidden", "Name")})))
    assert not any(word in one.words for one in verdict.evidence for word in ("secret", "Hidden", "elsewhere"))


_names = st.sampled_from(["Sample Works", "Sample Works GmbH", "Sample", "Other Firm", "Works"])
_domains = st.sampled_from(["sample-works.com", "stranger.com", "third.org"])
_numbers = st.sampled_from(["VAT-DE1", "VAT-DE2", "GB-1", "GB-2"])
_countries, _cities = st.sampled_from(["DE", "US", "BR"]), st.sampled_from(["Köln", "Austin", "New York", "New York City"])
_phones = st.sampled_from(["+49 30 23125 001", "030 23125001", "+1 202 555 0143", "12"])


def few(values: st.SearchStrategy[str]) -> st.SearchStrategy[frozenset[str]]:
    return st.frozensets(values, max_size=2)


anchors = st.builds(
    CompanyAnchors,
    names=few(_names), domains=few(_domains), aliases=few(_domains), register_numbers=few(_numbers),
    countries=few(_countries), cities=few(_cities), phones=few(_phones),
)  # fmt: skip


@given(anchors, anchors)
def test_nothing_is_accepted_when_only_the_name_agrees(known: CompanyAnchors, claimed: CompanyAnchors) -> None:
    verdict = judge_company(known, claimed)
    agreeing = {one.anchor for one in verdict.evidence if one.stance is Stance.FOR}
    if agreeing <= {"name"}:
        assert verdict.ruling is not ACCEPTED


@given(anchors, anchors, st.sampled_from(["countries", "cities", "phones", "domains", "register_numbers", "names"]))
def test_one_more_contradiction_never_makes_a_refusal_an_acceptance(
    known: CompanyAnchors, claimed: CompanyAnchors, anchor: str
) -> None:
    strange = {
        "countries": ("AA", "BB"), "cities": ("Hereville", "Theretown"), "phones": ("+49 11111111", "+1 2222222"),
        "domains": ("here.example", "there.example"), "register_numbers": ("XX-1", "XX-2"), "names": ("Alpha", "Omega"),
    }[anchor]  # fmt: skip
    if getattr(known, anchor) or getattr(claimed, anchor):
        return
    before = judge_company(known, claimed).ruling
    after = judge_company(replace(known, **{anchor: some(strange[0])}), replace(claimed, **{anchor: some(strange[1])})).ruling
    rank = {REFUSED: 0, DOUBTFUL: 1, ACCEPTED: 2}
    assert rank[after] <= rank[before]


@given(anchors)
def test_what_is_said_twice_is_about_the_same(claimed: CompanyAnchors) -> None:
    if claimed.domains or claimed.register_numbers:
        assert judge_company(claimed, claimed).ruling is ACCEPTED


@given(anchors, st.lists(anchors, max_size=5), st.randoms(use_true_random=False))
def test_the_order_of_claims_does_not_matter(known: CompanyAnchors, claimed: list[CompanyAnchors], chance: object) -> None:
    claims = [Claim(number, one) for number, one in enumerate(claimed)]
    shuffled = list(claims)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert _plain(settle(known, claims)) == _plain(settle(known, shuffled))


@given(anchors, st.lists(anchors, max_size=5))
def test_every_claim_is_accepted_refused_or_asked_about_and_never_two_of_these(
    known: CompanyAnchors, claimed: list[CompanyAnchors]
) -> None:
    settlement = settle(known, [Claim(number, one) for number, one in enumerate(claimed)])
    asked = {number for candidate in settlement.asked for number in candidate.claims}
    parts = [set(settlement.accepted), set(settlement.refused), asked]
    assert set().union(*parts) == set(range(len(claimed)))
    assert sum(len(part) for part in parts) == len(claimed)


@given(anchors, st.lists(anchors, max_size=4), anchors)
def test_a_company_that_contradicts_is_never_accepted_for_the_others_sake(
    known: CompanyAnchors, claimed: list[CompanyAnchors], stranger: CompanyAnchors
) -> None:
    verdict = judge_company(known, stranger)
    contradicts = any(one.stance is Stance.AGAINST and one.anchor in ("domain", "register number") for one in verdict.evidence)
    if verdict.ruling is REFUSED and contradicts:
        claims = [Claim(number, one) for number, one in enumerate([*claimed, stranger])]
        assert len(claimed) in settle(known, claims).refused


def _plain(settlement: Settlement) -> object:
    asked = [(one.key, one.tokens, set(one.claims), one.verdict) for one in settlement.asked]
    return settlement.accepted, settlement.refused, asked
