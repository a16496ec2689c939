"""What speaks for and against two records being one, as named evidence with a strength over 0 to 1. Pure and symmetric.

Two kinds of comparer for the two kinds of record; how much each piece of evidence weighs is in `weights`. A value only one side has is no evidence.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Final

from rapidfuzz import fuzz
from rapidfuzz.distance import DamerauLevenshtein, JaroWinkler

from integration.core.folding import spelling_key
from integration.matching.features import CompanyProfile, PersonProfile, Profile
from integration.matching.names import call_names
from integration.matching.word_evidence import WordEvidence, company_rarity, word_evidence

Words = tuple[str, ...]
Evidence = dict[str, float]
"""Strength over 0 to 1 by the name of the evidence; what is not there has strength 0."""

_ALIKE: Final = 0.84
"""Jaro-Winkler likeness from which two names of people are alike."""
_SHORTEST_ACRONYM: Final = 2


def compare(left: Profile, right: Profile) -> Evidence:
    """The evidence for two contacts or two companies. Raises TypeError for one of each."""
    if isinstance(left, PersonProfile) and isinstance(right, PersonProfile):
        found = {**_person_names(left, right), **_employers(left, right), **_exact("born", (left.born_on,), (right.born_on,))}
        found |= {**_born_nearly(left, right), **_exact("number", left.numbers, right.numbers)}
    elif isinstance(left, CompanyProfile) and isinstance(right, CompanyProfile):
        found = {**_company_names(left, right), **_domains(left, right)}
    else:
        raise TypeError("a contact and a company cannot be one record")
    found |= _emails(left, right) | _exact("phone", left.phones, right.phones) | _places(left, right)
    return found | _exact("linkedin", (left.linkedin,), (right.linkedin,))


def _exact(name: str, left: Words, right: Words) -> Evidence:
    """`<name>_same` when both sides share a value, `<name>_differs` when both have values and share none."""
    ours, theirs = {one for one in left if one}, {one for one in right if one}
    if not ours or not theirs:
        return {}
    return {f"{name}_same" if ours & theirs else f"{name}_differs": 1.0}


def _emails(left: Profile, right: Profile) -> Evidence:
    if not left.emails or not right.emails:
        return {}
    if set(left.emails) & set(right.emails):
        return {"email_same": 1.0}
    likeness = max(_email_likeness(one, other) for one, other in product(left.emails, right.emails))
    return {"email_alike": likeness} if likeness else {"email_differs": 1.0}


def _email_likeness(one: str, other: str) -> float:
    """1 for the same mailbox name at another host; near 1 for a slip of the pen at the same host; else 0."""
    (local, _, host), (other_local, _, other_host) = one.partition("@"), other.partition("@")
    if host == other_host:
        close = DamerauLevenshtein.distance(local, other_local, score_cutoff=2) <= 2 and min(len(local), len(other_local)) >= 5
        same_digits = "".join(filter(str.isdigit, local)) == "".join(filter(str.isdigit, other_local))
        return JaroWinkler.similarity(local, other_local) if close and same_digits else 0.0
    return 1.0 if local == other_local and len(local) >= 5 else 0.0


def _person_names(left: PersonProfile, right: PersonProfile) -> Evidence:
    straight = {**_first(left.first, right.first), **_last(left.last, right.last)}
    if left.first and right.first and left.last and right.last and "first_same" not in straight and "last_same" not in straight:
        crossed = {**_first(left.first, right.last), **_last(left.last, right.first)}
        if "first_same" in crossed and "last_same" in crossed:
            return {"names_swapped": 1.0}
    return straight


def _first(left: Words, right: Words) -> Evidence:
    if not left or not right:
        return {}
    if _numbers(left) != _numbers(right):
        return {"first_differs": 1.0}
    if _keys(left) == _keys(right):
        return {"first_same": 1.0}
    if _keys(left[:1]) == _keys(right[:1]) and len(left[0]) > 1:
        return {"first_same": 1.0 if min(len(left), len(right)) == 1 else 0.7}
    return _first_by_habit(left[0], right[0]) or _graded("first", " ".join(left), " ".join(right))


def _first_by_habit(left: str, right: str) -> Evidence:
    if left in call_names(right) or right in call_names(left):
        return {"first_nickname": 1.0}
    return {"first_initial": 1.0} if left[0] == right[0] and min(len(left), len(right)) == 1 else {}


def _last(left: Words, right: Words) -> Evidence:
    if not left or not right:
        return {}
    if _numbers(left) != _numbers(right):
        return {"last_differs": 1.0}
    if _keys(left) == _keys(right):
        return {"last_same": 1.0}
    if set(_keys(left)) & {key for key in _keys(right) if len(key) > 2}:
        return {"last_part": 1.0}  # a double name, or one married name of two
    return _graded("last", " ".join(left), " ".join(right))


def _graded(name: str, left: str, right: str) -> Evidence:
    likeness = max(JaroWinkler.similarity(left, right), fuzz.ratio(left, right) / 100)
    if likeness >= _ALIKE:
        return {f"{name}_alike": (likeness - _ALIKE) / (1 - _ALIKE)}
    return {f"{name}_differs": 1.0}


def _keys(name: Words) -> Words:
    return tuple(spelling_key(word) for word in name)


def _numbers(name: Words) -> Words:
    return tuple(sorted(word for word in name if any(map(str.isdigit, word))))


def _employers(left: PersonProfile, right: PersonProfile) -> Evidence:
    if set(left.domains) & set(right.domains):
        return {"employer_same": 1.0}
    if left.employer and right.employer:
        said = word_evidence(left.employer, right.employer, company_rarity)
        if said.shared_of_shorter >= 0.9:
            return {"employer_same": said.shared_of_all}
        return {"employer_differs": 1.0}
    return {"employer_differs": 1.0} if left.domains and right.domains else {}


def _born_nearly(left: PersonProfile, right: PersonProfile) -> Evidence:
    """One digit off, or two exchanged. It stands beside "born_differs" and takes most of it back."""
    if not left.born_on or not right.born_on or left.born_on == right.born_on:
        return {}
    return {"born_nearly": 1.0} if DamerauLevenshtein.distance(left.born_on, right.born_on, score_cutoff=1) <= 1 else {}


def _company_names(left: CompanyProfile, right: CompanyProfile) -> Evidence:
    if not left.spellings or not right.spellings:
        return {}
    found = max((_one_name(one, other) for one, other in product(left.spellings, right.spellings)), key=_closeness)
    if left.legal_form and right.legal_form and left.legal_form != right.legal_form:
        found["legal_form_differs"] = 1.0
    return found


def _closeness(found: Evidence) -> tuple[float, ...]:
    return tuple(found.get(name, 0.0) for name in ("name_same", "name_words", "name_start", "name_letters"))


def _one_name(one: Words, other: Words) -> Evidence:
    joined, other_joined = "".join(one), "".join(other)
    said = word_evidence(one, other, company_rarity)
    same = joined == other_joined or sorted(one) == sorted(other)
    found = {
        "name_same": max(map(company_rarity, one)) if same else 0.0,
        "name_words": 1.0 if same else said.shared_of_all,
        "name_within": 1.0 if same else said.shared_of_shorter,
        "name_start": 1.0 if same else max(said.start, _squeezed_start(one, other)),
        "name_letters": max(0.0, fuzz.ratio(joined, other_joined) / 100 - 0.5) * 2,
        "name_acronym": 1.0 if _is_acronym(one, other) or _is_acronym(other, one) else 0.0,
        "name_left_over": 0.0 if same else said.left_over,
        "name_more": 0.0 if same else _surplus(said),
        "name_apart": 0.0 if same else max(0.0, 1.0 - 2 * said.shared_of_shorter),
        "name_number_differs": float(not same and _numbers(one) != _numbers(other)),
    }
    return {name: strength for name, strength in found.items() if strength}


def _surplus(said: WordEvidence) -> float:
    """A telling word only one name has, where the other has nothing against it."""
    return said.left_over_any if said.left_over == 0 else 0.0


def _squeezed_start(one: Words, other: Words) -> float:
    """ "Delta Air Lines" begins like "Deltaair": blanks are no part of a name."""
    shorter, longer = sorted(("".join(one), "".join(other)), key=len)
    telling = max((company_rarity(word) for word in (*one, *other)), default=0.0)
    return telling if len(shorter) >= 5 and longer.startswith(shorter) else 0.0


def _is_acronym(short: Words, long: Words) -> bool:
    if len(short) != 1 or len(long) < _SHORTEST_ACRONYM or len(short[0]) < _SHORTEST_ACRONYM:
        return False
    return short[0] in ("".join(word[0] for word in long), "".join(word[0] for word in long if company_rarity(word) > 0.1))


def _domains(left: CompanyProfile, right: CompanyProfile) -> Evidence:
    found = _exact("domain", left.domains, right.domains)
    labels, others = ({domain.partition(".")[0] for domain in side.domains} for side in (left, right))
    if "domain_differs" in found and any(len(label) >= 4 for label in labels & others):
        return {"domain_alike": 1.0}
    return found


def _places(left: Profile, right: Profile) -> Evidence:
    found = {**_exact("country", (left.country,), (right.country,)), **_exact("postcode", (left.postcode,), (right.postcode,))}
    found |= dict(_street(left.street, right.street))
    if left.city and right.city:
        alike = fuzz.token_set_ratio(" ".join(left.city), " ".join(right.city)) >= 85
        found["city_same" if alike else "city_differs"] = 1.0
    return found


def _street(left: Words, right: Words) -> Iterator[tuple[str, float]]:
    if not left or not right:
        return
    ours, theirs = set(_numbers(left)), set(_numbers(right))
    if ours and theirs:
        yield ("street_number_same" if ours & theirs else "street_number_differs"), 1.0
    names = [tuple(word for word in side if word not in ours | theirs) for side in (left, right)]
    if all(names):
        likeness = fuzz.token_set_ratio(" ".join(names[0]), " ".join(names[1])) / 100
        yield ("street_alike", likeness) if likeness >= 0.7 else ("street_differs", 1.0)
