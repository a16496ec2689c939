"""Several companies and one record: who wins, who is asked about, and what a person's answer does."""

from __future__ import annotations

from dataclasses import replace

from integration.matching.candidates import Claim, settle
from integration.matching.identity import CompanyAnchors

NAMED = CompanyAnchors(names=frozenset({"Sample Works"}), countries=frozenset({"DE"}))
WITH_DOMAIN = replace(NAMED, domains=frozenset({"sample-works.com"}))


def claim(number: int, domain: str = "", *, country: str = "", name: str = "Sample Works") -> Claim:
    given = {"domains": domain, "countries": country, "names": name}
    return Claim(number, CompanyAnchors(**{field: frozenset({value}) for field, value in given.items() if value}))


def test_two_namesakes_are_asked_about_and_neither_is_used() -> None:
    settlement = settle(NAMED, [claim(0, "one.com"), claim(1, "two.com")])
    assert [one.key for one in settlement.asked] == ["domain:one.com", "domain:two.com"]
    assert not settlement.accepted


def test_a_single_namesake_is_asked_about_too() -> None:
    assert [one.key for one in settle(NAMED, [claim(0, "one.com")]).asked] == ["domain:one.com"]


def test_the_one_in_the_right_country_is_not_preferred_to_one_of_unknown_country() -> None:
    settlement = settle(NAMED, [claim(0, "one.com", country="DE"), claim(1, "two.com")])
    assert len(settlement.asked) == 2


def test_the_one_in_the_right_country_wins_over_one_elsewhere() -> None:
    settlement = settle(NAMED, [claim(0, "one.com", country="DE"), claim(1, "two.com", country="BR")])
    assert settlement.accepted == {0}
    assert list(settlement.refused) == [1]
    assert settlement.asked == ()


def test_two_providers_that_name_one_domain_are_one_candidate() -> None:
    settlement = settle(NAMED, [claim(0, "one.com"), claim(1, "one.com", country="DE")])
    assert settlement.accepted == {0, 1}


def test_two_providers_that_name_different_companies_in_the_right_country_are_asked_about() -> None:
    settlement = settle(NAMED, [claim(0, "one.com", country="DE"), claim(1, "two.com", country="DE")])
    assert len(settlement.asked) == 2


def test_with_a_domain_nobody_is_asked_and_the_domain_decides() -> None:
    claims = [claim(0, "sample-works.com", name=""), claim(1, "stranger.com"), claim(2, country="DE"), claim(3)]
    settlement = settle(WITH_DOMAIN, claims)
    assert settlement.accepted == {0, 2}
    assert set(settlement.refused) == {1, 3}
    assert settlement.asked == ()


def test_a_persons_choice_is_used_and_the_others_are_refused() -> None:
    settlement = settle(NAMED, [claim(0, "one.com"), claim(1, "two.com")], chosen="domain:two.com")
    assert settlement.accepted == {1}
    assert set(settlement.refused) == {0}


def test_a_choice_that_is_no_longer_offered_asks_nothing_anew() -> None:
    settlement = settle(NAMED, [claim(0, "one.com")], chosen="domain:two.com")
    assert (settlement.accepted, settlement.asked) == (frozenset(), ())


def test_a_choice_yields_to_a_domain_the_record_got_since() -> None:
    settlement = settle(WITH_DOMAIN, [claim(0, "one.com"), claim(1, "sample-works.com")], chosen="domain:one.com")
    assert settlement.accepted == {1}


def test_what_a_person_refused_is_not_offered_again_and_does_not_stand_in_the_way() -> None:
    claims = [claim(0, "one.com", country="DE"), claim(1, "two.com")]
    assert settle(NAMED, claims, refused_tokens={"domain:two.com"}).accepted == {0}
    assert settle(NAMED, claims, refused_tokens={"domain:one.com", "domain:two.com"}).asked == ()


def registered(number: int, *numbers: str, name: str = "Sample Works", country: str = "DE") -> Claim:
    return Claim(
        number, CompanyAnchors(names=frozenset({name}), countries=frozenset({country}), register_numbers=frozenset(numbers))
    )


def with_number(*numbers: str) -> Claim:
    site = claim(0, "sample-works.com")
    return replace(site, anchors=replace(site.anchors, register_numbers=frozenset(numbers)))


def test_a_register_asked_by_the_number_on_the_records_site_is_believed_whatever_the_legal_name() -> None:
    register = registered(1, "BR-1", name="Aurora Folha Ltda", country="BR")
    assert settle(WITH_DOMAIN, [with_number("BR-1"), register]).accepted == {0, 1}
    assert settle(WITH_DOMAIN, [with_number("BR-2"), register]).accepted == {0}


def test_another_domain_stays_refused_though_the_number_is_the_same() -> None:
    other = claim(1, "other.com")
    other = replace(other, anchors=replace(other.anchors, register_numbers=frozenset({"BR-1"})))
    assert settle(WITH_DOMAIN, [with_number("BR-1"), other]).accepted == {0}


def test_a_register_without_a_web_site_stands_beside_the_site_when_name_and_country_agree_and_it_alone_has_a_number() -> None:
    assert settle(WITH_DOMAIN, [claim(0, "sample-works.com"), registered(1, "LEI-1")]).accepted == {0, 1}
    assert settle(WITH_DOMAIN, [claim(0, "sample-works.com"), registered(1, "LEI-1"), registered(2, "LEI-2")]).accepted == {0}
    assert settle(WITH_DOMAIN, [with_number("LEI-3"), registered(1, "LEI-1")]).accepted == {0}
    assert settle(WITH_DOMAIN, [claim(0, "sample-works.com"), registered(1, "LEI-1", country="FR")]).accepted == {0}


def test_the_name_and_country_of_the_site_count_where_the_record_has_neither() -> None:
    known = CompanyAnchors(domains=frozenset({"sample-works.com"}))
    assert settle(known, [claim(0, "sample-works.com", country="DE"), registered(1, "LEI-1")]).accepted == {0, 1}
